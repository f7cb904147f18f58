import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import requests
from zenpy import Zenpy
from zenpy.lib.api_objects import Comment, Ticket, User, Webhook
from zenpy.lib.exception import RecordNotFoundException

from sandbox.faults import Fault, Faults, NoAnswer
from sandbox.mailbox import Mailbox, Outgoing
from sandbox.stand_in import Server
from sandbox.zendesk import Refused, Zendesk, sign

SECRET = "of the webhook"
TICKET = {
    "subject": "A cup is missing",
    "comment": {"body": "There were five."},
    "requester": {"name": "Ada", "email": "ada@shop.example"},
    "external_id": "case_1",
    "tags": ["chat"],
}


@dataclass
class Clock:
    now: float = 1_800_000_000.25

    def __call__(self) -> float:
        return self.now


@dataclass
class Account:
    """A stand-in, a client that is logged in, and what the webhook sent."""

    clock: Clock
    outgoing: list[Outgoing] = field(default_factory=list)
    status: int = 202

    def __post_init__(self):
        self.mailbox = Mailbox(self.take, clock=self.clock)
        self.zendesk = Zendesk(
            client_id="caseroom",
            client_secret="secret",
            email="ops@shop.example",
            api_token="legacy",
            webhook_secret=SECRET,
            mailbox=self.mailbox,
            clock=self.clock,
            mute_mail_tag="chat",
        )
        self.http = httpx.Client(transport=httpx.WSGITransport(self.zendesk), base_url="http://zendesk.test")
        self.http.headers["Authorization"] = f"Bearer {self.token()}"

    def token(self, **fields):
        asked = {"grant_type": "client_credentials", "client_id": "caseroom", "client_secret": "secret"}
        return self.login(asked | {"scope": "read write"} | fields).json()["access_token"]

    def login(self, asked):
        return self.http.post("/oauth/tokens", json=asked)

    def take(self, outgoing):
        self.outgoing.append(outgoing)
        return self.status

    def create(self, key=None, **fields):
        headers = {"Idempotency-Key": key} if key else {}
        return self.http.post("/api/v2/tickets", json={"ticket": TICKET | fields}, headers=headers)

    def events(self, after=0.0):
        """The bodies of what is sent now."""
        self.outgoing.clear()
        self.mailbox.deliver(self.clock() + after)
        return [json.loads(outgoing.body) for outgoing in self.outgoing]

    def kinds(self):
        return [event["type"].removeprefix("zen:event-type:ticket.") for event in self.events()]

    def opened(self, *tags):
        """A ticket from inside the helpdesk, whose events are over."""
        number = self.zendesk.open_ticket("Late", "Where is it?", "Bo", "bo@shop.example", tags)
        self.events()
        return number


@pytest.fixture
def account():
    made = Account(Clock())
    yield made
    made.http.close()


@pytest.fixture
def zendesk(account):
    return account.zendesk


class ToStandIn(requests.Session):
    """Sends every URL to the stand-in, while the library goes on to see the vendor's."""

    authorized = True

    def __init__(self, url, token):
        super().__init__()
        self.url, self.token, self.seen = url, token, []
        self.trust_env = False

    def send(self, request, **options):
        wanted = request.url
        parts = urlsplit(wanted)
        self.seen.append((request.method, parts.path, parse_qs(parts.query)))
        request.url = f"{self.url}{parts.path}?{parts.query}"
        request.headers["Authorization"] = f"Bearer {self.token}"
        response = super().send(request, **options)
        request.url = wanted
        return response


@pytest.fixture
def session(account):
    server = Server(account.zendesk)
    with ToStandIn(server.url, account.token()) as opened:
        yield opened
    server.close()


@pytest.fixture
def zenpy(session):
    return Zenpy(subdomain="caseroom", session=session, disable_cache=True)


