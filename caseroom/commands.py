"""The operator's command line."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from multiprocessing.process import BaseProcess
from types import FrameType
from typing import Any

import click
from granian.constants import Interfaces
from granian.server import Server

import app as hall
from caseroom import logs
from caseroom.bridge.apply import doubt
from caseroom.bridge.errors import Rejected, Trouble
from caseroom.bridge.events import Agent
from caseroom.bridge.model import Account, Case, Message
from caseroom.bridge.ports import Pings, Transaction
from caseroom.bridge.records import Block, Intake, Lane, Parked
from caseroom.house import House
from caseroom.settings import Settings, SettingsError, environment, load
from caseroom.web.agent_sessions import give_code
from caseroom.worker import Worker
from connectors.zendesk.connector import Zendesk
from connectors.zendesk.webhook import make_webhook

LINK_SECONDS = 86_400.0
RESTARTS, RESTART_WINDOW = 5, 60.0
GRACE = 15.0
ZENDESK_SECRETS = "ZENDESK_WEBHOOK_SECRETS"


def _settings() -> Settings:
    try:
        settings = load(environment(), hall.installed())
        hall.connectors_of(settings)
    except SettingsError as error:
        click.secho("Caseroom cannot start as it is configured:", fg="red", err=True)
        for problem in error.problems:
            click.echo(f"  {problem}", err=True)
        click.echo("See .env.example for what each setting means.", err=True)
        sys.exit(2)
    return settings


def _house() -> House:
    return hall.build(_settings())


@click.group()
def main() -> None:
    """Every support case gets a chat room."""


@main.command()
def check() -> None:
    """Say what is wrong with the settings, without a network."""
    settings = _settings()
    click.secho("The settings are complete.", fg="green")
    click.echo(f"Connectors: {', '.join(settings.connectors)}. Chat cloud: {settings.tencent_url}.")
    for name, value in (
        ("TENCENT_CALLBACK_TOKEN", settings.tencent_callback_token),
        ("INTAKE_KEYS", settings.intake_keys),
    ):
        if not value:
            click.echo(f"Note: {name} is not set; its route is closed.")
    if not settings.public_url:
        click.echo("Note: PUBLIC_URL is not set; no links to customers' pages are made.")


@main.command()
def run() -> None:
    """Start the web server and the worker, and keep both running."""
    _settings()
    sys.exit(Supervisor().run())


class Supervisor:
    """Keeps the web server and the worker running until it is told to stop."""

    def __init__(self) -> None:
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.starts: list[float] = []
        self.stopping = threading.Event()

    def run(self) -> int:
        """Watch over both; the exit code is 0 when it was told to stop."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        for role in ("web", "worker"):
            self._start(role)
        code = 0
        while not self.stopping.wait(0.2) and code == 0:
            code = self._restart_ended()
        self._end_all()
        return code

    def _stop(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 -- as signal handlers are
        self.stopping.set()

    def _start(self, role: str) -> None:
        # A child ends with its parent: the pipe that is its standard input closes then.
        command = [sys.executable, "-m", "caseroom.commands", role, "--with-parent"]
        self.children[role] = subprocess.Popen(command, stdin=subprocess.PIPE)  # noqa: S603 -- our own command

    def _restart_ended(self) -> int:
        for role, child in list(self.children.items()):
            code = child.poll()
            if code is not None and not self.stopping.is_set():
                self.starts = [at for at in self.starts if at > time.monotonic() - RESTART_WINDOW]
                self.starts.append(time.monotonic())
                if len(self.starts) > RESTARTS:
                    click.echo(f"The {role} ends again and again (last exit code {code}).", err=True)
                    return code or 1
                self._start(role)
        return 0

    def _end_all(self) -> None:
        for child in self.children.values():
            child.terminate()
        end = time.monotonic() + GRACE
        for child in self.children.values():
            try:
                child.wait(max(end - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                child.kill()


def _end_with_parent() -> None:
    """End this process in good order when the one that started it is gone."""
    threading.Thread(target=_wait_for_parent, daemon=True).start()


def _wait_for_parent() -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def served() -> Any:
    """The web application in one of the web server's processes, which ends with the web server."""
    server = multiprocessing.parent_process()
    if server is not None:
        # Forked from the server, it would take the signal to end as the server's own, and not end, while it is built.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        threading.Thread(target=_wait_for_server, args=(server,), daemon=True).start()
    return hall.create_app()


def _wait_for_server(server: BaseProcess) -> None:
    server.join()
    os.kill(os.getpid(), signal.SIGTERM)


WITH_PARENT = click.option("--with-parent", is_flag=True, hidden=True, help="End when standard input is closed.")


@main.command()
@WITH_PARENT
def web(*, with_parent: bool) -> None:
    """Serve HTTP, without a worker."""
    settings = _settings()
    if with_parent:
        _end_with_parent()
    Server(
        "caseroom.commands:served",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=settings.web_processes,
        blocking_threads=settings.web_threads,
        respawn_failed_workers=True,
        workers_kill_timeout=int(GRACE),
        websockets=False,
        log_enabled=False,
    ).serve()


@main.command()
@WITH_PARENT
def worker(*, with_parent: bool) -> None:
    """Carry out what is due, without a web server."""
    settings = _settings()
    logs.install(settings.log_level)
    if with_parent:
        _end_with_parent()
    house = hall.build(settings)
    working = Worker(house, settings.worker_threads)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: working.stop())
    working.run()
    house.close()


@main.command("agent-link")
@click.argument("name")
def agent_link(name: str) -> None:
    """Print a link that opens the agents' page once, for an agent of SHOPIFY_AGENTS."""
    house = _house()
    account = name if name in house.reception.answering.get("shopify", ()) else f"shopify_{name}"
    if account not in house.reception.answering.get("shopify", ()):
        raise click.ClickException(f"{name} is not in SHOPIFY_AGENTS.")
    connector, _, agent_id = account.partition("_")
    with house.store.transaction() as tx:
        agent = Agent(agent_id, agent_id if connector == "shopify" else None)
        house.people.agent(tx, connector, agent)
        code = give_code(tx, connector, agent, house.clock(), LINK_SECONDS)
    click.echo(f"{house.settings.own_url}/agent#{code}")


@main.command("zendesk-webhook")
def zendesk_webhook() -> None:
    """Make the webhook at Zendesk, or put it right, and print the line with its secret."""
    # The secret that the settings ask for is made here; until then any text stands for it.
    values = {**environment(), ZENDESK_SECRETS: "not made yet"}
    try:
        settings = load(values, hall.installed())
        zendesk = hall.connectors_of(settings).get("zendesk")
    except SettingsError as error:
        raise click.ClickException("\n".join(error.problems)) from error
    if not isinstance(zendesk, Zendesk):
        raise click.ClickException("CONNECTORS: zendesk is not in it.")
    try:
        made = make_webhook(zendesk.client, settings.public_url)
    except Rejected as wrong:
        raise click.ClickException(wrong.message) from wrong
    except Trouble as trouble:
        raise click.ClickException(f"Zendesk: {type(trouble).__name__} {trouble.code}") from trouble
    click.echo(f"{ZENDESK_SECRETS}={','.join(made.secrets)}")
    click.echo(f"The webhook was {made.done}; it sends to {made.endpoint}.", err=True)
    click.echo("Put the line above into .env and restart. It is a secret: show it to nobody.", err=True)
    if len(made.ids) > 1:
        click.echo(f"{len(made.ids)} webhooks send there; one is enough: {', '.join(made.ids)}.", err=True)


@main.group()
def parked() -> None:
    """What was set aside for a person to look at."""


@parked.command("list")
def list_parked() -> None:
    """Show all of it, oldest first."""
    with _house().store.snapshot() as tx:
        for one in tx.find(Parked, order="parked_at"):
            when = time.strftime("%Y-%m-%d %H:%M", time.localtime(one.parked_at))
            click.echo(f"{when}  {one.id}\n    {one.action}: {one.reason}  {json.dumps(one.detail)}")


@parked.command("retry")
@click.argument("parked_id")
def retry_parked(parked_id: str) -> None:
    """Try something again, after what kept it from happening was mended."""
    house = _house()
    with house.store.transaction() as tx:
        one = tx.get(Parked, parked_id)
        if one is None or not (_retry_case(house, tx, one) or _retry_person(tx, one, house.clock())):
            raise click.ClickException("Nothing that can be tried again is parked under this id.")
    click.echo("It will be tried again.")


def _retry_case(house: House, tx: Transaction, one: Parked) -> bool:
    case = tx.get(Case, one.about)
    if case is None or one.action not in case.parked:
        return False
    before = house.ledger.open(tx, case, house.clock())
    rest = {key: reason for key, reason in case.parked.items() if key != one.action}
    after = replace(case, parked=rest)
    house.ledger.save(tx, before, before.with_case(doubt(after, 0) if one.action == "merge" else after))
    return True


def _retry_person(tx: Transaction, one: Parked, now: float) -> bool:
    lane = tx.get(Lane, one.about, "person")
    if lane is None:
        return False
    tx.delete(Parked, id=one.id)
    tx.put(replace(lane, due=now))
    return True


@parked.command("drop")
@click.argument("parked_id")
def drop_parked(parked_id: str) -> None:
    """Take something off the list; it is not tried again."""
    with _house().store.transaction() as tx:
        if not tx.delete(Parked, id=parked_id):
            raise click.ClickException("Nothing is parked under this id.")
    click.echo("Dropped.")


@main.command()
@click.argument("account")
def forget(account: str) -> None:
    """Erase everything of a person: here at once, at the chat cloud as soon as it answers."""
    house = _house()
    with house.store.transaction() as tx:
        person = tx.get(Account, account)
        if person is None:
            raise click.ClickException("There is no such account.")
        house.eraser.forget(tx, person, house.clock())
    click.echo("Forgotten here; the worker has it erased at the chat cloud.")


@main.command()
@click.argument("account")
def unblock(account: str) -> None:
    """Let a customer chat again whom an agent has blocked."""
    with _house().store.transaction() as tx:
        if not tx.delete(Block, account=account):
            raise click.ClickException("This account is not blocked.")
    click.echo("Not blocked any more; the next request brings the customer back into the chat.")


@main.command()
def doctor() -> None:
    """Try every credential for real."""
    house = _house()
    vendors: dict[str, Any] = {"tencent_chat": house.settler.ports.chat, **house.connectors}
    troubles = 0
    for name, vendor in vendors.items():
        if isinstance(vendor, Pings):
            try:
                vendor.ping()
                click.echo(f"{name}: answers")
            except Trouble as trouble:
                troubles += 1
                click.secho(f"{name}: {type(trouble).__name__} {trouble.code}", fg="red")
    sys.exit(1 if troubles else 0)


@main.command()
@click.argument("account")
def export(account: str) -> None:
    """Print everything that is kept of a person, by account."""
    house = _house()
    with house.store.snapshot() as tx:
        person = tx.get(Account, account)
        if person is None:
            raise click.ClickException("There is no such account.")
        cases = tx.find(Case, account=account, order="opened_at")
        found: dict[str, Any] = {
            "account": person.__dict__,
            "cases": [{"key": case.key, "ref": case.ref, "request": case.request.__dict__} for case in cases],
            "messages": [one.__dict__ for case in cases for one in tx.find(Message, case=case.key, order="life, seq")],
            "requests": [one.__dict__ for one in tx.find(Intake, account=account)],
            "blocked": [one.__dict__ for one in tx.find(Block, account=account)],
            "parked": [one.__dict__ for case in cases for one in tx.find(Parked, about=case.key)],
        }
    click.echo(json.dumps(found, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
