"""The service as it runs, all its processes killed in the middle of a call: what was answered 2xx still happens."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

from sandbox.faults import Fault, Faults
from sandbox.town import INTAKE_KEY, Town, free_port

ROOT = Path(__file__).parents[1]
START = 60.0
INFO = {"subject": "The teapot drips", "desc": "At the spout.", "name": "Mei Lin", "email": "mei@customer.example"}


class Killer(Faults):
    """Kills the service when a certain call arrives, and then lets the vendor do it, or not."""

    def __init__(self):
        super().__init__()
        self.planned, self.kill, self.struck = None, None, False

    def decide(self, vendor, call, subject):
        if self.struck or self.planned is None or self.planned[:2] != (vendor, call):
            return None
        self.struck = True
        self.kill()
        return self.planned[2]


class Service:
    """`make run` without make, in a process group that can be killed as a whole."""

    def __init__(self, town, database):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self.environment = kept | town.settings(str(database), self.port) | {"WEB_PROCESSES": "1"}
        self.process = None
        town.serve(self.url)

    def start(self, until):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "caseroom.commands", "run"],
            cwd=ROOT,
            env=self.environment,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        until(self.is_ready, START)

    def is_ready(self):
        with suppress(httpx.TransportError):
            return httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200
        return False

    def kill(self):
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def end(self):
        self.process.terminate()
        self.process.wait(30)

    def ask(self):
        headers = {"Authorization": f"Bearer {INTAKE_KEY}"}
        body = {"userId": "mei", "caseInfo": INFO, "requestId": "once"}
        return httpx.post(f"{self.url}/zendesk/createticket", json=body, headers=headers, timeout=20)


@contextmanager
def running(folder, until):
    """A town with a service that has started; and whoever may kill it."""
    killer = Killer()
    town = Town(killer)
    service = Service(town, folder / "cases.db")
    killer.kill = service.kill
    try:
        service.start(until)
        yield town, service, killer
    finally:
        service.end()
        town.close()


def members(town):
    """Who is in which group at the chat cloud."""
    return [set(group.members) for group in town.tencent_chat.groups.values()]


def asked_again(folder, until, vendor, call):
    """A customer asks, everything dies in a call of his, and he asks once more."""
    with running(folder, until) as (town, service, killer):
        killer.planned = (vendor, call, Fault.UNANSWERED)
        with suppress(httpx.TransportError):
            service.ask()
        until(lambda: killer.struck)
        service.process.wait(30)
        service.start(until)
        assert service.ask().status_code in {200, 202}
        until(lambda: members(town) == [{"mei"}] and len(town.zendesk.tickets) == 1, 60)
        (group,) = town.tencent_chat.groups.values()
        until(lambda: group.messages, 60)
        return len(group.messages), town.tencent_chat.created_count[group.group_id], len(town.zendesk.tickets)


def told_before(folder, until, call, come_true):
    """The helpdesk assigns, or closes too, and everything dies in what that leads to; nobody says anything again."""
    with running(folder, until) as (town, service, killer):
        assert service.ask().status_code == 200
        until(lambda: town.zendesk.tickets)
        (ticket,), (group_id,) = town.zendesk.tickets, town.tencent_chat.groups
        agent = town.zendesk.add_agent("Ann")
        killer.planned = ("tencent_chat", call, Fault.LOST)
        town.zendesk.assign(ticket, agent)
        until(lambda: killer.struck or members(town) == [{"mei", f"zendesk_{agent}"}])
        if not killer.struck:
            town.zendesk.close(ticket)
        until(lambda: killer.struck)
        service.process.wait(30)
        service.start(until)
        return until(lambda: come_true(town, group_id, agent), 60)


def is_assigned(town, group_id, agent):
    return set(town.tencent_chat.groups[group_id].members) == {"mei", f"zendesk_{agent}"}


def is_dissolved(town, group_id, agent):
    return group_id in town.tencent_chat.destroyed and not town.tencent_chat.groups


def test_after_a_kill_in_any_kind_of_call_there_is_one_of_everything_and_what_was_told_comes_true(tmp_path, until):
    """All at once, for each waits half a minute until the claim of the dead has run out."""
    stories = {
        "create_group": lambda folder: asked_again(folder, until, "tencent_chat", "create_group"),
        "send_group_msg": lambda folder: asked_again(folder, until, "tencent_chat", "send_group_msg"),
        "create_ticket": lambda folder: asked_again(folder, until, "zendesk", "create_ticket"),
        "add_group_member": lambda folder: told_before(folder, until, "add_group_member", is_assigned),
        "destroy_group": lambda folder: told_before(folder, until, "destroy_group", is_dissolved),
    }
    with ThreadPoolExecutor(len(stories)) as pool:
        folders = {name: tmp_path / name for name in stories}
        for folder in folders.values():
            folder.mkdir()
        ended = dict(zip(stories, pool.map(lambda name: stories[name](folders[name]), stories), strict=True))
    once = (1, 1, 1)  # greeting, group, ticket
    assert ended == {
        "create_group": once,
        "send_group_msg": once,
        "create_ticket": once,
        "add_group_member": True,
        "destroy_group": True,
    }


def test_the_web_server_and_the_worker_end_with_the_process_that_started_them(tmp_path, until):
    with running(tmp_path, until) as (_, service, _):
        service.process.kill()
        service.process.wait(30)

        def is_alone():
            with suppress(ProcessLookupError):
                os.killpg(service.process.pid, 0)
                return False
            return True

        until(is_alone, 30)
