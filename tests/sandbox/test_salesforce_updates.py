"""Conditional updates and custom fields in the stand-in of Salesforce, by the unmodified library and by plain HTTP."""

import pytest
import requests

from sandbox.salesforce import Salesforce
from sandbox.stand_in import Server

BEFORE, LONG_AFTER = "Fri, 20 Nov 2026 09:30:00 GMT", "Sat, 20 Nov 2126 09:30:00 GMT"
MODIFIED = "2026-11-20T09:30:01.000+0000"


@pytest.fixture
def org():
    return Salesforce(client_id="a", client_secret="b")


@pytest.fixture
def case(org):
    case = org.open_case("Lamp", "It hums", "Cid", "cid@x.test")
    org.cases[case]["LastModifiedDate"] = MODIFIED
    return case


@pytest.fixture
def update(org, case):
    server = Server(org)
    grant = {"grant_type": "client_credentials"}
    token = requests.post(f"{server.url}/services/oauth2/token", grant, auth=("a", "b"), timeout=5).json()

    def send(values, **headers):
        url = f"{server.url}/services/data/v62.0/sobjects/Case/{case}"
        bearer = {"Authorization": f"Bearer {token['access_token']}", "Sforce-Auto-Assign": "FALSE"}
        return requests.patch(url, json=values, headers={**bearer, **headers}, timeout=5)

    yield send
    server.close()


def test_an_update_is_made_only_if_nobody_has_written_since(org, case, update):
    late = update({"Priority": "High"}, **{"If-Unmodified-Since": BEFORE})
    assert (late.status_code, late.json()[0]["errorCode"]) == (412, "PRECONDITION_FAILED")
    assert org.cases[case]["Priority"] == "Medium"
    assert update({"Priority": "High"}, **{"If-Unmodified-Since": LONG_AFTER}).status_code == 204
    assert org.cases[case]["Priority"] == "High"


def test_a_time_of_the_same_second_is_in_time(org, case, update):
    assert update({"Priority": "High"}, **{"If-Unmodified-Since": "Fri, 20 Nov 2026 09:30:01 GMT"}).status_code == 204


def test_a_field_that_was_added_can_be_written_and_read_and_no_other(org, case, update):
    assert update({"Link__c": "x"}).json()[0]["errorCode"] == "INVALID_FIELD"
    org.add_field("Link__c")
    assert org.cases[case]["Link__c"] is None
    assert update({"Link__c": "https://chat.example/c/x"}).status_code == 204
    assert org.cases[case]["Link__c"] == "https://chat.example/c/x"
    assert org.cases[org.open_case("Lid", "It fell", "Dan", "dan@x.test")]["Link__c"] is None
    assert update({"Link__c": "x" * 256}).json()[0]["errorCode"] == "STRING_TOO_LONG"
