"""What follows from each of Tencent's error codes: https://cloud.tencent.com/document/product/269/1671."""

import pytest

from caseroom.bridge.errors import Gone, LockedOut, Refused, Unanswered, Unavailable, UnknownAccount
from caseroom.tencent_chat import codes
from caseroom.tencent_chat.client import CONNECT, READ, Client
from caseroom.tencent_chat.user_sig import AdminSig
from sandbox.town import SDK_APP_ID, TENCENT_KEY

# What the vendor's page advises, code by code.
AGAIN = """
    10002 10006 10023 20004 20005 30006 30007 40006 60007 60008 60011 60013 60014 60018 60019 60022 70050 70169 70202
    70500 90992 90994 90995 91000
"""
SIGN_ANEW = "70001 70052"
IMPORT_FIRST = "10019 20003 40003 70107 90008 90012 90048"
INSPECT = "10013 10021 10025"
IS_GONE = "10010 10015"
CREDENTIALS_OR_PLAN = """
    60002 60004 60005 60006 60010 60012 60016 60017 60020 60021 70002 70003 70004 70005 70007 70008 70009 70010 70013
    70014 70016 70020 70051 70114 70403
"""
QUOTA = "10006 10036 10058 70398"
NEVER = """
    10003 10004 10005 10007 10008 10009 10011 10012 10014 10016 10017 10018 10026 10031 10037 10038 40001 40601 60003
    60009 60015 70206 70402 70404 71000 80001 80002 80004 80005 90001 93000
"""


def rows(*tables):
    return [pytest.param(int(code), id=code) for table in tables for code in table.split()]


@pytest.fixture(scope="module")
def client(line):
    return Client(line, SDK_APP_ID, AdminSig(SDK_APP_ID, TENCENT_KEY, "administrator"))


@pytest.fixture
def fail(client, cloud):
    """Make a call that the vendor answers with this code, however often it is made."""

    def call(code, command="destroy_group"):
        cloud.troubles[command] = [code] * 3
        with pytest.raises(Exception, match=f"^{code}$") as caught:
            client.call("group_open_http_svc", command, {"GroupId": "g"})
        return caught.value

    return call


def test_every_code_that_we_know_stands_in_the_vendors_table():
    known = {SIGN_ANEW, AGAIN, IMPORT_FIRST, INSPECT, IS_GONE, CREDENTIALS_OR_PLAN, QUOTA, NEVER}
    assert named_codes() <= {int(code) for table in known for code in table.split()}


def named_codes():
    values = [value for name, value in vars(codes).items() if name.isupper()]
    found = [value if isinstance(value, frozenset | dict) else [value] for value in values]
    return {code for values in found for code in values if isinstance(code, int)}


@pytest.mark.parametrize("code", rows(AGAIN))
def test_what_the_vendor_may_do_another_time_is_tried_again(fail, code):
    assert isinstance(fail(code), Unanswered | Unavailable)


@pytest.mark.parametrize("code", rows(SIGN_ANEW, CREDENTIALS_OR_PLAN))
def test_credentials_and_plans_stop_everything_until_a_person_has_seen_to_them(fail, code):
    trouble = fail(code)
    assert isinstance(trouble, LockedOut)
    assert (trouble.scope, trouble.seconds) == ("", 15.0)


@pytest.mark.parametrize("code", rows(QUOTA))
def test_a_quota_stops_the_one_api_that_has_it(fail, code):
    trouble = fail(code)
    assert isinstance(trouble, LockedOut)
    assert trouble.scope == "destroy_group"


@pytest.mark.parametrize("code", rows(IMPORT_FIRST))
def test_who_is_not_known_has_to_be_imported(fail, code):
    assert type(fail(code)) is UnknownAccount


@pytest.mark.parametrize("code", rows(IS_GONE))
def test_a_group_that_is_not_there_is_gone(fail, code):
    assert type(fail(code)) is Gone


@pytest.mark.parametrize("code", rows(INSPECT, NEVER))
def test_what_will_never_work_as_it_stands_is_not_tried_again(fail, code):
    assert type(fail(code)) is Refused


@pytest.mark.parametrize("code", rows("60007 60018 60019 60022 10023"))
def test_too_fast_for_one_api_slows_that_one_down(fail, code):
    trouble = fail(code)
    assert type(trouble) is Unavailable
    assert trouble.scope == "destroy_group"
    assert 1 <= trouble.seconds <= 2


def test_too_fast_for_the_whole_app_slows_everything_down(fail):
    trouble = fail(60011)
    assert type(trouble) is Unavailable
    assert (trouble.scope, trouble.seconds) == ("", 1.0)


def test_after_too_many_failed_signatures_a_whole_minute_is_waited(fail):
    trouble = fail(70050)
    assert isinstance(trouble, LockedOut)
    assert (trouble.scope, trouble.seconds) == ("", 60.0)


@pytest.mark.parametrize("code", rows("10002 20004 20005 60008 60014 70169 70500 90992 91000"))
def test_an_inner_trouble_of_the_vendors_may_come_after_it_was_done(fail, code):
    trouble = fail(code)
    assert type(trouble) is Unanswered
    assert trouble.counts_as_outage


@pytest.mark.parametrize("code", [1, 10100, 99999, 120001, -1])
def test_a_code_that_is_new_to_us_is_a_refusal(fail, code):
    assert type(fail(code)) is Refused


def test_we_wait_longer_than_the_vendor_itself_does():
    assert READ > 3
    assert CONNECT >= 3
