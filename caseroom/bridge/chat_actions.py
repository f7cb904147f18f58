"""What is done at the chat cloud for a case."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from caseroom.bridge import ranges
from caseroom.bridge.action import Action, Ports
from caseroom.bridge.model import History, Known, Message
from caseroom.bridge.phrases import phrase
from caseroom.bridge.ports import GroupReading, HistoryPage, Saying
from caseroom.bridge.situation import Situation, group_ended, next_life

SOON = 10.0
HOUR = 3600.0
RETURNS_AN_HOUR = 3


class ChatAction(Action[Situation]):
    """A call about the group of the present life."""

    lane = "chat"

    def gone(self, situation: Situation) -> Situation:
        """The group is gone."""
        return situation.with_case(group_ended(situation.case))


@dataclass(frozen=True)
class ImportAccount(Action[Situation]):
    """Make somebody known to the chat cloud."""

    account: str
    lane = "chat"
    verb = "import_account"

    @property
    def key(self) -> str:
        """One person's trouble is not another's."""
        return f"import:{self.account}"

    def perform(self, ports: Ports, situation: Situation) -> None:
        """Import under the present name."""
        ports.chat.import_account(self.account, situation.person(self.account).name or "")

    def done(self, situation: Situation, result: Any) -> Situation:
        """The chat cloud knows the account under the name that it had when the call was made."""
        person = situation.person(self.account)
        return situation.with_person(replace(person, imported_as=person.name or ""))


@dataclass(frozen=True)
class OpenGroup(ChatAction):
    """Create the group with those who belong in it; after an end, as the next life."""

    members: tuple[str, ...]
    verb = "open_group"

    def begun(self, situation: Situation) -> Situation:
        """From now on the group may be there."""
        case = situation.case
        if case.seen.has_vanished:
            situation = situation.with_case(next_life(case, situation.identity))
        return situation.seeing(group=Known.UNKNOWN)

    def perform(self, ports: Ports, situation: Situation) -> bool:
        """Create it under the id of this life."""
        return ports.chat.open_group(situation.case.group_id, situation.case.request.subject, self.members)

    def done(self, situation: Situation, result: bool) -> Situation:
        """It is there with its members; one that was there already has to be read."""
        if not result:
            return situation.seeing(group=Known.YES, has_existed=True, is_crowd_in_doubt=True)
        opened = situation.with_members(self.members, Known.YES)
        return opened.seeing(group=Known.YES, has_existed=True, check_at=situation.now + situation.rules.check_every)

    def undone(self, situation: Situation) -> Situation:
        """It is not there."""
        return situation.seeing(group=Known.NO)

    def unknown_account(self, situation: Situation) -> Situation:
        """It is not there, and its members have to be imported anew."""
        return _unimported(self.undone(situation), self.members)


def _unimported(situation: Situation, accounts: tuple[str, ...]) -> Situation:
    for account in accounts:
        situation = situation.with_person(replace(situation.person(account), imported_as=None))
    return situation


@dataclass(frozen=True)
class ReadGroup(ChatAction):
    """Look whether the group is there."""

    verb = "read_group"

    def perform(self, ports: Ports, situation: Situation) -> GroupReading:
        """Read it."""
        return ports.chat.read_group(situation.case.group_id)

    def done(self, situation: Situation, result: GroupReading) -> Situation:
        """It is there; who is in it has to be read too."""
        muted = Known.YES if result.is_muted else Known.NO
        return situation.seeing(group=Known.YES, has_existed=True, is_crowd_in_doubt=True, muted=muted)

    def gone(self, situation: Situation) -> Situation:
        """It is not there; a creation that was not answered may still come late, so look once more."""
        seen = situation.case.seen
        if seen.has_existed:
            return super().gone(situation)
        again = situation.now + SOON if seen.is_wary else 0.0
        return situation.seeing(group=Known.NO, is_wary=False, check_at=again)


@dataclass(frozen=True)
class ReadMembers(ChatAction):
    """Look who is in the group."""

    verb = "read_members"

    def perform(self, ports: Ports, situation: Situation) -> frozenset[str]:
        """Read them."""
        return ports.chat.read_members(situation.case.group_id)

    def done(self, situation: Situation, result: frozenset[str]) -> Situation:
        """These are in it; who left by himself is told apart from who was never in."""
        seen = situation.case.seen
        were_in = [account for account, known in seen.members.items() if known is Known.YES]
        for account in dict.fromkeys((*were_in, *seen.told_to_have_left)):
            if account not in result:
                situation = _left(situation, account)
        pause = SOON if seen.is_wary else situation.rules.check_every
        return situation.seeing(
            members=dict.fromkeys(sorted(result), Known.YES),
            told_to_have_left=(),
            is_crowd_in_doubt=False,
            is_wary=False,
            check_at=situation.now + pause,
        )


def _left(situation: Situation, account: str) -> Situation:
    case = situation.case
    if account == case.account:
        return situation.with_case(replace(case, wanted=replace(case.wanted, is_customer_in=False)))
    if account not in case.wanted.agents:
        return situation
    lately = tuple(at for at in case.seen.returns.get(account, ()) if at > situation.now - HOUR)
    if len(lately) >= RETURNS_AN_HOUR:
        return situation.parking(f"add:{account}", "keeps_leaving")
    return situation.seeing(returns={**case.seen.returns, account: (*lately, situation.now)})


@dataclass(frozen=True)
class AddMembers(ChatAction):
    """Put accounts into the group."""

    accounts: tuple[str, ...]
    verb = "add_members"

    def begun(self, situation: Situation) -> Situation:
        """From now on they may be in."""
        return situation.with_members(self.accounts, Known.UNKNOWN)

    def perform(self, ports: Ports, situation: Situation) -> dict[str, bool]:
        """Add them."""
        return ports.chat.add_members(situation.case.group_id, self.accounts)

    def done(self, situation: Situation, result: dict[str, bool]) -> Situation:
        """Each of them is in, or was turned away."""
        for account in self.accounts:
            situation = situation.with_members([account], Known.YES if result.get(account) else Known.NO)
            if not result.get(account):
                situation = situation.parking(f"add:{account}", "turned_away")
        return situation

    def undone(self, situation: Situation) -> Situation:
        """None of them is in."""
        return situation.with_members(self.accounts, Known.NO)

    def unknown_account(self, situation: Situation) -> Situation:
        """None of them is in, and they have to be imported anew."""
        return _unimported(self.undone(situation), self.accounts)

    def refused(self, situation: Situation, code: str) -> Situation:
        """Nobody is kept out because another one cannot get in."""
        situation = self.undone(situation)
        for account in self.accounts:
            situation = situation.parking(f"add:{account}", code)
        return situation


@dataclass(frozen=True)
class RemoveMembers(ChatAction):
    """Take accounts out of the group."""

    accounts: tuple[str, ...]
    verb = "remove_members"

    def begun(self, situation: Situation) -> Situation:
        """From now on they may be out."""
        return situation.with_members(self.accounts, Known.UNKNOWN)

    def perform(self, ports: Ports, situation: Situation) -> None:
        """Remove them."""
        ports.chat.remove_members(situation.case.group_id, self.accounts)

    def done(self, situation: Situation, result: Any) -> Situation:
        """They are out."""
        members = situation.case.seen.members
        return situation.seeing(members={who: known for who, known in members.items() if who not in self.accounts})

    def undone(self, situation: Situation) -> Situation:
        """They are still in."""
        return situation.with_members(self.accounts, Known.YES)


@dataclass(frozen=True)
class Say(ChatAction):
    """Say something to everybody in the group, once."""

    saying: str
    verb = "say"

    @property
    def key(self) -> str:
        """One saying's trouble is not another's."""
        return f"say:{self.saying}"

    def begun(self, situation: Situation) -> Situation:
        """From now on it may be said."""
        return self._said(situation, Known.UNKNOWN)

    def perform(self, ports: Ports, situation: Situation) -> Saying:
        """Say it in the customer's language."""
        group_id = situation.case.group_id
        text = phrase(self.saying, situation.case.request.locale)
        return ports.chat.say(group_id, text, situation.identity.random(group_id, self.saying))

    def done(self, situation: Situation, result: Saying) -> Situation:
        """It is said, and kept like every other message."""
        history = situation.case.seen.history
        kept = ranges.add(history.kept, [result.seq])
        history = replace(history, kept=kept, top=max(history.top, result.seq))
        return self._said(situation, Known.YES).seeing(history=history)

    def undone(self, situation: Situation) -> Situation:
        """It is not said."""
        return self._said(situation, Known.NO)

    def messages(self, situation: Situation, result: Saying) -> tuple[Message, ...]:
        """What was said."""
        case = situation.case
        return (
            Message(
                group_id=case.group_id,
                seq=result.seq,
                case=case.key,
                life=case.life,
                sender=result.sender,
                sent_at=result.sent_at,
                body=result.body,
                is_confirmed=True,
                random=situation.identity.random(case.group_id, self.saying),
            ),
        )

    def _said(self, situation: Situation, known: Known) -> Situation:
        return situation.seeing(said={**situation.case.seen.said, self.saying: known})


