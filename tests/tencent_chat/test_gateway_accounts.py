"""Accounts, as Tencent wants them; what holds for every chat cloud is in the contract."""

import pytest

from caseroom.bridge.errors import Refused, Unanswered
from caseroom.bridge.identity import ReservedNames
from caseroom.tencent_chat.user_sig import UserSigs
from sandbox.tencent_chat import TencentError
from sandbox.town import SDK_APP_ID, TENCENT_KEY


def test_a_nick_is_cut_to_a_hundred_bytes(chat, cloud):
    chat.import_account("mei", "茶" * 40)
    assert cloud.accounts["mei"].nick == "茶" * 33


def test_an_import_without_a_name_leaves_the_one_that_is_there(chat, cloud):
    chat.import_account("mei", "Mei Lin")
    chat.import_account("mei", "")
    assert cloud.accounts["mei"].nick == "Mei Lin"


def test_an_account_that_was_deleted_cannot_be_imported_again(chat, cloud):
    chat.import_account("mei", "Mei Lin")
    chat.delete_account("mei")
    assert "mei" not in cloud.accounts
    with pytest.raises(Refused):
        chat.import_account("mei", "Mei Lin")


def refused_login(cloud, account, ticket):
    with pytest.raises(TencentError) as caught:
        cloud.login(account, ticket)
    return caught.value.code


@pytest.fixture(params=["whole call", "inner result"])
def undeletable(request, cloud):
    """Tencent's plan does not allow to delete accounts, and says so in one of two places."""
    if request.param == "whole call":
        cloud.people.deletable = False
    else:
        cloud.people.account_delete = lambda body, _: {
            "ResultItem": [{**item, "ResultCode": 71000} for item in body["DeleteItem"]]
        }


def test_where_accounts_cannot_be_deleted_nothing_of_the_person_is_left(chat, cloud, undeletable):
    chat.import_account("mei", "Mei Lin")
    cloud.accounts["mei"].face_url = "https://shop.example/mei.png"
    ticket = UserSigs(SDK_APP_ID, TENCENT_KEY, 3600, ReservedNames.of([], [])).issue("mei").text
    cloud.login("mei", ticket)
    chat.delete_account("mei")
    assert (cloud.accounts["mei"].nick, cloud.accounts["mei"].face_url) == ("", "")
    assert refused_login(cloud, "mei", ticket) == 70052


def test_where_accounts_cannot_be_deleted_one_that_was_never_imported_is_no_error(chat, cloud, undeletable):
    chat.delete_account("mei")
    assert "mei" not in cloud.accounts


@pytest.mark.parametrize("step", ["account_delete", "portrait_set", "kick"])
def test_an_erasure_that_breaks_off_is_done_by_asking_again(chat, cloud, step):
    cloud.people.deletable = step == "account_delete"
    chat.import_account("mei", "Mei Lin")
    cloud.troubles[step] = [70500]
    with pytest.raises(Unanswered, match="70500"):
        chat.delete_account("mei")
    chat.delete_account("mei")
    assert "mei" not in cloud.accounts or not cloud.accounts["mei"].nick


def test_an_erasure_that_the_vendor_has_not_granted_is_not_taken_for_one(chat, answered):
    answered(ResultItem=[{"UserID": "mei", "ResultCode": 70500, "ResultInfo": "busy"}])
    with pytest.raises(Unanswered, match="70500"):
        chat.delete_account("mei")
    answered(ResultItem=[{"UserID": "mei", "ResultCode": 70402, "ResultInfo": "no"}])
    with pytest.raises(Refused, match="70402"):
        chat.delete_account("mei")
