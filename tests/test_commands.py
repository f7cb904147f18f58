"""The operator's command line, on a real store, with the vendors' stand-ins over HTTP."""

import json
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

import app as hall
from caseroom.bridge.intake import Ask
from caseroom.bridge.model import Account, Case, CaseRequest, Message
from caseroom.bridge.records import Once, Parked
from caseroom.commands import RESTARTS, Supervisor, main
from caseroom.settings import load
from caseroom.web import front
from caseroom.worker import Worker
from sandbox.town import free_port

ROOT = Path(__file__).parents[1]
LOCAL = {"SHOPIFY_HELPDESK": "", "SHOPIFY_AGENTS": "ann,zendesk_12"}


UNREAD = Parked(
    id="zendesk:e1",
    about="zendesk",
    action="read_delivery",
    reason="id: is missing",
    detail={"ref": "7"},
    parked_at=1e9,
)


class Operator:
    """Gives commands, and looks at what the service keeps."""

    def __init__(self, settings):
        self.settings = settings
        self.house = hall.build(load(settings, hall.installed()))

    def give(self, *words, **changes):
        return CliRunner().invoke(main, words, env={**self.settings, **changes})

    def say(self, *words, **changes):
        """What a command that succeeds says."""
        result = self.give(*words, **changes)
        assert result.exit_code == 0, result.output
        return result.stdout

    def ask(self, user="mei", helpdesk="zendesk"):
        customer = Account(id=user, name="Mei Lin")
        request = CaseRequest(subject="The teapot drips", desc="At the spout.", name="Mei Lin", email="mei@x.test")
        ask = Ask(connector=helpdesk, account=customer, request=request, key="k", wants_open_one=False, is_sole=False)
        with self.house.store.transaction() as tx:
            tx.put(customer)
            return self.house.reception.keep(tx, ask, time.time(), claims=False)[0]

    def work(self):
        worker = Worker(self.house, 1)
        while worker.step():
            pass

    def find(self, kind, **where):
        with self.house.store.snapshot() as tx:
            return tx.find(kind, **where)

    def put(self, *records):
        with self.house.store.transaction() as tx:
            for record in records:
                tx.put(record)


@pytest.fixture
def operators(town, tmp_path, monkeypatch):
    """Makes an operator of a service with these settings; nothing else of the environment counts."""
    monkeypatch.chdir(tmp_path)
    made = []

    def make(**changes):
        made.append(Operator({**town.settings(str(tmp_path / "cases.db"), 8_000), **changes}))
        return made[-1]

    yield make
    for one in made:
        one.house.close()


@pytest.fixture
def operator(operators):
    return operators()


# Settings


def test_complete_settings_are_said_to_be_complete_without_a_network(town, operator):
    town.close()
    said = operator.say("check")
    assert "complete" in said
    assert "salesforce, zendesk, shopify" in said
    assert "Note:" not in said


@pytest.mark.parametrize("name", ["INTAKE_KEYS", "TENCENT_CALLBACK_TOKEN"])
def test_a_route_that_is_closed_is_mentioned(operator, name):
    (note,) = [line for line in operator.say("check", **{name: ""}).splitlines() if line.startswith("Note:")]
    assert name in note


@pytest.mark.parametrize("command", ["check", "run", "web", "worker", "doctor", "parked list", "forget mei"])
def test_without_its_settings_no_command_does_anything_but_name_all_that_are_wrong(operator, command):
    result = operator.give(*command.split(), SECRET_KEY="", ZENDESK_URL="ftp://x", SHOPIFY_SHOPS="")
    assert result.exit_code == 2
    assert result.stdout == ""
    for name in ("SECRET_KEY", "ZENDESK_URL", "SHOPIFY_SHOPS", ".env.example"):
        assert name in result.stderr
    assert "sandbox-secret" not in result.output


def test_an_administrator_among_those_who_answer_stops_the_start(operator):
    result = operator.give("check", SHOPIFY_HELPDESK="", SHOPIFY_AGENTS="zendesk_9", TENCENT_OTHER_ADMINS="zendesk_9")
    assert result.exit_code == 2
    assert "SHOPIFY_AGENTS" in result.stderr


# Agents of no helpdesk


def code_in(said):
    (code,) = re.fullmatch(r"http://127\.0\.0\.1:8000/agent#(\S+)\n", said).groups()
    return code


@pytest.mark.parametrize(("name", "account"), [("ann", "shopify_ann"), ("zendesk_12", "zendesk_12")])
def test_a_link_opens_the_agents_page_once_for_the_agent_whom_it_names(operators, name, account):
    operator = operators(**LOCAL)
    code = code_in(operator.say("agent-link", name))
    web = front.make(operator.house).test_client()
    session = web.post("/agent/session", json={"code": code})
    assert (session.status_code, session.get_json()["userID"]) == (200, account)
    assert web.post("/agent/session", json={"code": code}).status_code == 401
    assert operator.find(Account, id=account)[0].name == ("ann" if name == "ann" else None)


