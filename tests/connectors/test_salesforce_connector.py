"""Salesforce in our words, against an org that is strict: what it sends is understood, what we write it takes."""

import hashlib
import hmac
import json
import time
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.wrappers import Response

from caseroom.bridge.apply import apply, apply_snapshot
from caseroom.bridge.errors import (
    BadField,
    Gone,
    LockedOut,
    NotProven,
    Refused,
    Rejected,
    Trouble,
    Unanswered,
    Unavailable,
)
from caseroom.bridge.events import (
    Agent,
    CaseAssigned,
    CaseMerged,
    CaseOpened,
    CaseStatusChanged,
    Delivery,
    WorkAccepted,
    WorkEnded,
)
from caseroom.bridge.identity import Identity
from caseroom.bridge.model import Case, CaseRequest, Status, Work
from caseroom.bridge.ports import NamesAgents, OpensCases, Pings, ReadsCases
from caseroom.connector import CleansIds, InboundRequest, ProvesAgents, TakesFields
from caseroom.signatures import version_of
from connectors.salesforce import CONNECTOR, records
from connectors.salesforce.client import Client
from connectors.salesforce.settings import SalesforceSettings
from sandbox.faults import Fault, Faults
from sandbox.mailbox import Mailbox, Outgoing
from sandbox.salesforce import Salesforce
from sandbox.salesforce.ids import full
from sandbox.stand_in import Server

NOW = 1_795_255_200.0
NOON = "2026-11-21T10:00:00.000Z"
AT = version_of(NOON)
HOOK = "hook"
KEY = "cr_abcdefghijklmnop"
FIELD = "Caseroom_Key__c"
ORG = full("00D000000000001")
REF, OTHER = full("5003000000D8cuI"), full("500Kz0000000aB1")
ANN, QUEUE, WORK = full("0053000000AbCdE"), full("00GKz0000000001"), full("0BzKz0000000001")
ASKED = CaseRequest(subject="Lamp", desc="It hums", name="Cid", email="cid@x.test", is_trusted=True)


class Clock:
    def __init__(self, now=NOW):
        self.now = now

    def __call__(self):
        return self.now


class Org:
    """A stand-in on a loopback port, and the connector that was set up for it."""

    def __init__(self, given, **setup):
        self.clock = Clock()
        self.sent = []
        self.mailbox = Mailbox(send=lambda outgoing: self.sent.append(outgoing) or 202, clock=self.clock)
        self.salesforce = Salesforce(
            **{"client_id": "app", "client_secret": "app-secret", "webhook_secret": "hook"} | setup,
            clock=self.clock,
            mailbox=self.mailbox,
        )
        self.server = Server(self.salesforce)
        known = {"client_id": "app", "client_secret": "app-secret", "webhook_secrets": "hook", "org_id": ORG}
        self.settings = SalesforceSettings(url=self.server.url, **known | given)
        self.connector = CONNECTOR(self.settings, Client(self.settings.url, self.settings.login, clock=self.clock))

    def told(self):
        """What the org has sent since the last time, as the connector reads it."""
        self.mailbox.deliver(self.clock())
        posts, self.sent = self.sent, []
        deliveries = []
        for outgoing in posts:
            request = inbound(outgoing, self.clock())
            self.connector.verify(request)
            deliveries += self.connector.parse(request)
        return deliveries

    def said(self):
        """The facts of the only event that the org has sent."""
        (delivery,) = self.told()
        assert delivery.problem is None
        return delivery.events

    def meet(self, fault):
        """Every call meets this fault from now on, but for the login."""
        self.connector.ping()
        self.salesforce.faults = Faults(rates={fault: 1.0})

    def refuse_next(self, endpoint, status, code, *, after=0):
        """The next call to this endpoint is refused, and nothing is done; some may be let through before."""
        run, turn = self.salesforce.run, iter(range(-after, 1))

        def planned(called, request, arguments):
            if called == endpoint and next(turn, None) == 0:
                return Response(
                    json.dumps([{"message": "as told", "errorCode": code}]), status=status, mimetype="application/json"
                )
            return run(called, request, arguments)

        self.salesforce.run = planned

    @property
    def case(self):
        """The only case of the org."""
        (case,) = self.salesforce.cases.values()
        return case

    def count(self, endpoint):
        return [call for call, _ in self.salesforce.calls].count(endpoint)


def inbound(outgoing, now=NOW):
    headers = {name.lower(): value for name, value in outgoing.headers.items()}
    return InboundRequest("POST", outgoing.path, (), headers, outgoing.body, now)


def signed(body, secret=HOOK, now=NOW):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    signature = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    return inbound(Outgoing("/salesforce/events", raw, {"X-Caseroom-Signature": signature}), now)


def packed(*events, **changes):
    return {"orgId": ORG, "sentAt": NOON, "events": list(events)} | changes


def event(kind="case.updated", **changes):
    return {
        "id": f"{REF}-{NOON}-{kind}",
        "type": kind,
        "caseId": REF,
        "ownerId": ANN,
        "ownerIsUser": True,
        "ownerName": "Agent Ann",
        "origin": "Web",
        "isClosed": False,
        "masterCaseId": None,
        "externalId": None,
        "modifiedAt": NOON,
    } | changes


@pytest.fixture
def orgs():
    opened = []

    def open_one(given=None, **setup):
        opened.append(Org(given or {}, **setup))
        return opened[-1]

    yield open_one
    for org in opened:
        org.server.close()


@pytest.fixture
def org(orgs):
    return orgs()


@pytest.fixture
def bare(orgs):
    """An org without the package."""
    return orgs({"key_field": ""}, key_field=None)


