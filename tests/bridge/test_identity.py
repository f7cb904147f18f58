import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseroom.bridge.errors import BadField
from caseroom.bridge.identity import ACCOUNT_FORM, Identity, ReservedNames

IDENTITY = Identity(b"k" * 32)
RESERVED = ReservedNames.of(["Boss", "robot-admin"], ["zendesk", "salesforce", "shopify"])


def test_each_life_of_a_case_has_another_group_id():
    ids = {IDENTITY.group_id("cr_a", life) for life in range(1, 50)} | {IDENTITY.group_id("cr_b", 1)}
    assert len(ids) == 50
    assert all(re.fullmatch(r"[\x21-\x7e]{1,48}", name) and not name.startswith("@TGS#") for name in ids)


def test_another_key_gives_other_ids():
    assert Identity(b"x" * 32).group_id("cr_a", 1) != IDENTITY.group_id("cr_a", 1)


def test_ids_that_nobody_may_guess_are_never_the_same_twice():
    assert len({IDENTITY.new_visitor() for _ in range(100)} | {IDENTITY.new_case_key() for _ in range(100)}) == 200


@given(
    st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12), st.text("0123456789ABCdef", min_size=1, max_size=60)
)
def test_an_agents_account_fits_and_begins_with_his_connector(connector, user_id):
    account = IDENTITY.agent(connector, user_id)
    assert ACCOUNT_FORM.fullmatch(account)
    assert account.startswith(f"{connector}_")


def test_long_agent_ids_stay_different():
    assert IDENTITY.agent("salesforce", "0" * 40) != IDENTITY.agent("salesforce", "0" * 41)


@pytest.mark.parametrize("user_id", ["a b", "a@b.c", "ü", "a/b"])
def test_an_agents_id_with_other_characters_is_refused_by_name(user_id):
    with pytest.raises(BadField) as refused:
        IDENTITY.agent("zendesk", user_id)
    assert refused.value.field == "userId"


def test_no_email_address_is_ever_an_id():
    for account in (
        IDENTITY.shopper("a.myshopify.com", "mei@x.test", 0),
        IDENTITY.requester("zendesk", "mei@x.test", 0),
    ):
        assert ACCOUNT_FORM.fullmatch(account)
        assert "mei" not in account


def test_erasure_raises_the_epoch_and_gives_another_account():
    assert IDENTITY.shopper("a", "1", 0) != IDENTITY.shopper("a", "1", 1)


@pytest.mark.parametrize("name", ["administrator", "Administrator", "ADMINISTRATOR", "boss", "BOSS", "Robot-Admin"])
def test_administrators_are_refused_in_any_spelling(name):
    with pytest.raises(BadField):
        RESERVED.refuse_admin(name)


@pytest.mark.parametrize("name", ["v_abc", "S_abc", "c_x", "zendesk_12", "Salesforce_005", "SHOPIFY_ann"])
def test_a_trusted_server_may_not_name_its_customer_like_one_of_ours(name):
    with pytest.raises(BadField):
        RESERVED.refuse_given(name)
    RESERVED.refuse_admin(name)


@pytest.mark.parametrize("name", ["", "a" * 33, "a b", "mei@x.test", "@RBT#1", "名"])
def test_an_ill_formed_account_is_refused(name):
    with pytest.raises(BadField):
        RESERVED.refuse_admin(name)


def test_the_random_of_a_saying_is_the_same_each_time_and_fits_32_bits():
    first = IDENTITY.random("g_a", "greeting")
    assert first == IDENTITY.random("g_a", "greeting") != IDENTITY.random("g_b", "greeting")
    assert 0 <= first < 2**32
