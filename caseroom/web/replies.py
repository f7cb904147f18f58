"""Canned replies: those of the operator's file, and those of the agent's helpdesk."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from caseroom.bridge import deadline
from caseroom.bridge.errors import Trouble
from caseroom.bridge.ports import ListsReplies, Reply
from caseroom.house import House

HEADING = re.compile(r"^## +(.+?) *$", re.MULTILINE)
SECONDS = 8.0
KEPT_SECONDS, TRY_AGAIN_SECONDS = 300.0, 30.0


def read_replies(markdown: str) -> list[Reply]:
    """What a file says: a heading of the second level begins a reply; one without a text is left out."""
    _, *parts = HEADING.split(markdown)
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return [Reply(title, text.strip()) for title, text in pairs if text.strip()]


@dataclass
class Replies:
    """Lists canned replies; a helpdesk is asked once in five minutes by each process."""

    house: House
    kept: dict[str, tuple[float, Sequence[Reply]]] = field(default_factory=dict)
    asking: threading.Lock = field(default_factory=threading.Lock)

    def of(self, connector: str) -> Iterator[Reply]:
        """The file's first, read anew each time, then the helpdesk's."""
        file = self.house.settings.canned_replies_file
        if file is not None:
            yield from read_replies(_text(file))
        yield from self._of_helpdesk(connector)

    def _of_helpdesk(self, name: str) -> Sequence[Reply]:
        helpdesk = self.house.connectors[name]
        until, known = self.kept.get(name, (0.0, ()))
        if not isinstance(helpdesk, ListsReplies) or self.house.clock() < until:
            return known
        with self.house.waiting_room() as may_wait:
            # One asks; the others have what was told last.
            if may_wait and self.asking.acquire(blocking=False):
                try:
                    self.kept[name] = self._asked(helpdesk, known)
                finally:
                    self.asking.release()
        return self.kept.get(name, (0.0, known))[1]

    def _asked(self, helpdesk: ListsReplies, known: Sequence[Reply]) -> tuple[float, Sequence[Reply]]:
        try:
            with deadline.within(SECONDS):
                return self.house.clock() + KEPT_SECONDS, tuple(helpdesk.list_replies())
        except Trouble:
            return self.house.clock() + TRY_AGAIN_SECONDS, known


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
