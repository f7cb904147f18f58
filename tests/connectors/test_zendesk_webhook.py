"""The webhook at Zendesk: one, whatever happens; its secret is the one that its events are signed with."""

import json
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from caseroom.bridge.errors import BadField, LockedOut, Unanswered, Unavailable
from caseroom.commands import main
from caseroom.connector import InboundRequest
from connectors.zendesk.client import Client
from connectors.zendesk.connector import DELETIONS, PREFIX, Zendesk, ZendeskSettings
from connectors.zendesk.webhook import EVENTS, SUBSCRIPTIONS, make_webhook
from sandbox.faults import Fault, Faults
from sandbox.mailbox import Mailbox
from sandbox.stand_in import Server
from sandbox.zendesk import Zendesk as StandIn

SHOP = {"SHOPIFY_API_SECRETS": "s", "SHOPIFY_SHOPS": "a.myshopify.com", "SHOPIFY_AGENTS": "ann"}
PUBLIC_URL = "https://chat.shop.example"
README = Path(__file__).parents[2] / "connectors/zendesk/README.md"
ENDPOINT = "https://chat.shop.example/zendesk/events"


class Account:
    """A stand-in on a loopback port, our client of it, and what its webhooks sent."""

    def __init__(self):
        self.outgoing = []
        self.mailbox = Mailbox(lambda sent: self.outgoing.append(sent) or 202)
        self.zendesk = StandIn(client_id="id", client_secret="s", mailbox=self.mailbox)
        self.server = Server(self.zendesk)
        self.client = Client(self.server.url, oauth=("id", "s"), legacy=None)

    @property
    def webhooks(self):
        return list(self.zendesk.webhooks.subscriptions)

    def add(self, **fields):
        plain = {"name": "Other", "endpoint": ENDPOINT, "status": "active", "http_method": "POST"}
        return self.zendesk.webhooks.subscriptions.add({**plain, "request_format": "json", **fields}, creator=1)

    def sent(self):
        """Everything that went out since the last look."""
        self.outgoing.clear()
        self.mailbox.deliver(time.time() + 1)
        return list(self.outgoing)

    def opened(self):
        return self.zendesk.open_ticket("Late", "Where is it?", "Bo", "bo@shop.example", ["chat"])


@pytest.fixture
def account():
    made = Account()
    yield made
    made.server.close()


def connector(*secrets):
    values = {"url": "https://acme.zendesk.com", "client_id": "id", "client_secret": "s"}
    return Zendesk(ZendeskSettings(**values, webhook_secrets=",".join(secrets)))


def inbound(sent):
    return InboundRequest(
        method="POST",
        path=sent.path,
        query=(),
        headers={name.lower(): value for name, value in sent.headers.items()},
        body=sent.body,
        now=time.time(),
    )


def test_the_webhook_is_made_for_our_events_and_our_address(account):
    made = make_webhook(account.client, PUBLIC_URL)
    (webhook,) = account.webhooks
    assert (made.done, made.ids, made.endpoint) == ("created", (webhook.id,), ENDPOINT)
    assert webhook.fields["endpoint"] == ENDPOINT
    assert webhook.fields["subscriptions"] == SUBSCRIPTIONS
    assert (webhook.fields["http_method"], webhook.fields["request_format"]) == ("POST", "json")


@pytest.mark.parametrize("public_url", [PUBLIC_URL, f"{PUBLIC_URL}/"])
def test_run_twice_it_makes_one_webhook_and_tells_the_same_secret(account, public_url):
    first = make_webhook(account.client, PUBLIC_URL)
    second = make_webhook(account.client, public_url)
    assert (second.done, second.secrets) == ("kept", first.secrets)
    assert len(account.webhooks) == 1
    assert [call for call, _ in account.zendesk.calls].count("change_webhook") == 0


def test_events_are_signed_with_the_secret_that_was_told(account):
    made = make_webhook(account.client, PUBLIC_URL)
    account.opened()
    events = account.sent()
    assert {sent.path for sent in events} == {"/zendesk/events"}
    for sent in events:
        connector(*made.secrets).verify(inbound(sent))


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "inactive"},
        {"subscriptions": SUBSCRIPTIONS[:3]},
        {"subscriptions": [*SUBSCRIPTIONS, f"{PREFIX}subject_changed"]},
        {"subscriptions": []},
    ],
)
def test_one_that_is_not_as_it_should_be_is_put_right(account, wrong):
    old = account.add(**{"subscriptions": SUBSCRIPTIONS, **wrong})
    made = make_webhook(account.client, PUBLIC_URL)
    assert (made.done, made.ids) == ("changed", (old.id,))
    (webhook,) = account.webhooks
    assert (webhook.fields["status"], webhook.fields["subscriptions"]) == ("active", SUBSCRIPTIONS)
    assert webhook.fields["name"] == "Other"
    assert make_webhook(account.client, PUBLIC_URL).done == "kept"