@dataclass(frozen=True)
class Mute(ChatAction):
    """Let only the service speak in the group, or everybody again."""

    is_muted: bool
    verb = "mute"

    @property
    def key(self) -> str:
        """Closing may be impossible where opening is not."""
        return "mute" if self.is_muted else "unmute"

    def begun(self, situation: Situation) -> Situation:
        """From now on it may be either."""
        return situation.seeing(muted=Known.UNKNOWN)

    def perform(self, ports: Ports, situation: Situation) -> None:
        """Do it."""
        ports.chat.mute(situation.case.group_id, is_muted=self.is_muted)

    def done(self, situation: Situation, result: Any) -> Situation:
        """It is so; where everybody may speak again, what was read is no longer the end."""
        history = replace(situation.case.seen.history, is_final=False)
        return situation.seeing(muted=Known.YES if self.is_muted else Known.NO, history=history)

    def undone(self, situation: Situation) -> Situation:
        """It is as it was."""
        return situation.seeing(muted=Known.NO if self.is_muted else Known.YES)


@dataclass(frozen=True)
class ReadHistory(ChatAction):
    """Read messages: the newest, or the newest that are not above a sequence."""

    before: int | None = None
    verb = "read_history"

    def perform(self, ports: Ports, situation: Situation) -> HistoryPage:
        """Read a page."""
        return ports.chat.read_history(situation.case.group_id, self.before)

    def done(self, situation: Situation, result: HistoryPage) -> Situation:
        """They are kept; of what is not among them it is known why; sayings that were in doubt are known."""
        case, seen = situation.case, situation.case.seen
        history = self._read(seen.history, result)
        if self.before is None:
            is_over = seen.muted is Known.YES and not case.wanted.is_live
            heard = ranges.upto(history.heard, history.top) if is_over else history.heard
            history = replace(history, is_final=is_over, heard=heard)
            situation = _recognise(situation, {message.random for message in result.messages})
        return situation.seeing(history=history)

    def _read(self, history: History, page: HistoryPage) -> History:
        seqs = [message.seq for message in page.messages]
        kept = ranges.add(history.kept, seqs)
        top = ranges.highest(kept)
        end = top if self.before is None else min(self.before, top)
        bottom = 1 if page.is_oldest else min(seqs)
        absent = ranges.missing(ranges.union(kept, ((1, bottom - 1),) if bottom > 1 else ()), end)
        expired = ranges.upto(absent, min(seqs, default=end + 1) - 1) if page.has_expired else ()
        lost = ranges.union(history.lost, expired, ranges.common(absent, history.heard))
        history = replace(history, kept=kept, lost=lost, void=ranges.union(history.void, absent))
        if self.before is not None and top < self.before:
            # There is nothing up to there: whoever told of more has made it up.
            return replace(history, heard=ranges.upto(history.heard, top), top=top)
        return replace(history, top=max(history.top, top))

    def messages(self, situation: Situation, result: HistoryPage) -> tuple[Message, ...]:
        """What was read, with whose it is; nothing where its customer was erased meanwhile."""
        case = situation.case
        if case.wanted.is_erased:
            return ()
        return tuple(replace(message, case=case.key, life=case.life) for message in result.messages)


