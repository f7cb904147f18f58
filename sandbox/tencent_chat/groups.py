"""All groups, and what happens in them, whoever does it: a server, somebody's client, or the console."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from sandbox.tencent_chat import rules
from sandbox.tencent_chat.callbacks import Callbacks
from sandbox.tencent_chat.group import Group, Message
from sandbox.tencent_chat.lines import DISSOLVED, JOINED, QUIT, REMOVED, TAKEN_OUT, Lines
from sandbox.tencent_chat.people import People
from sandbox.tencent_chat.rules import By, Json
from sandbox.user_sig import TencentError


@dataclass
class Groups:
    """The groups of one app, live and past; `created` counts how often each id was opened."""

    people: People
    callbacks: Callbacks
    limits: rules.Limits
    clock: Callable[[], float]
    live: dict[str, Group] = field(default_factory=dict)
    past: dict[str, Group] = field(default_factory=dict)
    created: Counter[str] = field(default_factory=Counter)
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.lines = Lines(self.people, self.clock)

    def find(self, group_id: Any) -> Group:
        """Return a live group; 10010 for one that is gone, 10015 for one that never was."""
        known = group_id if isinstance(group_id, str) else ""
        if known not in self.live:
            raise TencentError(10010 if known in self.past else 10015, "no such group")
        return self.live[known]

    def open(self, group: Group, accounts: Iterable[str], by: By) -> None:
        """Let a group begin; 10025 when the one who asks owns one of this id already, 10021 when he does not."""
        if taken := self.live.get(group.group_id):
            mine = taken.owner and taken.owner in (by.account, group.owner)
            raise TencentError(10025 if mine else 10021, "the GroupId is taken")
        if 0 < self.limits.group_limit <= len(self.live):
            raise TencentError(10058, "the app has as many groups as it may have")
        self._enter(group, accounts)
        self.live[group.group_id] = group
        self.created[group.group_id] += 1

    def join(self, group: Group, accounts: list[str], by: By, refused: Iterable[str] = ()) -> dict[str, int]:
        """Let accounts in; each has a result: 0 no, 1 yes, 2 was in already, 3 has to agree first."""
        self.people.require(accounts)
        known = self.people.accounts
        results = {i: 2 if i in group.members else 0 if i in refused else known[i].add_result for i in accounts}
        if new := [account for account in accounts if results[account] == 1]:
            self._enter(group, new)
            how = {"JoinType": "Apply" if new == [by.account] else "Invited", "Operator_Account": by.account}
            self.tell("AfterNewMemberJoin", group, by, how | {"NewMemberList": listed(new)})
            self.lines.tip(group, JOINED, by, new)
        return results

    def _enter(self, group: Group, accounts: Iterable[str]) -> None:
        self.people.require(accounts)
        joined = {account: self.people.accounts[account].groups for account in accounts}
        most = min(group.info["MaxMemberNum"], self.limits.members_per_group or math.inf)
        if len(group.members) + len(joined) > most:
            raise TencentError(10014, "the group is full")
        if any(0 < self.limits.groups_per_user <= len(groups) for groups in joined.values()):
            raise TencentError(10037, "an account is in as many groups as it may be")
        for account, groups in joined.items():
            groups.add(group.group_id)
            group.members[account] = int(self.clock())
            group.since[account] = len(group.messages)

    def exit(self, group: Group, accounts: Iterable[str], by: By) -> None:
        """Let accounts out; with its last member a group is gone too, and no callback says so."""
        if gone := [account for account in accounts if group.members.pop(account, None) is not None]:
            self._forget(group, gone)
            how = {"ExitType": "Quit" if gone == [by.account] else "Kicked", "Operator_Account": by.account}
            self.tell("AfterMemberExit", group, by, how | {"ExitMemberList": listed(gone)})
            self.lines.tip(group, QUIT if gone == [by.account] else TAKEN_OUT, by, gone)
            self.lines.notice(group, REMOVED, by, [account for account in gone if account != by.account])
            if not group.members:
                self.past[group.group_id] = self.live.pop(group.group_id)

    def destroy(self, group: Group, by: By) -> None:
        """Dissolve a group; as a past one it keeps its members and messages."""
        self.past[group.group_id] = self.live.pop(group.group_id)
        self._forget(group, group.members)
        known = {"Owner_Account": group.owner, "Name": group.name, "MemberList": listed(group.members)}
        self.tell("AfterGroupDestroyed", group, by, known)
        self.lines.notice(group, DISSOLVED, by, group.members)

    def _forget(self, group: Group, accounts: Iterable[str]) -> None:
        for account in self.people.accounts.keys() & set(accounts):
            self.people.accounts[account].groups.discard(group.group_id)

    def send(self, group: Group, sender: str, body: Json, by: By) -> Message:
        """Add a message; repeated within five minutes it is dropped, and the first one answers for it."""
        self.people.require([sender])
        if sender not in self.people.admins:
            group.check_voice(sender)
        rules.check_message(body)
        now, most = self.clock(), self.limits.messages_per_second
        if earlier := group.earlier(sender, body["Random"], now):
            return earlier
        if rules.too_fast([message.time for message in group.messages[-most:]], most, now):
            raise TencentError(10023, "too many messages in this group")
        custom_data, seq = body.get("CloudCustomData", ""), 0 if body.get("OnlineOnlyFlag") else len(group.messages) + 1
        message = Message(seq, sender, body["Random"], body["MsgBody"], custom_data, now, body.get("ClientTime", 0))
        group.messages += [message] if seq else []
        self.lines.said(group, message)
        if "ForbidAfterSendMsgCallback" not in body.get("ForbidCallbackControl", []):
            self.tell("AfterSendMsg", group, by, {"Operator_Account": by.account} | message.told())
        return message

    def ask_invite(self, group: Group, accounts: Iterable[str], by: By) -> list[str]:
        """Ask whether accounts may be brought into a group; return those that the app refuses one by one."""
        asked: Json = {"GroupId": group.group_id, "Type": group.type, "Operator_Account": by.account}
        asked["DestinationMembers"] = listed(accounts)
        answer = self.callbacks.before("Group.CallbackBeforeInviteJoinGroup", by, asked)
        return list(answer.get("RefusedMembers_Account", []))

    def tell(self, what: str, group: Group, by: By, known: Json) -> None:
        """Send an after-callback about a group."""
        self.callbacks.after(f"Group.Callback{what}", by, {"GroupId": group.group_id, "Type": group.type} | known)


def listed(accounts: Iterable[str]) -> list[Json]:
    """Accounts as Tencent lists them."""
    return [{"Member_Account": account} for account in accounts]
