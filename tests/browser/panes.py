"""Agents at their screens: frames as Zendesk and Salesforce make them, each with the agents' pane in it."""

import json
import re
import secrets
import tempfile
import time
from pathlib import Path

import httpx
import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from playwright.sync_api import expect

from sandbox.town import AGENT_SECRET, INTAKE_KEY

AUDIENCE = "https://acme.zendesk.com/api/v2/apps/installations/1.json"
KEY = rsa.generate_private_key(65537, 2048)
FOLDER = Path(tempfile.mkdtemp(prefix="caseroom-panes-"))
PUBLIC_KEY = FOLDER / "zendesk-app.pem"
PUBLIC_KEY.write_bytes(
    KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
)
REPLIES = FOLDER / "replies.md"
REPLIES.write_text(
    "# Replies\n\n## Greeting\n\nHello {name}, thank you for writing to us.\n\n"
    "## Ask for a picture\n\nCould you send us a picture of the damage?\n\n## Good-bye\n\nHave a lovely day!\n",
    encoding="utf-8",
)
SETTINGS = {
    "ZENDESK_APP_PUBLIC_KEY_FILE": str(PUBLIC_KEY),
    "ZENDESK_APP_AUDIENCE": AUDIENCE,
    "CANNED_REPLIES_FILE": str(REPLIES),
}
# As much of Zendesk's SDK as the pane uses; which frame this is stands in its address, after what Zendesk puts there.
ZENDESK_SDK = """
window.ZAFClient = { init() {
  const told = new URLSearchParams(location.search), heard = {};
  if (!told.get('app_guid')) return false;
  const fire = (name, data) => (heard[name] || []).forEach((handler) => handler(data));
  const answers = { 'ticket.id': Number(told.get('ticket')), currentUser: { locale: 'en-US' }, instances: {} };
  window.zendesk = { invoked: [], set: [], fire };
  return {
    context: async () => ({ location: told.get('location'), ticketId: Number(told.get('ticket')) || undefined }),
    get: async (path) => ({ [path]: answers[path] }),
    set: async (name, value) => { window.zendesk.set.push([name, value]); },
    invoke: async (...asked) => { window.zendesk.invoked.push(asked); },
    on: (name, handler) => { (heard[name] = heard[name] || []).push(handler); },
    off() {}, instance: () => ({ invoke: async () => {} }),
  };
} };
"""
SANDBOX = "allow-scripts allow-forms allow-popups allow-popups-to-escape-sandbox allow-downloads"


