"""Lines to browsers that are logged in: what happens in a group goes out to those of its members who are there."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from sandbox.tencent_chat.group import Group, Message
from sandbox.tencent_chat.people import People
from sandbox.tencent_chat.rules import By, Json
from sandbox.user_sig import TencentError

JOINED, QUIT, TAKEN_OUT, CHANGED = 1, 2, 3, 6  # operationType of a group's tips
REMOVED, DISSOLVED = 4, 5  # operationType of a notice to one person
SILENT = {"ChatRoom", "AVChatRoom"}  # types of groups that tell of nobody's coming and going (269/1502)


@dataclass
class Line:
    """One page that is logged in; `ended` says why it is so no more, in the SDK's word for it."""

    user_id: str
    signed_at: int
    ends_at: int
    key: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    events: list[Json] = field(default_factory=list)
    ended: str = ""


@dataclass
class Lines:
    """All lines of one app; `cut_until` says whose are dead at the moment, in seconds of the real clock."""

    people: People
    clock: Callable[[], float]
    of: dict[str, Line] = field(default_factory=dict)
    cut_until: dict[str, float] = field(default_factory=dict)
    news: threading.Condition = field(default_factory=threading.Condition)

    def open(self, user_id: str, signed_at: int, ends_at: int) -> Line:
        """Log a page in; the page that was is logged out, for there is one page to an account."""
        line = Line(user_id, signed_at, ends_at)
        with self.news:
            for other in self._live([user_id]):
                other.ended = "multipleAccount"
            self.of[line.key] = line
            self.news.notify_all()
        return line

    def close(self, key: str) -> None:
        """Log a page out."""
        with self.news:
            self.of.pop(key, None)

    def find(self, key: str) -> Line:
        """Return a line that is still good; 20002 where it is not."""
        line = self.of.get(key)
        if line is None or self.why_ended(line):
            raise TencentError(20002, "not logged in, or no more")
        return line

    def why_ended(self, line: Line) -> str:
        """Why a line is no longer good: another page, an old UserSig or a kick; empty while it is."""
        account = self.people.accounts.get(line.user_id)
        if not line.ended and self.clock() >= line.ends_at:
            line.ended = "userSigExpired"
        if not line.ended and (account is None or line.signed_at <= account.kicked_at):
            line.ended = "REST_API_Kick"
        return line.ended

    def wait(self, line: Line, after: int, seconds: float) -> list[Json]:
        """Events with a number above this one, as soon as there are any; none when the time is over."""
        end = time.monotonic() + seconds
        with self.news:
            while time.monotonic() < end and not self.is_cut(line.user_id):
                if self.why_ended(line):
                    return [{"n": after + 1, "kicked": line.ended}]
                if fresh := [event for event in line.events if event["n"] > after]:
                    return fresh
                self.news.wait(0.2)  # a UserSig ends without anybody's doing
        return []

    def cut(self, user_id: str, seconds: float) -> None:
        """Let an account's line be dead for a while; what happens meanwhile never goes out."""
        with self.news:
            self.cut_until[user_id] = time.monotonic() + seconds
            self.news.notify_all()

    def is_cut(self, user_id: str) -> bool:
        """Whether an account's line is dead."""
        return self.cut_until.get(user_id, 0) > time.monotonic()

    def push(self, accounts: Iterable[str], event: Json) -> None:
        """Send an event to accounts, on whichever lines they have."""
        with self.news:
            for line in self._live(accounts):
                if not self.is_cut(line.user_id):
                    line.events.append({"n": line.events[-1]["n"] + 1 if line.events else 1, **event})
            self.news.notify_all()

    def _live(self, accounts: Iterable[str]) -> list[Line]:
        wanted = set(accounts)
        return [line for line in self.of.values() if line.user_id in wanted and not line.ended]

    def said(self, group: Group, message: Message) -> None:
        """Tell members of a message."""
        self.push(group.members, {"message": self.shown(group, message)})

    def recalled(self, group: Group, messages: Iterable[Message]) -> None:
        """Tell members that messages were taken back."""
        if shown := [self.shown(group, message) for message in messages]:
            self.push(group.members, {"revoked": shown})

    def tip(self, group: Group, kind: int, by: By, accounts: Iterable[str] = (), **more: Any) -> None:
        """Tell members what became of a group or of others in it."""
        if group.type in SILENT and kind in {JOINED, QUIT, TAKEN_OUT}:
            return
        people = [self.person(account) for account in accounts]
        payload = {"operatorID": by.account, "operationType": kind, "memberCount": len(group.members), **more}
        payload |= {"userIDList": [one["userID"] for one in people], "memberList": people}
        self.push(group.members, {"tip": self.about(group) | {"time": int(self.clock()), "payload": payload}})

    def notice(self, group: Group, kind: int, by: By, accounts: Iterable[str]) -> None:
        """Tell accounts what became of themselves in a group."""
        payload = {"operatorID": by.account, "operationType": kind}
        self.push(accounts, {"notice": self.about(group) | {"time": int(self.clock()), "payload": payload}})

    def shown(self, group: Group, message: Message) -> Json:
        """A message as it goes over the line."""
        shown = self.about(group) | message.shown() | {"nick": self.person(message.sender)["nick"]}
        return shown | {"id": message.id}

    def about(self, group: Group) -> Json:
        """Which group it is."""
        return {"groupID": group.group_id, "groupType": group.type, "name": group.name}

    def person(self, account: str) -> Json:
        """Who an account is to others."""
        known = self.people.accounts.get(account)
        return {"userID": account, "nick": known.nick if known else "", "avatar": known.face_url if known else ""}
