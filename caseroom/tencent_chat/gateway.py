"""The chat cloud in our words: each verb is one call, or a few, to Tencent.

All commands: https://www.tencentcloud.com/document/product/1047/34621. Limits: .../1047/34381.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from caseroom.bridge.errors import Gone, Refused, Trouble, Unavailable, UnknownAccount
from caseroom.bridge.model import Message
from caseroom.bridge.ports import GroupReading, HistoryPage, Saying
from caseroom.tencent_chat.client import Client
from caseroom.tencent_chat.codes import ALREADY_MEMBER, DELETE_NOT_ALLOWED, ID_TAKEN, trouble
from caseroom.tencent_chat.names import NICK_BYTES, cut, group_name

GROUPS = "group_open_http_svc"
ACCOUNTS = "im_open_login_svc"
BATCH = 100
CROWD = 500
PAGE = 20
IN_THE_GROUP = frozenset({1, 2})
NOT_STORED = 2
# https://www.tencentcloud.com/document/product/1047/34955: 100 calls a second where others take 200.
SLOWER = frozenset({"account_delete"})
PLACEHOLDER = frozenset({1, 2})


@dataclass(frozen=True)
class TencentChat:
    """The gateway.

    Attributes:
        group_type: "Public" or "ChatRoom", as the operator chose.
    """

    client: Client
    group_type: str
    name: ClassVar[str] = "tencent_chat"
    APIS: ClassVar[dict[str, tuple[str, ...]]] = {
        "open_group": ("create_group",),
        "read_group": ("get_group_info",),
        "read_members": ("get_group_member_info",),
        "import_account": ("account_import",),
        "add_members": ("add_group_member",),
        "remove_members": ("delete_group_member",),
        "say": ("send_group_msg",),
        "speak": ("send_group_msg",),
        "mute": ("modify_group_base_info",),
        "read_history": ("group_msg_get_simple",),
        "recall_messages": ("delete_group_msg_by_sender",),
        "dissolve": ("destroy_group",),
        "delete_account": ("account_delete", "portrait_set", "kick"),
    }

    def apis(self, verb: str) -> tuple[str, ...]:
        """Names of the APIs that a verb calls."""
        return self.APIS[verb]

    def limit(self, api: str, most: int) -> int:
        """Half as many for the account APIs that Tencent keeps slower."""
        return max(most // 2, 1) if api in SLOWER else most

    def open_group(self, group_id: str, name: str, members: Sequence[str]) -> bool:
        """create_group, ownerless and shut; an id that is taken has to be ours.

        https://www.tencentcloud.com/document/product/1047/34895
        """
        body = {
            "Type": self.group_type,
            "GroupId": group_id,
            "Name": group_name(name),
            "ApplyJoinOption": "DisableApply",
            "InviteJoinOption": "DisableInvite",
            "MemberList": [{"Member_Account": account} for account in members],
        }
        try:
            self._group("create_group", body)
        except Refused as refused:
            if not _is(refused, *ID_TAKEN):
                raise
            self._require_ours(group_id)
            return False
        return True

    def read_group(self, group_id: str) -> GroupReading:
        """get_group_info."""
        return GroupReading(is_muted=self._group_info(group_id).get("ShutUpAllMember") == "On")

    def read_members(self, group_id: str) -> frozenset[str]:
        """get_group_member_info, page by page."""
        found: list[str] = []
        while True:
            answer = self._group("get_group_member_info", {"GroupId": group_id, "Limit": CROWD, "Offset": len(found)})
            page = [member["Member_Account"] for member in answer.get("MemberList", [])]
            found += page
            if not page or len(found) >= answer.get("MemberNum", 0):
                return frozenset(found)

    def import_account(self, account: str, name: str) -> None:
        """account_import."""
        body = {"UserID": account, **({"Nick": cut(name, NICK_BYTES)} if name else {})}
        self.client.call(ACCOUNTS, "account_import", body)

    def add_members(self, group_id: str, accounts: Sequence[str]) -> dict[str, bool]:
        """add_group_member; the inner results count. https://www.tencentcloud.com/document/product/1047/34921."""
        results: dict[str, bool] = {}
        for batch in _batches(accounts):
            members = [{"Member_Account": account} for account in batch]
            try:
                answer = self._group("add_group_member", {"GroupId": group_id, "MemberList": members})
            except Refused as refused:
                if not _is(refused, ALREADY_MEMBER):
                    raise
                answer = {"MemberList": [{**member, "Result": 2} for member in members]}
            for member in answer.get("MemberList", []):
                results[member["Member_Account"]] = member.get("Result") in IN_THE_GROUP
        return results

    def remove_members(self, group_id: str, accounts: Sequence[str]) -> None:
        """delete_group_member. https://www.tencentcloud.com/document/product/1047/34949."""
        for batch in _batches(accounts):
            self._group("delete_group_member", {"GroupId": group_id, "MemberToDel_Account": list(batch)})

    def say(self, group_id: str, text: str, random: int) -> Saying:
        """send_group_msg as the administrator. https://www.tencentcloud.com/document/product/1047/34959."""
        return self._said(group_id, self.client.admin.admin_id, text, random, "")

    def speak(self, group_id: str, account: str, text: str, key: str, random: int) -> Saying:
        """send_group_msg in the name of a member, with the key where pages look for it.

        https://www.tencentcloud.com/document/product/1047/34959 (From_Account, CloudCustomData)
        """
        note = json.dumps({"caseroom": 1, "key": key}, separators=(",", ":"))
        return self._said(group_id, account, text, random, note)

    def _said(self, group_id: str, account: str, text: str, random: int, note: str) -> Saying:
        message = [{"MsgType": "TIMTextElem", "MsgContent": {"Text": text}}]
        body = {
            "GroupId": group_id,
            "Random": random,
            "MsgBody": message,
            "ForbidCallbackControl": ["ForbidBeforeSendMsgCallback", "ForbidAfterSendMsgCallback"],
            **({"From_Account": account, "CloudCustomData": note} if note else {}),
        }
        answer = self._group("send_group_msg", body)
        return Saying(int(answer["MsgSeq"]), float(answer["MsgTime"]), tuple(message), account, note)

    def mute(self, group_id: str, *, is_muted: bool) -> None:
        """modify_group_base_info."""
        self._group("modify_group_base_info", {"GroupId": group_id, "ShutUpAllMember": "On" if is_muted else "Off"})

    def read_history(self, group_id: str, before: int | None) -> HistoryPage:
        """group_msg_get_simple."""
        body: dict[str, Any] = {"GroupId": group_id, "ReqMsgNumber": PAGE, "WithRecalledMsg": 1}
        if before is not None:
            body["ReqMsgSeq"] = before
        answer = self._group("group_msg_get_simple", body)
        messages = tuple(_message(group_id, entry) for entry in answer.get("RspMsgList") or [])
        has_expired = answer.get("IsFinished") == NOT_STORED
        is_short = len(messages) < PAGE and answer.get("IsFinished") != 0
        is_oldest = has_expired or is_short or any(one.seq == 1 for one in messages)
        if not messages and not is_oldest:
            raise Unavailable("empty_page", counts_as_outage=False)
        return HistoryPage(messages, is_oldest, has_expired)

    def recall_messages(self, group_id: str, account: str) -> None:
        """delete_group_msg_by_sender."""
        self._group("delete_group_msg_by_sender", {"GroupId": group_id, "Sender_Account": account})

    def dissolve(self, group_id: str) -> None:
        """destroy_group."""
        self._unless(Gone, lambda: self._group("destroy_group", {"GroupId": group_id}))

    def delete_account(self, account: str) -> None:
        """account_delete; on plans that do not allow it, an empty profile and the end of all UserSigs.

        https://www.tencentcloud.com/document/product/1047/34955
        """
        self._unless(UnknownAccount, lambda: self._delete(account))

    def ping(self) -> None:
        """get_appid_group_list, one entry."""
        self._group("get_appid_group_list", {"Limit": 1})

    def _group(self, command: str, body: dict[str, Any]) -> dict[str, Any]:
        return self.client.call(GROUPS, command, body)

    def _group_info(self, group_id: str) -> dict[str, Any]:
        wanted = ["Type", "Owner_Account", "ApplyJoinOption", "ShutUpAllMember"]
        body = {"GroupIdList": [group_id], "ResponseFilter": {"GroupBaseInfoFilter": wanted}}
        info: dict[str, Any] = self._group("get_group_info", body)["GroupInfo"][0]
        if info.get("ErrorCode", 0) != 0:
            raise trouble(int(info["ErrorCode"]), "get_group_info")
        return info

    def _require_ours(self, group_id: str) -> None:
        info = self._group_info(group_id)
        if info.get("Owner_Account") or info.get("Type", self.group_type) != self.group_type:
            raise Refused("group_id_taken")

    def _delete(self, account: str) -> None:
        try:
            answer = self.client.call(ACCOUNTS, "account_delete", {"DeleteItem": [{"UserID": account}]})
            result = int(answer["ResultItem"][0]["ResultCode"])
            if result != 0:
                raise trouble(result, "account_delete")
        except Refused as refused:
            if not _is(refused, DELETE_NOT_ALLOWED):
                raise
            nameless = [{"Tag": "Tag_Profile_IM_Nick", "Value": ""}, {"Tag": "Tag_Profile_IM_Image", "Value": ""}]
            self.client.call("profile", "portrait_set", {"From_Account": account, "ProfileItem": nameless})
            self.client.call(ACCOUNTS, "kick", {"UserID": account})

    def _unless(self, expected: type[Trouble], call: Callable[[], Any]) -> None:
        try:
            call()
        except expected:
            return


def _is(refused: Refused, *codes: int) -> bool:
    return refused.code in {str(code) for code in codes}


def _batches(accounts: Sequence[str]) -> list[Sequence[str]]:
    return [accounts[start : start + BATCH] for start in range(0, len(accounts), BATCH)]


def _message(group_id: str, entry: dict[str, Any]) -> Message:
    return Message(
        group_id=group_id,
        seq=int(entry["MsgSeq"]),
        case="",
        life=0,
        sender=entry.get("From_Account", ""),
        sent_at=float(entry.get("MsgTimeStamp", 0)),
        kind="deleted" if entry.get("IsPlaceMsg") in PLACEHOLDER else "message",
        body=tuple(entry.get("MsgBody") or ()),
        is_confirmed=True,
        random=int(entry.get("MsgRandom", 0)),
        note=entry.get("CloudCustomData") or "",
    )