class Offices:
    """Where agents work: opens their pages, and customers' cases."""

    def __init__(self, street, people):
        self.street = street
        self.people = people
        self.url = street.urls["service"]

    # Cases

    def case(self, connector="zendesk", user="mei", name="Mei Lin", desc="It drips at the spout.", **more):
        """A customer asks, through the shop's own server; returns the group's id and the helpdesk's."""
        user = f"{user}-{secrets.token_hex(3)}"
        about = {"subject": "The teapot drips", "desc": desc, "name": name, "email": "mei@customer.example"} | more
        body = {"userId": user, "caseInfo": about, "requestId": secrets.token_hex(8), "wait": "case"}
        headers = {"Authorization": f"Bearer {INTAKE_KEY}"}
        answer = httpx.post(f"{self.url}/{connector}/createticket", json=body, headers=headers, timeout=30).json()
        return Case(self.street, answer["GroupId"], answer["caseId"], user)

    def ticket_for(self, agent, **about):
        """A case that an agent of Zendesk has."""
        case = self.case(**about)
        self.street.zendesk.assign(int(case.ref), agent)
        self.street.until(lambda: f"zendesk_{agent}" in case.members)
        return case

    # Zendesk

    def proof(self, agent):
        """What Zendesk posts for an agent."""
        now = int(time.time())
        claims = {"iss": "acme.zendesk.com", "iat": now, "exp": now + 300, "aud": AUDIENCE, "jti": secrets.token_hex(8)}
        claims["sub"] = f"https://acme.zendesk.com/api/v2/users/{agent}.json"
        return jwt.encode(claims, KEY, algorithm="RS256")

    def zendesk(self, agent, *frames, person=None, **options):
        """A page of Zendesk with frames in it: `("ticket_sidebar", ticket)` or `("top_bar", None)`, each 320 wide."""
        person = person or self.person(**options)
        page = person.new_page()
        forms = "".join(self._zendesk_frame(n, agent, *frame) for n, frame in enumerate(frames))
        self._show(page, f"{forms}<script>for (const form of document.forms) form.submit();</script>")
        return page, [page.frame_locator(f"iframe[name=pane{n}]") for n in range(len(frames))]

    def _zendesk_frame(self, n, agent, location, ticket):
        query = f"origin=https%3A%2F%2Facme.zendesk.com&app_guid={n}&location={location}&ticket={ticket or ''}"
        return (
            f'<iframe name="pane{n}" title="{location}" width="320" height="640"></iframe>'
            f'<form hidden method="post" target="pane{n}" action="{self.url}/zendesk/agent?{query}">'
            f'<input name="token" value="{self.proof(agent)}"></form>'
        )

    def sidebar(self, agent, case, **options):
        """The pane beside one ticket."""
        page, (pane,) = self.zendesk(agent, ("ticket_sidebar", case.ref), **options)
        return page, pane

    # Salesforce

    def salesforce_code(self, agent, name="Ann"):
        """A code that the org's Apex asks for."""
        asked = self.street.salesforce.agent_code_request(agent, name, secrets.token_hex(8), AGENT_SECRET)
        answer = httpx.post(f"{self.url}{asked.path}", content=asked.body, headers=dict(asked.headers), timeout=30)
        return answer.json()["code"]

    def salesforce(self, agent, frames=1, person=None, **options):
        """A page of Salesforce with the pane in frames that have no origin; codes come when the panes ask."""
        page = (person or self.person(**options)).new_page()
        page.expose_function("newCode", lambda: self.salesforce_code(agent))
        shown = "".join(
            f'<iframe name="pane{n}" title="Caseroom" width="380" height="500" sandbox="{SANDBOX}"'
            f' src="{self.url}/agent#code={self.salesforce_code(agent)}"></iframe>'
            for n in range(frames)
        )
        self._show(page, f"<script>{CONSOLE}</script>{shown}")
        return page, [page.frame_locator(f"iframe[name=pane{n}]") for n in range(frames)]

    # Pages

    def person(self, **options):
        """A browser of somebody's own."""
        person = self.people(**options)
        script = {"body": ZENDESK_SDK, "content_type": "text/javascript"}
        person.route(re.compile(r"/zaf_sdk(\.min)?\.js"), lambda route: route.fulfill(**script))
        return person

    def full(self, agent, ref="", person=None, **options):
        """The pane as a page of its own."""
        page = (person or self.person(**options)).new_page()
        code = self.code(agent)
        page.goto(f"{self.url}/agent#code={code}{f'&ref={ref}' if ref else ''}")
        return page

    def code(self, agent):
        """A code out of the page that Zendesk opens."""
        html = httpx.post(f"{self.url}/zendesk/agent", data={"token": self.proof(agent)}, timeout=30).text
        return json.loads(html.split('id="caseroom-pane">')[1].split("</script>")[0])["code"]

    def _show(self, page, body):
        """A page on the service's own origin, which may frame the pane as the vendors' pages may."""
        html = f'<!doctype html><html lang="en"><title>Helpdesk</title><body style="margin:0">{body}'
        page.route(f"{self.url}/console", lambda route: route.fulfill(body=html, content_type="text/html"))
        page.goto(f"{self.url}/console")


# What the Lightning component does: it hears its own frames, and answers them.
CONSOLE = """
window.heard = [];
addEventListener('message', async (event) => {
  if (event.data?.caseroom !== 1) return;
  heard.push(event.data);
  if (event.data.type !== 'need-code') return;
  event.source.postMessage({ caseroom: 1, type: 'code', code: await newCode() }, '*');
});
window.tell = (n, message) => frames[n].postMessage({ caseroom: 1, ...message }, '*');
"""


class Case:
    """A customer's case, and what the customer does in it."""

    def __init__(self, street, group, ref, user):
        self.chat = street.chat
        self.street = street
        self.group = group
        self.ref = ref
        self.user = user

    @property
    def members(self):
        """Who is in the group."""
        return set(self.chat.groups[self.group].members)

    @property
    def texts(self):
        """What was said in the group."""
        return self.street.texts(self.group)

    def say(self, text, **more):
        """The customer says something; returns its place."""
        return self.chat.say(self.group, self.user, text, **more)

    def hears(self, text):
        """Wait until this stands in the group, once."""
        self.street.until(lambda: text in self.texts)
        assert self.texts.count(text) == 1


def box(pane):
    """Where the agent writes."""
    return pane.get_by_role("textbox", name="Write a message")


def write(pane, text):
    box(pane).fill(text)
    box(pane).press("Enter")


def online(pane):
    """The line is there, and nothing is said about it."""
    expect(pane.locator(".pane[data-line=online]")).to_be_visible()
    expect(pane.locator(".banner")).to_be_hidden()
