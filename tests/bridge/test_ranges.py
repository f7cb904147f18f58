from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from caseroom.bridge import ranges

sequences = st.sets(st.integers(1, 60))


def as_set(found: ranges.Ranges) -> set[int]:
    return {number for low, high in found for number in range(low, high + 1)}


@given(sequences, sequences)
def test_adding_is_the_union_of_sets(first, second):
    found = ranges.add(ranges.add((), first), second)
    assert as_set(found) == first | second


@given(sequences, st.integers(0, 70))
def test_what_is_missing_and_what_is_there_make_up_everything_up_to_the_top(known, top):
    found = ranges.add((), known)
    assert as_set(ranges.missing(found, top)) == set(range(1, top + 1)) - known


@given(sequences)
def test_ranges_are_as_few_as_can_be(known):
    found = ranges.add((), known)
    assert all(later[0] > earlier[1] + 1 for earlier, later in pairwise(found))


@given(sequences, st.integers(0, 70))
def test_upto_cuts_everything_above(known, top):
    assert as_set(ranges.upto(ranges.add((), known), top)) == {number for number in known if number <= top}


def test_the_highest_of_nothing_is_zero():
    assert ranges.highest((), ()) == 0
    assert ranges.highest(((1, 3),), ((7, 9),)) == 9
