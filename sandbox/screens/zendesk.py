"""An agent's screen in Zendesk: tickets in tabs, what can be done with them, and the frames of the app.

Served below `/agent` of the stand-in's address, as Zendesk serves its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from sandbox.screens.signed_url import SignedURLs
from sandbox.screens.templates import as_json, page, static
from sandbox.zendesk import Refused, Zendesk
from sandbox.zendesk.tickets import STATUSES, Ticket, User

ROUTES = Map(
    [
        Rule("/", endpoint="anybody"),
        Rule("/<int:agent>", endpoint="screen"),
        Rule("/<int:agent>/state", endpoint="state"),
        Rule("/<int:agent>/tickets/<int:number>", endpoint="submit", methods=["POST"]),
        Rule("/<int:agent>/frames/<location>", endpoint="frame", methods=["POST"]),
        Rule("/static/<name>", endpoint="file"),
    ]
)
CHANGEABLE = {"assignee_id", "status"}


class ZendeskScreen:
    """A WSGI application: the screens of all agents.

    Attributes:
        service_url: where the app's frames are.
    """

    def __init__(self, desk: Zendesk) -> None:
        self.desk = desk
        self.signed_urls = SignedURLs(desk.host, desk.clock)
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
            response = as_json(no.body, no.status)
        response.headers["Cache-Control"] = "no-store"
        return response(environ, start_response)

    def anybody(self, request: Request) -> Response:
        """The screen of the first agent."""
        if not self.agents():
            raise NotFound
        return redirect(f"{request.script_root}/{self.agents()[0].id}?{request.query_string.decode()}")

    def screen(self, request: Request, agent: int) -> Response:
        """One agent's screen."""
        about = {"root": request.script_root, "agent": agent, "host": self.desk.host, "service": self.service_url}
        return page("zendesk.html", about=about, name=self.agent(agent).name)

    def file(self, _: Request, name: str) -> Response:
        """A script or a style sheet."""
        return static(name)

    def state(self, _: Request, agent: int) -> Response:
        """Everything that the screen shows; it asks again and again."""
        with self.desk.lock:
            tickets = [self.shown(one) for one in reversed(self.desk.tickets.values()) if not one.gone]
            people = {str(user.id): about(user) for user in self.desk.users.values()}
        agents = [one.id for one in self.agents()]
        return as_json({"me": self.agent(agent).id, "agents": agents, "people": people, "tickets": tickets})

    def submit(self, request: Request, agent: int, number: int) -> Response:
        """What an agent submits: a comment, another assignee, another status."""
        asked = request.get_json()
        fields = {name: value for name, value in asked.items() if name in CHANGEABLE}
        if fields.get("status", "new") not in STATUSES:
            raise NotFound
        text, public = str(asked.get("comment", "")), bool(asked.get("public", True))
        self.desk.say(number, self.agent(agent), text, public, **fields)
        return as_json({"ticket": self.shown(self.desk.tickets[number])})

    def frame(self, _: Request, agent: int, location: str) -> Response:
        """A token for a frame that the screen is about to open."""
        return as_json({"token": self.signed_urls.token(self.agent(agent).id, location)})

    def agents(self) -> list[User]:
        """Who answers here; an account's admin only where there is nobody else."""
        staff = [user for user in self.desk.users.values() if user.is_staff]
        return [user for user in staff if user.role == "agent"] or staff

    def agent(self, number: int) -> User:
        """One of them."""
        found = self.desk.users.get(number)
        if found is None or not found.is_staff:
            raise NotFound
        return found

    def shown(self, ticket: Ticket) -> dict[str, Any]:
        """A ticket with what was said in it."""
        names = ("id", "subject", "status", "requester_id", "assignee_id", "tags", "priority", "created", "updated")
        events = [
            {"at": entry["created_at"], "author": event["author_id"], "text": event["body"], "public": event["public"]}
            for entry in ticket.audits
            for event in entry["events"]
            if event["type"] == "Comment"
        ]
        return {name: getattr(ticket, name) for name in names} | {"comments": events}


def about(user: User) -> dict[str, Any]:
    """Somebody, as a screen shows him."""
    return {"id": user.id, "name": user.name, "email": user.email, "role": user.role}
