"""A Zendesk account on a loopback port, the connector that works with it, and servers that answer as a test says."""

import json

import pytest
from werkzeug.wrappers import Request, Response

from caseroom.connector import InboundRequest
from connectors.zendesk.client import Client
from connectors.zendesk.connector import Zendesk, ZendeskSettings
from sandbox.mailbox import Mailbox
from sandbox.stand_in import Server
from sandbox.zendesk import Zendesk as ZendeskStandIn

OAUTH = {"client_id": "caseroom", "client_secret": "oauth-secret"}
LEGACY = {"email": "ops@shop.example", "api_token": "legacy-token"}
HOOK = "of the webhook"


class Clock:
    def __init__(self, now=1_795_000_000.0):
        self.now = now

    def __call__(self):
        return self.now


class ZendeskAccount:
    """A stand-in on a loopback port, what its webhook sent, and connectors that work with it."""

    def __init__(self):
        self.clock, self.sent = Clock(), []
        self.box = Mailbox(self._take, clock=self.clock)
        self.zendesk = ZendeskStandIn(**OAUTH, **LEGACY, webhook_secret=HOOK, mailbox=self.box, clock=self.clock)
        self.server = Server(self.zendesk)

    def _take(self, outgoing):
        headers = {name.lower(): value for name, value in outgoing.headers.items()}
        self.sent.append(InboundRequest("POST", outgoing.path, (), headers, outgoing.body, self.clock()))
        return 202

    def events(self):
        """What the webhook sends now, as it came over the line."""
        self.sent.clear()
        self.box.deliver(self.clock())
        return list(self.sent)

    def settings(self, **given):
        return ZendeskSettings(**{"url": self.server.url, "webhook_secrets": HOOK, **OAUTH, **given})

    def client(self, *, oauth=("caseroom", "oauth-secret"), legacy=None):
        return Client(self.server.url, oauth=oauth, legacy=legacy, clock=self.clock)

    def connector(self, **given):
        return Zendesk(self.settings(**given), self.client())

    def opened(self, *tags, name="Bo", email="bo@shop.example"):
        """A ticket from inside the helpdesk, whose events are over."""
        number = self.zendesk.open_ticket("Late", "Where is it?", name, email, tags)
        self.events()
        return number

    def calls(self, endpoint):
        return sum(call == endpoint for call, _ in self.zendesk.calls)


class Answering:
    """A server that lets everybody in, answers as a test says, and notes what it was asked."""

    def __init__(self, answer):
        self.answer, self.asked = answer, []
        self.server = Server(self)

    @property
    def url(self):
        return self.server.url

    def __call__(self, environ, start_response):
        request = Request(environ)
        self.asked.append((request.method, request.path, dict(request.headers), request.get_data()))
        token = Response(json.dumps({"access_token": "open"}), mimetype="application/json")
        response = token if request.path == "/oauth/tokens" else self.answer(request)
        return response(environ, start_response)

    def client(self):
        return Client(self.url, oauth=("caseroom", "oauth-secret"), legacy=None)

    def zendesk(self, **given):
        settings = ZendeskSettings(url=self.url, webhook_secrets=HOOK, **OAUTH, **given)
        return Zendesk(settings, self.client())


@pytest.fixture
def account():
    made = ZendeskAccount()
    yield made
    made.server.close()


@pytest.fixture
def zendesk(account):
    """The connector."""
    return account.connector()


@pytest.fixture
def answering():
    """Makes a server that gives this answer to everything but a request for a token."""
    opened = []

    def serve(status=200, body=None, raw=None, **headers):
        def answer(request):
            text = raw if raw is not None else json.dumps(body)
            return Response(text, status=status, mimetype="application/json", headers=headers)

        opened.append(Answering(body if callable(body) else answer))
        return opened[-1]

    yield serve
    for one in opened:
        one.server.close()
