"""What servers can ask of groups, a method for each command."""

from __future__ import annotations

import math
from typing import Any

from sandbox.tencent_chat import rules
from sandbox.tencent_chat.group import Group, picked
from sandbox.tencent_chat.groups import Groups, listed
from sandbox.tencent_chat.lines import CHANGED
from sandbox.tencent_chat.rules import By, Json, accounts_in, checked, is_object, is_text, items, need, whole
from sandbox.user_sig import TencentError

FRESH = {
    "Introduction": "",
    "Notification": "",
    "FaceUrl": "",
    "ApplyJoinOption": "NeedPermission",
    "InviteJoinOption": "DisableInvite",
    "ShutUpAllMember": "Off",
    "AppDefinedData": [],
}


class GroupCommands(Groups):
    """The groups, as `group_open_http_svc` offers them."""

    def create_group(self, body: Json, by: By) -> Json:
        """Open a group, with or without an owner (1047/34895)."""
        fields = checked(body, rules.AT_CREATION, required=["Type", "Name"])
        kind, owner = fields.pop("Type"), fields.pop("Owner_Account", "")
        others = accounts_in({"MemberList": []} | body, "MemberList", "Member_Account")
        if kind == "Community" or (kind == "AVChatRoom" and others):
            raise TencentError(11000 if kind == "Community" else 10007, f"not with the type {kind}")
        known = {"Operator_Account": by.account, "Owner_Account": owner, "Type": kind, "Name": fields["Name"]}
        known["MemberList"] = listed(others)
        self.callbacks.before("Group.CallbackBeforeCreateGroup", by, known | {"CreateGroupNum": len(self.live)})
        fresh = FRESH | {"MaxMemberNum": fields.pop("MaxMemberCount", self.limits.members_per_group or 6000)}
        fresh |= {"InviteJoinOption": "FreeAccess"} if kind == "Private" else {}
        number = next(self.numbers)
        group_id = fields.pop("GroupId", f"@TGS#{number:08X}")
        group = Group(group_id, kind, owner, int(self.clock()), number, fresh | fields)
        self.open(group, dict.fromkeys([*filter(None, [owner]), *others]), by)
        self.tell("AfterCreateGroup", group, by, known)
        return {"GroupId": group_id}

    def add_group_member(self, body: Json, by: By) -> Json:
        """Put accounts into a group, each with a result of its own (1047/34921)."""
        group, accounts = self.find(body.get("GroupId")), accounts_in(body, "MemberList", "Member_Account")
        if group.type == "AVChatRoom":
            raise TencentError(10007, "nobody is added to an AVChatRoom")
        refused = self.ask_invite(group, accounts, by)
        results = self.join(self.find(group.group_id), accounts, by, refused)
        return {"MemberList": [{"Member_Account": account, "Result": result} for account, result in results.items()]}

    def delete_group_member(self, body: Json, by: By) -> Json:
        """Take accounts out of a group; those who are not in it are passed over (1047/34949)."""
        group, accounts = self.find(body.get("GroupId")), accounts_in(body, "MemberToDel_Account")
        if group.type == "AVChatRoom" or group.owner in accounts:
            raise TencentError(10004, "neither an owner nor anybody in an AVChatRoom can be taken out")
        self.exit(group, accounts, by)
        return {}

    def destroy_group(self, body: Json, by: By) -> Json:
        """Dissolve a group for good (1047/34896)."""
        self.destroy(self.find(body.get("GroupId")), by)
        return {}

    def modify_group_base_info(self, body: Json, by: By) -> Json:
        """Change what can be set; to mute everybody is part of it, but not in Private groups (1047/34962)."""
        group, changes = self.find(body.get("GroupId")), checked(body, rules.AT_CHANGE)
        if group.type == "Private" and "ShutUpAllMember" in changes:
            raise TencentError(10007, "a Private group cannot be muted")
        group.info |= changes
        self.tell("AfterGroupInfoChanged", group, by, {"Operator_Account": by.account} | changes)
        self.lines.tip(group, CHANGED, by, newGroupProfile={"muteAllMembers": group.muted})
        return {}

    def get_group_info(self, body: Json, by: By) -> Json:
        """Show groups, each with an ErrorCode of its own (1047/34961)."""
        wanted = need({"ResponseFilter": {}} | body, "ResponseFilter", is_object)
        checked(wanted, {"GroupBaseInfoFilter": items(50), "MemberInfoFilter": items(50)})
        return {"GroupInfo": [self._info(i, wanted) for i in need(body, "GroupIdList", items(50, least=1))]}

    def _info(self, group_id: Any, wanted: Json) -> Json:
        try:
            group = self.find(group_id)
        except TencentError as error:
            return {"GroupId": group_id, "ErrorCode": error.code, "ErrorInfo": error.info}
        members = {"MemberList": group.members_shown(wanted.get("MemberInfoFilter"))}
        shown = picked(group.shown(), wanted.get("GroupBaseInfoFilter"))
        return {"GroupId": group_id, "ErrorCode": 0, "ErrorInfo": ""} | shown | members

    def get_group_member_info(self, body: Json, by: By) -> Json:
        """Show the members of a group, page by page (1047/34948)."""
        group, start = self.find(body.get("GroupId")), need({"Offset": 0} | body, "Offset", whole(10**6))
        end = start + need({"Limit": 6000} | body, "Limit", whole(6000, least=1))
        wanted = checked(body, {"MemberInfoFilter": items(50)}).get("MemberInfoFilter")
        return {"MemberNum": len(group.members), "MemberList": group.members_shown(wanted)[start:end]}

    def get_appid_group_list(self, body: Json, by: By) -> Json:
        """Name all groups, page by page; Next leads on, and is 0 at the end (1047/34960)."""
        start = need({"Next": 0} | body, "Next", whole(10**9))
        most = need({"Limit": 10000} | body, "Limit", whole(10000, least=1))
        rest = [group for group in self.live.values() if group.number > start]
        ids = [{"GroupId": group.group_id} for group in rest[:most]]
        return {"TotalCount": len(self.live), "GroupIdList": ids, "Next": rest[most - 1].number if rest[most:] else 0}

    def send_group_msg(self, body: Json, by: By) -> Json:
        """Say something in a group, as the admin or as one of its members (1047/34959)."""
        need(body, "Random", whole(2**32 - 1))
        sender = need({"From_Account": by.account} | body, "From_Account", is_text)
        message = self.send(self.find(body.get("GroupId")), sender, body, by)
        return {"MsgTime": int(message.time), "MsgSeq": message.seq}

    def group_msg_get_simple(self, body: Json, by: By) -> Json:
        """Read back, at most 20 messages at a time, and recalled ones if they are asked for (1047/34971)."""
        group, number = self.find(body.get("GroupId")), need(body, "ReqMsgNumber", whole(10**6, least=1))
        top = need({"ReqMsgSeq": len(group.messages)} | body, "ReqMsgSeq", whole(2**32))
        since = self.clock() - (self.limits.stored_seconds or math.inf)
        page = group.history(top, min(number, 20), since, recalled=bool(body.get("WithRecalledMsg")))
        return {"GroupId": group.group_id} | page

    def delete_group_msg_by_sender(self, body: Json, by: By) -> Json:
        """Recall what somebody has said, among the last 1000 messages (1047/34970)."""
        sender = need(body, "Sender_Account", is_text)
        group = self.find(body.get("GroupId"))
        taken_back = [one for one in group.messages[-1000:] if one.sender == sender and not one.recalled]
        for message in taken_back:
            message.recalled = True
        self.lines.recalled(group, taken_back)
        return {}