def offline(**given):
    """A connector that asks nobody: it knows who it is."""
    known = {"client_id": "app", "client_secret": "s", "webhook_secrets": "hook", "org_id": ORG}
    connector = CONNECTOR(SalesforceSettings(url="http://127.0.0.1:9", **known | given))
    connector.client.login.user = full("0053000000AAAAA")
    return connector


def parsed(connector, *events, **changes):
    return list(connector.parse(signed(packed(*events, **changes))))


def facts(connector, *events):
    (delivery,) = parsed(connector, *events)
    assert delivery.problem is None
    return delivery.events


def problem(connector, **changes):
    (delivery,) = parsed(connector, event(**changes))
    assert delivery.events == ()
    return delivery.problem


# What it can do


def test_it_has_every_ability_of_a_helpdesk(org):
    for ability in (OpensCases, ReadsCases, NamesAgents, Pings, CleansIds, TakesFields, ProvesAgents):
        assert isinstance(org.connector, ability)


def test_it_creates_once_where_the_package_is_installed(org, bare):
    assert org.connector.creates_once is True
    assert bare.connector.creates_once is False


# Signatures


def test_what_the_org_signs_is_accepted(org):
    org.salesforce.open_case("Lamp", "It hums", "Cid", "cid@x.test")
    assert len(org.told()) == 1


def test_a_byte_changed_anywhere_in_the_body_is_refused():
    connector = offline()
    request = signed(packed(event()))
    connector.verify(request)
    for place in range(len(request.body)):
        changed = bytearray(request.body)
        changed[place] ^= 1
        with pytest.raises(NotProven):
            connector.verify(replace(request, body=bytes(changed)))


@pytest.mark.parametrize("cut", [slice(None, -1), slice(1, None), slice(0)])
def test_a_body_that_was_cut_is_refused(cut):
    request = signed(packed(event()))
    with pytest.raises(NotProven):
        offline().verify(replace(request, body=request.body[cut]))


@pytest.mark.parametrize(
    "change", [str.upper, lambda s: s[:-1], lambda s: "sha256=" + s, lambda _: "", lambda s: s + " "]
)
def test_a_signature_in_another_form_is_refused(change):
    request = signed(packed(event()))
    headers = {"x-caseroom-signature": change(request.headers["x-caseroom-signature"])}
    with pytest.raises(NotProven) as caught:
        offline().verify(replace(request, headers=headers))
    assert caught.value.code == "not_proven"


def test_a_request_without_a_signature_is_refused():
    with pytest.raises(NotProven):
        offline().verify(replace(signed(packed()), headers={}))


def test_two_secrets_are_good_while_they_are_exchanged_and_no_third():
    connector = offline(webhook_secrets="new,old")
    for secret in ("new", "old"):
        connector.verify(signed(packed(), secret))
    for secret in ("other", "", "new,old"):
        with pytest.raises(NotProven):
            connector.verify(signed(packed(), secret))


def test_the_secret_of_agents_does_not_open_the_door_of_events_nor_the_other_way_round():
    connector = offline(agent_secrets="agents")
    with pytest.raises(NotProven):
        connector.verify(signed(packed(), "agents"))
    with pytest.raises(NotProven):
        connector.agent(signed(proof(), "hook"))


@pytest.mark.parametrize("away", [-300, -299, 0, 300])
def test_a_request_is_good_for_five_minutes_before_and_after(away):
    offline().verify(signed(packed(), now=NOW + away))


@pytest.mark.parametrize("away", [-301, 301, 86_400])
def test_a_request_from_another_time_is_stale(away):
    with pytest.raises(NotProven) as caught:
        offline().verify(signed(packed(), now=NOW + away))
    assert caught.value.code == "stale"


@pytest.mark.parametrize(
    "sent_at", ["2026-11-21T10:00:00Z", "2026-11-21T10:00:00.000+0000", "2026-11-21T12:00:00+02:00"]
)
def test_a_time_may_be_written_in_every_iso_way(sent_at):
    offline().verify(signed(packed(sentAt=sent_at)))


@pytest.mark.parametrize("sent_at", [None, "", 1_795_255_200, "now", "2026-11-21T10:00:00", [], {}, "9999-99-99"])
def test_a_time_that_is_none_is_named(sent_at):
    with pytest.raises(BadField) as caught:
        offline().verify(signed(packed(sentAt=sent_at)))
    assert caught.value.field == "sentAt"


def test_a_signed_body_that_is_no_object_is_not_json():
    for raw in (b"", b"[]", b"\xff", b"[" * 100_000):
        with pytest.raises(Rejected) as caught:
            offline().verify(signed(raw))
        assert caught.value.code == "not_json"


def test_nothing_of_the_body_is_looked_at_before_the_signature_held():
    request = signed(b"no json", "other")
    with pytest.raises(NotProven) as caught:
        offline().verify(request)
    assert caught.value.code == "not_proven"


def test_what_another_org_sends_is_refused():
    connector = offline()
    for org_id in (full("00D000000000002"), "", None, 7, "acme", REF):
        with pytest.raises(NotProven) as caught:
            parsed(connector, event(), orgId=org_id)
        assert caught.value.code == "wrong_org"


def test_the_orgs_id_may_be_short_or_mangled_and_unset_it_is_not_looked_at():
    assert parsed(offline(), orgId=ORG[:15]) == parsed(offline(), orgId=ORG.lower()) == []
    assert parsed(offline(org_id=""), orgId="acme") == []


# Events


@pytest.mark.parametrize("events", [None, {}, "", 7])
def test_events_that_are_no_list_are_named(events):
    with pytest.raises(BadField) as caught:
        list(offline().parse(signed({"orgId": ORG, "sentAt": NOON, "events": events})))
    assert caught.value.field == "events"


