"""Tencent's login ticket, checked from its description alone, without Tencent's library.

A UserSig is a JSON object, signed with HMAC-SHA256, deflated, and written in a base64 whose three special
characters survive in a URL (tencentcloud.com/document/product/1047/34385).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import zlib
from typing import Any

SIGNED = {"TLS.identifier": str, "TLS.sdkappid": int, "TLS.time": int, "TLS.expire": int}
TO_BASE64 = str.maketrans("*-_", "+/=")


class TencentError(Exception):
    """What Tencent answers instead of doing as asked: an error code, and a line for the log."""

    def __init__(self, code: int, info: str) -> None:
        super().__init__(f"{code} {info}")
        self.code = code
        self.info = info


def read_user_sig(text: str, key: str) -> dict[str, Any]:
    """Return what a UserSig says if the key has signed it; 70002 when it is empty, 70003 when it is not genuine."""
    if not text:
        raise TencentError(70002, "the usersig is empty")
    try:
        fields = unpack(text)
        genuine = hmac.compare_digest(signature(fields, key).encode(), fields["TLS.sig"].encode())
    except (ValueError, zlib.error, LookupError, TypeError, AttributeError) as error:
        raise TencentError(70003, "the usersig cannot be read") from error
    if not genuine:
        raise TencentError(70003, "the usersig was signed with another key, or changed")
    return fields


def check_user_sig(fields: dict[str, Any], *, sdk_app_id: int, identifier: str, now: float) -> None:
    """Hold a genuine UserSig against the request: 70014 other app, 70013 other account, 70001 expired."""
    if fields["TLS.sdkappid"] != sdk_app_id:
        raise TencentError(70014, "the usersig is for another sdkappid")
    if fields["TLS.identifier"] != identifier:
        raise TencentError(70013, "the usersig is for another identifier")
    if now >= fields["TLS.time"] + fields["TLS.expire"]:
        raise TencentError(70001, "the usersig has expired")


def unpack(text: str) -> dict[str, Any]:
    """Undo the packing; one of several errors when the text is no UserSig."""
    if not re.fullmatch(r"[A-Za-z0-9*_-]+", text):
        raise ValueError(text)
    fields: dict[str, Any] = json.loads(zlib.decompress(base64.b64decode(text.translate(TO_BASE64), validate=True)))
    if fields["TLS.ver"] != "2.0" or any(type(fields[name]) is not kind for name, kind in SIGNED.items()):
        raise ValueError(text)
    return fields


def signature(fields: dict[str, Any], key: str) -> str:
    """What `TLS.sig` has to be for these fields; the order of the lines is part of it."""
    names = [*SIGNED, *(["TLS.userbuf"] if "TLS.userbuf" in fields else [])]
    lines = "".join(f"{name}:{fields[name]}\n" for name in names)
    return base64.b64encode(hmac.digest(key.encode(), lines.encode(), hashlib.sha256)).decode()
