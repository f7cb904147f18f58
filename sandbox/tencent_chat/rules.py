"""What a field may hold, and how much of everything there may be (1047/34895, 1047/34381)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sandbox.user_sig import TencentError

Json = dict[str, Any]
Rule = Callable[[Any], bool]

MESSAGE_BYTES = 12 * 1024


class By(NamedTuple):
    """Who does something, and from where: RESTAPI, or a kind of client."""

    account: str
    platform: str


@dataclass
class Limits:
    """What the app's plan allows; 0 stands for no limit."""

    calls_per_second: int = 200
    messages_per_second: int = 40
    group_limit: int = 0
    groups_per_user: int = 500
    members_per_group: int = 200
    stored_seconds: int = 7 * 24 * 3600


def too_fast(times: Sequence[float], most: int, now: float) -> bool:
    """Within the last second there were already as many as are allowed."""
    return 0 < most <= len(times) and times[-most] > now - 1


def text(most: int, least: int = 0) -> Rule:
    """A text of so many bytes of UTF-8: bytes, not characters."""
    return lambda value: isinstance(value, str) and least <= len(value.encode()) <= most


def like(pattern: str) -> Rule:
    """A text that is like this from end to end."""
    return lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None


def whole(most: int, least: int = 0) -> Rule:
    """A number without a fraction, and not a boolean in disguise."""
    return lambda value: type(value) is int and least <= value <= most


def items(most: int, least: int = 0) -> Rule:
    """A list of so many."""
    return lambda value: isinstance(value, list) and least <= len(value) <= most


is_text = text(10**6)
is_object: Rule = lambda value: isinstance(value, dict)  # noqa: E731 -- one of the rules below
is_uint32 = whole(2**32 - 1)
is_user_id = like(r"(?=.{1,32}$)(@RBT#)?[A-Za-z0-9_-]+")
EITHER_WAY = {
    "Name": text(30, least=1),
    "Introduction": text(240),
    "Notification": text(300),
    "FaceUrl": text(100),
    "ApplyJoinOption": like("FreeAccess|NeedPermission|DisableApply"),
    "InviteJoinOption": like("FreeAccess|NeedPermission|DisableInvite"),
    "AppDefinedData": items(0),  # its keys are named in the console first, and here none is
}
AT_CREATION = EITHER_WAY | {
    "Type": like("Private|Public|ChatRoom|AVChatRoom|Community"),
    "GroupId": like(r"(?!@TGS#)[ -~]{1,48}"),
    "Owner_Account": is_text,
    "MaxMemberCount": whole(6000, least=1),
}
AT_CHANGE = EITHER_WAY | {"MaxMemberNum": whole(6000, least=1), "ShutUpAllMember": like("On|Off")}


def checked(body: Json, rules: dict[str, Rule], code: int = 10004, required: Sequence[str] = ()) -> Json:
    """Return the fields that have a rule, if each keeps its rule; what has none is ignored, as by the vendor."""
    if not isinstance(body, dict):
        raise TencentError(code, "an object is wanted")
    fields = {name: body.get(name) for name in rules if name in body or name in required}
    for name, value in fields.items():
        if not rules[name](value):
            raise TencentError(code, f"invalid {name}")
    return fields


def need(body: Json, name: str, rule: Rule, code: int = 10004) -> Any:
    """Return one field that has to be there and keep a rule."""
    return checked(body, {name: rule}, code, [name])[name]


def accounts_in(body: Json, name: str, inner: str = "") -> list[str]:
    """Return the ids in a list, or in a list of objects; 10005 when they are too many for one request."""
    entries = need(body, name, items(10**6))
    if len(entries) > 100:
        raise TencentError(10005, f"more than 100 in {name}")
    accounts = [need(entry if inner else {name: entry}, inner or name, is_text, 60015) for entry in entries]
    return list(dict.fromkeys(accounts))


def check_message(body: Json) -> None:
    """Hold a message to its shape (1047/33527) with 10004, and to its size with 80002."""
    checked(body, {"ForbidCallbackControl": items(2)})
    elements = need(body, "MsgBody", items(10**6, least=1))
    custom_data = need({"CloudCustomData": ""} | body, "CloudCustomData", is_text)
    for element in elements:
        need(element, "MsgType", is_text)
        checked(need(element, "MsgContent", is_object), {"Text": is_text})
    if [element["MsgType"] for element in elements].count("TIMCustomElem") > 1:
        raise TencentError(10004, "a message has at most one TIMCustomElem")
    size = len(json.dumps(elements, ensure_ascii=False, separators=(",", ":")).encode()) + len(custom_data.encode())
    if size > MESSAGE_BYTES:
        raise TencentError(80002, f"the message has {size} bytes, and {MESSAGE_BYTES} are allowed")
