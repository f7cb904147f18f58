"""How fast an API may be called, by all processes together."""

from __future__ import annotations

from dataclasses import replace

from caseroom.bridge.records import Pace

BUCKETS_A_SECOND = 100
WINDOW = BUCKETS_A_SECOND + 1  # a second that begins anywhere lies within so many hundredths


def reserve(pace: Pace, now: float, limit: int) -> tuple[Pace, float]:
    """Take a place for one call; return when it may go out, which is now or later.

    In no second, wherever it begins, do more than `limit` calls go out.
    """
    bucket = max(int(now * BUCKETS_A_SECOND), pace.bucket)
    counts = [0] * min(bucket - pace.bucket, WINDOW) + list(pace.counts)
    counts = (counts + [0] * WINDOW)[:WINDOW]
    used = sum(counts)
    while used >= limit:
        used -= counts.pop()
        counts.insert(0, 0)
        bucket += 1
    counts[0] += 1
    return replace(pace, bucket=bucket, counts=tuple(counts)), max(now, bucket / BUCKETS_A_SECOND)
