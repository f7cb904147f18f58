"""Callbacks go out in order, or late, twice and mixed up, as a seed says."""

import threading
from contextlib import closing

import pytest
from werkzeug.wrappers import Request, Response

from sandbox.mailbox import Callback, Mailbox, Outgoing, OverHTTP, Postman
from sandbox.stand_in import Server


class Service:
    """Takes callbacks, and answers with the statuses that it was given, then with 200."""

    def __init__(self, *statuses):
        self.statuses = list(statuses)
        self.taken = []

    def __call__(self, outgoing):
        self.taken.append(outgoing.path)
        return self.statuses.pop(0) if self.statuses else 200


def note(name):
    return Callback(name, lambda: Outgoing(name, b""))


def delivered(seed, names):
    service = Service()
    mailbox = Mailbox(service, clock=lambda: 0.0, seed=seed, unruly=True)
    for name in names:
        mailbox.post(note(name))
    mailbox.deliver(1000)
    return service.taken


def test_an_orderly_mailbox_sends_once_and_in_order():
    service = Service()
    mailbox = Mailbox(service, clock=lambda: 0.0)
    for name in "abc":
        mailbox.post(note(name))
    assert mailbox.deliver(0) == 3
    assert service.taken == ["a", "b", "c"]
    assert mailbox.sent == [("a", 200), ("b", 200), ("c", 200)]
    assert mailbox.next_due() is None


def test_nothing_goes_out_before_it_is_due():
    service = Service()
    mailbox = Mailbox(service, clock=lambda: 50.0)
    mailbox.post(note("a"))
    assert mailbox.next_due() == 50
    assert mailbox.deliver(49.9) == 0
    assert mailbox.deliver(50) == 1


def test_a_callback_is_made_when_it_is_sent_and_again_when_it_is_repeated():
    made = []
    mailbox = Mailbox(Service(503), clock=lambda: 0.0)
    mailbox.post(Callback("a", lambda: made.append("made") or Outgoing("a", b"")))
    assert made == []
    mailbox.deliver(0)
    mailbox.deliver(10)
    assert made == ["made", "made"]


@pytest.mark.parametrize("status", [0, 409, 429, 503])
def test_what_could_not_be_kept_comes_again(status):
    mailbox = Mailbox(Service(status), clock=lambda: 0.0)
    mailbox.post(note("a"))
    mailbox.deliver(0)
    assert mailbox.next_due() == 2
    mailbox.deliver(2)
    assert mailbox.sent == [("a", status), ("a", 200)]


@pytest.mark.parametrize("status", [200, 202, 400, 401, 500])
def test_what_was_taken_or_refused_does_not_come_again(status):
    mailbox = Mailbox(Service(status), clock=lambda: 0.0)
    mailbox.post(note("a"))
    mailbox.deliver(1000)
    assert mailbox.sent == [("a", status)]


def test_after_eight_tries_a_callback_is_given_up():
    service = Service(*[503] * 20)
    mailbox = Mailbox(service, clock=lambda: 0.0)
    mailbox.post(note("a"))
    for now in range(0, 1000, 10):
        mailbox.deliver(now)
    assert len(service.taken) == 8


def test_an_unruly_mailbox_is_late_mixes_up_and_repeats():
    names = [f"note {number}" for number in range(60)]
    taken = delivered(1, names)
    assert list(dict.fromkeys(taken)) != names
    assert set(taken) == set(names)
    assert len(taken) > len(names)


def test_the_same_seed_is_unruly_in_the_same_way():
    names = [f"note {number}" for number in range(60)]
    assert delivered(1, names) == delivered(1, names) != delivered(2, names)


def test_a_postman_empties_mailboxes_by_himself():
    arrived = threading.Event()
    mailbox = Mailbox(lambda _: arrived.set() or 200)
    postman = Postman(mailbox)
    mailbox.post(note("a"))
    assert arrived.wait(5)
    postman.close()
    assert not postman.thread.is_alive()


def test_over_http_a_callback_arrives_with_its_body_and_headers():
    seen = []

    @Request.application
    def service(request):
        seen.append((request.full_path, request.get_data(), request.headers["X-Name"]))
        return Response(status=202)

    server = Server(service)
    with closing(OverHTTP(server.url, 5)) as send:
        assert send(Outgoing("/take?n=1", b"body", {"X-Name": "bell"})) == 202
    server.close()
    assert seen == [("/take?n=1", b"body", "bell")]


def test_over_http_nobody_there_counts_as_no_answer():
    server = Server(Response("unused"))
    server.close()
    with closing(OverHTTP(server.url, 5)) as send:
        assert send(Outgoing("/take", b"")) == 0
