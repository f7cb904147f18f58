"""The helpdesk as a server: the routes that a client needs, and the doors to them.

https://developer.zendesk.com/api-reference/ticketing/introduction/
https://developer.zendesk.com/api-reference/introduction/requests/
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, ClassVar

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from sandbox.faults import Faults
from sandbox.mailbox import Mailbox
from sandbox.zendesk.agents import Agents
from sandbox.zendesk.answers import Json, Refused, answer, invalid, not_found, refused, too_many
from sandbox.zendesk.doors import Logins, Meter, Replies
from sandbox.zendesk.intake import fields_in, requester_in, ticket_in
from sandbox.zendesk.lists import export, listing
from sandbox.zendesk.page import page
from sandbox.zendesk.subscriptions import webhook_in
from sandbox.zendesk.tickets import Ticket, User, via
from sandbox.zendesk.webhooks import Webhooks

API = (
    ("POST", "/oauth/tokens", "issue_token"),
    ("POST", "/api/v2/tickets", "create_ticket"),
    ("GET", "/api/v2/tickets", "list_tickets"),
    ("GET", "/api/v2/tickets/show_many", "show_many"),
    ("GET", "/api/v2/tickets/<int:number>", "show_ticket"),
    ("PUT", "/api/v2/tickets/<int:number>", "update_ticket"),
    ("GET", "/api/v2/tickets/<int:number>/audits", "list_audits"),
    ("GET", "/api/v2/users/me", "show_me"),
    ("GET", "/api/v2/users/<int:number>", "show_user"),
    ("GET", "/api/v2/macros", "list_macros"),
    ("GET", "/api/v2/incremental/tickets/cursor", "export"),
)
# Their paths have no suffix.
WEBHOOKS = (
    ("POST", "/api/v2/webhooks", "create_webhook"),
    ("GET", "/api/v2/webhooks", "list_webhooks"),
    ("GET", "/api/v2/webhooks/<webhook>", "show_webhook"),
    ("PATCH", "/api/v2/webhooks/<webhook>", "change_webhook"),
    ("GET", "/api/v2/webhooks/<webhook>/signing_secret", "show_signing_secret"),
)
OPEN = {"front", "issue_token"}


class Zendesk(Agents):
    """A Zendesk account.

    Attributes:
        triggers_assign_to: an agent to whom a trigger gives each ticket that comes over the API.
        export_lag: seconds whose changes the export leaves out, as others may still come in between.
    """

    name: ClassVar[str] = "zendesk"
    routes: ClassVar[tuple[tuple[str, str, str], ...]] = (
        ("GET", "/", "front"),
        *((method, path + suffix, endpoint) for method, path, endpoint in API for suffix in ("", ".json")),
        *WEBHOOKS,
    )

    def __init__(
        self,
        *,
        client_id: str = "",
        client_secret: str = "",
        email: str = "",
        api_token: str = "",
        webhook_secret: str = "",
        account_id: int = 10_000_001,
        subdomain: str = "caseroom",
        token_seconds: float = 1800,
        calls_per_minute: int = 0,
        triggers_assign_to: int | None = None,
        mute_mail_tag: str = "",
        mailbox: Mailbox | None = None,
        clock: Callable[[], float] = time.time,
        faults: Faults | None = None,
    ) -> None:
        webhooks = Webhooks(account_id, webhook_secret, clock, mailbox)
        super().__init__(webhooks, subdomain, email, clock=clock, faults=faults)
        self.logins = Logins(client_id, client_secret, email, api_token, token_seconds, clock)
        self.meter = Meter(calls_per_minute, clock)
        self.mute_mail_tag = mute_mail_tag
        self.triggers_assign_to = triggers_assign_to
        self.export_lag = 60.0
        self.replies = Replies(clock)

    def run(self, endpoint: str, request: Request, arguments: Any) -> Response:
        """Check the door, do what the route names, and say no in Zendesk's words."""
        headers: dict[str, str] = {}
        try:
            if endpoint not in OPEN:
                self.logins.admit(request)
                headers = self.meter.count(endpoint)
            response = super().run(endpoint, request, arguments)
        except Refused as no:
            response = answer(no.body, no.status, no.headers)
        response.headers.update(headers)
        return response

    def subject(self, request: Request, arguments: Any) -> str:
        """The ticket or user that a call is about; a new ticket goes by its key."""
        asked = request.get_json(silent=True) if request.method == "POST" else None
        ticket = asked.get("ticket") if isinstance(asked, dict) else None
        key = ticket.get("external_id") if isinstance(ticket, dict) else None
        return str(key or arguments.get("number") or request.args.get("external_id") or request.path)

    def busy(self, request: Request) -> Response:
        """Too many calls, and a second to wait."""
        return answer((no := too_many(1)).body, no.status, no.headers)

    def unknown_route(self, request: Request, error: HTTPException) -> Response:
        """There is no such route, or not with this method."""
        return answer((no := not_found("InvalidEndpoint")).body, no.status)

    def front(self, _: Request) -> Response:
        """The page for people."""
        return Response(page(self), mimetype="text/html")

    def issue_token(self, request: Request) -> Response:
        """An access token."""
        asked = request.get_json(silent=True)
        return answer(self.logins.issue(asked if isinstance(asked, dict) else {}), 201)

    def create_ticket(self, request: Request) -> Response:
        """A new ticket, or the answer of the first time that the same key asked for it."""
        body, key = request.get_json(silent=True), request.headers.get("Idempotency-Key")
        kept = self.replies.find(key, body) if key else None
        reply = kept or self.created(ticket_in(body))
        if key:
            reply = self.replies.keep(key, body, reply, "hit" if kept else "miss")
        return reply

    def created(self, asked: Json) -> Response:
        """Open the ticket that a client asks for, let the trigger see it, and show both ticket and audit."""
        fields = fields_in(asked)
        source = self.tickets.get(fields.pop("via_followup_source_id", 0))
        requester = self.requester(asked, fields.pop("requester_id", None))
        if source and source.status == "closed" and not source.gone:
            ticket = self.create_after(source, requester, self.admin, **fields)
        else:
            ticket = self.create(requester, self.admin, via=via("api"), **fields)
        if self.triggers_assign_to:
            self.assign(ticket.id, self.triggers_assign_to)
        shown = ticket.as_json(self.url)
        return answer({"ticket": shown, "audit": ticket.audits[0]}, 201, {"Location": shown["url"]})

    def requester(self, asked: Json, number: int | None) -> User:
        """Who asks: a known user by id or address, else a new one; the client itself when it names nobody."""
        if number is None:
            return self.user_called(*requester_in(asked)) if asked.get("requester") is not None else self.admin
        if number not in self.users:
            raise invalid("requester", "the requester does not exist")
        return self.users[number]

    def list_tickets(self, request: Request) -> Response:
        """All tickets, or those with an external id."""
        key = request.args.get("external_id")
        return self.listed(request, [t for t in self.tickets.values() if key in (None, t.external_id)])

    def show_many(self, request: Request) -> Response:
        """Tickets by their ids; those that do not exist are left out."""
        ids = request.args.get("ids", "").split(",")
        if len(ids) > 100:
            raise refused(400, "TooManyValues", "more than 100 ids")
        return self.listed(request, [t for t in self.tickets.values() if str(t.id) in ids])

    def listed(self, request: Request, tickets: list[Ticket]) -> Response:
        """A list of tickets without the deleted ones."""
        shown = [ticket.as_json(self.url) for ticket in tickets if not ticket.gone]
        return answer(listing(request.args, tickets=shown))

    def show_ticket(self, _: Request, number: int) -> Response:
        """One ticket."""
        return answer({"ticket": self.ticket(number).as_json(self.url)})

    def list_audits(self, request: Request, number: int) -> Response:
        """What happened to a ticket."""
        return answer(listing(request.args, audits=self.ticket(number).audits))

    def show_me(self, _: Request) -> Response:
        """The user as whom the client acts."""
        return answer({"user": self.admin.as_json(self.url)})

    def show_user(self, _: Request, number: int) -> Response:
        """One user."""
        if number not in self.users:
            raise not_found()
        return answer({"user": self.users[number].as_json(self.url)})

    def export(self, request: Request) -> Response:
        """Tickets in the order of their last change."""
        return answer(export(self.tickets.values(), request.args, self.clock() - self.export_lag, self.url))

    def create_webhook(self, request: Request) -> Response:
        """A new webhook, with a secret of its own."""
        made = self.webhooks.subscriptions.add(webhook_in(request.get_json(silent=True)), self.admin.id)
        return answer({"webhook": made.as_json(f".{int(made.created % 1 * 1e9):09}")}, 201)

    def list_webhooks(self, request: Request) -> Response:
        """All webhooks, or those whose name contains something."""
        return answer(self.webhooks.subscriptions.page(request.args))

    def show_webhook(self, _: Request, webhook: str) -> Response:
        """One webhook."""
        return answer({"webhook": self.webhooks.subscriptions.find(webhook).as_json()})

    def change_webhook(self, request: Request, webhook: str) -> Response:
        """Set fields of a webhook; the answer is empty."""
        self.webhooks.subscriptions.change(webhook, webhook_in(request.get_json(silent=True)))
        return Response(status=204)

    def show_signing_secret(self, _: Request, webhook: str) -> Response:
        """What a webhook's requests are signed with."""
        secret = self.webhooks.subscriptions.find(webhook).secret
        return answer({"signing_secret": {"secret": secret, "algorithm": "SHA256"}})
