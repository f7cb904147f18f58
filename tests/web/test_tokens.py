"""Tokens that we give out and recognise again."""

import pytest
import time_machine

from caseroom.bridge.errors import NotProven
from caseroom.web.tokens import AgentToken, Tokens

DAY = 86_400
BEGIN = 1_795_000_000
ANN = AgentToken("zendesk", "12", BEGIN)


@pytest.fixture
def clock():
    with time_machine.travel(BEGIN, tick=False) as traveller:
        yield traveller


def after(clock, seconds):
    clock.move_to(BEGIN + seconds)


def test_a_visitors_token_holds_for_thirty_days_and_says_when_it_was_given(clock):
    tokens = Tokens(["key"])
    text = tokens.for_visitor("v_1", "site")
    after(clock, 30 * DAY)
    found = tokens.visitor(text, "site")
    assert (found.account, found.site, found.given_at) == ("v_1", "site", BEGIN)
    after(clock, 30 * DAY + 1)
    with pytest.raises(NotProven):
        tokens.visitor(text, "site")


def test_an_agents_token_holds_for_a_quarter_of_an_hour(clock):
    tokens = Tokens(["key"])
    text = tokens.for_agent(ANN)
    after(clock, 900)
    assert tokens.agent(text) == ANN
    after(clock, 901)
    with pytest.raises(NotProven):
        tokens.agent(text)


def test_a_token_is_good_for_its_own_site_alone(clock):
    text = Tokens(["key"]).for_visitor("v_1", "site")
    for other in ("", "Site", "site.evil.example"):
        with pytest.raises(NotProven):
            Tokens(["key"]).visitor(text, other)


def test_a_token_is_good_for_one_purpose(clock):
    tokens = Tokens(["key"])
    with pytest.raises(NotProven):
        tokens.agent(tokens.for_visitor("v_1", "site"))
    with pytest.raises(NotProven):
        tokens.visitor(tokens.for_agent(ANN), "site")


def test_the_first_key_makes_and_all_of_them_are_recognised(clock):
    old, both, new = Tokens(["old"]), Tokens(["new", "old"]), Tokens(["new"])
    assert both.visitor(old.for_visitor("v_1", "site"), "site").account == "v_1"
    assert both.agent(old.for_agent(ANN)) == ANN
    assert new.visitor(both.for_visitor("v_1", "site"), "site").account == "v_1"
    assert new.agent(both.for_agent(ANN)) == ANN
    with pytest.raises(NotProven):
        old.agent(both.for_agent(ANN))


@pytest.mark.parametrize("text", ["", ".", "a.b.c", "\x00", "é", "WzEsMl0.a.b"])
def test_rubbish_is_refused(text):
    for read in (Tokens(["key"]).agent, lambda told: Tokens(["key"]).visitor(told, "site")):
        with pytest.raises(NotProven) as refused:
            read(text)
        assert refused.value.code == "token_refused"


def test_a_token_that_was_signed_for_something_else_is_refused(clock):
    tokens = Tokens(["key"])
    for told in ({}, "ab", [1], ["a", "b", 1, 2], None, 7):
        with pytest.raises(NotProven):
            tokens.agent(tokens.agents.dumps(told))
    for told in ([1], None, 7, ["a", "b", "c"]):
        with pytest.raises(NotProven):
            tokens.visitor(tokens.visitors.dumps(told), "b")
