"""Zendesk in our words: every event that its webhook sends, as the stand-in really sends it."""

import base64
import hashlib
import hmac
import json
from dataclasses import replace

import pytest

from caseroom.bridge.errors import BadField, NotProven
from caseroom.bridge.events import Agent, CaseAssigned, CaseMerged, CaseOpened, CaseStatusChanged
from caseroom.bridge.model import Status
from caseroom.connector import InboundRequest

AT = 1_795_000_000_000_000
SECRET = "of the webhook"


def told(zendesk, account):
    """The deliveries of everything that the webhook sends now, each of them verified first."""
    deliveries = []
    for request in account.events():
        zendesk.verify(request)
        deliveries += zendesk.parse(request)
    return deliveries


def facts(delivery):
    """The facts of a delivery by their kind."""
    assert delivery.problem is None, delivery.problem
    return {type(fact): fact for fact in delivery.events}


def event(kind="status_changed", own=None, **changes):
    detail = {
        "id": "101",
        "assignee_id": "12",
        "requester_id": "34",
        "status": "OPEN",
        "subject": "Late",
        "tags": [],
        "updated_at": "2026-11-18T11:06:40Z",
        **changes,
    }
    detail = {name: value for name, value in detail.items() if value is not ...}
    return {"id": "e1", "type": f"zen:event-type:ticket.{kind}", "detail": detail, "event": own or {}}


def sent(body):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return InboundRequest("POST", "/zendesk/events", (), {}, raw, AT / 1e6)


def read(zendesk, body):
    (delivery,) = zendesk.parse(sent(body))
    return delivery


# What people do


def test_an_assignment_names_the_agent_and_a_return_to_the_queue_nobody(zendesk, account):
    ticket = account.opened()
    ann = account.zendesk.add_agent("Ann")
    for agent in (ann, None):
        account.zendesk.assign(ticket, agent)
        for delivery in told(zendesk, account):
            assert delivery.ref == str(ticket)
            assert facts(delivery)[CaseAssigned] == CaseAssigned(AT, (Agent(str(agent)),) if agent else ())


@pytest.mark.parametrize(
    ("deed", "status"),
    [
        ("solve", Status.SOLVED),
        ("close", Status.CLOSED),
        ("soft_delete", Status.DELETED),
        ("permanently_delete", Status.DELETED),
        ("mark_as_spam", Status.DELETED),
    ],
)
def test_the_end_of_a_ticket_is_told_in_our_words(zendesk, account, deed, status):
    ticket = account.opened()
    getattr(account.zendesk, deed)(ticket)
    last = facts(told(zendesk, account)[-1])[CaseStatusChanged]
    assert (last.status, last.at) == (status, AT)
    assert last.may_be_merge is (status is Status.CLOSED)


@pytest.mark.parametrize("back", ["reopen", "undelete"])
def test_a_ticket_that_comes_back_is_open(zendesk, account, back):
    ticket = account.opened()
    account.zendesk.assign(ticket, account.zendesk.add_agent("Ann"))
    account.zendesk.solve(ticket) if back == "reopen" else account.zendesk.soft_delete(ticket)
    account.events()
    getattr(account.zendesk, back)(ticket)
    assert facts(told(zendesk, account)[-1])[CaseStatusChanged].status is Status.OPEN


def test_a_merge_names_its_target_and_decides_nothing_else(zendesk, account):
    source, target = account.opened(), account.opened()
    account.zendesk.merge(source, target)
    merged = [one.events for one in told(zendesk, account) if CaseMerged in facts(one)]
    assert merged == [(CaseMerged(AT, str(target)),)]


def test_what_is_said_in_a_ticket_is_not_taken_along(zendesk, account):
    ticket = account.opened()
    account.zendesk.comment(ticket, account.zendesk.add_agent("Ann"), "She is difficult.", public=False)
    (delivery,) = told(zendesk, account)
    assert set(facts(delivery)) == {CaseAssigned, CaseStatusChanged}
    assert "difficult" not in repr(delivery)