def test_zenpy_creates_a_ticket_and_finds_it_again(zenpy, zendesk, session):
    requester = User(name="Ada", email="ada@shop.example")
    asked = Ticket(subject="Cup", comment=Comment(body="Gone"), requester=requester, external_id="k1", tags=["chat"])
    made = zenpy.tickets.create(asked)
    assert [ticket.id for ticket in zenpy.tickets(external_id="k1")] == [made.ticket.id] == list(zendesk.tickets)
    shown = zenpy.tickets(id=made.ticket.id)
    assert (shown.status, shown.external_id, shown.tags) == ("new", "k1", ["chat"])
    assert zenpy.users(id=shown.requester_id).email == "ada@shop.example"
    assert zenpy.users.me().id == zendesk.admin.id
    assert [audit.id for audit in zenpy.tickets.audits(ticket=made.ticket.id)] == [made.audit.id]
    assert [ticket.id for ticket in zenpy.tickets(ids=[made.ticket.id, 5])] == [made.ticket.id]
    assert session.seen[:3] == [
        ("POST", "/api/v2/tickets.json", {}),
        ("GET", "/api/v2/tickets.json", {"external_id": ["k1"], "page[size]": ["100"]}),
        ("GET", f"/api/v2/tickets/{made.ticket.id}.json", {}),
    ]


def test_zenpy_finds_nothing_where_there_is_nothing(zenpy):
    assert list(zenpy.tickets(external_id="k1")) == []
    with pytest.raises(RecordNotFoundException):
        zenpy.tickets(id=9_223_372_036_854_775_807)


def test_zenpy_exports_page_by_page(zenpy, account, zendesk):
    numbers = [account.opened() for _ in range(3)]
    account.clock.now += 61
    assert [ticket.id for ticket in zenpy.tickets.incremental(start_time=0, per_page=1)] == numbers


def test_a_wrong_secret_gets_no_token(account):
    answer = account.login({"grant_type": "client_credentials", "client_id": "caseroom", "client_secret": "guess"})
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"scope": ["read"]}, "invalid_scope"),
        ({"expires_in": 60}, "invalid_request"),
    ],
)
def test_a_request_for_a_token_is_read_strictly(account, fields, error):
    asked = {"grant_type": "client_credentials", "client_id": "caseroom", "client_secret": "secret", "scope": "read"}
    answer = account.login(asked | fields)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_a_way_in_that_is_not_set_up_is_shut():
    with httpx.Client(transport=httpx.WSGITransport(Zendesk()), base_url="http://zendesk.test") as http:
        asked = {"grant_type": "client_credentials", "client_id": "", "client_secret": "", "scope": "read"}
        assert http.post("/oauth/tokens", json=asked).status_code == 401
        assert http.get("/api/v2/users/me", auth=("/token", "")).status_code == 401


def test_an_access_token_expires(account):
    assert account.http.get("/api/v2/users/me").status_code == 200
    account.clock.now += 1800
    answer = account.http.get("/api/v2/users/me")
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")


def test_a_client_may_ask_for_a_shorter_life_only(account):
    assert account.token(expires_in=301)
    assert sorted(int(end - account.clock()) for end, _ in account.zendesk.logins.tokens.values()) == [301, 1800]


def test_a_scope_that_does_not_exist_opens_nothing(account):
    for scope, status in (("raed", 403), ("users:read", 200), ("tickets:read", 403)):
        headers = {"Authorization": f"Bearer {account.token(scope=scope)}"}
        assert account.http.get("/api/v2/users/me", headers=headers).status_code == status


def test_an_api_token_needs_its_suffix_behind_the_address(account):
    del account.http.headers["Authorization"]
    answers = [
        account.http.get("/api/v2/users/me", auth=(name, "legacy")) for name in ("ops@shop.example/token", "ops")
    ]
    assert [answer.status_code for answer in answers] == [200, 401]
    assert answers[1].json() == {"error": "Couldn't authenticate you"}


def test_the_calls_of_a_minute_are_counted(account, zendesk):
    zendesk.meter.per_minute = 2
    answers = [account.http.get("/api/v2/users/me") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer.headers["X-Rate-Limit-Remaining"] for answer in answers] == ["1", "0", "0"]
    assert answers[2].json()["error"] == "APIRateLimitExceeded"
    account.clock.now += int(answers[2].headers["Retry-After"])
    assert account.http.get("/api/v2/users/me").status_code == 200