def test_a_change_tells_who_has_the_case_and_that_it_is_open():
    for kind in ("case.created", "case.updated", "case.undeleted"):
        assert facts(offline(), event(kind)) == (
            CaseAssigned(AT, (Agent(ANN, "Agent Ann"),)),
            CaseStatusChanged(AT, Status.OPEN),
        )


def test_each_thing_that_people_do_in_the_org_is_understood(org):
    ann, queue = org.salesforce.add_user("Agent Ann"), org.salesforce.add_queue("Support")
    case = org.salesforce.open_case("Lamp", "It hums", "Cid", "cid@x.test", origin="Web", owner=queue)
    by_ann, by_nobody = (Agent(ann, "Agent Ann"),), ()
    story = [
        (None, by_nobody, Status.OPEN),
        (lambda: org.salesforce.assign(case, ann), by_ann, Status.OPEN),
        (lambda: org.salesforce.close(case), by_ann, Status.CLOSED),
        (lambda: org.salesforce.reopen(case), by_ann, Status.OPEN),
        (lambda: org.salesforce.assign(case, queue), by_nobody, Status.OPEN),
    ]
    for act, agents, status in story:
        if act is not None:
            org.clock.now += 1
            act()
        at = int(org.clock.now) * 1_000_000
        assert org.said() == (CaseAssigned(at, agents), CaseStatusChanged(at, status))


def test_a_deleted_case_is_deleted_and_comes_back_as_it_was(org):
    ann = org.salesforce.add_user("Agent Ann")
    case = org.salesforce.open_case("Lamp", "It hums", "Cid", "cid@x.test", origin="Web", owner=ann)
    org.told()
    org.salesforce.delete(case)
    assert org.said() == (CaseStatusChanged(AT, Status.DELETED),)
    org.salesforce.undelete(case)
    assert org.said() == (CaseAssigned(AT, (Agent(ann, "Agent Ann"),)), CaseStatusChanged(AT, Status.OPEN))


def test_a_closed_case_that_comes_back_is_still_closed():
    assert facts(offline(), event("case.undeleted", isClosed=True, masterCaseId=OTHER))[-1] == CaseStatusChanged(
        AT, Status.CLOSED
    )


def test_a_case_merged_into_another_goes_there_and_is_not_deleted(org):
    winner = org.salesforce.open_case("Lamp", "It hums", "Cid", "cid@x.test")
    loser = org.salesforce.open_case("Lamp", "It still hums", "Cid", "cid@x.test")
    org.told()
    org.salesforce.merge(winner, loser)
    first, second = org.told()
    assert (first.ref, first.events) == (loser, (CaseMerged(AT, winner),))
    assert second.ref == winner
    assert CaseStatusChanged(AT, Status.OPEN) in second.events


def test_a_merged_case_that_the_org_keeps_is_closed_or_goes_where_it_is_told_to(org):
    winner = org.salesforce.open_case("Lamp", "It hums", "Cid", "cid@x.test")
    loser = org.salesforce.open_case("Lamp", "It still hums", "Cid", "cid@x.test")
    org.told()
    org.salesforce.merge(winner, loser, keep=True)
    assert CaseStatusChanged(AT, Status.CLOSED) in org.told()[0].events
    assert facts(offline(), event(isClosed=True, masterCaseId=OTHER.lower())) == (CaseMerged(AT, OTHER),)


def test_ids_come_out_in_one_form_whatever_form_they_came_in():
    connector = offline(join_on="accept")
    short = event("work.opened", caseId=REF[:15], ownerId=ANN[:15], workId=WORK[:15])
    mangled = event("work.opened", caseId=REF.lower(), ownerId=ANN.upper(), workId=WORK.swapcase())
    for given_one in (short, mangled):
        (delivery,) = parsed(connector, given_one)
        assert (delivery.ref, delivery.events) == (REF, (WorkAccepted(AT, WORK, Agent(ANN, "Agent Ann")),))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"caseId": None}, "caseId"),
        ({"caseId": ANN}, "caseId"),
        ({"caseId": REF[:17] + "C"}, "caseId"),
        ({"caseId": 500}, "caseId"),
        ({"ownerId": None}, "ownerId"),
        ({"ownerId": QUEUE}, "ownerId"),
        ({"ownerIsUser": "true"}, "ownerIsUser"),
        ({"ownerIsUser": None}, "ownerIsUser"),
        ({"isClosed": 1}, "isClosed"),
        ({"masterCaseId": "elsewhere"}, "masterCaseId"),
        ({"modifiedAt": None}, "modifiedAt"),
        ({"modifiedAt": "yesterday"}, "modifiedAt"),
        ({"modifiedAt": "2026-11-21T10:00:00"}, "modifiedAt"),
        ({"type": None}, "type"),
        ({"id": ""}, "id"),
        ({"id": None}, "id"),
    ],
)
def test_an_event_that_cannot_be_read_is_parked_by_the_name_of_its_field(changes, field):
    assert problem(offline(), **changes).startswith(f"{field}: ")


def test_one_bad_event_does_not_keep_the_others_away():
    first, second, third = parsed(offline(), event(), event(modifiedAt=None), 7)
    assert (first.problem, first.ref) == (None, REF)
    assert (second.ref, second.detail) == (REF, {"type": "case.updated"})
    assert third.problem == "events: each has to be an object"
    assert len({first.id, second.id, third.id}) == 3


def test_what_is_parked_names_nobody():
    (delivery,) = parsed(offline(), event(ownerId="cid@x.test", ownerName="Cid", id="x"))
    assert delivery.problem is not None
    assert "cid" not in repr(replace(delivery, id="")).lower()


