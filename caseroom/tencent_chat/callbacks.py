"""Tencent's callbacks: who may send them, what is answered, and what they tell.

https://cloud.tencent.com/document/product/269/1522 and /32431. The signature does not cover the body, so everything
told here is a hint; before-callbacks are answered by the rule that nobody can add himself or open a side door.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from caseroom.bridge.errors import BadField, NotProven
from caseroom.bridge.events import CrowdChanged, Event, GroupDoubted, MessageHeard
from caseroom.bridge.model import Message
from caseroom.connector import InboundRequest
from caseroom.signatures import CANNOT_PROVE, require_one_of, require_recent

WINDOW = 60.0
ALLOWED = {"ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": ""}
REFUSED = {"ActionStatus": "OK", "ErrorCode": 1, "ErrorInfo": "refused"}


@dataclass(frozen=True)
class Hint:
    """What a callback tells about one group."""

    group_id: str
    event: Event


@dataclass(frozen=True)
class Callbacks:
    """Checks and reads callbacks.

    Attributes:
        tokens: set in Tencent's console; either of two while they are being exchanged.
        admin_id: the account that our own calls are made with.
        admins: every account whose deeds are ours.
        assistant: the one account that may write to people one to one; None: nobody.
    """

    sdk_app_id: int
    tokens: tuple[str, ...]
    admin_id: str
    admins: frozenset[str]
    assistant: str | None

    def verify(self, request: InboundRequest) -> None:
        """Raise NotProven unless Tencent sent this within the last minute."""
        query = dict(request.query)
        time = query.get("RequestTime", "")
        expected = [hashlib.sha256((token + time).encode()).hexdigest() for token in self.tokens]
        require_one_of(query.get("Sign", ""), expected)
        if not time.isdecimal() or query.get("SdkAppid") != str(self.sdk_app_id):
            raise NotProven(CANNOT_PROVE)
        require_recent(float(time), request.now, WINDOW)

    def verdict(self, command: str, body: dict[str, Any]) -> dict[str, Any]:
        """What Tencent is answered: before-callbacks are refused unless an administrator of ours acts."""
        actor = ACTORS.get(command)
        if actor is None:
            return ALLOWED
        may = str(actor(body)) in self.admins or (command.startswith("C2C.") and self._concerns_assistant(body))
        return ALLOWED if may else REFUSED

    def hints(self, request: InboundRequest) -> list[Hint]:
        """What the callback tells; nothing where it tells of our own deeds, or of what is not stored at all."""
        body = request.json()
        command = self.command(request, body)
        read = READERS.get(command)
        platform = dict(request.query).get("OptPlatform", "").lower()
        is_own = platform == "restapi" and body.get("Operator_Account") == self.admin_id
        if read is None or is_own or body.get("OnlineOnlyFlag") == 1:
            return []
        group_id = body.get("GroupId")
        if not isinstance(group_id, str):
            raise BadField("GroupId", "is missing")
        return [Hint(group_id, read(group_id, body))]

    def command(self, request: InboundRequest, body: dict[str, Any]) -> str:
        """The callback's name, which query and body have to agree about."""
        command = dict(request.query).get("CallbackCommand", "")
        if body.get("CallbackCommand", command) != command or not command:
            raise BadField("CallbackCommand", "differs between query and body")
        return command

    def _concerns_assistant(self, body: dict[str, Any]) -> bool:
        return self.assistant is not None and self.assistant in (body.get("From_Account"), body.get("To_Account"))


def _operator(body: dict[str, Any]) -> Any:
    return body.get("Operator_Account")


# Before-callbacks that are refused, and who acts in each.
ACTORS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "Group.CallbackBeforeCreateGroup": _operator,
    "Group.CallbackBeforeInviteJoinGroup": _operator,
    "Group.CallbackBeforeApplyJoinGroup": lambda body: body.get("Requestor_Account"),
    "C2C.CallbackBeforeSendMsg": lambda body: body.get("From_Account"),
}


def _message(group_id: str, body: dict[str, Any]) -> Event:
    try:
        message = Message(
            group_id=group_id,
            seq=int(body["MsgSeq"]),
            case="",
            life=0,
            sender=str(body.get("From_Account", "")),
            sent_at=float(body.get("MsgTime", 0)),
            body=tuple(element for element in body["MsgBody"] if isinstance(element, dict)),
            random=int(body.get("Random", 0)),
            note=str(body.get("CloudCustomData") or ""),
        )
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise BadField("MsgSeq", "MsgSeq, MsgTime or MsgBody is missing or wrong") from error
    if not (0 < message.seq < 2**63 and 0 <= message.random < 2**63 and math.isfinite(message.sent_at)):
        raise BadField("MsgSeq", "MsgSeq, Random or MsgTime is out of range")
    return MessageHeard(message)


def _exit(group_id: str, body: dict[str, Any]) -> Event:  # noqa: ARG001 -- readers take what any reader needs
    if body.get("ExitType") != "Quit":
        return CrowdChanged()
    members = body.get("ExitMemberList")
    listed = members if isinstance(members, list) else []
    left = [member.get("Member_Account") for member in listed if isinstance(member, dict)]
    return CrowdChanged(tuple(account for account in left if isinstance(account, str)))


# After-callbacks that tell something. All others (states, bots, reads, changes of a profile) are answered and left.
READERS: dict[str, Callable[[str, dict[str, Any]], Event]] = {
    "Group.CallbackAfterSendMsg": _message,
    "Group.CallbackAfterNewMemberJoin": lambda *_: CrowdChanged(),
    "Group.CallbackAfterMemberExit": _exit,
    "Group.CallbackAfterGroupDestroyed": lambda *_: GroupDoubted(),
}
