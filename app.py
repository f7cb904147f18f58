"""The hallway: joins the rooms. Flask and the WSGI server are pointed at `create_app`."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from importlib.metadata import entry_points
from typing import Any

import httpx
from flask import Flask

from caseroom import logs
from caseroom.bridge import events
from caseroom.bridge.action import Ports
from caseroom.bridge.deliver import Office
from caseroom.bridge.erase import Eraser, PersonDesk
from caseroom.bridge.errors import BadField
from caseroom.bridge.identity import Identity, ReservedNames
from caseroom.bridge.intake import Reception
from caseroom.bridge.ledger import CaseDesk, Ledger
from caseroom.bridge.model import Case
from caseroom.bridge.people import People
from caseroom.bridge.ports import LinksCases, NamesAgents, OpensCases, ReadsCases, Store
from caseroom.bridge.records import Value
from caseroom.bridge.settle import Settler
from caseroom.bridge.situation import Rules
from caseroom.connector import Connector
from caseroom.house import House
from caseroom.settings import Settings, SettingsError, environment, load
from caseroom.store.sqlite import SQLiteStore
from caseroom.tencent_chat.callbacks import Callbacks
from caseroom.tencent_chat.client import Client
from caseroom.tencent_chat.gateway import TencentChat
from caseroom.tencent_chat.user_sig import AdminSig, UserSigs
from caseroom.web import front
from caseroom.web.tokens import Tokens
from connectors import SHIPPED

GROUP = "caseroom.connectors"
# Seconds for which a caller waits for the store: the chat cloud hears no answer that comes after two.
CALLER_MAY_WAIT = 1.0


def installed() -> dict[str, type[Any]]:
    """Every connector there is, by name: those shipped, and those that other packages bring along."""
    found = {connector.name: connector for connector in SHIPPED}
    for point in entry_points(group=GROUP):
        connector = point.load()
        found.setdefault(connector.name, connector)
    return found


def reserved_by(settings: Settings) -> ReservedNames:
    """Accounts and prefixes that nobody may give himself."""
    return ReservedNames.of([settings.tencent_admin_id, *settings.tencent_other_admins], installed())


def connectors_of(settings: Settings) -> dict[str, Connector]:
    """The enabled connectors; SettingsError where one names an administrator as somebody who answers."""
    found: dict[str, Connector] = {name: installed()[name](settings.of[name]) for name in settings.connectors}
    problems = []
    for name, connector in found.items():
        for agent in getattr(connector, "answering", ()):
            try:
                reserved_by(settings).refuse_admin(agent, f"{name.upper()}_AGENTS")
            except BadField as wrong:
                problems.append(wrong.message)
    if problems:
        raise SettingsError(problems)
    return found


def create_app(settings: Settings | None = None) -> Flask:
    """The web application, with the settings of the environment unless others are given."""
    settings = settings or load(environment(), installed())
    logs.install(settings.log_level)
    return front.make(build(settings, busy_seconds=CALLER_MAY_WAIT))


def build(
    settings: Settings,
    *,
    connectors: Mapping[str, Connector] | None = None,
    transport: httpx.BaseTransport | None = None,
    clock: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
    fresh: Callable[[int], bytes] = secrets.token_bytes,
    store: Store | None = None,
    background: Executor | None = None,
    busy_seconds: float | None = None,
) -> House:
    """Join the rooms; a simulation brings its own clock, lines, threads and randomness."""
    store = store or SQLiteStore(settings.database_url.removeprefix("sqlite:///"), busy_seconds)
    rooms = max(settings.web_threads // 4, 1)
    store.migrate()
    identity = Identity(_key(store, fresh), fresh)
    connectors = connectors_of(settings) if connectors is None else connectors
    reserved = reserved_by(settings)
    ledger = Ledger(identity, _rules(settings, connectors))
    people = People(identity)
    answering = {name: tuple(getattr(connector, "answering", ())) for name, connector in connectors.items()}
    reception = Reception(ledger, people, _helpdesks(connectors), answering)
    office = Office(ledger, people, reception, {})
    eraser = Eraser(office, people)
    office.handlers.update(
        {
            events.PersonErased: eraser.person_erased,
            events.PersonExportAsked: eraser.export_asked,
            events.ShopErased: eraser.shop_erased,
            events.ShopUninstalled: eraser.shop_uninstalled,
        }
    )
    admin = AdminSig(
        settings.tencent_sdk_app_id, settings.tencent_secret_key[0], settings.tencent_admin_id, clock=clock
    )
    chat = TencentChat(
        Client(settings.tencent_url, settings.tencent_sdk_app_id, admin, transport), settings.tencent_group_type
    )
    case_desk = CaseDesk(ledger)
    settler = Settler(
        store,
        Ports(chat, dict(connectors)),
        {"chat": case_desk, "helpdesk": case_desk, "person": PersonDesk()},
        settings.tencent_calls_per_second,
        clock,
        sleep,
    )
    return House(
        settings=settings,
        store=store,
        connectors=connectors,
        installed=tuple(installed()),
        ledger=ledger,
        people=people,
        reception=reception,
        office=office,
        eraser=eraser,
        settler=settler,
        user_sigs=UserSigs(
            settings.tencent_sdk_app_id,
            settings.tencent_secret_key[0],
            settings.usersig_seconds,
            reserved,
            clock,
        ),
        callbacks=Callbacks(
            settings.tencent_sdk_app_id,
            settings.tencent_callback_token,
            settings.tencent_admin_id,
            frozenset({settings.tencent_admin_id, *settings.tencent_other_admins}),
            settings.tencent_assistant_id or None,
        ),
        clock=clock,
        sleep=sleep,
        waiting_rooms=threading.BoundedSemaphore(rooms),
        background=background or ThreadPoolExecutor(rooms, thread_name_prefix="waited-for"),
    )


def _key(store: Store, fresh: Callable[[int], bytes]) -> bytes:
    """The key that ids are made with: made once, by whoever comes first."""
    with store.transaction() as tx:
        tx.add(Value(name="identity_key", value=fresh(32).hex()))
        value = tx.get(Value, "identity_key")
    if value is None:
        raise LookupError("identity_key")
    return bytes.fromhex(value.value)


ABILITIES = {"opens": OpensCases, "reads": ReadsCases, "names": NamesAgents}


def _rules(settings: Settings, connectors: Mapping[str, Connector]) -> Rules:
    abilities = {}
    for name, connector in connectors.items():
        able = {ability for ability, protocol in ABILITIES.items() if isinstance(connector, protocol)}
        once = {"creates_once"} if getattr(connector, "creates_once", False) else set()
        links = {"links"} if isinstance(connector, LinksCases) and connector.has_link_field else set()
        abilities[name] = frozenset(able | once | links)
    return Rules(
        assistant=settings.tencent_assistant_id or None,
        close_grace=settings.close_grace,
        abilities=abilities,
        link=_links(settings) if settings.public_url else None,
    )


def _links(settings: Settings) -> Callable[[Case], str]:
    tokens = Tokens(settings.secret_key)
    return lambda case: f"{settings.own_url}/c/{tokens.for_link(case.key)}"


def _helpdesks(connectors: Mapping[str, Connector]) -> dict[str, str]:
    """Which helpdesk keeps the records of a connector's cases: itself, another one, or none."""
    return {
        name: name if isinstance(connector, OpensCases) else str(getattr(connector, "helpdesk", ""))
        for name, connector in connectors.items()
    }
