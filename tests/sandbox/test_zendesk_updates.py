"""Updates of tickets and macros in the stand-in of Zendesk, called as its documentation says."""

import pytest
import requests

from sandbox.stand_in import Server
from sandbox.zendesk import Zendesk


@pytest.fixture
def account():
    return Zendesk(email="ann@x.test", api_token="t")


@pytest.fixture
def call(account):
    server = Server(account)

    def send(method, path, body=None):
        url = f"{server.url}/api/v2/{path}"
        return requests.request(method, url, json=body, auth=("ann@x.test/token", "t"), timeout=5)

    yield send
    server.close()


@pytest.fixture
def ticket(account):
    return account.open_ticket("Lamp", "It hums", "Cid", "cid@x.test")


def test_an_update_answers_with_ticket_and_audit(account, call, ticket):
    ann = account.add_agent("Ann")
    answer = call("PUT", f"tickets/{ticket}.json", {"ticket": {"assignee_id": ann, "priority": "high"}})
    assert answer.status_code == 200
    assert (answer.json()["ticket"]["assignee_id"], answer.json()["ticket"]["status"]) == (ann, "open")
    assert answer.json()["audit"]["ticket_id"] == ticket
    assert call("PUT", f"tickets/{ticket}", {"ticket": {"assignee_id": None}}).json()["ticket"]["assignee_id"] is None


def test_a_safe_update_needs_the_stamp_of_the_last_change(account, call, ticket):
    stamp = call("GET", f"tickets/{ticket}").json()["ticket"]["updated_at"]
    account.tickets[ticket].updated += 5
    asked = {"priority": "high", "safe_update": True}
    late = call("PUT", f"tickets/{ticket}", {"ticket": {**asked, "updated_stamp": stamp}})
    assert (late.status_code, late.json()["error"]) == (409, "UpdateConflict")
    assert call("PUT", f"tickets/{ticket}", {"ticket": asked}).status_code == 409
    assert account.tickets[ticket].priority is None
    assert call("PUT", f"tickets/{ticket}", {"ticket": {"priority": "high", "updated_stamp": stamp}}).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "done"},
        {"status": "new"},
        {"priority": "enormous"},
        {"assignee_id": "7"},
        {"assignee_id": 4711},
        {"subject": None},
    ],
)
def test_a_value_that_a_field_cannot_have_is_refused(call, account, ticket, wrong):
    answer = call("PUT", f"tickets/{ticket}", {"ticket": wrong})
    assert (answer.status_code, answer.json()["error"]) == (422, "RecordInvalid")
    assert len(account.tickets[ticket].audits) == 1


@pytest.mark.parametrize("body", [None, [], {}, {"ticket": []}, {"ticket": {"custom_fields": {}}}])
def test_a_body_of_another_shape_is_refused(call, ticket, body):
    assert call("PUT", f"tickets/{ticket}", body).status_code == 400


def test_a_closed_or_deleted_ticket_is_not_changed(account, call, ticket):
    account.close(ticket)
    assert call("PUT", f"tickets/{ticket}", {"ticket": {"priority": "low"}}).status_code == 422
    account.soft_delete(ticket)
    assert call("PUT", f"tickets/{ticket}", {"ticket": {"priority": "low"}}).status_code == 404
    assert call("PUT", "tickets/9", {"ticket": {}}).status_code == 404


def test_custom_fields_that_are_not_named_stay_and_unknown_ones_are_passed_over(account, call, ticket):
    colour, size = account.add_ticket_field("Colour"), account.add_ticket_field("Size")
    for number, value in ((colour, "red"), (size, "S"), (1, "nothing"), (colour, "blue")):
        call("PUT", f"tickets/{ticket}", {"ticket": {"custom_fields": [{"id": number, "value": value}]}})
    shown = call("GET", f"tickets/{ticket}").json()["ticket"]["custom_fields"]
    assert shown == [{"id": colour, "value": "blue"}, {"id": size, "value": "S"}]
    assert len(account.tickets[ticket].audits) == 4


def test_macros_are_listed_all_or_those_that_are_active(account, call):
    account.add_macro("One", {"field": "comment_value", "value": "Hello"})
    account.add_macro("Two", active=False, restriction={"type": "User", "id": 1})
    everything = call("GET", "macros.json").json()
    assert [(one["title"], one["active"], one["restriction"]) for one in everything["macros"]] == [
        ("One", True, None),
        ("Two", False, {"type": "User", "id": 1}),
    ]
    assert [one["title"] for one in call("GET", "macros?active=true").json()["macros"]] == ["One"]
    assert [one["title"] for one in call("GET", "macros?active=false").json()["macros"]] == ["Two"]