def test_an_event_of_a_type_that_we_have_no_word_for_is_noted_and_left():
    (delivery,) = parsed(offline(), {"id": "1", "type": "case.escalated"})
    assert delivery == Delivery(id=delivery.id)


def test_two_changes_of_one_second_count_both(org):
    ann, bob = org.salesforce.add_user("Agent Ann"), org.salesforce.add_user("Agent Bob")
    case = org.salesforce.open_case("Lamp", "It hums", "Cid", "cid@x.test")
    org.told()
    org.salesforce.assign(case, ann)
    org.clock.now += 0.9
    org.salesforce.assign(case, bob)
    first, second = org.told()
    assert first.id != second.id
    assert first.id.rpartition("-")[0] == second.id.rpartition("-")[0]
    again = event()
    assert parsed(offline(), event())[0].id == parsed(offline(), dict(reversed(again.items())))[0].id


def test_the_name_of_a_delivery_is_the_events_id_and_a_sum_of_what_it_says():
    body = {"type": "case.escalated", "id": "e1"}
    total = hashlib.sha256(b'{"id":"e1","type":"case.escalated"}').hexdigest()[:16]
    assert parsed(offline(), body)[0].id == f"e1-{total}"


def test_our_key_binds_a_case_and_nothing_else_does(org):
    org.connector.open_case(KEY, ASKED)
    (delivery,) = org.told()
    assert delivery.external_id == KEY
    for key in (None, "", 7, []):
        (delivery,) = parsed(offline(), event(externalId=key))
        assert delivery.external_id is None


def test_an_org_without_our_field_knows_nothing_of_keys(bare):
    bare.connector.open_case(KEY, ASKED)
    (delivery,) = bare.told()
    assert delivery.external_id is None


# Who is an agent


def test_queues_and_the_integration_user_are_nobody(orgs):
    org = orgs()
    org.connector.open_case(KEY, ASKED)
    assert org.case["OwnerId"] == org.salesforce.me
    assert org.said()[0] == CaseAssigned(AT)
    org.salesforce.assign(org.case["Id"], org.salesforce.add_queue("Support"))
    assert org.said()[0] == CaseAssigned(AT)


def test_a_process_that_has_not_logged_in_yet_learns_who_it_is_when_the_first_case_comes(org):
    org.salesforce.open_case("Lamp", "It hums", "Cid", "cid@x.test", origin="Web", owner=org.salesforce.me)
    assert org.said() == (CaseAssigned(AT), CaseStatusChanged(AT, Status.OPEN))
    org.salesforce.touch(org.case["Id"])
    org.told()
    assert org.salesforce.calls == [("token", "/services/oauth2/token")]


IDENTITY = Identity(bytes(32))


def seen_in(case, events):
    for fact in events:
        if not isinstance(fact, CaseOpened):
            case = apply(fact, case, IDENTITY, NOW)
    return case


def a_case(ref):
    return Case(
        key=KEY,
        connector="salesforce",
        helpdesk="salesforce",
        ref=ref,
        account="v_1",
        slot=None,
        life=1,
        group_id="g_1",
        opened_at=NOW,
        request=ASKED,
    )


@pytest.mark.parametrize("is_ann", [True, False])
def test_while_the_org_is_down_an_owner_who_might_be_us_is_read_back(org, is_ann):
    owner = org.salesforce.add_user("Agent Ann") if is_ann else org.salesforce.me
    org.salesforce.open_case("Lamp", "It hums", "Cid", "cid@x.test", origin="Web", owner=owner)
    ref = org.case["Id"]
    org.salesforce.down = True
    case = seen_in(a_case(ref), org.said())
    assert case.wanted.is_in_doubt
    org.salesforce.down = False
    case = apply_snapshot(org.connector.read_case(ref), case, IDENTITY, NOW)
    assert case.wanted.agents == ((f"salesforce_{owner}",) if is_ann else ())
    assert not case.wanted.is_in_doubt


def test_while_the_org_is_down_each_event_is_answered_at_once(org):
    org.salesforce.down = True
    for number in range(3):
        org.salesforce.open_case("Lamp", str(number), "Cid", "cid@x.test")
    org.mailbox.deliver(org.clock())
    org.server.close()
    began = time.monotonic()
    assert len(org.told()) == 3
    assert time.monotonic() - began < 2
    org.server = Server(org.salesforce)


def test_an_owner_without_a_name_is_an_agent_whose_name_will_be_asked_for():
    for name in (None, "", 7):
        assert facts(offline(), event(ownerName=name))[0] == CaseAssigned(AT, (Agent(ANN),))


def test_where_work_decides_owners_do_not(orgs):
    org = orgs({"join_on": "accept"}, omni=True)
    ann = org.salesforce.add_user("Agent Ann")
    case = org.salesforce.open_case("Lamp", "It hums", "Cid", "cid@x.test", origin="Web")
    org.told()
    work = org.salesforce.push_work(case, ann)
    assert org.said() == (CaseStatusChanged(AT, Status.OPEN),)
    org.salesforce.accept_work(work)
    assert org.said() == (WorkAccepted(AT, work, Agent(ann, "Agent Ann")),)
    org.clock.now += 1
    org.salesforce.end_work(work)
    assert org.said() == (WorkEnded(AT + 1_000_000, work, Agent(ann, "Agent Ann")),)


def test_where_owners_decide_work_does_not(orgs):
    org = orgs(omni=True)
    ann = org.salesforce.add_user("Agent Ann")
    case = org.salesforce.open_case("Lamp", "It hums", "Cid", "cid@x.test", origin="Web")
    work = org.salesforce.push_work(case, ann)
    org.told()
    org.salesforce.accept_work(work)
    org.salesforce.end_work(work)
    assert [(delivery.ref, delivery.events) for delivery in org.told()] == [(case, ()), (case, ())]