def test_exports_have_a_limit_of_their_own(account, zendesk):
    zendesk.meter.per_minute = 700
    paths = ["/api/v2/incremental/tickets/cursor?start_time=0"] * 11 + ["/api/v2/users/me"]
    assert [account.http.get(path).status_code for path in paths][-3:] == [200, 429, 200]


def test_every_route_exists_with_and_without_its_ending(account):
    number = account.create().json()["ticket"]["id"]
    paths = ("tickets", f"tickets/{number}", f"tickets/{number}/audits", "users/me", "tickets/show_many")
    assert {account.http.get(f"/api/v2/{path}{end}").status_code for path in paths for end in ("", ".json")} == {200}


def test_what_is_not_there_is_said_in_the_vendors_words(account):
    errors = [account.http.get(path).json() for path in ("/api/v2/tickets/5", "/api/v2/users/5", "/api/v2/nothing")]
    assert [error["error"] for error in errors] == ["RecordNotFound", "RecordNotFound", "InvalidEndpoint"]


@pytest.mark.parametrize("comment", [None, {}, {"body": " "}, {"body": 5}])
def test_a_creation_without_words_is_refused(account, zendesk, comment):
    answer = account.create(comment=comment)
    assert (answer.status_code, answer.json()["error"], zendesk.tickets) == (422, "RecordInvalid", {})
    assert answer.json()["details"]["base"][0]["error"] == "BlankValue"


@pytest.mark.parametrize(
    ("field", "value", "blamed"),
    [
        ("priority", "HIGH", "priority"),
        ("external_id", 7, "external_id"),
        ("tags", "chat", "tags"),
        ("assignee_id", 5, "assignee"),
        ("requester_id", 5, "requester"),
        ("requester_id", [5], "requester_id"),
        ("requester", {"name": "Ada", "email": "nowhere"}, "requester"),
        ("requester", {}, "requester"),
    ],
)
def test_a_value_that_is_none_is_blamed_by_name(account, zendesk, field, value, blamed):
    answer = account.create(**{field: value})
    assert (answer.status_code, list(answer.json()["details"])) == (422, [blamed])
    assert zendesk.tickets == {}


def test_a_request_without_a_ticket_is_malformed(account):
    for body in ([], {}, {"ticket": []}, {"ticket": TICKET | {"requester": "Ada"}}, {"ticket": {"comment": "x"}}):
        answer = account.http.post("/api/v2/tickets", json=body)
        assert (answer.status_code, answer.json()["error"]["title"]) == (400, "Invalid attribute")


def test_a_requester_is_named_by_address_or_by_id_or_is_the_client(account, zendesk):
    ada = zendesk.add_user("Ada", "ada@shop.example").id
    named = [account.create(**who).json()["ticket"] for who in ({}, {"requester_id": ada}, {"requester": None})]
    assert [ticket["requester_id"] for ticket in named] == [ada, ada, zendesk.admin.id]


def test_a_requester_is_known_by_his_address(account):
    first, second = (account.create(requester={"name": "Ada", "email": at}) for at in ("a@b.example", "A@B.example"))
    assert first.json()["ticket"]["requester_id"] == second.json()["ticket"]["requester_id"]


def test_the_fields_of_a_new_ticket_are_kept(account, zendesk):
    agent = zendesk.add_agent("Mo")
    fields = {"priority": "high", "assignee_id": agent, "custom_fields": [{"id": 7, "value": "red"}], "group_id": 12}
    ticket = account.create(**fields, brand_id=8, ticket_form_id=9, tags=["Chat", "two words"]).json()["ticket"]
    assert {name: ticket[name] for name in fields} == fields
    assert (ticket["status"], ticket["tags"]) == ("open", ["chat", "two", "words"])
    assert (ticket["brand_id"], ticket["ticket_form_id"]) == (8, 9)


