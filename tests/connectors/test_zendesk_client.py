"""Calls to Zendesk through zenpy: one login for all threads, once for each call, and every answer sorted."""

import json
import logging
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from werkzeug.wrappers import Response

from caseroom.bridge.errors import Gone, LockedOut, Refused, Trouble, Unanswered, Unavailable
from caseroom.bridge.model import CaseRequest
from connectors.zendesk.client import Client
from sandbox.faults import Fault

ASKED = CaseRequest(subject="A cup is missing", desc="There were five.", name="Ada", email="ada@shop.example")


def ask(client):
    """Any call that changes nothing."""
    return client.zenpy().users.me()


def trouble(answering, status, body=None, path="users/me", **headers):
    """What an answer of this status is taken for."""
    server = answering(status, {"error": "SomeError"} if body is None else body, **headers)
    zenpy = server.client().zenpy()
    with pytest.raises(Trouble) as caught:
        zenpy.users.me() if path == "users/me" else zenpy.tickets(id=7)
    return caught.value, [request for request in server.asked if request[1] != "/oauth/tokens"]


# The login


def test_one_token_serves_every_thread_and_every_call(account):
    client = account.client()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: ask(client), range(24)))
    assert (account.calls("show_me"), account.calls("issue_token")) == (24, 1)


def test_a_token_is_renewed_a_minute_before_it_ends_and_no_earlier(account):
    client = account.client()
    ask(client)
    account.clock.now += 1800 - 60
    ask(client)
    assert account.calls("issue_token") == 1
    account.clock.now += 1
    ask(client)
    assert account.calls("issue_token") == 2


def test_a_token_that_zendesk_took_back_is_renewed_once_and_the_call_made(account):
    client = account.client()
    ask(client)
    account.zendesk.logins.tokens.clear()
    ask(client)
    assert (account.calls("show_me"), account.calls("issue_token")) == (3, 2)


def test_many_threads_whose_token_was_taken_back_ask_for_one_new_one(account):
    client, at_once = account.client(), threading.Barrier(6)
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: (at_once.wait(), ask(client)), range(6)))
        account.zendesk.logins.tokens.clear()
        list(pool.map(lambda _: (at_once.wait(), ask(client)), range(6)))
    assert account.calls("issue_token") == 2


def test_a_token_that_is_refused_though_it_is_new_is_not_asked_for_without_end(answering):
    locked, asked = trouble(answering, 401, {"error": "invalid_token"})
    assert isinstance(locked, LockedOut)
    assert (locked.code, locked.seconds, len(asked)) == ("401", 15.0, 2)


def test_wrong_credentials_lock_us_out_and_are_shown_to_nobody(account):
    client = account.client(oauth=("caseroom", "wrong-secret"))
    with pytest.raises(LockedOut) as caught:
        ask(client)
    assert (caught.value.code, caught.value.seconds) == ("401", 15.0)
    assert (account.calls("issue_token"), account.calls("show_me")) == (1, 0)
    assert "wrong-secret" not in repr(caught.value)


@pytest.mark.parametrize("answer", ["<html>", "[]", "{}", "null", '{"access": "x"}'])
def test_what_is_no_token_locks_us_out(account, monkeypatch, answer):
    monkeypatch.setattr(account.zendesk, "issue_token", lambda _: Response(answer, mimetype="application/json"))
    with pytest.raises(LockedOut) as caught:
        ask(account.client())
    assert caught.value.code == "no_access_token"


def test_a_token_that_does_not_say_how_long_it_holds_is_used_for_half_an_hour(account, monkeypatch):
    issue = account.zendesk.logins.issue
    monkeypatch.setattr(account.zendesk.logins, "issue", lambda asked: {**issue(asked), "expires_in": None})
    client = account.client()
    ask(client)
    account.clock.now += 1739
    ask(client)
    assert account.calls("issue_token") == 1
    account.clock.now += 2
    ask(client)
    assert account.calls("issue_token") == 2


@pytest.mark.parametrize(("status", "kind"), [(503, Unavailable), (429, Unavailable), (502, Unanswered)])
def test_a_vendor_that_is_down_when_a_token_is_asked_for_is_not_taken_for_a_wrong_secret(
    account, monkeypatch, status, kind
):
    monkeypatch.setattr(account.zendesk, "issue_token", lambda _: Response("", status=status))
    with pytest.raises(kind) as caught:
        ask(account.client())
    assert not isinstance(caught.value, LockedOut)


