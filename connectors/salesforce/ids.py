"""Record ids: 15 characters in which case counts, or 18 whose last three tell the case of the others.

Salesforce, Object Reference, "ID Field Type". Everywhere in this project an id has its 18 characters.
"""

from __future__ import annotations

import re
import string

FORM = re.compile(r"([A-Za-z0-9]{15})([A-Za-z0-5]{3})?")
LETTERS = string.ascii_uppercase + "012345"
BLOCK = 5

# What an id begins with says what kind of record it names.
CASE, USER, ORG = "500", "005", "00D"


def clean(given: object, kind: str = "") -> str:
    """The 18 characters of an id, mangled case put right by its checksum; ValueError where it is none of its kind."""
    form = FORM.fullmatch(given) if isinstance(given, str) else None
    if form is None:
        raise ValueError("no id of a Salesforce record")
    short, suffix = form[1], (form[2] or "").upper()
    if suffix:
        short = _put_right(short, suffix)
    if not short.startswith(kind) or (suffix and checksum(short) != suffix):
        raise ValueError("an id of something else, or with a wrong checksum")
    return short + checksum(short)


def checksum(short: str) -> str:
    """The three characters that belong to fifteen: one for each five, by which of them are capitals."""
    blocks = (short[start : start + BLOCK] for start in range(0, len(short), BLOCK))
    return "".join(LETTERS[sum(1 << place for place, sign in enumerate(block) if sign.isupper())] for block in blocks)


def _put_right(short: str, suffix: str) -> str:
    flags = [LETTERS.index(suffix[place // BLOCK]) >> place % BLOCK & 1 for place in range(len(short))]
    return "".join(sign.upper() if flag else sign.lower() for sign, flag in zip(short, flags, strict=True))
