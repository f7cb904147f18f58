"""What people do in their clients, and an admin in the console: none of it speaks REST, so it comes as methods."""

from __future__ import annotations

import itertools
import threading
from typing import Any

from sandbox.tencent_chat.callbacks import Callbacks
from sandbox.tencent_chat.commands import GroupCommands
from sandbox.tencent_chat.people import Account, People
from sandbox.tencent_chat.rules import By, Json
from sandbox.user_sig import TencentError

STATUS = {"FreeAccess": "JoinedSuccess", "NeedPermission": "WaitAdminApproval"}


class Clients:
    """Everybody's client in one; what Tencent refuses is raised as TencentError."""

    people: People
    cloud: GroupCommands
    callbacks: Callbacks
    lock: threading.RLock
    randoms: itertools.count[int]
    letters: list[tuple[str, str, str]]

    def login(self, user_id: str, user_sig: str) -> Account:
        """Come in with a UserSig; who was not known is now."""
        with self.lock:
            self.people.check_login(user_id, user_sig)
            return self.people.add(user_id, imported=False)

    def say(self, group_id: str, account: str, text: str, cloud_custom_data: str = "") -> int:
        """Say something in a group; return its MsgSeq."""
        with self.lock:
            body = {"Random": next(self.randoms), "MsgBody": spoken(text), "CloudCustomData": cloud_custom_data}
            return self.cloud.send(self.cloud.find(group_id), account, body, web(account)).seq

    def leave(self, group_id: str, account: str) -> None:
        """Quit; an owner cannot (10009), unless the group is Private."""
        with self.lock:
            group = self.cloud.find(group_id)
            if account == group.owner and group.type != "Private":
                raise TencentError(10009, "the owner cannot quit")
            group.owner = "" if account == group.owner else group.owner
            self.cloud.exit(group, [account], web(account))

    def apply(self, group_id: str, account: str) -> str:
        """Ask to be let in: Public goes by its option, ChatRoom is open, Private closed; return the SDK's status."""
        with self.lock:
            self.people.require([account])
            if account in self.cloud.find(group_id).members:
                raise TencentError(10013, "in the group already")
            asked = {"GroupId": group_id, "Type": self.cloud.find(group_id).type, "Requestor_Account": account}
            self.callbacks.before("Group.CallbackBeforeApplyJoinGroup", web(account), asked)
            group = self.cloud.find(group_id)
            option = group.info["ApplyJoinOption"] if group.type == "Public" else "FreeAccess"
            if option == "DisableApply" or group.type == "Private":
                raise TencentError(10007, "this group takes no applications")
            if option == "FreeAccess":
                self.cloud.join(group, [account], web(account))
            return STATUS[option]

    def invite(self, group_id: str, operator: str, accounts: list[str]) -> dict[str, int]:
        """Bring others in, if the group's option allows it; return a result for each, as adding does."""
        with self.lock:
            if operator not in self.cloud.find(group_id).members:
                raise TencentError(10007, "only a member can invite")
            refused = self.cloud.ask_invite(self.cloud.find(group_id), accounts, web(operator))
            group = self.cloud.find(group_id)
            if group.info["InviteJoinOption"] == "DisableInvite":
                raise TencentError(10007, "this group takes no invitations")
            if group.info["InviteJoinOption"] == "NeedPermission":
                return dict.fromkeys(accounts, 3)
            return self.cloud.join(group, accounts, web(operator), refused)

    def write_to(self, sender: str, receiver: str, text: str) -> None:
        """Write to one person; what arrives is kept in `letters`."""
        with self.lock:
            self.people.require([sender, receiver], 20003)
            random, now = next(self.randoms), int(self.people.clock())
            asked: Json = {"From_Account": sender, "To_Account": receiver, "MsgBody": spoken(text)}
            asked |= {"MsgSeq": random, "MsgRandom": random, "MsgTime": now, "MsgKey": f"{random}_{random}_{now}"}
            asked |= {"OnlineOnlyFlag": 0, "CloudCustomData": ""}
            self.callbacks.before("C2C.CallbackBeforeSendMsg", web(sender), asked)
            self.letters.append((sender, receiver, text))

    def create_as_client(self, owner: str, name: str = "a client's group", kind: str = "Public", **fields: Any) -> str:
        """Open a group of one's own; return its id."""
        with self.lock:
            body = {"Owner_Account": owner, "Name": name, "Type": kind} | fields
            return str(self.cloud.create_group(body, web(owner))["GroupId"])

    def sneak_in(self, group_id: str, account: str) -> None:
        """Be in a group all of a sudden, as after a before-callback that had no answer in time."""
        with self.lock:
            self.people.add(account, imported=False)
            self.cloud.join(self.cloud.find(group_id), [account], web(account))

    def destroy_behind_back(self, group_id: str) -> None:
        """Dissolve a group from the console, which acts by REST too."""
        with self.lock:
            self.cloud.destroy(self.cloud.find(group_id), By(self.people.admins[0], "RESTAPI"))


def web(account: str) -> By:
    """Somebody at his browser."""
    return By(account, "Web")


def spoken(text: str) -> list[Json]:
    """A MsgBody with these words."""
    return [{"MsgType": "TIMTextElem", "MsgContent": {"Text": text}}]