def test_the_order_of_subscriptions_says_nothing(account):
    account.add(subscriptions=SUBSCRIPTIONS[::-1])
    assert make_webhook(account.client, PUBLIC_URL).done == "kept"


@pytest.mark.parametrize(
    "other",
    [
        {"endpoint": "https://elsewhere.example/zendesk/events", "subscriptions": SUBSCRIPTIONS, "name": "Caseroom"},
        {"subscriptions": ["conditional_ticket_events"]},
    ],
)
def test_webhooks_of_others_and_of_triggers_are_left_alone(account, other):
    theirs = account.add(**other)
    before = dict(theirs.fields)
    made = make_webhook(account.client, PUBLIC_URL)
    assert (made.done, len(account.webhooks)) == ("created", 2)
    assert theirs.id not in made.ids
    assert theirs.fields == before


def test_ours_is_found_among_more_webhooks_than_a_page_has(account):
    for number in range(100):
        account.add(endpoint=f"https://elsewhere.example/{number}", subscriptions=SUBSCRIPTIONS)
    first = make_webhook(account.client, PUBLIC_URL)
    assert make_webhook(account.client, PUBLIC_URL).ids == first.ids
    assert len(account.webhooks) == 101


def test_two_that_send_here_tell_both_secrets_and_each_is_believed(account):
    of_the_app = account.add(subscriptions=SUBSCRIPTIONS)
    by_hand = account.add(subscriptions=SUBSCRIPTIONS)
    made = make_webhook(account.client, PUBLIC_URL)
    assert (made.done, made.secrets) == ("kept", (of_the_app.secret, by_hand.secret))
    account.opened()
    events = account.sent()
    assert {sent.headers["X-Zendesk-Webhook-Id"] for sent in events} == set(made.ids)
    for sent in events:
        connector(*made.secrets).verify(inbound(sent))


class FaultAt(Faults):
    """One call meets a fault, whatever it is about."""

    def __init__(self, call, fault):
        super().__init__()
        self.call, self.fault = call, fault

    def decide(self, vendor, call, subject):
        return self.fault if call == self.call else None


def test_a_creation_that_was_not_answered_is_found_the_next_time(account):
    account.zendesk.faults = FaultAt("create_webhook", Fault.UNANSWERED)
    with pytest.raises(Unanswered):
        make_webhook(account.client, PUBLIC_URL)
    account.zendesk.faults = Faults()
    assert make_webhook(account.client, PUBLIC_URL).done == "kept"
    assert len(account.webhooks) == 1


def test_a_secret_that_could_not_be_read_is_read_the_next_time(account):
    account.zendesk.faults = FaultAt("show_signing_secret", Fault.BROKEN)
    with pytest.raises(Unanswered):
        make_webhook(account.client, PUBLIC_URL)
    account.zendesk.faults = Faults()
    made = make_webhook(account.client, PUBLIC_URL)
    assert (made.done, made.secrets) == ("kept", (account.webhooks[0].secret,))


@pytest.mark.parametrize("call", ["list_webhooks", "create_webhook", "show_signing_secret"])
def test_being_told_to_wait_is_said_and_not_waited_for(account, call):
    account.zendesk.faults = FaultAt(call, Fault.BUSY)
    with pytest.raises(Unavailable):
        make_webhook(account.client, PUBLIC_URL)


def test_a_wrong_login_is_said(account):
    client = Client(account.server.url, oauth=("id", "wrong"), legacy=None)
    with pytest.raises(LockedOut):
        make_webhook(client, PUBLIC_URL)
    assert account.webhooks == []


@pytest.mark.parametrize("public_url", ["", "http://127.0.0.1:8000", "chat.shop.example"])
def test_an_address_that_zendesk_cannot_reach_is_refused_by_name(account, public_url):
    with pytest.raises(BadField) as refused:
        make_webhook(account.client, public_url)
    assert refused.value.field == "PUBLIC_URL"
    assert account.zendesk.calls == []


