"""The web room of a calm world under a simulated clock, with every door set up and keys to all of them."""

import hashlib
import hmac
import json
import re
from contextlib import contextmanager
from functools import cache
from itertools import count
from urllib.parse import urlencode

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from caseroom.bridge.records import Parked
from caseroom.store.tables import TABLES
from sandbox.simulation.world import World
from sandbox.town import AGENT_SECRET, CALLBACK_KEY, INTAKE_KEY, ORIGIN, SDK_APP_ID

AUDIENCE = "https://teapots.zendesk.com/caseroom"
INFO = {"subject": "The teapot drips", "desc": "At the spout.", "name": "Mei Lin", "email": "mei@customer.example"}
TENCENT_TOKEN = "token"  # as the world's chat cloud has it
# What is counted for limits belongs to nobody, and the worker's heart beats whatever happens.
UNCOUNTED = {"allowances", "values"}


@cache
def private_key(name):
    return rsa.generate_private_key(65537, 2048)


def public_pem():
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return private_key("the app's").public_key().public_bytes(serialization.Encoding.PEM, form)


class Site:
    """Calls the service as anybody may, and looks at what it keeps and at what then stands at its vendors."""

    info = INFO
    origin = ORIGIN
    audience = AUDIENCE

    @staticmethod
    def hexed(secret, raw):
        """As Salesforce's formula signs."""
        return hmac.digest(secret.encode(), raw, hashlib.sha256).hex()

    def __init__(self, world):
        self.world, self.house = world, world.house
        self.numbers = count()
        self.chat, self.zendesk, self.salesforce = world.chat, world.zendesk, world.salesforce

    @property
    def app(self):
        return self.world.web.application

    def send(self, path, body=b"", headers=None, method="POST"):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.world.web.open(path, method=method, data=data, headers=headers or {})

    def as_server(self, path, body, key=INTAKE_KEY, **headers):
        return self.send(path, body, {"Authorization": f"Bearer {key}", **headers})

    def as_page(self, path, body, origin=ORIGIN, **headers):
        return self.send(path, body, {"Origin": origin, **headers})

    def as_tutorial(self, path, body, key=CALLBACK_KEY):
        return self.send(path, body, {"Authorization": f"Bearer {key}"})

    def as_agent(self, path, token, method="GET", body=b"", **headers):
        return self.send(path, body, {"Authorization": f"Bearer {token}", **headers}, method)

    def agent(self, name="Ann"):
        """An agent of Zendesk with an open page: his number, his account and his token."""
        return Colleague(self, self.zendesk.add_agent(name))

    def passed_on(self, outgoing, **headers):
        """What a vendor or a shop sends."""
        return self.send(outgoing.path, outgoing.body, {**outgoing.headers, **headers})

    def ask(self, user="mei", connector="zendesk", **more):
        answer = self.as_server(f"/{connector}/createticket", {"userId": user, "caseInfo": INFO, **more})
        assert answer.status_code in {200, 202}, answer.get_json()
        return answer.get_json()

    def visitor(self):
        answer = self.as_page("/usersig", {})
        assert answer.status_code == 200, answer.get_json()
        return answer.get_json()

    def open(self, user="mei", connector="zendesk", **more):
        """A case that the helpdesk has too; returns its group and its ref."""
        group = self.ask(user, connector, **more)["GroupId"]
        self.rest(2)
        return group, self.as_server("/case", {"userId": user}).get_json()["caseId"]

    def rest(self, seconds=3.0):
        self.world.run_until(self.world.clock.now + seconds)

    def wait(self, seconds):
        """Time goes by, and nobody works."""
        self.world.clock.sleep(seconds)

    def members(self, group_id):
        return set(self.chat.groups[group_id].members)

    def kept(self):
        """Every record of every table."""
        with self.world.store.snapshot() as tx:
            found = {table.name: [repr(record) for record in tx.find(kind)] for kind, table in TABLES.items()}
        return {name: records for name, records in found.items() if name not in UNCOUNTED}

    @contextmanager
    def unchanged(self):
        """What happens within leaves nothing behind."""
        before = self.kept()
        yield
        assert self.kept() == before

    def find(self, kind, **where):
        with self.world.store.snapshot() as tx:
            return tx.find(kind, **where)

    def parked(self):
        return {one.action: one.reason for one in self.find(Parked)}

    # Keys

    def zendesk_proof(self, agent, key=None, algorithm="RS256", **claims):
        """The signed-URL token that Zendesk posts for an agent."""
        now = int(self.world.clock.now)
        told = {"iss": "acme.zendesk.com", "iat": now, "exp": now + 60, "aud": AUDIENCE, "jti": str(next(self.numbers))}
        told |= {"sub": f"https://acme.zendesk.com/api/v2/users/{agent}.json", **claims}
        return jwt.encode(
            {k: v for k, v in told.items() if v is not None}, key or private_key("the app's"), algorithm=algorithm
        )

    def at_zendesk(self, token):
        return self.send(
            "/zendesk/agent",
            urlencode({"token": token}).encode(),
            {"Content-Type": "application/x-www-form-urlencoded"},
        )

    def code_in(self, page):
        html = page.get_data(as_text=True)
        told = re.search(r'<script type="application/json" id="caseroom-pane">(.*?)</script>', html)
        return json.loads(told[1])["code"]

    def session(self, code):
        answer = self.send("/agent/session", {"code": code})
        assert answer.status_code == 200, answer.get_json()
        return answer.get_json()

    def zendesk_agent(self, agent):
        """What the page of an agent of Zendesk works with."""
        return self.session(self.code_in(self.at_zendesk(self.zendesk_proof(agent))))

    def salesforce_code(self, agent, nonce=None, name="Ann", secret=AGENT_SECRET):
        nonce = nonce or f"nonce-{next(self.numbers)}"
        return self.passed_on(self.salesforce.agent_code_request(agent, name, nonce, secret))

    def tencent(self, body, command=None, secret=TENCENT_TOKEN, at=None, **changes):
        """A callback of the chat cloud; its command stands in the query and in the body."""
        at = int(self.world.clock.now) if at is None else at
        command = command or body.get("CallbackCommand", "")
        query = {"SdkAppid": SDK_APP_ID, "CallbackCommand": command, "contenttype": "json", "OptPlatform": "Web"}
        query |= {"RequestTime": at, "Sign": hashlib.sha256(f"{secret}{at}".encode()).hexdigest(), **changes}
        return self.send(f"/tencent/callback?{urlencode(query)}", body)

    def salesforce_events(self, events, secret, **changes):
        """Events as the package sends them, with whatever is changed before it signs."""
        body = json.loads(self.salesforce.apex.signed("/", secret, {"events": events}).body) | changes
        raw = json.dumps(body).encode()
        return self.send("/salesforce/events", raw, {"X-Caseroom-Signature": self.hexed(secret, raw)})