def test_a_link_holds_for_a_day(operators):
    operator = operators(**LOCAL)
    operator.say("agent-link", "ann")
    (once,) = operator.find(Once)
    assert abs(once.expires_at - time.time() - 86_400) < 60


def test_a_link_leads_to_the_public_address(operators):
    said = operators(**LOCAL).say("agent-link", "ann", PUBLIC_URL="https://chat.shop.example")
    assert said.startswith("https://chat.shop.example/agent#")


@pytest.mark.parametrize("name", ["bob", "zendesk_13", "12", "", "shopify_bob", "zendesk_1"])
def test_nobody_else_gets_a_link(operators, name):
    operator = operators(**LOCAL)
    assert operator.give("agent-link", name).exit_code == 1
    assert operator.find(Once) == []


def test_where_a_helpdesk_answers_nobody_gets_a_link(operator):
    result = operator.give("agent-link", "ann")
    assert result.exit_code == 1
    assert "SHOPIFY_AGENTS" in result.output


# What was parked


def refuse_once(town, code=80001):
    town.tencent_chat.troubles["send_group_msg"] = [code]


def test_what_is_parked_is_listed_oldest_first_without_anything_personal(town, operator):
    assert operator.say("parked", "list") == ""
    refuse_once(town)
    case = operator.ask()
    operator.work()
    operator.put(UNREAD)
    said = operator.say("parked", "list")
    assert said.index("zendesk:e1") < said.index(f"{case.key}:say:greeting")
    assert "80001" in said
    assert not any(word in said for word in ("Mei", "mei@", "teapot"))


def test_what_was_parked_is_tried_again_once_it_was_mended(town, operator):
    refuse_once(town)
    case = operator.ask()
    operator.work()
    (one,) = operator.find(Parked)
    assert operator.say("parked", "retry", one.id).strip() == "It will be tried again."
    assert operator.find(Parked) == []
    operator.work()
    (message,) = town.tencent_chat.groups[case.group_id].messages
    assert message.text.startswith("Thank you")


def test_a_merge_whose_end_was_unclear_is_read_again(town, operator):
    case = operator.ask()
    operator.work()
    (case,) = operator.find(Case)
    with operator.house.store.transaction() as tx:
        before = operator.house.ledger.open(tx, case, time.time())
        operator.house.ledger.save(tx, before, before.parking("merge", "target_unknown"))
    reads = sum(call == "show_ticket" for call, _ in town.zendesk.calls)
    operator.say("parked", "retry", f"{case.key}:merge")
    operator.work()
    assert sum(call == "show_ticket" for call, _ in town.zendesk.calls) == reads + 1
    assert operator.find(Case)[0].parked == {}


def test_somebody_who_could_not_be_forgotten_is_tried_again(town, operator):
    operator.ask()
    operator.work()
    town.tencent_chat.troubles["account_delete"] = [70206]
    operator.say("forget", "mei")
    operator.work()
    (one,) = operator.find(Parked)
    assert "mei" in town.tencent_chat.accounts
    operator.say("parked", "retry", one.id)
    operator.work()
    assert "mei" not in town.tencent_chat.accounts
    assert operator.find(Parked) == []


@pytest.mark.parametrize("command", ["retry", "drop"])
def test_what_is_not_parked_can_be_neither_tried_again_nor_dropped(operator, command):
    result = operator.give("parked", command, "nothing")
    assert result.exit_code == 1
    assert "under this id" in result.output


def test_what_only_a_person_can_do_is_not_tried_again_and_can_be_dropped(operator):
    operator.put(UNREAD)
    assert operator.give("parked", "retry", "zendesk:e1").exit_code == 1
    assert len(operator.find(Parked)) == 1
    operator.say("parked", "drop", "zendesk:e1")
    assert operator.find(Parked) == []


def test_a_case_whose_trouble_is_over_already_is_not_tried_again(operator):
    case = operator.ask()
    operator.put(Parked(id=f"{case.key}:x", about=case.key, action="x", reason="y", detail={}, parked_at=1.0))
    assert operator.give("parked", "retry", f"{case.key}:x").exit_code == 1


# People


def test_a_person_is_forgotten_here_at_once_and_at_the_chat_cloud_by_the_worker(town, operator):
    case = operator.ask()
    operator.work()
    assert "worker" in operator.say("forget", "mei")
    assert operator.find(Message) == []
    assert "Mei Lin" not in operator.give("export", "mei").output
    operator.work()
    assert case.group_id not in town.tencent_chat.groups
    assert "mei" not in town.tencent_chat.accounts