def test_work_without_an_id_or_an_agent_is_parked():
    connector = offline(join_on="accept")
    assert problem(connector, type="work.opened", workId=None).startswith("workId: ")
    assert problem(connector, type="work.closed", workId=WORK, ownerId=QUEUE).startswith("ownerId: ")


# Cases that begin inside Salesforce


def test_a_case_of_the_origin_for_chats_gets_a_group_too(org):
    case = org.salesforce.open_case("Lamp", "It hums", "Cid", "cid@x.test", origin="Chat")
    assert org.said()[-1] == CaseOpened(AT, case)


@pytest.mark.parametrize(
    "changes",
    [
        {"origin": "Web"},
        {"origin": None},
        {"origin": "chat"},
        {"origin": "Chat", "isClosed": True},
        {"origin": "Chat", "externalId": KEY},
        {"origin": "Chat", "type": "case.deleted"},
        {"origin": "Chat", "masterCaseId": OTHER},
    ],
)
def test_no_other_case_does(changes):
    assert not any(isinstance(fact, CaseOpened) for fact in facts(offline(), event(**changes)))


def test_no_case_does_where_the_origin_is_blank():
    for origin in ("", None, "Chat"):
        given_facts = facts(offline(chat_origin=""), event(origin=origin))
        assert not any(isinstance(fact, CaseOpened) for fact in given_facts)


# Creating


def test_a_trusted_request_becomes_the_case_that_it_is(org):
    opened = org.connector.open_case(KEY, ASKED)
    case = org.case
    assert opened.ref == case["Id"]
    names = ("Subject", "Description", "SuppliedName", "SuppliedEmail", FIELD)
    assert [case[name] for name in names] == ["Lamp", "It hums", "Cid", "cid@x.test", KEY]


def test_a_request_repeated_under_its_key_is_one_case(org):
    first = org.connector.open_case(KEY, ASKED)
    assert org.connector.open_case(KEY, ASKED) == first
    assert len(org.salesforce.cases) == 1


@pytest.mark.parametrize("fault", [Fault.UNANSWERED, Fault.LOST])
def test_a_creation_that_was_not_answered_is_looked_for_by_its_key(org, fault):
    org.meet(fault)
    with pytest.raises(Unanswered):
        org.connector.open_case(KEY, ASKED)
    org.salesforce.faults = Faults()
    found = org.connector.find_case(KEY, NOW)
    assert found == (org.case["Id"] if fault is Fault.UNANSWERED else None)


@pytest.mark.parametrize("fault", [Fault.UNANSWERED, Fault.LOST])
def test_a_creation_that_was_not_answered_is_looked_for_by_its_marker(bare, fault):
    bare.meet(fault)
    with pytest.raises(Unanswered):
        bare.connector.open_case(KEY, ASKED)
    bare.salesforce.faults = Faults()
    bare.clock.now += 40
    found = bare.connector.find_case(KEY, NOW)
    assert found == (bare.case["Id"] if fault is Fault.UNANSWERED else None)


def test_a_session_that_ended_in_between_does_not_create_twice(bare):
    bare.connector.ping()
    bare.salesforce.logins.sessions.clear()
    bare.connector.open_case(KEY, ASKED)
    assert bare.case["Subject"] == "Lamp"


def test_without_the_package_the_key_ends_the_description(bare):
    opened = bare.connector.open_case(KEY, ASKED)
    assert bare.case["Description"] == f"It hums\n\n[caseroom:{KEY}]"
    assert bare.connector.find_case(KEY, NOW) == opened.ref


def test_the_marker_survives_the_longest_text(bare):
    bare.connector.open_case(KEY, replace(ASKED, desc="h" * 40_000, page="https://shop.example/lamp"))
    description = bare.case["Description"]
    assert len(description) == 32_000
    assert description.endswith(f"\n\nPage: https://shop.example/lamp\n\n[caseroom:{KEY}]")
    assert bare.connector.find_case(KEY, NOW) == bare.case["Id"]


def test_a_marker_is_looked_for_among_our_own_cases_since_the_first_try(bare):
    text = f"It hums\n\n[caseroom:{KEY}]"
    bare.salesforce.open_case("Lamp", text, "Cid", "cid@x.test")
    assert bare.connector.find_case(KEY, NOW) is None
    bare.connector.open_case(KEY, ASKED)
    ours = next(case["Id"] for case in bare.salesforce.cases.values() if case["CreatedById"] == bare.salesforce.me)
    assert bare.connector.find_case(KEY, NOW + 300) == ours
    assert bare.connector.find_case(KEY, NOW + 301) is None
    assert bare.connector.find_case("cr_another", NOW) is None


def test_a_marker_is_found_though_the_case_was_deleted_or_written_on_meanwhile(bare):
    ref = bare.connector.open_case(KEY, ASKED).ref
    bare.salesforce.change(ref, Description=f"{bare.case['Description']}\nSeen, Ann")
    bare.salesforce.delete(ref)
    assert bare.connector.find_case(KEY, NOW) == ref


def test_where_we_do_not_know_who_we_are_every_case_is_looked_through(bare):
    ref = bare.connector.open_case(KEY, ASKED).ref
    bare.connector.client.login.user = ""
    bare.connector.client.is_anonymous = True
    assert bare.connector.find_case(KEY, NOW) == ref


def test_where_nobody_can_look_it_is_not_said_that_there_is_nothing(bare):
    for status, code in ((404, "NOT_FOUND"), (403, "REQUEST_LIMIT_EXCEEDED"), (500, "UNKNOWN_EXCEPTION")):
        bare.refuse_next("query", status, code)
        with pytest.raises(Trouble) as caught:
            bare.connector.find_case(KEY, NOW)
        assert not isinstance(caught.value, Gone)