def test_the_same_key_makes_one_ticket(account, zendesk):
    answers = [account.create("key") for _ in range(2)]
    assert [answer.headers["x-idempotency-lookup"] for answer in answers] == ["miss", "hit"]
    assert answers[0].json() == answers[1].json()
    assert len(zendesk.tickets) == 1


def test_the_same_key_with_another_body_is_refused(account):
    account.create("key")
    answer = account.create("key", subject="Something else")
    assert (answer.status_code, answer.json()["error"]) == (400, "IdempotentRequestError")


def test_a_key_is_kept_for_two_hours(account, zendesk):
    account.create("key")
    account.clock.now += 2 * 3600
    account.http.headers["Authorization"] = f"Bearer {account.token()}"
    lookups = [account.create("key", subject="Again").headers["x-idempotency-lookup"] for _ in range(2)]
    assert lookups == ["miss", "hit"]
    assert len(zendesk.find_by_external_id("case_1")) == 2


def test_a_refused_creation_does_not_use_up_its_key(account):
    assert account.create("key", comment={}).status_code == 422
    assert account.create("key").headers["x-idempotency-lookup"] == "miss"


def test_events_are_signed_when_they_are_sent(account, zendesk):
    number = account.opened()
    zendesk.solve(number)
    account.clock.now += 100
    account.events()
    for outgoing in account.outgoing:
        stamp = outgoing.headers["X-Zendesk-Webhook-Signature-Timestamp"]
        made = hmac.new(SECRET.encode(), stamp.encode() + outgoing.body, hashlib.sha256).digest()
        assert outgoing.headers["X-Zendesk-Webhook-Signature"] == base64.b64encode(made).decode()
        assert stamp == "2027-01-15T08:01:40Z"
        assert (outgoing.path, outgoing.headers["X-Zendesk-Account-Id"]) == ("/zendesk/events", "10000001")


def test_the_signature_is_the_vendors():
    public = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="
    assert sign(public, "2026-01-02T03:04:05Z", b'{"a":1}') == "RXdLn2rzOVmmxBcMicIUBRnsxcF9xBYe8O293BR9BLg="


def test_a_redelivery_has_the_same_body_and_another_time(account, zendesk):
    number = account.opened()
    account.status = 503
    zendesk.close(number)
    first = account.events()
    sent = list(account.outgoing)
    account.clock.now += 2
    again = account.events()
    assert [event["id"] for event in again] == [event["id"] for event in first]
    assert [outgoing.body for outgoing in account.outgoing] == [outgoing.body for outgoing in sent]
    same = "X-Zendesk-Webhook-Invocation-Id"
    assert [outgoing.headers[same] for outgoing in account.outgoing] == [outgoing.headers[same] for outgoing in sent]
    assert account.outgoing[0].headers != sent[0].headers


def test_an_account_that_is_made_anew_gives_other_ids(account):
    account.create()
    later = Account(Clock(account.clock() + 1))
    later.create()
    assert account.events()[0]["id"] != later.events()[0]["id"]
    later.http.close()


def test_an_event_shows_the_ticket_in_words(account):
    number = account.create().json()["ticket"]["id"]
    (event,) = account.events()
    assert (event["type"], event["subject"]) == ("zen:event-type:ticket.created", f"zen:ticket:{number}")
    assert (event["account_id"], event["event"], event["time"]) == (10_000_001, {}, "2027-01-15T08:00:00.250000000Z")
    detail = event["detail"]
    assert (detail["id"], detail["status"], detail["external_id"], detail["tags"]) == (
        str(number),
        "NEW",
        "case_1",
        ["chat"],
    )
    assert (detail["via"], detail["updated_at"]) == ({"channel": "API"}, "2027-01-15T08:00:00Z")


def test_there_is_more_than_one_way_to_say_nobody(account, zendesk):
    number, agent = account.opened(), zendesk.add_agent("Mo")
    seen = set()
    for _ in range(6):
        zendesk.assign(number, agent)
        zendesk.assign(number, None)
        seen |= {event["detail"]["assignee_id"] for event in account.events()} - {str(agent)}
    assert seen == {"", None, "0"}


