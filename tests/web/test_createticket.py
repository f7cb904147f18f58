"""A customer asks for a case: the answers are what the contract says, whichever door he came through."""

import pytest

from caseroom.bridge.model import Case
from sandbox.faults import Fault

DONE = {"ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": ""}


def occupied(site):
    """Whoever comes now is answered at once."""
    while site.house.waiting_rooms.acquire(blocking=False):
        pass


# What is answered


def test_a_trusted_server_is_told_the_group_and_that_the_helpdesk_has_not_answered_yet(site):
    answer = site.as_server("/zendesk/createticket", {"userId": "mei", "caseInfo": site.info})
    group = answer.get_json()["GroupId"]
    assert answer.status_code == 200
    assert answer.get_json() == {**DONE, "GroupId": group, "caseId": None, "userID": "mei"}
    assert site.members(group) == {"mei"}


def test_a_page_is_told_the_same_and_given_its_visitors_token_anew(site):
    visitor = site.visitor()
    site.wait(10)
    answer = site.as_page("/zendesk/createticket", {"visitorToken": visitor["visitorToken"], "caseInfo": site.info})
    told = answer.get_json()
    assert answer.status_code == 200
    assert set(told) == {*DONE, "GroupId", "caseId", "userID", "visitorToken"}
    assert told["userID"] == visitor["userID"]
    assert told["visitorToken"] != visitor["visitorToken"]
    again = site.as_page("/case", {"visitorToken": told["visitorToken"]}).get_json()
    assert again["GroupId"] == told["GroupId"]


@pytest.mark.parametrize("door", ["server", "page"])
def test_what_is_kept_but_not_open_yet_is_answered_as_pending(site, door):
    occupied(site)
    visitor = site.visitor()
    if door == "server":
        answer = site.as_server("/zendesk/createticket", {"userId": "mei", "caseInfo": site.info})
        who = {"userID": "mei"}
    else:
        body = {"visitorToken": visitor["visitorToken"], "caseInfo": site.info}
        answer = site.as_page("/zendesk/createticket", body)
        who = {"userID": visitor["userID"], "visitorToken": answer.get_json()["visitorToken"]}
    group = answer.get_json()["GroupId"]
    assert answer.status_code == 202
    assert answer.get_json() == {**DONE, "GroupId": group, "caseId": None, "status": "pending", **who}
    assert group not in site.chat.groups
    site.rest()
    assert site.members(group) == {who["userID"]}


@pytest.mark.parametrize("connector", ["zendesk", "salesforce"])
def test_who_waits_for_the_case_is_told_its_number(site, connector):
    answer = site.ask(connector=connector, wait="case")
    if connector == "zendesk":
        (ref,) = map(str, site.zendesk.tickets)
    else:
        (ref,) = site.salesforce.cases
    assert answer["caseId"] == ref


def test_who_waits_for_a_case_of_a_helpdesk_that_is_down_is_answered_after_ten_seconds(site):
    site.zendesk.down = True
    began = site.world.clock.now
    answer = site.as_server("/zendesk/createticket", {"userId": "mei", "caseInfo": site.info, "wait": "case"})
    assert (answer.status_code, answer.get_json()["caseId"]) == (200, None)
    assert 0 < site.world.clock.now - began <= 14
    assert site.members(answer.get_json()["GroupId"]) == {"mei"}
    site.zendesk.down = False
    site.rest(30)
    assert site.as_server("/case", {"userId": "mei"}).get_json()["caseId"] == str(*site.zendesk.tickets)


@pytest.mark.parametrize("wait", ["group", "", "CASE", True, 10])
def test_there_is_nothing_else_to_wait_for(standing, refused_field, wait):
    body = {"userId": "mei", "caseInfo": standing.info, "wait": wait}
    with standing.unchanged():
        assert refused_field(standing.as_server("/zendesk/createticket", body)) == "wait"


