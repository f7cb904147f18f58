"""Whatever is down, an intake is kept and finished later, or refused with nothing half-done."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import pytest

import app as hall
from caseroom.bridge.model import Case
from caseroom.bridge.records import Intake
from caseroom.settings import load
from caseroom.store import sqlite
from caseroom.web import front
from caseroom.worker import Worker
from sandbox.mailbox import Mailbox
from sandbox.stand_in import Server
from sandbox.tencent_chat import TencentChat
from sandbox.town import INTAKE_KEY, SDK_APP_ID, TENCENT_KEY
from sandbox.zendesk import Zendesk

AT_ONCE = 200


@contextmanager
def write_lock(file):
    """Somebody else writes, and does not stop."""
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.02)
    return tmp_path / "caseroom.db"


@pytest.fixture
def on_disk(site_with, file):
    """A site whose database somebody else can lock."""
    return site_with(DATABASE_URL=f"sqlite:///{file}")


# The chat cloud


@pytest.mark.parametrize("door", ["server", "page"])
def test_while_the_chat_cloud_is_down_an_intake_is_kept_and_finished_when_it_is_back(site, door):
    visitor = site.visitor()
    site.chat.down = True
    who = {"userId": "mei"} if door == "server" else {"visitorToken": visitor["visitorToken"]}
    send = site.as_server if door == "server" else site.as_page
    answer = send("/zendesk/createticket", {**who, "caseInfo": site.info})
    told = answer.get_json()
    assert (answer.status_code, told["status"], told["caseId"]) == (202, "pending", None)
    assert told["GroupId"]
    assert (door == "page") == bool(told.get("visitorToken"))
    site.rest(60)
    assert send("/case", who).get_json()["state"] == "opening"
    assert len(site.zendesk.tickets) == 1, "the helpdesk does not wait for the chat cloud"
    site.chat.down = False
    site.rest(20)
    assert site.members(told["GroupId"]) == {told["userID"]}
    assert send("/case", who).get_json()["state"] == "open"
    assert len(site.zendesk.tickets) == 1


def test_an_intake_that_is_repeated_while_the_chat_cloud_is_down_stays_one(site):
    site.chat.down = True
    body = {"userId": "mei", "caseInfo": site.info, "requestId": "k"}
    groups = {site.as_server("/zendesk/createticket", body).get_json()["GroupId"] for _ in range(5)}
    site.chat.down = False
    site.rest(30)
    assert set(site.chat.groups) == groups
    assert len(site.zendesk.tickets) == 1


def test_while_everything_is_down_the_first_answer_still_holds(site):
    site.chat.down = site.zendesk.down = True
    answer = site.as_server("/zendesk/createticket", {"userId": "mei", "caseInfo": site.info, "wait": "case"})
    assert answer.status_code == 202
    site.world.calm()
    site.rest(40)
    assert site.members(answer.get_json()["GroupId"]) == {"mei"}
    assert len(site.zendesk.tickets) == 1


# The store


@pytest.mark.parametrize("door", ["server", "page"])
def test_while_the_store_cannot_be_written_nothing_is_half_done(on_disk, file, problem, door):
    site = on_disk
    who = {"userId": "mei"} if door == "server" else {"visitorToken": site.visitor()["visitorToken"]}
    send = site.as_server if door == "server" else site.as_page
    calls = len(site.chat.calls)
    with site.unchanged(), write_lock(file):
        answer = send("/zendesk/createticket", {**who, "caseInfo": site.info, "requestId": "k"})
    assert problem(answer) == (503, "not_kept")
    assert answer.headers["Retry-After"] == "5"
    assert (len(site.chat.calls), site.zendesk.tickets) == (calls, {})
    again = send("/zendesk/createticket", {**who, "caseInfo": site.info, "requestId": "k"})
    assert again.status_code == 200
    site.rest()
    assert len(site.chat.groups) == len(site.zendesk.tickets) == 1


def test_a_store_that_fails_once_the_intake_is_kept_does_not_deny_it(on_disk, file, monkeypatch):
    """A caller who were told that nothing was kept would ask again, and have two cases."""
    site, settle = on_disk, type(on_disk.house).settle_now

    def too_late(*arguments, **named):
        with write_lock(file):
            return settle(*arguments, **named)

    monkeypatch.setattr(type(site.house), "settle_now", too_late)
    answer = site.as_server("/zendesk/createticket", {"userId": "mei", "caseInfo": site.info, "wait": "case"})
    assert (answer.status_code, answer.get_json()["status"]) == (202, "pending")
    monkeypatch.undo()
    site.rest(60)
    assert site.members(answer.get_json()["GroupId"]) == {"mei"}
    assert len(site.find(Case)) == len(site.zendesk.tickets) == 1


def test_what_can_be_answered_without_writing_is_answered_while_nobody_can_write(on_disk, file):
    site = on_disk
    group, ref = site.open()
    with write_lock(file):
        assert site.as_server("/usersig", {"userID": "mei"}).status_code == 200
        assert site.as_server("/case", {"userId": "mei"}).get_json()["caseId"] == ref
        assert site.as_server("/case/messages", {"userId": "mei"}).get_json()["messages"]
    assert group in site.chat.groups


# Everybody at once


def test_equal_intakes_at_once_are_one_case_one_group_and_one_ticket(tmp_path):
    """Over the real store and real HTTP, from threads, as a double click in front of two processes would be."""
    box = Mailbox(send=lambda _: 200)
    chat = TencentChat(sdk_app_id=SDK_APP_ID, secret_key=TENCENT_KEY, mailbox=box)
    zendesk = Zendesk(client_id="id", client_secret="s", webhook_secret="w", mailbox=box)
    servers = [Server(chat), Server(zendesk)]
    values = {
        "CONNECTORS": "zendesk",
        "SECRET_KEY": "s" * 32,
        "INTAKE_KEYS": INTAKE_KEY,
        "DATABASE_URL": f"sqlite:///{tmp_path / 'caseroom.db'}",
        "TENCENT_SDK_APP_ID": str(SDK_APP_ID),
        "TENCENT_SECRET_KEY": TENCENT_KEY,
        "TENCENT_API_URL": servers[0].url,
        "ZENDESK_URL": servers[1].url,
        "ZENDESK_CLIENT_ID": "id",
        "ZENDESK_CLIENT_SECRET": "s",
        "ZENDESK_WEBHOOK_SECRETS": "w",
    }
    houses = [hall.build(load(values, hall.installed())) for _ in range(2)]
    apps = [front.make(house) for house in houses]
    body = {"userId": "mei", "caseInfo": {"subject": "s", "desc": "d", "name": "n", "email": ""}, "requestId": "k"}
    headers = {"Authorization": f"Bearer {INTAKE_KEY}"}

    def ask(number):
        return apps[number % 2].test_client().post("/zendesk/createticket", json=body, headers=headers)

    with ThreadPoolExecutor(40) as crowd:
        answers = list(crowd.map(ask, range(AT_ONCE)))
    worker = Worker(houses[0], 1)
    while worker.step():
        pass
    assert {answer.status_code for answer in answers} <= {200, 202}
    (group,) = {answer.get_json()["GroupId"] for answer in answers}
    assert dict(chat.created_count) == {group: 1}
    assert set(chat.groups[group].members) == {"mei"}
    assert [ticket.subject for ticket in zendesk.tickets.values()] == ["s"]
    with houses[1].store.snapshot() as tx:
        assert (len(tx.find(Case)), len(tx.find(Intake))) == (1, 1)
    for one in [*houses, *servers]:
        one.close()
