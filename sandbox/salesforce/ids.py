"""Record ids: 15 characters in which case counts, or 18 whose last three carry the case of the others.

Salesforce, Object Reference, "ID Field Type".
"""

from __future__ import annotations

import re
import string

# Upper and lower case alternate, so neighbours differ by case alone: who folds the case of ids mixes up two records.
DIGITS = "".join(upper + upper.lower() for upper in string.ascii_uppercase) + string.digits
SUFFIXES = string.ascii_uppercase + "012345"


def checksum(short: str) -> str:
    """The three characters that say which of the fifteen are capitals."""
    blocks = (short[start : start + 5] for start in range(0, 15, 5))
    return "".join(SUFFIXES[sum(1 << i for i, letter in enumerate(block) if letter.isupper())] for block in blocks)


def full(text: str) -> str | None:
    """The 18 characters of an id, with its case put right from the checksum; None when the text is no id."""
    if not re.fullmatch(r"[A-Za-z0-9]{15}(?:[A-Za-z0-5]{3})?", text):
        return None
    if len(text) == 15:
        return text + checksum(text)
    suffix = text[15:].upper()
    are_capitals = [SUFFIXES.index(suffix[i // 5]) >> (i % 5) & 1 for i in range(15)]
    short = "".join(c.upper() if is_capital else c.lower() for c, is_capital in zip(text, are_capitals, strict=False))
    return short + suffix if checksum(short) == suffix else None


def make(prefix: str, number: int) -> str:
    """The id of the n-th record of a kind."""
    short = f"{prefix}Kz000000{''.join(DIGITS[number // 62**place % 62] for place in (3, 2, 1, 0))}"
    return short + checksum(short)


def is_user(owner: str) -> bool:
    """Whether an owner is a person; otherwise it is a queue."""
    return owner.startswith("005")
