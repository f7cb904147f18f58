"""The worker: on a real store, with the vendors' stand-ins over HTTP."""

import logging
import sqlite3
import threading
import time
from contextlib import closing, contextmanager
from dataclasses import replace

import pytest
import time_machine

import app as hall
import caseroom.worker
from caseroom.bridge.events import Agent, CaseAssigned, Delivery
from caseroom.bridge.intake import Ask
from caseroom.bridge.model import Account, Case, CaseRequest, Status, Wanted
from caseroom.bridge.records import Allowance, DeliveryNote, EarlyFacts, Lane, Once, Value
from caseroom.settings import load
from caseroom.web.health_routes import HEARTBEAT, readiness
from caseroom.worker import Worker
from sandbox.faults import Fault

DAY = 86_400.0


class Service:
    """The service without its web server; the worker works when it is told to."""

    def __init__(self, town, file):
        self.town, self.file = town, file
        self.house = hall.build(load(town.settings(str(file), 0), hall.installed()))

    def ask(self, user="mei"):
        """A customer asks for help; return his group's id."""
        customer, request = Account(id=user, name="Mei Lin"), CaseRequest(subject="The teapot drips", desc="It does.")
        asks = {"connector": "zendesk", "key": None, "wants_open_one": False, "is_sole": False}
        with self.house.store.transaction() as tx:
            tx.put(customer)
            ask = Ask(account=customer, request=request, **asks)
            return self.house.reception.keep(tx, ask, time.time(), claims=False)[0].group_id

    def assign(self, ticket, agent):
        """The helpdesk tells who answers."""
        told = CaseAssigned(int(time.time() * 1_000_000), (Agent(str(agent)),))
        with self.house.store.transaction() as tx:
            self.house.office.keep(tx, "zendesk", Delivery(id="e1", ref=str(ticket), events=(told,)), time.time())

    def tickets(self):
        return [ticket.external_id for ticket in self.town.zendesk.tickets.values()]

    def members(self, group_id):
        group = self.town.tencent_chat.groups.get(group_id)
        return set(group.members) if group else set()

    def find(self, kind, **where):
        with self.house.store.snapshot() as tx:
            return tx.find(kind, **where)

    def put(self, *records):
        with self.house.store.transaction() as tx:
            for record in records:
                tx.put(record)

    def step_through(self, worker):
        while worker.step():
            pass


@pytest.fixture
def service(town, tmp_path):
    found = Service(town, tmp_path / "cases.db")
    yield found
    found.house.close()


@pytest.fixture
def working(service):
    """A worker that runs in a thread of its own while this lasts."""

    @contextmanager
    def run(threads=2):
        worker = Worker(service.house, threads)
        thread = threading.Thread(target=worker.run)
        thread.start()
        try:
            yield worker
        finally:
            worker.stop()
            thread.join(20)
        assert not thread.is_alive()

    return run


def slow_down(town, call, seconds):
    """Let this call to Zendesk be done at once, and answered late."""
    town.zendesk.slow_seconds = seconds
    town.faults.decide = lambda *called: Fault.SLOW if called[:2] == ("zendesk", call) else None


# What is due


def test_what_is_due_is_carried_out(service):
    service.ask("mei")
    service.ask("noor")
    assert service.tickets() == []
    service.step_through(Worker(service.house, 1))
    assert len(service.tickets()) == 2
    assert {case.ref for case in service.find(Case)} == {str(number) for number in service.town.zendesk.tickets}


def test_what_is_due_later_is_left_until_then(service):
    service.ask()
    worker = Worker(service.house, 1)
    service.step_through(worker)
    lane = next(lane for lane in service.find(Lane) if lane.due is not None)
    assert worker.next_due() == lane.due > time.time()
    assert worker.take(10) == []


def test_a_running_worker_takes_up_what_arrives(service, working, until):
    with working():
        group = service.ask()
        until(service.tickets)
        ann = service.town.zendesk.add_agent("Ann")
        (ticket,) = until(lambda: [case.ref for case in service.find(Case) if case.ref])
        service.assign(ticket, ann)
        until(lambda: service.members(group) == {"mei", f"zendesk_{ann}"})


def test_two_workers_make_each_ticket_once(service, working, until):
    for number in range(12):
        service.ask(f"customer-{number}")
    with working(), working():
        until(lambda: len(service.tickets()) == 12)
    assert sorted(service.tickets()) == sorted(case.key for case in service.find(Case))


def test_a_claim_that_ran_out_is_taken_up_and_looked_into(service):
    service.ask()
    worker = Worker(service.house, 1)
    claims = worker.take(10)
    assert worker.take(10) == []
    with time_machine.travel(time.time() + 31, tick=True):
        again = worker.take(10)
    assert {claim.lane.name for claim in claims} == {"chat", "helpdesk"}
    assert [claim.took_over for claim in claims + again] == [False, False, True, True]
    assert [claim.lane.fence for claim in again] == [claim.lane.fence + 1 for claim in claims]