def test_the_older_login_is_sent_with_each_call_and_refused_once_where_it_is_wrong(account):
    ask(account.client(oauth=None, legacy=("ops@shop.example", "legacy-token")))
    assert account.calls("issue_token") == 0
    with pytest.raises(LockedOut) as caught:
        ask(account.client(oauth=None, legacy=("ops@shop.example", "wrong")))
    assert caught.value.code == "401"
    assert account.calls("show_me") == 2


def test_without_any_login_nobody_is_let_in(account):
    with pytest.raises(LockedOut):
        ask(account.client(oauth=None, legacy=None))


# Once


def keys(server):
    return [headers.get("Idempotency-Key") for method, path, headers, _ in server.asked if path != "/oauth/tokens"]


def test_a_creation_carries_its_own_key_and_nothing_else_carries_any(answering):
    server = answering(201, {"ticket": {"id": 7}, "audit": {"id": 1, "ticket_id": 7, "events": []}})
    zendesk = server.zendesk()
    for key in ("cr_1", "cr_2"):
        zendesk.open_case(key, ASKED)
    zendesk.client.zenpy().tickets(id=7)
    assert keys(server) == ["cr_1", "cr_2", None]


def test_a_creation_that_is_repeated_after_a_new_token_carries_its_key_again(account, zendesk):
    zendesk.ping()
    account.zendesk.logins.tokens.clear()
    first = zendesk.open_case("cr_1", ASKED)
    assert zendesk.open_case("cr_1", ASKED) == first
    assert list(account.zendesk.replies.kept) == ["cr_1"]


def test_a_creation_that_was_not_answered_is_found_and_made_no_second_time(account, zendesk, monkeypatch):
    faults = iter([Fault.UNANSWERED])
    meets = {"create_ticket": faults}
    monkeypatch.setattr(account.zendesk.faults, "decide", lambda *called: next(meets.get(called[1], iter(())), None))
    with pytest.raises(Unanswered):
        zendesk.open_case("cr_1", ASKED)
    (ticket,) = account.zendesk.tickets
    assert zendesk.find_case("cr_1", 0.0) == zendesk.open_case("cr_1", ASKED).ref == str(ticket)


# What an answer means


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (400, Refused, "SomeError"),
        (403, LockedOut, "403"),
        (404, Gone, "404"),
        (409, Unavailable, "409"),
        (413, Refused, "SomeError"),
        (422, Refused, "SomeError"),
        (429, Unavailable, "429"),
        (500, Unanswered, "500"),
        (502, Unanswered, "502"),
        (503, Unavailable, "503"),
        (504, Unanswered, "504"),
        (301, Refused, "redirected"),
    ],
)
def test_every_status_means_one_thing_and_is_asked_for_once(answering, status, kind, code):
    found, asked = trouble(answering, status, Location="http://127.0.0.1:9/")
    assert (type(found), found.code) == (kind, code)
    assert len(asked) == 1


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(("told", "seconds"), [("93", 93.0), ("", 1.0), ("soon", 1.0), ("-5", 1.0)])
def test_how_long_to_wait_is_what_zendesk_says_and_nobody_waits_here(answering, status, told, seconds):
    began = time.monotonic()
    found, asked = trouble(answering, status, **{"Retry-After": told})
    assert (found.seconds, found.counts_as_outage, len(asked)) == (seconds, True, 1)
    assert time.monotonic() - began < 2


def test_a_locked_ticket_is_no_outage(answering):
    found, _ = trouble(answering, 409)
    assert (found.seconds, found.counts_as_outage) == (None, False)


def test_one_record_that_is_hidden_from_us_does_not_lock_us_out(answering):
    found, _ = trouble(answering, 403, path="tickets/7")
    assert (type(found), found.code) == (Refused, "403")


@pytest.mark.parametrize(
    "body", [{"error": {"title": "No", "message": "mei@shop.example"}}, [], "mei@shop.example", {}]
)
def test_of_a_refusal_only_a_code_is_kept(answering, body):
    found, _ = trouble(answering, 422, body)
    assert (type(found), found.code) == (Refused, "422")