def test_assigning_tells_all_that_it_changed_as_one_sequence(account, zendesk):
    number, agent = account.opened(), zendesk.add_agent("Mo")
    zendesk.assign(number, agent)
    events = account.events()
    sequences = [event["event"]["meta"]["sequence"] for event in events]
    assert [event["type"].rpartition(".")[2] for event in events] == [
        "agent_assignment_changed",
        "group_assignment_changed",
        "status_changed",
        "custom_status_changed",
    ]
    assert [(part["position"], part["total"]) for part in sequences] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert len({part["id"] for part in sequences}) == 1
    assert events[0]["event"]["current"] == events[3]["detail"]["assignee_id"] == str(agent)
    assert (events[2]["event"]["previous"], events[2]["event"]["current"]) == ("NEW", "OPEN")


def test_changes_of_one_second_have_the_same_time_and_ids_of_their_own(account, zendesk):
    number, agents = account.opened(), [zendesk.add_agent(name) for name in ("Mo", "Li")]
    for agent in agents:
        zendesk.assign(number, agent)
        account.clock.now += 0.1
    events = [event for event in account.events() if event["type"].endswith("agent_assignment_changed")]
    assert len({event["id"] for event in events}) == 2
    assert len({event["detail"]["updated_at"] for event in events}) == 1
    assert [event["detail"]["assignee_id"] for event in events] == [str(agent) for agent in agents]


def test_nothing_is_told_where_nothing_changed(account, zendesk):
    number, agent = account.opened(), zendesk.add_agent("Mo")
    zendesk.assign(number, agent)
    account.events()
    zendesk.assign(number, agent)
    assert account.kinds() == []


def test_a_ticket_is_not_solved_without_an_assignee(account, zendesk):
    number = account.opened()
    zendesk.solve(number)
    assert (zendesk.tickets[number].status, zendesk.tickets[number].assignee_id) == ("solved", zendesk.admin.id)


def test_the_requesters_word_opens_a_solved_ticket(account, zendesk):
    number = account.opened()
    zendesk.solve(number)
    account.events()
    zendesk.comment(number, zendesk.tickets[number].requester_id, "Still nothing.")
    assert account.kinds() == ["comment_added", "status_changed", "custom_status_changed"]
    assert zendesk.tickets[number].status == "open"


def test_a_comment_says_who_and_whether_customers_see_it(account, zendesk):
    number, agent = account.opened(), zendesk.add_agent("Mo")
    zendesk.comment(number, agent, "Let us see.", public=False)
    (event,) = account.events()
    comment = event["event"]["comment"]
    assert (comment["body"], comment["is_public"]) == ("Let us see.", False)
    assert comment["author"] == {"id": str(agent), "is_staff": True, "name": "Mo"}
    assert event["detail"]["actor_id"] == str(agent)


def test_closed_is_final(account, zendesk):
    number, agent = account.opened(), zendesk.add_agent("Mo")
    zendesk.close(number)
    for change in (
        lambda: zendesk.reopen(number),
        lambda: zendesk.assign(number, agent),
        lambda: zendesk.comment(number, agent, "Hello?"),
        lambda: zendesk.tag(number, "late"),
        lambda: zendesk.merge(account.opened(), number),
    ):
        with pytest.raises(Refused) as refused:
            change()
        assert (refused.value.status, refused.value.body["error"]) == (422, "RecordInvalid")


def test_a_merged_ticket_is_closed_and_names_its_target(account, zendesk):
    source, target = account.opened("chat"), account.opened()
    zendesk.merge(source, target)
    events = account.events()
    assert zendesk.tickets[source].status == "closed"
    assert zendesk.tickets[source].tags == ["chat", "closed_by_merge"]
    (merged,) = (event for event in events if event["type"].endswith(".merged"))
    assert merged["event"]["target_ticket_id"] == str(target)
    assert merged["detail"]["status"] == "CLOSED"
    notes = [event["event"]["comment"] for event in events if "comment" in event["event"]]
    assert [note["is_public"] for note in notes] == [False, False]
    assert events[-1]["subject"] == f"zen:ticket:{target}"


