"""Salesforce's ids: 15 and 18 characters are one id, and a mangled one is put right or refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.salesforce import ids
from sandbox.salesforce.ids import full, make

VECTORS = [
    ("001D000000IRFma", "001D000000IRFmaIAH"),
    ("5003000000D8cuI", "5003000000D8cuIAAR"),
    ("0053000000AbCdE", "0053000000AbCdEAAV"),
]
SHORT = st.text("ABCXYZabcxyz0189", min_size=15, max_size=15)


@pytest.mark.parametrize(("short", "long"), VECTORS)
def test_fifteen_and_eighteen_characters_are_one_id(short, long):
    assert ids.clean(short) == ids.clean(long) == long


@pytest.mark.parametrize(("short", "long"), VECTORS)
def test_eighteen_characters_whose_case_was_mangled_are_put_right(short, long):
    assert ids.clean(long.lower()) == ids.clean(long.upper()) == ids.clean(long.swapcase()) == long


@pytest.mark.parametrize("text", ["5003000000D8cuIAAR"[:14] + "9AAR", "5003000000D8cuIBAR", "5003000000D8cuIAQR"])
def test_a_checksum_that_calls_a_digit_a_capital_is_wrong(text):
    with pytest.raises(ValueError):
        ids.clean(text)


@pytest.mark.parametrize(
    "text",
    ["", "5", "5003000000D8cu", "5003000000D8cuIA", "5003000000D8cuIAARx", "5003000000D8c-I", "5003000000D8cuI999"],
)
def test_what_is_no_id_is_refused(text):
    with pytest.raises(ValueError):
        ids.clean(text)


@pytest.mark.parametrize(
    "value", [None, 5003000000, True, [], {}, b"5003000000D8cuI", "5003000000D8cuI\n", "5003000000D8cu\u0131"]
)
def test_what_is_no_plain_text_is_refused(value):
    with pytest.raises(ValueError):
        ids.clean(value)


def test_an_id_of_another_kind_is_refused():
    assert ids.clean("5003000000D8cuI", ids.CASE) == "5003000000D8cuIAAR"
    with pytest.raises(ValueError):
        ids.clean("0053000000AbCdE", ids.CASE)
    with pytest.raises(ValueError):
        ids.clean("5003000000D8cuI", ids.USER)


def test_neighbouring_ids_stay_two():
    first, second = make("500", 0)[:15], make("500", 1)[:15]
    assert first.lower() == second.lower()
    assert ids.clean(first) != ids.clean(second)


@given(SHORT)
def test_every_id_survives_every_mangling_and_the_stand_in_agrees(short):
    long = ids.clean(short)
    assert long == full(short)
    assert ids.clean(long.lower()) == ids.clean(long.upper()) == ids.clean(long) == long


@given(st.text("ABCabc0125", min_size=18, max_size=18))
def test_eighteen_characters_are_an_id_exactly_where_the_stand_in_says_so(text):
    try:
        found = ids.clean(text)
    except ValueError:
        found = None
    assert found == full(text)
