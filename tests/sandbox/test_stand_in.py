"""What all stand-ins share: routes, faults that a seed decides, and a server on loopback."""

from collections import Counter

import httpx
import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Response

from sandbox.faults import Fault, Faults, NoAnswer, draw, pick
from sandbox.stand_in import Server, StandIn


class Bell(StandIn):
    name = "bell"
    routes = (("POST", "/ring/<house>", "ring"), ("GET", "/rung", "rung"))

    def __init__(self, **settings):
        super().__init__(**settings)
        self.rung_at = []

    def ring(self, _, house):
        self.rung_at.append(house)
        return Response(f"rung at {house}")

    def rung(self, _):
        return Response(str(len(self.rung_at)))


def always(fault):
    return Bell(faults=Faults(rates={fault: 1.0}))


@pytest.fixture
def serve():
    servers = []

    def start(application):
        servers.append(Server(application))
        return servers[-1].url

    yield start
    for server in servers:
        server.close()


def test_a_route_leads_to_the_method_that_it_names():
    assert Client(Bell()).post("/ring/north").text == "rung at north"


def test_calls_are_remembered_with_their_subject():
    bell = Bell()
    Client(bell).post("/ring/north")
    Client(bell).get("/rung")
    assert bell.calls == [("ring", "north"), ("rung", "/rung")]


def test_an_unknown_route_is_404_and_a_wrong_method_405():
    assert Client(Bell()).get("/nowhere").status_code == 404
    assert Client(Bell()).get("/ring/north").status_code == 405


def test_a_lost_call_is_not_done_and_not_answered():
    bell = always(Fault.LOST)
    with pytest.raises(NoAnswer):
        Client(bell).post("/ring/north")
    assert bell.rung_at == []


def test_an_unanswered_call_is_done_all_the_same():
    bell = always(Fault.UNANSWERED)
    with pytest.raises(NoAnswer):
        Client(bell).post("/ring/north")
    assert bell.rung_at == ["north"]


def test_a_broken_call_is_502_with_html_and_not_done():
    bell = always(Fault.BROKEN)
    answer = Client(bell).post("/ring/north")
    assert (answer.status_code, answer.mimetype, bell.rung_at) == (502, "text/html", [])


def test_a_busy_vendor_says_429_and_does_nothing():
    bell = always(Fault.BUSY)
    answer = Client(bell).post("/ring/north")
    assert (answer.status_code, answer.headers["Retry-After"], bell.rung_at) == (429, "1", [])


def test_a_slow_call_is_done_and_answered():
    bell = always(Fault.SLOW)
    bell.slow_seconds = 0
    assert Client(bell).post("/ring/north").status_code == 200
    assert bell.rung_at == ["north"]


def test_who_is_down_answers_nothing():
    bell = Bell()
    bell.down = True
    with pytest.raises(NoAnswer):
        Client(bell).post("/ring/north")


def test_over_http_a_call_is_answered(serve):
    assert httpx.post(serve(Bell()) + "/ring/north").text == "rung at north"


def test_over_http_a_lost_call_ends_with_a_closed_line(serve):
    with pytest.raises(httpx.TransportError):
        httpx.post(serve(always(Fault.LOST)) + "/ring/north")


def test_a_closed_server_takes_no_calls():
    server = Server(Bell())
    server.close()
    with pytest.raises(httpx.ConnectError):
        httpx.get(server.url + "/rung")


def test_the_same_seed_decides_the_same_about_a_subject_whatever_comes_between():
    first, second = (Faults(seed=7, rates=dict.fromkeys(Fault, 0.2)) for _ in range(2))
    alone = [first.decide("bell", "ring", "north") for _ in range(20)]
    among_others = []
    for number in range(20):
        second.decide("bell", "ring", f"house {number}")
        among_others.append(second.decide("bell", "ring", "north"))
    assert alone == among_others
    assert len(set(alone)) > 1


def test_another_seed_decides_otherwise():
    first, second = (Faults(seed=seed, rates=dict.fromkeys(Fault, 0.2)) for seed in (1, 2))
    assert [first.decide("b", "r", str(n)) for n in range(30)] != [second.decide("b", "r", str(n)) for n in range(30)]


def test_faults_come_as_often_as_their_rates_say():
    faults = Faults(rates={Fault.LOST: 0.3, Fault.BUSY: 0.1})
    met = Counter(faults.decide("bell", "ring", str(number)) for number in range(4000))
    assert set(met) == {Fault.LOST, Fault.BUSY, None}
    assert met[Fault.LOST] == pytest.approx(1200, rel=0.1)
    assert met[Fault.BUSY] == pytest.approx(400, rel=0.15)


def test_without_rates_nothing_goes_wrong():
    assert Faults(seed=3).decide("bell", "ring", "north") is None


def test_what_is_drawn_depends_on_the_parts_alone_and_is_below_one():
    drawn = [draw("a", number) for number in range(1000)]
    assert drawn == [draw("a", number) for number in range(1000)]
    assert 0 <= min(drawn) < 0.01
    assert 0.99 < max(drawn) < 1


def test_every_choice_can_be_picked():
    assert {pick(["a", "b", "c"], number) for number in range(50)} == {"a", "b", "c"}
