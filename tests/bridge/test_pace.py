from hypothesis import given, settings
from hypothesis import strategies as st

from caseroom.bridge.pace import reserve
from caseroom.bridge.records import Pace

waits = st.lists(st.floats(0, 0.4), min_size=1, max_size=120)


def times(gaps: list[float], limit: int) -> list[tuple[float, float]]:
    pace, now, found = Pace(name="create_group"), 1_795_000_000.0, []
    for gap in gaps:
        now += gap
        pace, at = reserve(pace, now, limit)
        found.append((now, at))
    return found


@settings(max_examples=60, deadline=None)
@given(waits, st.integers(1, 20))
def test_in_no_second_do_more_calls_go_out_than_the_limit(gaps, limit):
    out = sorted(at for _, at in times(gaps, limit))
    for first in out:
        assert sum(first <= at < first + 1 for at in out) <= limit


@given(waits)
def test_a_call_never_goes_out_before_it_was_asked_for(gaps):
    assert all(at >= asked for asked, at in times(gaps, 5))


def test_a_call_waits_for_nobody_while_there_is_room():
    assert all(at == asked for asked, at in times([0.0] * 5, 5))


def test_a_long_queue_uses_nearly_all_of_the_limit():
    found = times([0.0] * 2_000, 200)
    seconds = found[-1][1] - found[0][0]
    assert 2_000 / (seconds + 1) > 0.95 * 200 * seconds / (seconds + 1)
    assert seconds < 2_000 / 200 * 1.05