class Colleague:
    """An agent of Zendesk with his page open."""

    def __init__(self, site, number):
        self.site, self.number, self.account = site, number, f"zendesk_{number}"
        self.token = site.zendesk_agent(number)["agentToken"]

    def has(self, ref):
        """Zendesk assigns a ticket to him."""
        self.site.zendesk.assign(int(ref), self.number)
        self.site.rest()
        return self

    def get(self, path):
        return self.site.as_agent(f"/agent/{path}", self.token)

    def do(self, ref, deed, body=b""):
        return self.site.as_agent(f"/agent/case/{ref}/{deed}", self.token, "POST", body)

    def say(self, ref, text="Hello", key="k1"):
        return self.do(ref, "messages", {"text": text, "key": key})

    def case(self, ref):
        answer = self.get(f"case?ref={ref}")
        assert answer.status_code == 200, answer.get_json()
        return answer.get_json()


def problem(answer):
    """Status and code of a refusal, which has the one form that all have."""
    assert answer.content_type == "application/json"
    assert set(answer.get_json()) == {"error"}
    error = answer.get_json()["error"]
    assert set(error) - {"field"} == {"code", "message", "requestId"}
    assert error["requestId"] == answer.headers["X-Request-Id"]
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.status_code, error["code"]


def refused_field(answer):
    """The field that a refusal names, in its field and at the beginning of its message."""
    assert problem(answer) == (422, "invalid_field")
    error = answer.get_json()["error"]
    assert error["message"].startswith(f"{error['field']}: ")
    return error["field"]


@pytest.fixture(name="problem", scope="session")
def problem_of():
    return problem


@pytest.fixture(name="refused_field", scope="session")
def refused_field_of():
    return refused_field


@pytest.fixture(scope="session")
def pem(tmp_path_factory):
    """The public key of the Zendesk app, in a file."""
    file = tmp_path_factory.mktemp("zendesk") / "public.pem"
    file.write_bytes(public_pem())
    return file


@pytest.fixture(scope="session")
def stranger():
    """A private key that is not the Zendesk app's."""
    return private_key("another one")


@pytest.fixture(scope="session")
def everything(pem):
    """Settings with which no door is closed."""
    return {
        "ZENDESK_APP_PUBLIC_KEY_FILE": str(pem),
        "ZENDESK_APP_AUDIENCE": AUDIENCE,
        "SALESFORCE_AGENT_SECRETS": AGENT_SECRET,
        "TENCENT_OTHER_ADMINS": "root",
    }


def sites(settings):
    worlds = []

    def make(**changes):
        worlds.append(World(seed=1, is_calm=True, settings={**settings, **changes}))
        return Site(worlds[-1])

    yield make
    while worlds:
        worlds.pop().close()


@pytest.fixture
def site_with(everything):
    """Makes a site with other settings."""
    yield from sites(everything)


@pytest.fixture
def site(site_with):
    return site_with()


@pytest.fixture(scope="module")
def standing(request, everything):
    """One site for many tests that leave nothing behind; a module may have SETTINGS of its own."""
    for make in sites({**everything, "REQUESTS_PER_MINUTE": "1000000", **getattr(request.module, "SETTINGS", {})}):
        yield make()