def test_a_new_case_goes_through_the_assignment_rule(orgs):
    for given_one, setup in (({}, {}), ({"key_field": ""}, {"key_field": None})):
        org = orgs(given_one, assignment_owner=QUEUE, **setup)
        org.connector.open_case(KEY, ASKED)
        assert org.case["OwnerId"] == QUEUE


def test_a_case_that_another_try_has_made_meanwhile_is_that_case(org):
    ref = org.connector.open_case(KEY, ASKED).ref
    org.refuse_next("upsert", 400, "DUPLICATE_VALUE")
    assert org.connector.open_case(KEY, ASKED).ref == ref


def test_another_field_that_has_to_be_unique_is_refused(org):
    org.refuse_next("upsert", 400, "DUPLICATE_VALUE")
    with pytest.raises(Refused):
        org.connector.open_case(KEY, ASKED)


def test_an_upsert_that_answers_nothing_is_looked_up(org):
    run = org.salesforce.run

    def silent(called, request, arguments):
        answer = run(called, request, arguments)
        return Response("", status=204) if called == "upsert" else answer

    org.salesforce.run = silent
    assert org.connector.open_case(KEY, ASKED).ref == org.case["Id"]
    org.salesforce.run = lambda called, request, arguments: (
        Response("", status=204) if called == "upsert" else run(called, request, arguments)
    )
    with pytest.raises(Unanswered):
        org.connector.open_case("cr_another", ASKED)


def test_a_package_that_is_not_installed_is_an_operators_matter_and_parks_nothing(orgs):
    org = orgs(key_field=None)
    with pytest.raises(LockedOut) as caught:
        org.connector.open_case(KEY, ASKED)
    assert caught.value.code == "no_key_field"
    assert org.connector.find_case(KEY, NOW) is None


def test_a_record_that_a_field_names_and_that_was_deleted_is_this_cases_matter(org):
    org.refuse_next("upsert", 404, "ENTITY_IS_DELETED")
    with pytest.raises(Gone):
        org.connector.open_case(KEY, ASKED)


def test_a_locked_row_a_quota_and_a_rule_of_the_org_are_told_apart(org):
    org.refuse_next("upsert", 400, "UNABLE_TO_LOCK_ROW")
    with pytest.raises(Unavailable) as caught:
        org.connector.open_case(KEY, ASKED)
    assert not caught.value.counts_as_outage
    org.refuse_next("upsert", 403, "REQUEST_LIMIT_EXCEEDED")
    with pytest.raises(LockedOut):
        org.connector.open_case(KEY, ASKED)
    org.refuse_next("upsert", 400, "FIELD_CUSTOM_VALIDATION_EXCEPTION")
    with pytest.raises(Refused) as refused:
        org.connector.open_case(KEY, ASKED)
    assert refused.value.code == "FIELD_CUSTOM_VALIDATION_EXCEPTION"
    assert org.salesforce.cases == {}


def test_the_operators_fields_come_first_then_the_servers_then_what_was_asked(orgs):
    org = orgs({"case_fields": {"Origin": "Web", "Priority": "Low", "Subject": "no"}})
    org.connector.open_case(KEY, replace(ASKED, fields={"Priority": "High", FIELD: "another"}))
    assert [org.case[name] for name in ("Origin", "Priority", "Subject", FIELD)] == ["Web", "High", "Lamp", KEY]


def test_texts_are_cut_to_what_salesforce_takes(org):
    org.connector.open_case(KEY, replace(ASKED, subject="s" * 300, desc="d" * 33_000, name="n" * 90))
    assert [len(org.case[name]) for name in ("Subject", "Description", "SuppliedName")] == [255, 32_000, 80]


def test_a_sign_that_counts_twice_is_not_cut_in_half(org):
    org.connector.open_case(KEY, replace(ASKED, subject="x" * 254 + "\U0001f4a1", name="\ud800Cid"))
    assert (org.case["Subject"], org.case["SuppliedName"]) == ("x" * 254, "?Cid")


@pytest.mark.parametrize(("subject", "desc", "shown"), [(" ", "It hums", "It hums"), ("", "", "Chat")])
def test_a_case_without_a_subject_gets_one(org, subject, desc, shown):
    org.connector.open_case(KEY, replace(ASKED, subject=subject, desc=desc, name=""))
    assert org.case["Subject"] == shown
    assert org.case["Description"] == (desc or None)


def test_what_a_browser_says_is_told_to_the_agent(org):
    org.connector.open_case(
        KEY, replace(ASKED, is_trusted=False, page="https://shop.example/lamp\nE-mail: of@another.test")
    )
    assert org.case["SuppliedEmail"] == "cid@x.test"
    assert org.case["Description"] == (
        "It hums\n\nPage: https://shop.example/lamp E-mail: of@another.test\nE-mail address not verified"
    )


def test_a_browser_that_gave_no_address_gave_none_that_could_be_verified(org):
    org.connector.open_case(KEY, replace(ASKED, is_trusted=False, email=""))
    assert (org.case["SuppliedEmail"], org.case["Description"]) == (None, "It hums")


@pytest.mark.parametrize(
    "email", ["c" * 80 + "@x.test", "cid@localhost", "c..d@x.test", "cid.@x.test", "çid@x.test", "cid"]
)
def test_an_address_that_its_field_would_not_take_is_a_line_of_the_text(org, email):
    org.connector.open_case(KEY, replace(ASKED, email=email))
    assert (org.case["SuppliedEmail"], org.case["Description"]) == (None, f"It hums\n\nE-mail: {email}")