def test_a_deleted_ticket_is_gone_until_it_is_brought_back(account, zendesk):
    number = account.create().json()["ticket"]["id"]
    account.events()
    zendesk.soft_delete(number)
    (event,) = account.events()
    assert (event["type"], event["detail"]["status"]) == ("zen:event-type:ticket.soft_deleted", "DELETED")
    paths = (f"/api/v2/tickets/{number}", f"/api/v2/tickets/{number}/audits")
    assert [account.http.get(path).status_code for path in paths] == [404, 404]
    for query in ("?external_id=case_1", f"/show_many?ids={number}"):
        assert account.http.get(f"/api/v2/tickets{query}").json()["tickets"] == []
    zendesk.undelete(number)
    assert account.kinds() == ["undeleted"]
    assert account.http.get(paths[0]).json()["ticket"]["status"] == "new"


def test_deleting_for_good_leaves_nothing_to_read(account, zendesk):
    number = account.opened()
    zendesk.permanently_delete(number)
    assert account.kinds() == ["soft_deleted", "permanently_deleted"]
    with pytest.raises(Refused):
        zendesk.undelete(number)
    account.clock.now += 61
    (ticket,) = account.http.get("/api/v2/incremental/tickets/cursor?start_time=0").json()["tickets"]
    assert (ticket["status"], ticket["subject"], ticket["description"]) == ("deleted", "SCRUBBED", "X")


def test_a_deleted_ticket_is_deleted_for_good_without_a_word_more(account, zendesk):
    number = account.opened()
    zendesk.soft_delete(number)
    zendesk.permanently_delete(number)
    assert account.kinds() == ["soft_deleted", "permanently_deleted"]


def test_spam_is_deleted_and_its_writer_suspended(account, zendesk):
    number = account.opened()
    zendesk.mark_as_spam(number)
    assert account.kinds() == ["marked_as_spam"]
    assert account.http.get(f"/api/v2/users/{zendesk.tickets[number].requester_id}").json()["user"]["suspended"]


def test_tags_are_told_by_what_was_added(account, zendesk):
    number = account.opened("chat")
    zendesk.tag(number, "chat", "late")
    (event,) = account.events()
    assert event["event"] == {"tags_added": ["late"], "tags_removed": []}


def test_a_follow_up_has_the_tags_of_the_closed_ticket(account, zendesk):
    number = account.opened("chat")
    with pytest.raises(Refused):
        zendesk.follow_up(number)
    zendesk.close(number)
    after = zendesk.tickets[zendesk.follow_up(number)]
    assert (after.tags, after.via["source"]["rel"]) == (["chat"], "follow_up")
    assert zendesk.tickets[number].followup_ids == [after.id]


def test_a_client_follows_up_closed_tickets_only(account, zendesk):
    number = account.opened("late")
    rels = []
    for closes in (False, True):
        if closes:
            zendesk.close(number)
        rels.append(account.create(via_followup_source_id=number).json()["ticket"]["via"]["source"]["rel"])
    assert rels == [None, "follow_up"]
    assert list(zendesk.tickets.values())[-1].tags == ["chat", "late"]


def test_a_trigger_assigns_in_the_second_of_the_creation(account, zendesk):
    zendesk.triggers_assign_to = zendesk.add_agent("Mo")
    ticket = account.create().json()["ticket"]
    events = account.events()
    assert ticket["assignee_id"] == zendesk.triggers_assign_to
    assert [event["type"].rpartition(".")[2] for event in events[:2]] == ["created", "agent_assignment_changed"]
    assert events[0]["detail"]["assignee_id"] in ("", None, "0")
    assert len({event["detail"]["updated_at"] for event in events}) == 1


def test_mail_goes_out_unless_a_tag_mutes_it(account, zendesk):
    number, agent = account.opened(), zendesk.add_agent("Mo")
    muted = account.opened("chat")
    for ticket in (number, muted):
        zendesk.comment(ticket, agent, "On its way.")
        zendesk.comment(ticket, agent, "Is it?", public=False)
    assert zendesk.mails_sent == [number, number]