@pytest.mark.parametrize("command", ["forget", "export"])
def test_who_has_no_account_is_told_so(operator, command):
    result = operator.give(command, "nobody")
    assert result.exit_code == 1
    assert "no such account" in result.output


def test_everything_that_is_kept_of_a_person_is_printed_and_nothing_of_another(town, operator):
    refuse_once(town)
    operator.ask()
    operator.work()
    case = operator.ask("kofi")
    operator.work()
    said = {"group_id": case.group_id, "case": case.key, "life": 1, "sender": "kofi", "sent_at": 1.0}
    operator.put(Message(**said, seq=2, body=({"MsgContent": {"Text": "你好"}},)))
    found = json.loads(operator.say("export", "kofi"))
    assert found["account"]["id"] == "kofi"
    assert [one["request"]["desc"] for one in found["cases"]] == ["At the spout."]
    assert [one["sender"] for one in found["messages"]] == ["administrator", "kofi"]
    assert [one["key"] for one in found["requests"]] == ["k"]
    assert found["parked"] == []
    assert "你好" in operator.say("export", "kofi")
    assert [one["action"] for one in json.loads(operator.say("export", "mei"))["parked"]] == ["say:greeting"]


# Credentials


def test_every_credential_is_tried_for_real(operator):
    said = operator.say("doctor").splitlines()
    assert said == ["tencent_chat: answers", "salesforce: answers", "zendesk: answers"]


def test_a_credential_that_is_wrong_is_named_and_the_others_are_tried_all_the_same(town, operator):
    town.zendesk.logins.client_secret = "changed"
    result = operator.give("doctor")
    assert result.exit_code == 1
    assert "zendesk: LockedOut" in result.output
    assert "salesforce: answers" in result.output
    assert "sandbox-secret" not in result.output


# Processes


@pytest.fixture
def serving(town, tmp_path):
    """The service as `run` starts it, and where it answers."""
    port = free_port()
    settings = {**town.settings(str(tmp_path / "cases.db"), port), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-m", "caseroom.commands", "run"], env=settings, cwd=tmp_path, stderr=subprocess.DEVNULL
    )
    yield process, f"http://127.0.0.1:{port}"
    process.kill()
    process.wait()


def answers(url, status=200):
    try:
        return httpx.get(f"{url}/readyz", timeout=2).status_code == status
    except httpx.TransportError:
        return False


def test_a_service_that_is_told_to_stop_ends_in_good_order_with_all_its_processes(serving, until):
    process, url = serving
    until(lambda: answers(url), 30)
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/healthz", timeout=2)


def test_a_service_that_is_killed_leaves_nothing_running(serving, until):
    process, url = serving
    until(lambda: answers(url), 30)
    process.kill()

    def is_quiet():
        try:
            httpx.get(f"{url}/healthz", timeout=2)
        except httpx.ConnectError:
            return True
        except httpx.TransportError:
            return False
        return False

    until(is_quiet, 20)


class Child:
    """A process that has ended, or has not."""

    def __init__(self, code):
        self.code, self.ended, self.waits = code, [], []

    def poll(self):
        return self.code

    def terminate(self):
        self.ended.append("told")

    def kill(self):
        self.ended.append("killed")

    def wait(self, seconds):
        self.waits.append(seconds)
        if self.code is None:
            raise subprocess.TimeoutExpired("child", seconds)
        return self.code


def supervised(monkeypatch, *codes):
    """A supervisor whose processes end with these codes, one after the other; the last ones stay."""
    made, rest = [], list(codes)

    def start(command, stdin):
        made.append((command[-2], Child(rest.pop(0) if rest else None)))
        return made[-1][1]

    monkeypatch.setattr("caseroom.commands.subprocess.Popen", start)
    monkeypatch.setattr("caseroom.commands.signal.signal", lambda *_: None)
    monkeypatch.setattr("caseroom.commands.GRACE", 0.0)
    return Supervisor(), made


def test_a_process_that_ends_is_started_again(monkeypatch, until):
    supervisor, made = supervised(monkeypatch, 1)
    thread = threading.Thread(target=supervisor.run)
    thread.start()
    until(lambda: len(made) == 3)
    supervisor._stop(signal.SIGTERM, None)
    thread.join(5)
    assert [role for role, _ in made] == ["web", "worker", "web"]
    assert [child.ended for _, child in made[1:]] == [["told", "killed"]] * 2


def test_what_ends_again_and_again_ends_the_service_with_its_exit_code(monkeypatch, capsys):
    supervisor, made = supervised(monkeypatch, *[3] * 40)
    assert supervisor.run() == 3
    assert "ends again and again (last exit code 3)" in capsys.readouterr().err
    assert RESTARTS <= len(made) <= 2 + RESTARTS
