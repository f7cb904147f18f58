"""Part of a conversation over all the lives of its case, as customers and agents are shown it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from caseroom.bridge.errors import BadField
from caseroom.bridge.model import Account, Case, Message
from caseroom.bridge.ports import Transaction
from caseroom.house import House
from caseroom.web.bodies import ConversationAnswer, MessageAnswer

END = 2**62


@dataclass(frozen=True)
class Part:
    """Which part: the newest messages, those before a place, or those after one. A place is `<life>.<seq>`."""

    before: str | None = None
    after: str | None = None
    limit: int = 50


def conversation(house: House, case: Case, part: Part) -> dict[str, Any]:
    """The part of a conversation, oldest first, with the places where it goes on."""
    if part.before and part.after:
        raise BadField("after", "is given together with before")
    with house.store.snapshot() as tx:
        found = _after(tx, case, part) if part.after else _before(tx, case, part)
        names = {account: _name(tx, account) for account in {message.sender for message in found}}
    page = found[: part.limit] if part.after else found[: part.limit][::-1]
    has_more = len(found) > part.limit
    answer = ConversationAnswer(
        messages=[_told(message, names[message.sender]) for message in page],
        before=_place(page[0]) if has_more and not part.after else None,
        after=_place(page[-1]) if page else part.after,
    )
    return answer.model_dump()


def newest(tx: Transaction, case: Case) -> Message | None:
    """What was said last."""
    return next(iter(tx.find(Message, case=case.key, order="-life, -seq", limit=1)), None)


def _before(tx: Transaction, case: Case, part: Part) -> list[Message]:
    """Newest first, and one more than is asked for where there is one."""
    life, seq = _read(part.before) if part.before else (case.life, END)
    lives = range(min(life, case.life), 0, -1)
    return _gathered(tx, case, part, ((one, {"seq__lt": seq if one == life else END}, "-seq") for one in lives))


def _after(tx: Transaction, case: Case, part: Part) -> list[Message]:
    """Oldest first, and one more as well."""
    life, seq = _read(part.after or "")
    lives = range(max(life, 1), case.life + 1)
    return _gathered(tx, case, part, ((one, {"seq__gt": seq if one == life else 0}, "seq") for one in lives))


def _gathered(
    tx: Transaction, case: Case, part: Part, lives: Iterable[tuple[int, dict[str, int], str]]
) -> list[Message]:
    found: list[Message] = []
    for life, where, order in lives:
        rest = part.limit + 1 - len(found)
        if rest <= 0:
            break
        found += tx.find(Message, case=case.key, life=life, order=order, limit=rest, **where)
    return found


def _read(place: str) -> tuple[int, int]:
    life, seq = map(int, place.split("."))
    return life, seq


def _place(message: Message) -> str:
    return f"{message.life}.{message.seq}"


def _name(tx: Transaction, account: str) -> str:
    known = tx.get(Account, account)
    return (known.name if known is not None else "") or ""


def _told(message: Message, nick: str) -> MessageAnswer:
    return MessageAnswer(
        GroupId=message.group_id,
        life=message.life,
        seq=message.seq,
        sender=message.sender,
        nick=nick,
        sentAt=message.sent_at,
        kind=message.kind,
        isConfirmed=message.is_confirmed,
        body=list(message.body),
        cloudCustomData=message.note,
    )