def test_a_ticket_opened_inside_and_marked_for_chat_is_opened_here_too(zendesk, account):
    ticket = account.zendesk.open_ticket("Late", "Where is it?", "Bo", "bo@shop.example", ["chat"])
    (delivery,) = told(zendesk, account)
    requester = account.zendesk.tickets[ticket].requester_id
    assert facts(delivery)[CaseOpened] == CaseOpened(AT, str(requester), subject="Late")


def test_the_mark_may_be_given_later(zendesk, account):
    ticket = account.opened("vip")
    account.zendesk.tag(ticket, "chat")
    assert CaseOpened in facts(told(zendesk, account)[-1])


@pytest.mark.parametrize("mark", ["", "talk"])
def test_the_mark_is_the_one_that_was_set_and_without_one_there_is_none(account, mark):
    zendesk = account.connector(chat_tag=mark)
    account.zendesk.open_ticket("Late", "Where is it?", "Bo", "bo@shop.example", ["chat", "talk"])
    assert (CaseOpened in facts(told(zendesk, account)[0])) is (mark == "talk")
    assert CaseOpened not in facts(read(zendesk, event(tags=["", "chat"])))


def test_a_ticket_of_ours_is_known_by_its_key(zendesk, account):
    account.zendesk.create(account.zendesk.admin, account.zendesk.admin, "Hello.", external_id="cr_key")
    (delivery,) = told(zendesk, account)
    assert delivery.external_id == "cr_key"
    assert read(zendesk, event(external_id="")).external_id is None


def test_every_event_has_its_own_id_and_a_repetition_the_same(zendesk, account):
    account.zendesk.assign(account.opened(), account.zendesk.add_agent("Ann"))
    requests = account.events()
    ids = [next(iter(zendesk.parse(request))).id for request in requests]
    assert len(set(ids)) == len(ids) > 1
    assert ids == [next(iter(zendesk.parse(request))).id for request in requests]


# How it is written


@pytest.mark.parametrize("nobody", [None, "", "0", 0, ...])
def test_there_is_more_than_one_way_to_write_nobody(zendesk, nobody):
    assert facts(read(zendesk, event(assignee_id=nobody)))[CaseAssigned].agents == ()


@pytest.mark.parametrize(
    ("word", "status"),
    [
        *((word, Status.OPEN) for word in ("NEW", "OPEN", "PENDING", "HOLD", "open")),
        ("SOLVED", Status.SOLVED),
        *((word, Status.CLOSED) for word in ("CLOSED", "ARCHIVED")),
        *((word, Status.DELETED) for word in ("DELETED", "SCRUBBED")),
    ],
)
def test_every_word_for_where_a_ticket_stands_is_known(zendesk, word, status):
    assert facts(read(zendesk, event(status=word)))[CaseStatusChanged].status is status


@pytest.mark.parametrize("kind", ["soft_deleted", "permanently_deleted", "marked_as_spam"])
def test_the_event_of_a_deletion_says_more_than_the_status_in_it(zendesk, kind):
    told = facts(read(zendesk, event(kind, status="OPEN", tags=["chat"])))
    assert told[CaseStatusChanged].status is Status.DELETED
    assert CaseOpened not in told


@pytest.mark.parametrize(("tags", "is_marked"), [(["vip", "chat"], True), ("vip chat", True), ("chatter", False)])
def test_tags_come_as_a_list_or_as_words(zendesk, tags, is_marked):
    assert (CaseOpened in facts(read(zendesk, event(tags=tags)))) is is_marked


@pytest.mark.parametrize("tags", [None, 7, {"chat": 1}, ...])
def test_tags_in_any_other_form_are_none(zendesk, tags):
    assert CaseOpened not in facts(read(zendesk, event(tags=tags)))


