"""A town of stand-ins, the real service in processes of its own, and Chromium; each module has its own town."""

import os
import re
import shutil
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from chat_ui import build
from sandbox.demo.stage import SHOP_SETTINGS
from sandbox.screens.website import Website
from sandbox.service import Service
from sandbox.stand_in import Server
from sandbox.town import Town

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PICTURES = Path(__file__).parents[2] / "docs/pictures"
# A page that a test makes up has no address of its own, and would be asked whether it may reach loopback.
ARGUMENTS = ["--no-sandbox", "--disable-features=LocalNetworkAccessChecks"]
PATIENCE = 15_000
WIDE = {"width": 1440, "height": 860}
expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None and not os.environ.get("CI"):
                item.add_marker(pytest.mark.skip(reason="NO BROWSER TESTS: install chromium (as root: bin/chromium)"))


@pytest.fixture(scope="session")
def chromium():
    """A browser; under CI its absence is a failure."""
    assert CHROMIUM, "Chromium is missing; bin/chromium installs it"
    build.build()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


class Street:
    """A town, the service in it, and what people do there that no browser is needed for."""

    def __init__(self, folder, settings):
        self.town = Town()
        self.website = Website()
        self.web = Server(self.website)
        self.service = Service(self.town, folder, settings={"ALLOWED_ORIGINS": self.web.url, **settings})
        self.website.service_url = self.service.url
        self.town.shop.pages.switch_on(f"{self.town.urls['tencent_chat']}/sdk.js", **SHOP_SETTINGS)
        self.chat, self.zendesk, self.salesforce, self.shop = (
            self.town.tencent_chat,
            self.town.zendesk,
            self.town.salesforce,
            self.town.shop,
        )

    @property
    def urls(self):
        return {**self.town.urls, "service": self.service.url, "website": self.web.url}

    def ready(self):
        end = time.monotonic() + 60
        while not self.service.is_ready():
            assert time.monotonic() < end, self.service.log.read_text()[-3000:]
            time.sleep(0.05)

    def close(self):
        self.service.close()
        self.web.close()
        self.town.close()

    def until(self, is_so, seconds=20.0):
        """Wait until something is so at a vendor; return what it is."""
        end = time.monotonic() + seconds
        while not (found := is_so()):
            assert time.monotonic() < end, "it never came"
            time.sleep(0.02)
        return found

    def cut(self, account, seconds):
        """Cut the line between an account's page and the chat cloud."""
        self.chat.sdk.lines.cut(account, seconds)

    def expire(self, account):
        """Let the UserSig of an account's page end now."""
        for line in self.chat.sdk.lines.of.values():
            if line.user_id == account:
                line.ends_at = 0

    def texts(self, group_id):
        group = self.chat.groups.get(group_id) or self.chat.destroyed[group_id]
        return [message.text for message in group.messages]

    def ticket_with(self, text):
        """The newest Zendesk ticket whose first comment holds this text."""

        def found():
            with self.zendesk.lock:
                tickets = [one for one in self.zendesk.tickets.values() if text in one.description]
            return tickets[-1].id if tickets else None

        return self.until(found)

    def case_with(self, text):
        """The newest Salesforce case whose description holds this text."""

        def found():
            with self.salesforce.lock:
                return [one["Id"] for one in self.salesforce.cases.values() if text in (one["Description"] or "")]

        return self.until(found)[-1]


@pytest.fixture(scope="module")
def street(request, chromium):
    """A town with the service; a module may have SETTINGS of its own."""
    with tempfile.TemporaryDirectory(prefix="caseroom-browser-") as folder:
        street = Street(Path(folder), getattr(request.module, "SETTINGS", {}))
        try:
            street.ready()
            yield street
        finally:
            street.close()


@pytest.fixture
def people(chromium, request):
    """Makes browser contexts, one for each person, and notes what goes wrong in their pages."""
    contexts, troubles = [], []

    def make(**options):
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 800}, "locale": "en-GB", **options})
        context.set_default_timeout(PATIENCE)
        context.on("weberror", lambda error: troubles.append(str(error.error)))
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()
    assert not troubles or request.node.get_closest_marker("page_errors"), troubles


@pytest.fixture
def open_shop(street, people):
    """Opens a page of the shop, for a person of his own unless one is given."""

    def open_page(path="/", person=None, **options):
        page = (person or people(**options)).new_page()
        page.goto(f"{street.urls['shop']}{path}")
        return page

    return open_page


@pytest.fixture
def shop_page(open_shop):
    """The front page of the shop, for a visitor whom it does not know."""
    return open_shop()


@pytest.fixture
def open_website(street, people):
    """Opens the web page of no shop, on which the chat is one script tag."""

    def open_page(query="", person=None, **options):
        page = (person or people(**options)).new_page()
        page.goto(f"{street.urls['website']}/{query}")
        return page

    return open_page


@pytest.fixture
def open_ticket(street, people):
    """Opens an agent's screen in Zendesk, at a ticket if one is given; the pane stands beside it."""

    def open_page(agent, ticket=None, person=None, **options):
        page = (person or people(viewport=WIDE, **options)).new_page()
        page.goto(f"{street.urls['zendesk']}/agent/{agent}{f'?ticket={ticket}' if ticket else ''}")
        return page

    return open_page


@pytest.fixture
def open_console(street, people):
    """Opens an agent's console in Salesforce, at a case if one is given; then the pane is open in its utility bar."""

    def open_page(agent, case=None, person=None, **options):
        page = (person or people(viewport=WIDE, **options)).new_page()
        page.goto(f"{street.urls['salesforce']}/lightning/{agent}{f'?case={case}' if case else ''}")
        if case:
            page.locator("#utilities button").click()
        return page

    return open_page


@pytest.fixture
def pane_in():
    """The pane on a page that has one or more: the one that is seen."""

    def pane(page):
        return page.locator("iframe:visible").content_frame

    return pane


@pytest.fixture
def without_network():
    """Takes a page's network away for as long as it lasts; what is under way fails too."""

    @contextmanager
    def cut(page):
        page.context.set_offline(True)
        try:
            yield
        finally:
            page.context.set_offline(False)

    return cut


@pytest.fixture
def requests_of():
    """Notes the addresses that a page asks for from now on."""

    def listen(page):
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        return asked

    return listen


@pytest.fixture
def axe():
    """What axe finds in a page, also in shadow trees: a line for each rule that is broken."""
    source = (build.HOME / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}

    def findings(page, inside=None):
        frame = page.frame_locator(inside).locator("html").element_handle().owner_frame() if inside else page
        frame.evaluate(source)
        found = frame.evaluate("rules => axe.run(document, rules)", rules)
        return [
            f"{one['id']}: {node['target']} {node['failureSummary']}"
            for one in found["violations"]
            for node in one["nodes"]
        ]

    return findings


@pytest.fixture
def picture():
    """Keeps a picture for the docs when SCREENSHOTS=1 asks for it."""

    def take(target, name):
        assert re.fullmatch(r"[a-z0-9-]+", name)
        if os.environ.get("SCREENSHOTS"):
            PICTURES.mkdir(parents=True, exist_ok=True)
            target.screenshot(path=PICTURES / f"{name}.png", animations="disabled")

    return take
