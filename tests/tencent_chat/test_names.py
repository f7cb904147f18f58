"""Names are cut by bytes of UTF-8, never through a character."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseroom.tencent_chat.names import GROUP_NAME_BYTES, NAMELESS, NICK_BYTES, cut, group_name

texts = st.text(st.one_of(st.characters(codec="utf-8"), st.sampled_from("茶壶漏水🫖👩‍🔧é\u0301ßא \t\n")), max_size=80)


@given(texts, st.integers(0, 120))
def test_what_is_cut_is_a_beginning_that_fits_and_is_as_long_as_it_can_be(text, limit):
    short = cut(text, limit)
    assert text.startswith(short)
    assert len(short.encode()) <= limit
    assert short == text or len(text[: len(short) + 1].encode()) > limit


@given(texts, st.integers(0, 120))
def test_cutting_twice_is_cutting_once(text, limit):
    assert cut(cut(text, limit), limit) == cut(text, limit)


@given(texts)
def test_a_group_always_has_a_name_that_the_vendor_takes(subject):
    name = group_name(subject)
    assert 0 < len(name.encode()) <= GROUP_NAME_BYTES
    assert name == NAMELESS or " ".join(subject.split()).startswith(name)
    assert name == name.strip()


@pytest.mark.parametrize(
    ("subject", "name"),
    [
        ("The teapot drips", "The teapot drips"),
        ("  The\tteapot \n drips  ", "The teapot drips"),
        ("a" * 31, "a" * 30),
        ("茶" * 11, "茶" * 10),
        ("a" + "茶" * 10, "a" + "茶" * 9),
        ("🫖" * 8, "🫖" * 7),
        ("e\u0301" * 11, "e\u0301" * 10),
        ("twenty-nine letters are here: x", "twenty-nine letters are here:"),
        ("", NAMELESS),
        ("\u3000 \n", NAMELESS),
    ],
)
def test_a_group_is_called_by_its_subject_as_far_as_it_fits(subject, name):
    assert group_name(subject) == name


def test_the_limits_are_the_vendors():
    assert (GROUP_NAME_BYTES, NICK_BYTES) == (30, 100)