def _recognise(situation: Situation, randoms: set[int]) -> Situation:
    case = situation.case
    doubtful = [saying for saying, known in case.seen.said.items() if known is Known.UNKNOWN]
    found = {
        saying: Known.YES if situation.identity.random(case.group_id, saying) in randoms else Known.NO
        for saying in doubtful
    }
    return situation.seeing(said={**case.seen.said, **found})


@dataclass(frozen=True)
class RecallMessages(ChatAction):
    """Take back what the erased customer said."""

    account: str
    verb = "recall_messages"

    def perform(self, ports: Ports, situation: Situation) -> None:
        """Do it."""
        ports.chat.recall_messages(situation.case.group_id, self.account)

    def done(self, situation: Situation, result: Any) -> Situation:
        """Nothing of his is left in the group."""
        return situation.seeing(said={**situation.case.seen.said, "recalled": Known.YES})


@dataclass(frozen=True)
class DissolveGroup(ChatAction):
    """End the group."""

    verb = "dissolve"

    def begun(self, situation: Situation) -> Situation:
        """From now on it may be gone."""
        return situation.seeing(group=Known.UNKNOWN)

    def perform(self, ports: Ports, situation: Situation) -> None:
        """Do it."""
        ports.chat.dissolve(situation.case.group_id)

    def done(self, situation: Situation, result: Any) -> Situation:
        """It is gone."""
        return situation.with_case(group_ended(situation.case))

    def undone(self, situation: Situation) -> Situation:
        """It is still there."""
        return situation.seeing(group=Known.YES)
