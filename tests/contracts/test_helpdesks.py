"""What every helpdesk does for an agent and for a customer: run over each, against a real server."""

from dataclasses import dataclass, field

import pytest

from caseroom.bridge.errors import Gone, Taken, Trouble
from caseroom.bridge.model import Status
from caseroom.bridge.ports import ActsOnCases, LinksCases
from connectors import SHIPPED
from connectors.salesforce import CONNECTOR as SALESFORCE
from connectors.zendesk import CONNECTOR as ZENDESK
from sandbox.salesforce import Salesforce
from sandbox.stand_in import Server
from sandbox.zendesk import Zendesk

URL = "https://chat.sunny-teapots.example/c/ImNyX2Fi.c2lnbmF0dXJl"


@dataclass
class Clock:
    now: float = field(default=1_795_000_000.0)

    def __call__(self):
        return self.now


class ZendeskOutside:
    """Zendesk as its people see it."""

    unknown = "99999"

    def __init__(self, clock):
        self.vendor = Zendesk(client_id="a", client_secret="b", clock=clock)
        self.field = self.vendor.add_ticket_field("Chat link")
        self.other = self.vendor.add_ticket_field("Colour")

    def connector(self, url, **more):
        return ZENDESK(ZENDESK.Settings(url=url, client_id="a", client_secret="b", webhook_secrets="c", **more))

    def connect(self, url):
        return self.connector(url, link_field=str(self.field))

    def agent(self, name):
        return str(self.vendor.add_agent(name))

    def open(self):
        number = self.vendor.open_ticket("Lamp", "It hums", "Cid", "cid@x.test")
        self.vendor.change(number, custom_fields=[{"id": self.other, "value": "red"}])
        return str(number)

    def assign(self, ref, agent):
        self.vendor.assign(int(ref), agent and int(agent))

    def owner(self, ref):
        owner = self.vendor.tickets[int(ref)].assignee_id
        return str(owner) if owner else None

    def solve(self, ref):
        self.vendor.solve(int(ref))

    def close(self, ref):
        self.vendor.close(int(ref))

    def delete(self, ref):
        self.vendor.soft_delete(int(ref))

    def link(self, ref):
        fields = {one["id"]: one["value"] for one in self.vendor.tickets[int(ref)].custom_fields}
        assert fields[self.other] == "red"
        return fields.get(self.field)

    def changes(self, ref):
        return len(self.vendor.tickets[int(ref)].audits)

    def race(self, ref, happens):
        self._race("show_ticket", happens)

    def _race(self, endpoint, happens):
        shown = getattr(self.vendor, endpoint)

        def show(*given, **named):
            answer = shown(*given, **named)
            setattr(self.vendor, endpoint, shown)
            happens()
            return answer

        setattr(self.vendor, endpoint, show)


class SalesforceOutside(ZendeskOutside):
    """Salesforce, with a queue that has what nobody took."""

    unknown = "500300000000001AAA"

    def __init__(self, clock):
        self.vendor = Salesforce(client_id="a", client_secret="b", clock=clock)
        self.vendor.add_field("Caseroom_Link__c")
        self.queue = self.vendor.add_queue("Lamps")

    def connect(self, url):
        known = {"client_id": "a", "client_secret": "b", "webhook_secrets": "c", "link_field": "Caseroom_Link__c"}
        return SALESFORCE(SALESFORCE.Settings(url=url, **known))

    def agent(self, name):
        return self.vendor.add_user(name)

    def open(self):
        return self.vendor.open_case("Lamp", "It hums", "Cid", "cid@x.test", owner=self.queue)

    def assign(self, ref, agent):
        self.vendor.assign(ref, agent or self.queue)

    def owner(self, ref):
        owner = self.vendor.cases[ref]["OwnerId"]
        return None if owner in {self.queue, self.vendor.me} else owner

    def solve(self, ref):
        self.vendor.close(ref)

    def close(self, ref):
        self.vendor.close(ref)

    def delete(self, ref):
        self.vendor.delete(ref)

    def link(self, ref):
        return self.vendor.cases[ref]["Caseroom_Link__c"]

    def changes(self, ref):
        return sum(endpoint == "update" for endpoint, _ in self.vendor.calls)

    def race(self, ref, happens):
        self._race("query", happens)


OUTSIDES = {"zendesk": ZendeskOutside, "salesforce": SalesforceOutside}


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(params=OUTSIDES)
def both(request, clock):
    outside = OUTSIDES[request.param](clock)
    server = Server(outside.vendor)
    yield outside.connect(server.url), outside
    server.close()


