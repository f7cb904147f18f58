"""Names as long as Tencent takes them: it counts bytes of UTF-8, not characters."""

from __future__ import annotations

# https://www.tencentcloud.com/document/product/1047/34895; newer pages allow 100, older servers refuse more than 30.
GROUP_NAME_BYTES = 30
NICK_BYTES = 100
NAMELESS = "Support"


def cut(text: str, limit: int) -> str:
    """The longest beginning of the text that fits into `limit` bytes and ends with a whole character."""
    return text.encode()[:limit].decode(errors="ignore")


def group_name(subject: str) -> str:
    """What a group is called."""
    return cut(" ".join(subject.split()), GROUP_NAME_BYTES).strip() or NAMELESS