@settings(max_examples=60, deadline=None)
@given(desc=st.text(max_size=40), times=st.integers(1, 1500), page=st.text(max_size=60), email=st.text(max_size=90))
def test_whatever_was_asked_fits_and_keeps_its_marker(desc, times, page, email):
    asked = CaseRequest(subject=desc, desc=desc * times, name=desc, email=email, page=page)
    values = records.texts(asked, records.marker(KEY))
    assert len(values["Description"].encode("utf-16-le")) <= 2 * 32_000
    assert values["Description"].endswith(f"[caseroom:{KEY}]")
    assert len(values["Subject"]) <= 255
    assert json.dumps(values).encode()


def test_fields_that_the_operator_does_not_allow_are_named(orgs):
    org = orgs({"allowed_fields": "Priority,Region__c"})
    org.connector.allow_fields({"Priority": "High", "Region__c": "North"})
    for field in ("OwnerId", "Status", "priority", FIELD):
        with pytest.raises(BadField) as caught:
            org.connector.allow_fields({"Priority": "High", field: "x"})
        assert caught.value.field == f"caseInfo.fields.{field}"


# Reading back


def test_a_case_is_read_as_it_stands(org):
    ann = org.salesforce.add_user("Agent Ann")
    ref = org.salesforce.open_case("Lamp", "It hums", "Cid", "cid@x.test", owner=ann)
    org.clock.now += 5
    org.salesforce.close(ref)
    told = org.told()[-1]
    read = org.connector.read_case(ref)
    assert (read.ref, read.status, read.agents, read.works) == (ref, Status.CLOSED, (Agent(ann),), None)
    assert (read.requester_name, read.merged_into) == ("Cid", None)
    assert read.at == AT + 5_000_000 == told.events[0].at


def test_nobody_has_a_case_that_a_queue_or_the_integration_user_owns(org):
    for owner in (org.salesforce.add_queue("Support"), org.salesforce.me):
        ref = org.salesforce.open_case("Lamp", "It hums", "", "", owner=owner)
        read = org.connector.read_case(ref)
        assert (read.agents, read.requester_name, read.status) == ((), "", Status.OPEN)


def test_a_case_in_the_recycle_bin_is_deleted_or_merged(org):
    winner, loser = (org.salesforce.open_case("Lamp", "It hums", "Cid", "cid@x.test") for _ in range(2))
    org.salesforce.merge(winner, loser)
    assert org.connector.read_case(loser).merged_into == winner
    assert org.connector.read_case(winner).merged_into is None
    org.salesforce.delete(winner)
    read = org.connector.read_case(winner)
    assert (read.status, read.merged_into) == (Status.DELETED, None)
    org.salesforce.undelete(winner)
    assert org.connector.read_case(winner).status is Status.OPEN


def test_a_case_that_never_was_is_gone(org):
    with pytest.raises(Gone):
        org.connector.read_case(REF)


def test_an_org_that_cannot_be_asked_deletes_no_case(org):
    ref = org.salesforce.open_case("Lamp", "It hums", "Cid", "cid@x.test")
    for status, code in ((404, "NOT_FOUND"), (401, "INVALID_AUTH_HEADER"), (502, "UNKNOWN_EXCEPTION")):
        org.refuse_next("query", status, code)
        with pytest.raises(Trouble) as caught:
            org.connector.read_case(ref)
        assert not isinstance(caught.value, Gone)


def test_where_work_decides_its_rows_are_read(orgs):
    org = orgs({"join_on": "accept"}, omni=True)
    ann, bob = org.salesforce.add_user("Agent Ann"), org.salesforce.add_user("Agent Bob")
    ref = org.salesforce.open_case("Lamp", "It hums", "Cid", "cid@x.test", owner=org.salesforce.me)
    other = org.salesforce.open_case("Desk", "It squeaks", "Dan", "dan@x.test")
    org.salesforce.push_work(other, ann)
    done, now, offered = (org.salesforce.push_work(ref, who) for who in (ann, bob, ann))
    for work in (done, now):
        org.salesforce.accept_work(work)
    org.clock.now += 3
    org.salesforce.end_work(done)
    read = org.connector.read_case(ref)
    assert read.agents is None
    assert read.works == {
        done: Work(ann, AT + 3_000_000, is_open=False),
        now: Work(bob, AT, is_open=True),
        offered: Work(ann, AT, is_open=False),
    }


def test_where_there_is_no_omni_channel_neither_owner_nor_work_decides(orgs):
    org = orgs({"join_on": "accept"})
    ref = org.salesforce.open_case("Lamp", "It hums", "Cid", "cid@x.test")
    read = org.connector.read_case(ref)
    assert (read.agents, read.works) == (None, None)
    org.refuse_next("query", 400, "MALFORMED_QUERY", after=1)
    with pytest.raises(Refused):
        org.connector.read_case(ref)


def test_an_agent_has_the_name_that_the_org_gives_him_until_he_is_shut_out(org):
    ann = org.salesforce.add_user("Agent Ann")
    assert org.connector.name_agent(ann) == "Agent Ann"
    org.salesforce.users[ann]["IsActive"] = False
    with pytest.raises(Gone):
        org.connector.name_agent(ann)
    with pytest.raises(Gone):
        org.connector.name_agent(ANN)


def test_a_ping_finds_out_whether_the_org_answers(org):
    org.connector.ping()
    org.salesforce.down = True
    with pytest.raises(Unanswered):
        org.connector.ping()


# Ids from outside


def test_refs_and_agents_have_one_form():
    connector = offline()
    assert connector.clean_ref(REF[:15]) == connector.clean_ref(REF.upper()) == REF
    assert connector.clean_agent(ANN[:15]) == connector.clean_agent(ANN.lower()) == ANN


