"""Who may send callbacks: whoever has the token, within the last minute, for our app."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseroom.bridge.errors import NotProven
from caseroom.connector import InboundRequest
from caseroom.tencent_chat.callbacks import Callbacks

# https://cloud.tencent.com/document/product/269/32431: a token, a time, and what they make.
TOKEN, TIME = "xxxxyyyy", "1669872112"
SIGN = "17773bc39a671d7b9aa835458704d2a6db81360a5940292b587d6d760d484061"
APP, NOW = 1_400_000_000, 1_669_872_112.0
SIGNED = {"SdkAppid": str(APP), "RequestTime": TIME, "Sign": SIGN}


def callbacks(*tokens):
    return Callbacks(APP, tokens, "administrator", frozenset({"administrator"}), None)


CALLBACKS = callbacks(TOKEN)


def inbound(now=NOW, **query):
    known = {**SIGNED, "CallbackCommand": "State.StateChange", "contenttype": "json", "OptPlatform": "Web", **query}
    pairs = tuple((name, value) for name, value in known.items() if value is not None)
    return InboundRequest("POST", "/tencent/callback", pairs, {}, b"{}", now)


def test_the_published_signature_is_accepted():
    CALLBACKS.verify(inbound())


def differing(text):
    """The text with one of its characters replaced, taken away, or doubled."""
    return st.one_of(
        st.builds(
            lambda at, letter: text[:at] + letter + text[at + 1 :], positions(text), st.characters(codec="utf-8")
        ),
        st.builds(lambda at: text[:at] + text[at + 1 :], positions(text)),
        st.builds(lambda at: text[:at] + text[at] + text[at:], positions(text)),
    ).filter(lambda changed: changed != text)


def positions(text):
    return st.integers(0, len(text) - 1)


@given(st.sampled_from(sorted(SIGNED)).flatmap(lambda name: st.tuples(st.just(name), differing(SIGNED[name]))))
def test_no_part_of_the_signature_may_differ_in_the_least(change):
    with pytest.raises(NotProven):
        CALLBACKS.verify(inbound(**dict([change])))


@pytest.mark.parametrize("name", SIGNED)
@pytest.mark.parametrize("value", [None, "", "0", " "])
def test_no_part_of_the_signature_may_be_missing(name, value):
    with pytest.raises(NotProven):
        CALLBACKS.verify(inbound(**{name: value}))


@pytest.mark.parametrize("seconds", [0, 59, 60, -59, -60])
def test_a_minute_before_and_after_is_recent(seconds):
    CALLBACKS.verify(inbound(now=NOW + seconds))


@pytest.mark.parametrize("seconds", [60.5, 61, -61, 3600, 10**9])
def test_more_than_a_minute_is_stale(seconds):
    with pytest.raises(NotProven) as caught:
        CALLBACKS.verify(inbound(now=NOW + seconds))
    assert caught.value.code == "stale"


@pytest.mark.parametrize("time", ["now", "-1", "1e9", "²", "nan", "1669872112.5", " 1669872112"])
def test_a_time_that_is_no_whole_number_is_refused_though_it_is_signed(time):
    sign = hashlib.sha256((TOKEN + time).encode()).hexdigest()
    with pytest.raises(NotProven):
        CALLBACKS.verify(inbound(RequestTime=time, Sign=sign))


@pytest.mark.parametrize("tokens", [(TOKEN, "new"), ("new", TOKEN)])
def test_both_tokens_are_good_while_they_are_exchanged(tokens):
    exchanging = callbacks(*tokens)
    exchanging.verify(inbound())
    exchanging.verify(inbound(Sign=hashlib.sha256(f"new{TIME}".encode()).hexdigest()))
    with pytest.raises(NotProven):
        exchanging.verify(inbound(Sign=hashlib.sha256(f"old{TIME}".encode()).hexdigest()))


@pytest.mark.parametrize("sign", ["", SIGN, hashlib.sha256(TIME.encode()).hexdigest()])
def test_without_a_token_nobody_is_let_in(sign):
    with pytest.raises(NotProven):
        callbacks().verify(inbound(Sign=sign))