def test_an_export_leaves_the_last_minute_out(account, zendesk):
    number = account.opened()
    start = int(account.clock()) - 1
    recent = account.http.get(f"/api/v2/incremental/tickets/cursor?start_time={start}")
    assert (recent.status_code, recent.json()["error"]) == (422, "InvalidValue")
    account.clock.now += 59
    empty = account.http.get(f"/api/v2/incremental/tickets/cursor?start_time={start - 100}").json()
    assert (empty["tickets"], empty["after_cursor"], empty["end_of_stream"]) == ([], None, True)
    account.clock.now += 2
    full = account.http.get(f"/api/v2/incremental/tickets/cursor?start_time={start}").json()
    assert [ticket["id"] for ticket in full["tickets"]] == [number]
    onward = {"cursor": full["after_cursor"]}
    again = account.http.get("/api/v2/incremental/tickets/cursor", params=onward).json()
    assert (again["tickets"], again["after_cursor"]) == ([], full["after_cursor"])


@pytest.mark.parametrize("query", ["", "?start_time=now", "?cursor=nonsense"])
def test_an_export_has_to_begin_somewhere(account, query):
    assert account.http.get(f"/api/v2/incremental/tickets/cursor{query}").status_code == 400


def test_at_most_a_hundred_tickets_are_shown_at_once(account):
    ids = ",".join(map(str, range(101)))
    assert account.http.get(f"/api/v2/tickets/show_many?ids={ids}").json()["error"] == "TooManyValues"


def test_faults_are_decided_for_each_ticket(account, zendesk):
    number = account.create().json()["ticket"]["id"]
    account.http.get(f"/api/v2/tickets/{number}")
    account.http.get("/api/v2/tickets?external_id=case_1")
    account.http.get("/api/v2/users/me")
    assert zendesk.calls[1:] == [
        ("create_ticket", "case_1"),
        ("show_ticket", str(number)),
        ("list_tickets", "case_1"),
        ("show_me", "/api/v2/users/me"),
    ]


def test_too_busy_is_said_with_a_time(account, zendesk):
    zendesk.faults = Faults(rates={Fault.BUSY: 1})
    answer = account.create()
    assert (answer.status_code, answer.headers["Retry-After"], len(zendesk.tickets)) == (429, "1", 0)
    assert answer.json()["error"] == "APIRateLimitExceeded"


def test_a_creation_that_was_not_answered_is_found_by_its_key(account, zendesk):
    zendesk.faults = Faults(rates={Fault.UNANSWERED: 1})
    with pytest.raises(NoAnswer):
        account.create("key")
    zendesk.faults = Faults()
    assert account.create("key").headers["x-idempotency-lookup"] == "hit"
    assert len(account.http.get("/api/v2/tickets?external_id=case_1").json()["tickets"]) == 1


def test_the_page_shows_tickets_and_believes_nobody(account, zendesk):
    zendesk.open_ticket("<script>alert(1)</script>", "x", "<b>Bo</b>", "bo@shop.example", ["<i>"])
    text = account.http.get("/", headers={"Authorization": ""}).text
    assert "&lt;script&gt;" in text
    assert not any(typed in text for typed in ("<script>", "<b>Bo", "<i><i>"))


# Webhooks

HOOK = {
    "name": "Caseroom",
    "status": "active",
    "endpoint": "https://chat.shop.example/zendesk/events",
    "http_method": "POST",
    "request_format": "json",
    "subscriptions": ["zen:event-type:ticket.created", "zen:event-type:ticket.tags_changed"],
}


def hook(account, **fields):
    """Ask for a webhook; the answer."""
    asked = {name: value for name, value in (HOOK | fields).items() if value is not None}
    return account.http.post("/api/v2/webhooks", json={"webhook": asked})


