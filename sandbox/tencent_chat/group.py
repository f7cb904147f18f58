"""One group: its members, its messages, and how they look from outside."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field

from sandbox.tencent_chat.rules import Json
from sandbox.user_sig import TencentError

DEDUPE_SECONDS = 300


@dataclass
class Message:
    """A message as the group keeps it; `elements` is what Tencent calls MsgBody.

    Attributes:
        seq: counts the messages from 1; 0 for one that is only for who is there, and is not kept.
        client_time: seconds, as the sender's page has them.
    """

    seq: int
    sender: str
    random: int
    elements: list[Json]
    custom_data: str
    time: float
    client_time: int = 0
    recalled: bool = False

    @property
    def id(self) -> str:
        """Its name in pages: who, when and the Random, so that its sender knows it beforehand."""
        return f"{tiny_id(self.sender)}-{self.client_time or int(self.time)}-{self.random}"

    @property
    def text(self) -> str:
        """The words in it; of what is no text, the type."""
        return " ".join(element["MsgContent"].get("Text", f"[{element['MsgType']}]") for element in self.elements)

    def shown(self) -> Json:
        """As the history shows it; of a recalled one only the place is left."""
        shown: Json = {"From_Account": self.sender, "MsgRandom": self.random, "MsgSeq": self.seq, "MsgPriority": 2}
        shown |= {"MsgTimeStamp": int(self.time), "IsPlaceMsg": 2 if self.recalled else 0}
        return shown | ({} if self.recalled else {"MsgBody": self.elements, "CloudCustomData": self.custom_data})

    def told(self) -> Json:
        """As the callback tells it."""
        told: Json = {"From_Account": self.sender, "Random": self.random, "MsgSeq": self.seq, "MsgTime": int(self.time)}
        told |= {"MsgBody": self.elements, "CloudCustomData": self.custom_data}
        return told | {"OnlineOnlyFlag": int(self.seq == 0)}


@dataclass
class Group:
    """A group.

    Attributes:
        number: counts the groups of the app as they are opened.
        info: what can be set, in Tencent's words.
        members: when each of them came, in order.
        since: how many messages there were when a member came.
        read: up to which message a member has read.
    """

    group_id: str
    type: str
    owner: str
    created: int
    number: int
    info: Json
    members: dict[str, int] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    since: dict[str, int] = field(default_factory=dict)
    read: dict[str, int] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What people read above the conversation."""
        return str(self.info["Name"])

    @property
    def muted(self) -> bool:
        """Nobody may speak but the owner and the app's admins."""
        return bool(self.info["ShutUpAllMember"] == "On")

    def check_voice(self, sender: str) -> None:
        """Let members speak, and in a muted group the owner only."""
        if sender not in self.members:
            raise TencentError(10007, "the sender is not in the group")
        if self.muted and sender != self.owner:
            raise TencentError(10017, "the group is muted")

    def earlier(self, sender: str, random: int, now: float) -> Message | None:
        """The message that this one repeats: same sender, same Random, less than five minutes ago."""
        recent = (message for message in self.messages if message.time > now - DEDUPE_SECONDS)
        return next((message for message in recent if (message.sender, message.random) == (sender, random)), None)

    def history(self, top: int, number: int, since: float, *, recalled: bool) -> Json:
        """A page, newest first; IsFinished is 0 if more is to come, 1 at the end, 2 if what came before has expired."""
        asked = [m for m in reversed(self.messages) if m.seq <= top and (recalled or not m.recalled)]
        stored = [message for message in asked if message.time > since]
        finished = 0 if len(stored) > number else 1 if stored == asked else 2
        return {"IsFinished": finished, "RspMsgList": [message.shown() for message in stored[:number]]}

    def shown(self) -> Json:
        """The group, without its members."""
        last = int(self.messages[-1].time) if self.messages else 0
        counts = {"MemberNum": len(self.members), "NextMsgSeq": len(self.messages) + 1, "LastMsgTime": last}
        return self.info | counts | {"Type": self.type, "Owner_Account": self.owner, "CreateTime": self.created}

    def members_shown(self, wanted: list[str] | None) -> list[Json]:
        """The members, with the fields that are wanted, or all."""
        roles = {account: "Owner" if account == self.owner else "Member" for account in self.members}
        members = [{"Member_Account": i, "Role": role, "JoinTime": self.members[i]} for i, role in roles.items()]
        return [picked(member, wanted) for member in members]


def picked(fields: Json, wanted: list[str] | None) -> Json:
    """The fields that a filter names; all of them without a filter."""
    return {name: value for name, value in fields.items() if wanted is None or name in wanted}


def tiny_id(account: str) -> str:
    """The number that an account has in the names of its messages."""
    return f"144115{zlib.crc32(account.encode()):010d}"
