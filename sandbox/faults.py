"""Faults that a seed decides: never by chance, never by global order."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

Choice = TypeVar("Choice")


class Fault(StrEnum):
    """What goes wrong with one call."""

    SLOW = "slow"  # done, answered late
    LOST = "lost"  # not done, no answer
    UNANSWERED = "unanswered"  # done, no answer
    BROKEN = "broken"  # not done, HTTP 502 with HTML
    BUSY = "busy"  # not done, the vendor's own "too many requests"


class NoAnswer(Exception):
    """The stand-in closes the line instead of answering."""


@dataclass
class Faults:
    """Decide about each call by a hash of seed, vendor, call, subject and n-th try.

    Attributes:
        seed: the same seed gives the same faults to the same calls.
        rates: share of calls (0 to 1) that meet each fault; together at most 1.
        met: how many calls have met one.
    """

    seed: int = 0
    rates: dict[Fault, float] = field(default_factory=dict)
    tries: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    met: int = 0

    def decide(self, vendor: str, call: str, subject: str) -> Fault | None:
        """Return what this try of a call about a subject meets, or None."""
        self.tries[vendor, call, subject] += 1
        point = draw(self.seed, vendor, call, subject, self.tries[vendor, call, subject])
        for fault, rate in self.rates.items():
            if point < rate:
                self.met += 1
                return fault
            point -= rate
        return None


def draw(*parts: object) -> float:
    """A number from 0 (inclusive) to 1 (exclusive) that depends on the parts and nothing else."""
    digest = hashlib.sha256("|".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def pick(choices: list[Choice], *parts: object) -> Choice:
    """One of the choices, decided by the parts."""
    return choices[int(draw(*parts) * len(choices))]