def test_stopping_finishes_what_is_under_way(service, working, until):
    slow_down(service.town, "create_ticket", 0.6)
    with working() as worker:
        service.ask()
        until(lambda: any(call == "create_ticket" for call, _ in service.town.zendesk.calls))
        worker.stop()
        began = time.monotonic()
    assert time.monotonic() - began > 0.3
    (case,) = service.find(Case)
    assert service.tickets() == [case.key]
    assert case.ref is not None
    assert [lane for lane in service.find(Lane) if lane.leased_until] == []


def test_after_stopping_nothing_new_is_begun(service, working):
    with working() as worker:
        worker.stop()
    service.ask()
    time.sleep(0.1)
    assert service.tickets() == []


def test_a_settling_that_breaks_does_not_stop_the_others(service, working, until, caplog):
    service.put(Lane(subject="cr_odd", name="no_such_lane", due=1.0), Lane(subject="cr_odder", name="neither", due=2.0))
    service.ask()
    with working(threads=1), caplog.at_level(logging.ERROR):
        until(service.tickets)
        broken = until(lambda: [record for record in caplog.records if record.message == "settling broke"])
    assert (broken[0].subject, broken[0].lane) == ("cr_odd", "no_such_lane")
    assert service.find(Lane, subject="cr_odd")[0].leased_until > time.time()


def test_a_store_that_cannot_be_written_for_a_while_ends_nothing(service, working, until, monkeypatch, caplog):
    monkeypatch.setattr(service.house.store, "busy_seconds", 0.05)
    with closing(sqlite3.connect(service.file, isolation_level=None)) as other, working():
        other.execute("BEGIN IMMEDIATE")
        until(lambda: "a round broke" in caplog.text)
        other.execute("ROLLBACK")
        service.ask()
        until(service.tickets)


# Chores


def test_a_worker_is_known_by_its_heartbeat(service):
    assert not readiness(service.house)[1]
    Worker(service.house, 1).step()
    assert readiness(service.house)[1]
    (beat,) = service.find(Value, name=HEARTBEAT)
    service.put(replace(beat, value=str(time.time() - 31)))
    assert not readiness(service.house)[1]


def test_the_heart_beats_while_every_thread_is_busy(service, working, until, monkeypatch):
    monkeypatch.setattr(caseroom.worker, "CHORES_EVERY", 0.1)
    monkeypatch.setattr(caseroom.worker, "LONGEST_SLEEP", 0.1)
    slow_down(service.town, "create_ticket", 1.0)
    with working(threads=1):
        service.ask()
        until(lambda: any(call == "create_ticket" for call, _ in service.town.zendesk.calls))
        (before,) = service.find(Value, name=HEARTBEAT)
        until(lambda: service.find(Value, name=HEARTBEAT) != [before])
        assert {case.ref for case in service.find(Case)} == {None}


def early(ref, **more):
    now = time.time()
    fields = {"wanted": Wanted(), "requester": None, "kept_at": now - 1, "keep_until": now + 600, **more}
    return EarlyFacts(helpdesk="zendesk", ref=ref, **fields)


def test_early_facts_of_a_case_that_was_opened_inside_the_helpdesk_become_that_case(service):
    desk = service.town.zendesk
    ticket = desk.open_ticket("By phone", "She called.", "Rosa", "rosa@customer.example", tags=("chat",))
    service.put(early(str(ticket), requester="4711"))
    service.step_through(Worker(service.house, 1))
    (case,) = service.find(Case)
    assert case.ref == str(ticket)
    assert list(service.town.tencent_chat.groups) == [case.group_id]
    assert service.find(EarlyFacts) == []


def test_early_facts_of_nobody_are_forgotten_when_their_time_is_over(service):
    service.put(early("1", keep_until=time.time() - 1), early("2"), early("3", requester="7", wanted=closed()))
    Worker(service.house, 1).step()
    assert [one.ref for one in service.find(EarlyFacts)] == ["2"]
    assert service.find(Case) == []


def closed():
    return Wanted(status=Status.CLOSED)


def test_what_has_served_its_time_is_thrown_away_and_nothing_else(service):
    now, minute = time.time(), int(time.time() // 60)
    service.put(
        Once(kind="agent_code", id="over", expires_at=now - 1),
        Once(kind="agent_code", id="good", expires_at=now + 60),
        DeliveryNote(connector="zendesk", id="old", outcome="applied", kept_at=now - 31 * DAY),
        DeliveryNote(connector="zendesk", id="new", outcome="applied", kept_at=now - 29 * DAY),
        Allowance(name="address", window=minute - 12, used=1),
        Allowance(name="address", window=minute - 1, used=1),
    )
    Worker(service.house, 1).step()
    assert [one.id for one in service.find(Once)] == ["good"]
    assert [one.id for one in service.find(DeliveryNote)] == ["new"]
    assert [one.window for one in service.find(Allowance)] == [minute - 1]
