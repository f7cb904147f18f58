"""What is done at the chat cloud for a case: its group, and who is in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from caseroom.bridge.action import Action, Ports
from caseroom.bridge.model import Known
from caseroom.bridge.ports import GroupReading
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

    def perform(self, ports: Ports, situation: Situation) -> str:
        """Import under the present name, and return it."""
        name = situation.person(self.account).name or ""
        ports.chat.import_account(self.account, name)
        return name

    def done(self, situation: Situation, result: Any) -> Situation:
        """The chat cloud knows the account under the name that it had when the call was made."""
        return situation.with_person(replace(situation.person(self.account), imported_as=result))


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