def test_what_the_customer_asked_stands_at_the_helpdesk_and_in_the_group(site):
    site.ask(wait="case")
    ((_, ticket),) = site.zendesk.tickets.items()
    requester = site.zendesk.users[ticket.requester_id]
    assert (ticket.subject, ticket.description) == ("The teapot drips", "At the spout.")
    assert (requester.name, requester.email) == ("Mei Lin", "mei@customer.example")
    (group,) = site.chat.groups.values()
    assert (group.name, site.chat.accounts["mei"].nick) == ("The teapot drips", "Mei Lin")
    (case,) = site.find(Case)
    assert ticket.external_id == case.key


# Fields of the helpdesk


def test_a_trusted_server_sets_the_fields_that_the_operator_allows(site):
    info = {**site.info, "fields": {"priority": "urgent", "tags": ["vip"]}}
    site.ask(caseInfo=info, wait="case")
    (ticket,) = site.zendesk.tickets.values()
    assert (ticket.priority, "vip" in ticket.tags) == ("urgent", True)
    site.ask("kofi", "salesforce", caseInfo={**site.info, "fields": {"Priority": "High"}}, wait="case")
    (case,) = site.salesforce.cases.values()
    assert case["Priority"] == "High"


@pytest.mark.parametrize(
    ("connector", "field"),
    [
        ("zendesk", "assignee_id"),
        ("zendesk", "requester"),
        ("zendesk", "external_id"),
        ("zendesk", "Priority"),
        ("zendesk", ""),
        ("salesforce", "OwnerId"),
        ("salesforce", "Caseroom_Key__c"),
        ("salesforce", "priority"),
    ],
)
def test_a_field_that_is_not_allowed_is_named(standing, refused_field, connector, field):
    body = {"userId": "mei", "caseInfo": {**standing.info, "fields": {field: "x"}}}
    with standing.unchanged():
        answer = standing.as_server(f"/{connector}/createticket", body)
    assert refused_field(answer) == f"caseInfo.fields.{field}"


def test_a_page_sets_none_not_even_one_that_is_allowed(standing, refused_field):
    token = standing.visitor()["visitorToken"]
    body = {"visitorToken": token, "caseInfo": {**standing.info, "fields": {"priority": "urgent"}}}
    with standing.unchanged():
        assert refused_field(standing.as_page("/zendesk/createticket", body)) == "caseInfo.fields"


def test_a_page_that_calls_itself_a_trusted_server_is_none(site):
    """`userId`, `reuse` and whatever else a body says decide nothing for a page."""
    site.ask("kofi")
    visitor = site.visitor()
    claims = {"userId": "kofi", "userID": "kofi", "reuse": True, "is_trusted": True}
    body = {"visitorToken": visitor["visitorToken"], "caseInfo": site.info, **claims}
    assert site.as_page("/zendesk/createticket", body).get_json()["userID"] == visitor["userID"]
    site.rest()
    assert "caseroom_unverified_email" in list(site.zendesk.tickets.values())[-1].tags


def test_the_agent_who_is_preferred_is_no_way_to_name_somebody_into_the_group(site):
    answer = site.ask(caseInfo={**site.info, "preferredAgent": "zendesk_12"})
    site.rest()
    assert site.members(answer["GroupId"]) == {"mei"}


def test_a_slow_chat_cloud_is_waited_for_as_long_as_the_callers_may_wait(site, monkeypatch):
    decide = site.world.faults.decide
    lost = iter([Fault.BROKEN] * 3)
    monkeypatch.setattr(
        site.world.faults,
        "decide",
        lambda vendor, *call: next(lost, None) if vendor == "tencent_chat" else decide(vendor, *call),
    )
    began = site.world.clock.now
    answer = site.as_server("/zendesk/createticket", {"userId": "mei", "caseInfo": site.info})
    assert answer.status_code in {200, 202}
    assert site.world.clock.now - began <= 4.5
    site.rest(20)
    assert site.members(answer.get_json()["GroupId"]) == {"mei"}