def test_a_limit_that_is_nearly_reached_makes_nobody_wait(answering):
    told = {"X-Rate-Limit": "700", "X-Rate-Limit-Remaining": "0", "ratelimit-remaining": "0", "ratelimit-reset": "60"}
    server = answering(200, {"user": {"id": 1, "name": "Admin"}}, **told)
    client, began = server.client(), time.monotonic()
    assert [ask(client).name for _ in range(3)] == ["Admin"] * 3
    assert time.monotonic() - began < 2


# The line


def test_every_call_goes_to_the_address_that_was_set(account, zendesk):
    zendesk.ping()
    zendesk.open_case("cr_1", ASKED)
    zendesk.find_case("cr_1", 0.0)
    assert [call for call, _ in account.zendesk.calls] == ["issue_token", "show_me", "create_ticket", "list_tickets"]


def test_a_long_list_is_read_to_its_end_at_the_address_that_was_set(answering):
    def answer(request):
        page = int(request.args.get("page", 1))
        more = f"https://evil.example/api/v2/tickets.json?external_id=k&page={page + 1}" if page < 3 else None
        body = {"tickets": [{"id": 10 - page}], "next_page": more, "previous_page": None, "count": 3}
        return Response(json.dumps(body), mimetype="application/json")

    server = answering(body=answer)
    assert server.zendesk().find_case("k", 0.0) == "7"
    assert len(server.asked) == 4


def test_where_nobody_listens_nothing_has_happened():
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        client = Client(f"http://127.0.0.1:{line.getsockname()[1]}", oauth=("a", "b"), legacy=None)
        with pytest.raises(Unavailable) as caught:
            ask(client)
    assert (caught.value.code, caught.value.seconds) == ("unreachable", None)


@pytest.mark.parametrize("fault", [Fault.LOST, Fault.UNANSWERED])
def test_a_line_that_breaks_off_leaves_open_whether_it_happened(account, monkeypatch, fault):
    client = account.client()
    ask(client)
    monkeypatch.setattr(account.zendesk.faults, "decide", lambda *_: fault)
    with pytest.raises(Unanswered):
        ask(client)


def test_an_answer_without_an_end_is_given_up(answering, monkeypatch):
    monkeypatch.setattr("caseroom.line.LARGEST_ANSWER", 100_000)
    server = answering(200, raw='{"user": {"name": "' + "x" * 200_000 + '"}}')
    with pytest.raises(Unanswered) as caught:
        ask(server.client())
    assert caught.value.code == "endless_answer"


def test_an_answer_that_drips_is_given_up_in_time(answering, monkeypatch):
    monkeypatch.setattr("caseroom.line.ALTOGETHER", 0.3)

    def drip():
        for _ in range(100):
            time.sleep(0.02)
            yield b" "

    server = answering(body=lambda _: Response(drip(), mimetype="application/json"))
    began = time.monotonic()
    with pytest.raises(Unanswered):
        ask(server.client())
    assert time.monotonic() - began < 1.5


def test_each_thread_has_a_zenpy_of_its_own_and_keeps_it(account):
    client = account.client()
    with ThreadPoolExecutor(1) as pool:
        theirs = pool.submit(client.zenpy).result()
        assert pool.submit(client.zenpy).result() is theirs
    assert client.zenpy() is client.zenpy()
    assert client.zenpy() is not theirs


def test_nothing_that_a_person_wrote_and_no_secret_reaches_the_log(account, zendesk, caplog):
    caplog.set_level(logging.DEBUG)
    logging.getLogger("zenpy").setLevel(logging.WARNING)
    ticket = zendesk.open_case("cr_1", ASKED)
    zendesk.read_case(ticket.ref)
    with pytest.raises(Gone):
        zendesk.read_case("99999")
    for word in ("There were five.", "ada@shop.example", "oauth-secret", *account.zendesk.logins.tokens):
        assert word not in caplog.text


def test_zenpy_is_told_to_be_quiet_as_it_would_write_bodies_to_the_log():
    assert logging.getLogger("zenpy").level == logging.WARNING
