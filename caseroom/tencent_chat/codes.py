"""Tencent's error codes, sorted by what to do next.

https://cloud.tencent.com/document/product/269/1671 (error codes). The text beside a code is for people and never
looked at.
"""

from __future__ import annotations

from caseroom.bridge.errors import Gone, LockedOut, Refused, Trouble, Unanswered, Unavailable, UnknownAccount

# The UserSig ran out, or was ended by `kick`: sign anew, once.
RE_SIGN = frozenset({70001, 70052})
# Tencent's own time-outs and inner errors: what was asked may have happened.
PERHAPS_DONE = frozenset(
    {10002, 20004, 20005, 30006, 30007, 40006, 60008, 60013, 60014, 70169, 70202, 70500, 90992, 90994, 90995, 91000}
)
# Too fast, for one API; seconds to leave it alone.
TOO_FAST = {60007: 1.0, 10023: 1.0, 60018: 1.0, 60019: 1.0, 60022: 2.0}
# Too fast, for the whole app.
APP_TOO_FAST = {60011: 1.0}
# Quotas and plans, for one API: a person has to see to it.
USED_UP = frozenset({10006, 10036, 10058, 70398})
# Credentials, region, plan or allow list, for everything; a UserSig that is refused though it is new is one of them.
LOCKED_OUT = RE_SIGN | frozenset(
    {60002, 60004, 60005, 60006, 60010, 60012, 60016, 60017, 60020, 60021}
    | {70002, 70003, 70004, 70005, 70007, 70008, 70009, 70010, 70013, 70014, 70016, 70020, 70051, 70114, 70403}
)
LOOK_AGAIN = 15.0
FAILED_TOO_OFTEN = {70050: 60.0}
NOT_IMPORTED = frozenset({10019, 20003, 40003, 70107, 90008, 90012, 90048})
NO_GROUP = frozenset({10010, 10015})
ID_TAKEN = frozenset({10021, 10025})
ALREADY_MEMBER = 10013
DELETE_NOT_ALLOWED = 71000


def trouble(code: int, api: str) -> Trouble:
    """What an error code of an API means for the call."""
    if code in PERHAPS_DONE:
        return Unanswered(code)
    if code in TOO_FAST:
        return Unavailable(code, seconds=TOO_FAST[code], scope=api)
    if code in APP_TOO_FAST:
        return Unavailable(code, seconds=APP_TOO_FAST[code])
    if code in USED_UP:
        return LockedOut(code, seconds=LOOK_AGAIN, scope=api)
    if code in LOCKED_OUT or code in FAILED_TOO_OFTEN:
        return LockedOut(code, seconds=FAILED_TOO_OFTEN.get(code, LOOK_AGAIN))
    return _about_one_case(code)


def _about_one_case(code: int) -> Trouble:
    if code in NOT_IMPORTED:
        return UnknownAccount(code)
    return Gone(code) if code in NO_GROUP else Refused(code)