@pytest.fixture
def helpdesk(both):
    return both[0]


@pytest.fixture
def outside(both):
    return both[1]


@pytest.fixture
def ref(outside):
    return outside.open()


@pytest.fixture
def ann(outside):
    return outside.agent("Ann")


@pytest.fixture
def asked(ann):
    """What each deed is asked for with, beside the record."""
    return {"assign": (ann,), "solve": (), "link_case": (URL,)}


@pytest.fixture
def bob(outside):
    return outside.agent("Bob")


def test_every_shipped_helpdesk_that_can_do_these_things_is_tried_here():
    able = {one.name for one in SHIPPED if hasattr(one, "assign") or hasattr(one, "link_case")}
    assert able == set(OUTSIDES)


def test_it_says_what_it_can_do(helpdesk):
    assert isinstance(helpdesk, ActsOnCases)
    assert isinstance(helpdesk, LinksCases)
    assert helpdesk.has_link_field is True


def test_a_record_that_nobody_has_is_given_to_an_agent_and_reading_it_back_names_him(helpdesk, outside, ref, ann):
    helpdesk.assign(ref, ann)
    assert outside.owner(ref) == ann
    assert [agent.id for agent in helpdesk.read_case(ref).agents] == [ann]


def test_to_give_it_to_whom_it_belongs_changes_nothing(helpdesk, outside, ref, ann):
    helpdesk.assign(ref, ann)
    before = outside.changes(ref)
    helpdesk.assign(ref, ann)
    assert outside.changes(ref) == before


def test_a_record_of_another_agent_is_left_to_him(helpdesk, outside, ref, ann, bob):
    outside.assign(ref, bob)
    with pytest.raises(Taken):
        helpdesk.assign(ref, ann)
    assert outside.owner(ref) == bob


def test_a_record_that_was_given_back_may_be_taken(helpdesk, outside, ref, ann, bob):
    outside.assign(ref, bob)
    outside.assign(ref, None)
    helpdesk.assign(ref, ann)
    assert outside.owner(ref) == ann


def test_who_was_quicker_between_look_and_change_keeps_it(both, clock, ref, ann, bob):
    helpdesk, outside = both
    helpdesk.ping()

    def bob_is_quicker():
        clock.now += 1
        outside.assign(ref, bob)

    outside.race(ref, bob_is_quicker)
    with pytest.raises(Trouble):
        helpdesk.assign(ref, ann)
    assert outside.owner(ref) == bob


def test_a_solved_record_says_so_and_may_be_solved_twice(helpdesk, outside, ref, ann):
    outside.assign(ref, ann)
    helpdesk.solve(ref)
    assert helpdesk.read_case(ref).status in {Status.SOLVED, Status.CLOSED}
    before = outside.changes(ref)
    helpdesk.solve(ref)
    assert outside.changes(ref) == before


def test_a_closed_record_counts_as_solved(helpdesk, outside, ref):
    outside.close(ref)
    helpdesk.solve(ref)
    assert helpdesk.read_case(ref).status is Status.CLOSED


def test_solving_leaves_the_record_to_whom_it_belongs(helpdesk, outside, ref, ann):
    outside.assign(ref, ann)
    helpdesk.solve(ref)
    assert outside.owner(ref) == ann


def test_a_link_is_written_into_its_field_and_nothing_else_changes(helpdesk, outside, ref, ann):
    outside.assign(ref, ann)
    helpdesk.link_case(ref, URL)
    assert outside.link(ref) == URL
    assert outside.owner(ref) == ann
    helpdesk.link_case(ref, URL)
    assert outside.link(ref) == URL


@pytest.mark.parametrize("do", ["assign", "solve", "link_case"])
@pytest.mark.parametrize("which", ["deleted", "unknown"])
def test_what_is_not_there_is_gone(both, ref, asked, do, which):
    helpdesk, outside = both
    if which == "deleted":
        outside.delete(ref)
    with pytest.raises(Gone):
        getattr(helpdesk, do)(ref if which == "deleted" else outside.unknown, *asked[do])


@pytest.mark.parametrize("do", ["assign", "solve", "link_case"])
def test_a_helpdesk_that_is_down_is_trouble(helpdesk, outside, ref, asked, do):
    outside.vendor.down = True
    with pytest.raises(Trouble):
        getattr(helpdesk, do)(ref, *asked[do])


def test_without_a_field_there_is_no_place_for_links():
    zendesk = ZendeskOutside(Clock()).connector("http://127.0.0.1:1")
    assert zendesk.has_link_field is False
