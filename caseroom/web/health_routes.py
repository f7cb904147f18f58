"""Whether the service lives and can work, and what it speaks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from caseroom.bridge.errors import NotKept
from caseroom.bridge.records import HEARTBEAT, Value, Vendor
from caseroom.house import House
from caseroom.web.bodies import PROBLEMS, AliveAnswer, ErrorAnswer, ReadyAnswer
from caseroom.web.doors import Keys, locked, nobody
from caseroom.web.errors import described

WORKER_SECONDS = 30.0
TAG = Tag(name="health", description="Open to all; nothing here is anybody's.")

OPENAPI: dict[Any, Any] = {"description": "OpenAPI 3.1", "content": {"application/json": {}}}

Answer = tuple[dict[str, Any], int]


def readiness(house: House) -> tuple[dict[str, str], bool]:
    """The state of each dependency, and whether requests can be served.

    A vendor that is down does not make the service unready: what arrives is kept and done when the vendor is back.
    """
    states = {"store": "up", "worker": "down", "tencent_chat": "up", **dict.fromkeys(house.connectors, "up")}
    try:
        with house.store.snapshot() as tx:
            states.update({vendor.name: vendor.state for vendor in tx.find(Vendor)})
            beat = tx.get(Value, HEARTBEAT)
    except NotKept:
        return {**states, "store": "down"}, False
    if beat is not None and house.clock() - float(beat.value) < WORKER_SECONDS:
        states["worker"] = "up"
    return states, states["worker"] == "up"


def routes(keys: Keys, api_doc: Callable[[], dict[str, Any]]) -> APIBlueprint:
    """The routes that monitors and programmers ask."""
    # The error that all routes refer to is described here.
    problems = PROBLEMS | {500: ErrorAnswer}
    blueprint = APIBlueprint("health", __name__, abp_tags=[TAG], abp_responses=problems)

    @blueprint.get("/healthz", summary="The process is alive", responses={200: AliveAnswer})
    @locked(nobody)
    def healthz() -> Answer:
        return {"status": "alive"}, 200

    @blueprint.get("/readyz", summary="The service can work", responses={200: ReadyAnswer, 503: ReadyAnswer})
    @locked(nobody)
    def readyz() -> tuple[dict[str, Any], int, dict[str, str]]:
        states, is_ready = readiness(keys.house)
        if is_ready:
            return {"status": "ready", "dependencies": states}, 200, {}
        error = described("not_ready", "Ask again; the store or the worker is not there yet.")
        return {"status": "not ready", "dependencies": states, "error": error}, 503, {"Retry-After": "5"}

    @blueprint.get("/openapi.json", summary="This description", responses={200: OPENAPI})
    @locked(nobody)
    def openapi() -> Answer:
        return api_doc(), 200

    return blueprint
