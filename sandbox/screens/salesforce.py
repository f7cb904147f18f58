"""An agent's screen in Salesforce: a console with cases in tabs, and the pane in its utility bar.

Served below `/lightning` of the stand-in's address, as Salesforce serves its own.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

import httpx
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from sandbox.salesforce import Salesforce
from sandbox.salesforce.ids import full
from sandbox.salesforce.records import Case, Refused
from sandbox.screens.templates import as_json, page, static

ROUTES = Map(
    [
        Rule("/", endpoint="anybody"),
        Rule("/<agent>", endpoint="screen"),
        Rule("/<agent>/state", endpoint="state"),
        Rule("/<agent>/cases/<case>", endpoint="change", methods=["POST"]),
        Rule("/<agent>/pane", endpoint="pane", methods=["POST"]),
        Rule("/static/<name>", endpoint="file"),
    ]
)
CHANGEABLE = {"OwnerId", "Status"}
SHOWN = ("Id", "CaseNumber", "Subject", "Description", "Status", "Priority", "Origin", "OwnerId", "IsClosed")
STATUSES = ("New", "Working", "Escalated", "Closed")
CALLOUT_SECONDS = 10


class SalesforceScreen:
    """A WSGI application: the screens of all agents.

    Attributes:
        secret: signs what Apex asks the service for.
        service_url: where the pane's page is.
    """

    def __init__(self, org: Salesforce, secret: str) -> None:
        self.org = org
        self.secret = secret
        self.service_url = ""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request of an agent's browser."""
        request = Request(environ)
        try:
            endpoint, arguments = ROUTES.bind_to_environ(environ).match()
            response: Response = getattr(self, endpoint)(request, **arguments)
        except HTTPException as error:
            return error(environ, start_response)
        except Refused as no:
            response = as_json(no.entry, no.status)
        response.headers["Cache-Control"] = "no-store"
        return response(environ, start_response)

    def anybody(self, request: Request) -> Response:
        """The screen of the first agent."""
        if not self.agents():
            raise NotFound
        return redirect(f"{request.script_root}/{self.agents()[0]}?{request.query_string.decode()}")

    def screen(self, request: Request, agent: str) -> Response:
        """One agent's screen."""
        about = {"root": request.script_root, "agent": self.agent(agent), "statuses": STATUSES}
        return page("salesforce.html", about=about, name=self.org.name_of(agent))

    def file(self, _: Request, name: str) -> Response:
        """A script or a style sheet."""
        return static(name)

    def state(self, _: Request, agent: str) -> Response:
        """Everything that the screen shows; it asks again and again."""
        with self.org.lock:
            cases = [self.shown(case) for case in reversed(self.org.cases.values()) if not case["IsDeleted"]]
            owners = {owner: self.org.name_of(owner) for owner in [*self.agents(), *self.org.queues]}
            owners |= {case["OwnerId"]: case["Owner"] for case in cases}
        return as_json({"me": self.agent(agent), "agents": self.agents(), "owners": owners, "cases": cases})

    def change(self, request: Request, agent: str, case: str) -> Response:
        """What an agent saves: another owner, another status."""
        self.agent(agent)
        fields = {name: value for name, value in request.get_json().items() if name in CHANGEABLE}
        self.org.change(case, **fields)
        return as_json({"case": self.shown(self.org.find(case))})

    def pane(self, _: Request, agent: str) -> Response:
        """Where the pane's page opens for this agent: Apex gets a code for him by a signed callout."""
        nonce = uuid.uuid4().hex
        outgoing = self.org.agent_code_request(self.agent(agent), self.org.name_of(agent), nonce, self.secret)
        url = f"{self.service_url}{outgoing.path}"
        answer = httpx.post(url, content=outgoing.body, headers=outgoing.headers, timeout=CALLOUT_SECONDS)
        if answer.status_code != 200:
            return as_json({"message": "The chat did not let you in."}, 502)
        return as_json({"address": f"{self.service_url}/agent#code={answer.json()['code']}"})

    def agents(self) -> list[str]:
        """Who answers here: every user but the two that an org begins with."""
        return [user for user in self.org.users if user not in {self.org.me, self.org.admin}]

    def agent(self, number: str) -> str:
        """The id of one of them."""
        if number not in self.org.users:
            raise NotFound
        return number

    def shown(self, case: Case) -> dict[str, Any]:
        """A case as the screen shows it."""
        who = {"Name": case["SuppliedName"], "Email": case["SuppliedEmail"], "Owner": self.org.name_of(case["OwnerId"])}
        return {name: case[name] for name in SHOWN} | who | {"Id": full(case["Id"]), "Modified": case["SystemModstamp"]}