@pytest.mark.parametrize("status", ["CLOSED", "DELETED", "ARCHIVED"])
def test_a_ticket_that_is_over_opens_nothing(zendesk, status):
    assert CaseOpened not in facts(read(zendesk, event(status=status, tags=["chat"])))


def test_the_version_is_the_helpdesks_clock_to_the_microsecond(zendesk):
    fact = facts(read(zendesk, event(updated_at="2026-11-18T12:06:40.25+01:00")))[CaseAssigned]
    assert fact.at == AT + 250_000


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"status": "ESCALATED"}, "detail.status"),
        ({"status": None}, "detail.status"),
        ({"status": ...}, "detail.status"),
        ({"updated_at": ...}, "detail.updated_at"),
        ({"updated_at": "yesterday"}, "detail.updated_at"),
        ({"updated_at": "2026-11-18T11:06:40"}, "detail.updated_at"),
        ({"id": "x"}, "groupId"),
        ({"id": ...}, "groupId"),
        ({"id": "1" * 20}, "groupId"),
        ({"assignee_id": "ann"}, "userId"),
        ({"tags": ["chat"], "requester_id": ...}, "detail.requester_id"),
    ],
)
def test_what_is_not_as_zendesk_writes_it_is_parked_by_the_name_of_the_field(zendesk, changes, named):
    delivery = read(zendesk, event(**changes))
    assert delivery.events == ()
    assert delivery.problem.startswith(f"{named}: ")
    assert delivery.detail["type"] == "status_changed"


@pytest.mark.parametrize("own", [{}, {"target_ticket_id": None}, {"target_ticket_id": "x"}, [], "text"])
def test_a_merge_into_nothing_is_parked(zendesk, own):
    assert read(zendesk, event("merged", own)).problem


@pytest.mark.parametrize("missing", ["id", "type", "detail"])
@pytest.mark.parametrize("value", [None, 7, [], ...])
def test_a_body_without_id_type_or_detail_is_refused_by_that_name(zendesk, missing, value):
    body = {**event(), missing: value}
    body = {name: part for name, part in body.items() if part is not ...}
    with pytest.raises(BadField) as refused:
        zendesk.parse(sent(body))
    assert refused.value.field == missing


@pytest.mark.parametrize(
    "kind", ["zen:event-type:user.created", "zen:event-type:ticket_form.changed", "ticket.created"]
)
def test_events_about_other_things_than_tickets_are_noted_and_left(zendesk, kind):
    delivery = read(zendesk, {"id": "e9", "type": kind})
    assert (delivery.id, delivery.events, delivery.problem) == ("e9", (), None)


# Who sends it


def test_what_the_webhook_sends_is_let_in_while_it_is_fresh(zendesk, account):
    account.zendesk.open_ticket("Late", "Where is it?", "Bo", "bo@shop.example")
    (request,) = account.events()
    for seconds in (-300, 0, 300):
        zendesk.verify(replace(request, now=request.now + seconds))
    for seconds in (-301, 301, 86_400):
        with pytest.raises(NotProven):
            zendesk.verify(replace(request, now=request.now + seconds))


@pytest.mark.parametrize("time", ["", "now", "2026-11-18T11:06:40", "1795000000", "\xe9"])
def test_a_time_that_is_none_is_refused_even_where_it_is_signed(zendesk, time):
    signature = base64.b64encode(hmac.digest(SECRET.encode(), time.encode() + b"{}", hashlib.sha256)).decode()
    headers = {"x-zendesk-webhook-signature": signature, "x-zendesk-webhook-signature-timestamp": time}
    with pytest.raises(NotProven):
        zendesk.verify(replace(sent(b"{}"), headers=headers))


def test_the_time_is_signed_too(zendesk, account):
    account.zendesk.open_ticket("Late", "Where is it?", "Bo", "bo@shop.example")
    (request,) = account.events()
    headers = {**request.headers, "x-zendesk-webhook-signature-timestamp": "2026-11-18T11:06:41Z"}
    with pytest.raises(NotProven):
        zendesk.verify(replace(request, headers=headers))