def test_the_integration_user_is_no_agent_by_any_road(org):
    with pytest.raises(BadField) as caught:
        org.connector.clean_agent(org.salesforce.me[:15])
    assert caught.value.field == "userId"
    org.connector.client.login.user = ""
    org.salesforce.down = True
    assert org.connector.clean_agent(org.salesforce.me) == org.salesforce.me


@pytest.mark.parametrize("text", ["", "1", "g_abcdefghijklmnop", QUEUE, "5003000000D8cu", "../5003000000D8"])
def test_what_is_no_case_and_no_user_is_named(text):
    with pytest.raises(BadField) as caught:
        offline().clean_ref(text)
    assert caught.value.field == "groupId"
    with pytest.raises(BadField) as caught:
        offline().clean_agent(text)
    assert caught.value.field == "userId"


# Agents


def proof(**changes):
    return {"orgId": ORG, "sentAt": NOON, "nonce": "n1", "agentId": ANN, "name": "Agent Ann"} | changes


def test_an_agent_who_opens_the_pane_is_proved_by_the_org(org):
    org.connector.settings = org.settings.model_copy(update={"agent_secrets": ("agents",)})
    outgoing = org.salesforce.agent_code_request(ANN[:15], "Agent Ann", "n1", "agents")
    proved = org.connector.agent(inbound(outgoing))
    assert (proved.agent_id, proved.name) == (ANN, "Agent Ann")
    assert (proved.serves_once, proved.expires_at) == ("n1", NOW + 600)


def test_without_a_secret_the_agents_door_is_closed():
    for secret in ("", "hook"):
        with pytest.raises(NotProven):
            offline().agent(signed(proof(), secret))


@pytest.mark.parametrize("secret", ["new", "old"])
def test_two_secrets_of_agents_are_good_while_they_are_exchanged(secret):
    assert offline(agent_secrets="new,old").agent(signed(proof(), secret)).agent_id == ANN


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"nonce": ""}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"nonce": 7}, "nonce"),
        ({"nonce": "n" * 129}, "nonce"),
        ({"nonce": "\x07"}, "nonce"),
        ({"agentId": None}, "agentId"),
        ({"agentId": QUEUE}, "agentId"),
        ({"sentAt": None}, "sentAt"),
    ],
)
def test_a_proof_that_lacks_something_is_told_what(changes, field):
    with pytest.raises(BadField) as caught:
        offline(agent_secrets="agents").agent(signed(proof(**changes), "agents"))
    assert caught.value.field == field


def test_a_proof_of_another_time_or_org_or_with_a_changed_byte_is_refused():
    connector = offline(agent_secrets="agents")
    with pytest.raises(NotProven):
        connector.agent(signed(proof(), "agents", now=NOW + 301))
    with pytest.raises(NotProven):
        connector.agent(signed(proof(orgId=full("00D000000000002")), "agents"))
    request = signed(proof(), "agents")
    with pytest.raises(NotProven):
        connector.agent(replace(request, body=request.body.replace(b"n1", b"n2")))


def test_an_agent_without_a_name_stays_without_one():
    for name in (None, "", 7):
        assert offline(agent_secrets="agents").agent(signed(proof(name=name), "agents")).name is None


# Whatever comes


FINITE = st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | FINITE | st.text() | st.sampled_from([REF, ANN, NOON, ORG]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
KINDS = ["case.created", "case.updated", "case.deleted", "case.undeleted", "work.opened", "work.closed"]
EVENT = st.fixed_dictionaries(
    {},
    optional={name: JSON | st.just(value) for name, value in event().items()}
    | {"type": st.sampled_from(KINDS) | JSON, "workId": JSON | st.just(WORK)},
)
OFFLINE = [offline(), offline(join_on="accept", org_id="", key_field="", chat_origin="")]


@settings(deadline=None)
@given(
    connector=st.sampled_from(OFFLINE),
    body=JSON | st.fixed_dictionaries({"orgId": JSON | st.just(ORG), "sentAt": JSON | st.just(NOON), "events": JSON}),
)
def test_whatever_is_signed_is_read_or_rejected(connector, body):
    request = signed(body)
    with suppress(Rejected):
        connector.verify(request)
    with suppress(Rejected):
        assert all(isinstance(delivery, Delivery) for delivery in connector.parse(request))


@settings(max_examples=400, deadline=None)
@given(connector=st.sampled_from(OFFLINE), events=st.lists(EVENT | JSON, max_size=3))
def test_whatever_an_event_says_it_is_one_delivery_that_can_be_kept(connector, events):
    deliveries = parsed(connector, *events)
    assert len(deliveries) == len(events)
    for delivery in deliveries:
        assert repr(delivery).encode()
        assert delivery.id.encode()
        assert delivery.problem is None or not delivery.events


def test_a_signed_event_that_is_nested_beyond_all_measure_is_rejected():
    for depth in (900, 990, 1_500, 100_000):
        raw = json.dumps(packed("deep")).replace('"deep"', "[" * depth + "]" * depth).encode()
        with suppress(Rejected):
            list(offline().parse(signed(raw)))


def test_an_event_that_was_read_but_cannot_be_summed_up_is_rejected():
    deep = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(BadField) as caught:
        offline().reader.delivery({"id": "e1", "type": deep})
    assert caught.value.field == "events"


@settings(deadline=None)
@given(body=st.dictionaries(st.sampled_from(["orgId", "sentAt", "nonce", "agentId", "name"]), JSON))
def test_whatever_a_proof_says_it_is_one_or_rejected(body):
    with suppress(Rejected):
        offline(agent_secrets="agents").agent(signed(proof() | body, "agents"))