# The table of events, and what the connector reads


def test_all_kinds_that_the_connector_tells_apart_are_asked_for():
    assert DELETIONS | {"merged"} <= EVENTS.keys()


@pytest.mark.parametrize("kind", EVENTS)
def test_the_readme_tells_an_admin_to_choose_each(kind):
    assert f"`ticket.{kind}`" in README.read_text(encoding="utf-8")


def tell(zendesk, kind):
    """Let this kind of event happen; the ticket that it is about."""
    agent, number = zendesk.add_agent("Mo"), zendesk.open_ticket("Late", "Where?", "Bo", "bo@shop.example", ["chat"])
    other = zendesk.open_ticket("Late", "Where?", "Bo", "bo@shop.example")
    happens = {
        "created": lambda: None,
        "agent_assignment_changed": lambda: zendesk.assign(number, agent),
        "status_changed": lambda: zendesk.solve(number),
        "merged": lambda: zendesk.merge(number, other),
        "soft_deleted": lambda: zendesk.soft_delete(number),
        "permanently_deleted": lambda: zendesk.permanently_delete(number),
        "marked_as_spam": lambda: zendesk.mark_as_spam(number),
        "undeleted": lambda: (zendesk.soft_delete(number), zendesk.undelete(number)),
        "tags_changed": lambda: zendesk.tag(number, "late"),
        "external_id_changed": lambda: zendesk.change(number, external_id="case_1"),
        "comment_added": lambda: zendesk.comment(number, agent, "Let us see."),
    }
    happens[kind]()
    return str(number)


@pytest.mark.parametrize("kind", EVENTS)
def test_each_kind_that_is_asked_for_comes_and_says_where_the_ticket_stands(account, kind):
    make_webhook(account.client, PUBLIC_URL)
    number = tell(account.zendesk, kind)
    found = [sent for sent in account.sent() if json.loads(sent.body)["type"] == PREFIX + kind]
    deliveries = [delivery for sent in found for delivery in connector("x").parse(inbound(sent))]
    (delivery,) = (one for one in deliveries if one.ref == number)
    assert delivery.problem is None
    assert delivery.events


def test_kinds_that_are_not_asked_for_do_not_come(account):
    make_webhook(account.client, PUBLIC_URL)
    number = account.opened()
    account.sent()
    account.zendesk.change(number, subject="Another")
    assert account.sent() == []


# The operator's command


@pytest.fixture
def command(account, monkeypatch, tmp_path):
    """Runs `zendesk-webhook` with the settings of an operator who has no secret yet, and some that he changed."""

    def run(**changes):
        town = {
            "CONNECTORS": "zendesk",
            "SECRET_KEY": "k",
            "TENCENT_SDK_APP_ID": "1400000000",
            "TENCENT_SECRET_KEY": "t",
        }
        login = {"ZENDESK_URL": account.server.url, "ZENDESK_CLIENT_ID": "id", "ZENDESK_CLIENT_SECRET": "s"}
        monkeypatch.chdir(tmp_path)
        return CliRunner().invoke(main, ["zendesk-webhook"], env={**town, **login, "PUBLIC_URL": PUBLIC_URL, **changes})

    return run


def test_the_command_prints_the_line_for_the_settings_and_nothing_else_on_standard_output(account, command):
    done = command()
    assert (done.exit_code, len(account.webhooks)) == (0, 1)
    name, _, secret = done.stdout.strip().partition("=")
    assert name == "ZENDESK_WEBHOOK_SECRETS"
    account.opened()
    (event,) = account.sent()
    connector(secret).verify(inbound(event))
    assert command().stdout == done.stdout, "asked again, it finds the same webhook"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"PUBLIC_URL": ""}, "PUBLIC_URL"),
        ({"ZENDESK_CLIENT_SECRET": "wrong"}, "LockedOut"),
        ({"TENCENT_SECRET_KEY": ""}, "TENCENT_SECRET_KEY: is missing"),
        ({"CONNECTORS": "shopify", **SHOP}, "zendesk is not in it"),
    ],
)
def test_what_keeps_the_command_from_working_is_told_by_name(account, command, changes, told):
    done = command(**changes)
    assert done.exit_code == 1
    assert told in done.stderr
    assert account.webhooks == []