def test_zenpy_makes_changes_lists_and_reads_webhooks(zenpy, zendesk):
    made = zenpy.webhooks.create(Webhook(**HOOK))
    zenpy.webhooks.patch(Webhook(id=made.id, status="inactive"))
    assert zenpy.webhooks(id=made.id).status == "inactive"
    assert [one.id for one in zenpy.webhooks.list(filter="room")] == [made.id]
    assert zenpy.webhooks.show_secret(made).secret == zendesk.webhooks.subscriptions.find(made.id).secret


def test_zenpy_goes_through_all_pages_of_webhooks(account, zenpy):
    made = [hook(account).json()["webhook"]["id"] for _ in range(3)]
    assert [one.id for one in zenpy.webhooks.list(page_size=2)][1:] == made


def test_each_webhook_gets_what_it_is_subscribed_to_with_a_signature_of_its_own(account, zendesk):
    made = hook(account, endpoint="https://chat.shop.example/other").json()["webhook"]["id"]
    secret = account.http.get(f"/api/v2/webhooks/{made}/signing_secret").json()["signing_secret"]["secret"]
    number = account.opened()
    zendesk.change(number, subject="Another")
    bodies = account.events()
    assert [body["type"].rpartition(".")[2] for body in bodies] == ["subject_changed"]
    zendesk.tag(number, "late")
    bodies = account.events()
    assert bodies[0] == bodies[1]
    assert [sent.path for sent in account.outgoing] == ["/zendesk/events", "/other"]
    for sent, key in zip(account.outgoing, (SECRET, secret), strict=True):
        stamp = sent.headers["X-Zendesk-Webhook-Signature-Timestamp"]
        assert sent.headers["X-Zendesk-Webhook-Signature"] == sign(key, stamp, sent.body)
    assert account.outgoing[1].headers["X-Zendesk-Webhook-Id"] == made


def test_a_webhook_that_is_inactive_gets_nothing(account, zendesk):
    made = hook(account).json()["webhook"]["id"]
    changed = account.http.patch(f"/api/v2/webhooks/{made}", json={"webhook": {"status": "inactive"}})
    assert (changed.status_code, changed.content) == (204, b"")
    account.opened()
    assert {sent.path for sent in account.outgoing} == {"/zendesk/events"}
    assert made not in {sent.headers["X-Zendesk-Webhook-Id"] for sent in account.outgoing}


@pytest.mark.parametrize(
    "wrong",
    [
        *({name: None} for name in ("name", "status", "endpoint", "http_method", "request_format")),
        {"status": "on"},
        {"endpoint": "chat.shop.example"},
        {"http_method": "GET"},
        {"request_format": "xml"},
        {"subscriptions": "zen:event-type:ticket.created"},
        {"subscriptions": ["ticket.created"]},
        {"subscriptions": [["zen:event-type:ticket.created"]]},
        {"subscriptions": ["zen:event-type:ticket.created", "conditional_ticket_events"]},
    ],
)
def test_a_webhook_that_cannot_be_is_not_made(account, wrong):
    assert hook(account, **wrong).status_code == 400
    assert len(account.http.get("/api/v2/webhooks").json()["webhooks"]) == 1


def test_the_kind_of_a_webhook_stays_as_it_was_made(account):
    made = hook(account).json()["webhook"]["id"]
    change = {"webhook": {"subscriptions": ["conditional_ticket_events"]}}
    assert account.http.patch(f"/api/v2/webhooks/{made}", json=change).status_code == 400
    assert account.http.get(f"/api/v2/webhooks/{made}").json()["webhook"]["subscriptions"] == HOOK["subscriptions"]


def test_a_webhook_that_does_not_exist_is_not_found(account):
    paths = ("/api/v2/webhooks/01AB", "/api/v2/webhooks/01AB/signing_secret")
    assert [account.http.get(path).status_code for path in paths] == [404, 404]


@pytest.mark.parametrize(("scope", "status"), [("webhooks:read", 200), ("tickets:read", 403), ("read", 200)])
def test_webhooks_have_a_scope_of_their_own(account, scope, status):
    headers = {"Authorization": f"Bearer {account.token(scope=scope)}"}
    assert account.http.get("/api/v2/webhooks", headers=headers).status_code == status
