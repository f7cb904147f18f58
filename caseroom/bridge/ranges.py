"""Sets of message sequences, written as closed ranges: (1, 3), (5, 9)."""

from __future__ import annotations

from collections.abc import Iterable

Ranges = tuple[tuple[int, int], ...]


def add(ranges: Ranges, sequences: Iterable[int]) -> Ranges:
    """The ranges with these sequences in them."""
    return union(ranges, tuple((sequence, sequence) for sequence in sequences))


def union(*several: Ranges) -> Ranges:
    """Everything that is in one of them, in order, with neighbours joined."""
    joined: list[tuple[int, int]] = []
    for low, high in sorted(pair for ranges in several for pair in ranges):
        if joined and low <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], high))
        else:
            joined.append((low, high))
    return tuple(joined)


def missing(ranges: Ranges, top: int) -> Ranges:
    """What is not in the ranges from 1 to top, both included."""
    holes: list[tuple[int, int]] = []
    expected = 1
    for low, high in union(ranges):
        if expected < low and expected <= top:
            holes.append((expected, min(low - 1, top)))
        expected = max(expected, high + 1)
    if expected <= top:
        holes.append((expected, top))
    return tuple(holes)


def highest(*several: Ranges) -> int:
    """The highest sequence in any of them; 0 when there is none."""
    return max((high for ranges in several for _, high in ranges), default=0)


def upto(ranges: Ranges, top: int) -> Ranges:
    """The part of the ranges that is not above top."""
    return tuple((low, min(high, top)) for low, high in ranges if low <= top)


def common(first: Ranges, second: Ranges) -> Ranges:
    """What is in both."""
    top = highest(first, second)
    return missing(union(missing(first, top), missing(second, top)), top)
