"""One call to Tencent: signed, sent over a real line, and sorted by how it ended."""

import json
import threading
from contextlib import suppress

import pytest
import time_machine
from werkzeug.wrappers import Response

from caseroom.bridge.errors import LockedOut, Refused, Trouble, Unanswered, Unavailable
from caseroom.tencent_chat import client as telephone
from caseroom.tencent_chat.client import Client
from caseroom.tencent_chat.user_sig import AdminSig
from sandbox.faults import Fault, Faults
from sandbox.stand_in import Server
from sandbox.town import SDK_APP_ID, TENCENT_KEY, free_port

ACCOUNTS = "im_open_login_svc"
ALWAYS = {fault: Faults(rates={fault: 1.0}) for fault in Fault}


def import_mei(client):
    return client.call(ACCOUNTS, "account_import", {"UserID": "mei"})


def answering(switchboard, *chunks, **options):
    switchboard.application = Response(list(chunks), **options)


def calls(cloud, command):
    return sum(endpoint == command for endpoint, _ in cloud.calls)


def test_a_call_is_made_as_the_strict_vendor_wants_it(client, cloud):
    assert import_mei(client)["ActionStatus"] == "OK"
    assert cloud.accounts["mei"].imported


def test_an_admin_whose_id_has_signs_of_its_own_gets_through(line, switchboard, cloud):
    cloud.people.admins = ("ops & co=1",)
    cloud.people.accounts["ops & co=1"] = cloud.people.accounts["administrator"]
    import_mei(Client(line, SDK_APP_ID, AdminSig(SDK_APP_ID, TENCENT_KEY, "ops & co=1")))
    assert "mei" in cloud.accounts


def test_after_a_kick_the_admin_signs_anew_and_the_call_is_made(client, cloud):
    with time_machine.travel(1_795_000_000, tick=False) as now:
        import_mei(client)
        cloud.people.accounts["administrator"].kicked_at = cloud.clock()
        now.shift(1)
        client.call(ACCOUNTS, "account_import", {"UserID": "noor"})
    assert "noor" in cloud.accounts


@pytest.mark.parametrize("code", [70001, 70052])
def test_a_usersig_that_is_refused_is_signed_anew_once_and_no_more(client, cloud, code):
    cloud.troubles["account_import"] = [code]
    import_mei(client)
    assert "mei" in cloud.accounts
    cloud.troubles["account_import"] = [code] * 3
    with pytest.raises(LockedOut, match=str(code)):
        import_mei(client)
    assert calls(cloud, "account_import") == 4


def test_another_refusal_is_not_answered_with_another_usersig(client, cloud):
    cloud.troubles["account_import"] = [70003]
    with pytest.raises(LockedOut):
        import_mei(client)
    assert calls(cloud, "account_import") == 1


def test_a_broken_gateway_leaves_open_whether_it_happened(client, cloud):
    cloud.faults = ALWAYS[Fault.BROKEN]
    with pytest.raises(Unanswered, match="502"):
        import_mei(client)


def test_too_many_requests_in_http_s_own_words_is_certainly_not_done(client, switchboard):
    answering(switchboard, b"slow down", status=429)
    with pytest.raises(Unavailable) as caught:
        import_mei(client)
    assert (caught.value.code, caught.value.seconds, caught.value.scope) == ("429", 1.0, "")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>OK</html>",
        b"\xff\xfe",
        b"null",
        b"[]",
        b'"OK"',
        b'{"ActionStatus": "OK"}',
        b'{"ActionStatus": "OK", "ErrorCode": null}',
        b'{"ActionStatus": "OK", "ErrorCode": "none"}',
        b'{"ActionStatus": "OK", "ErrorCode": Infinity}',
        b'{"ActionStatus": "OK", "ErrorCode": 0',
        b"[" * 100_000,
    ],
)
def test_what_cannot_be_read_leaves_open_whether_it_happened(client, switchboard, body):
    answering(switchboard, body)
    with pytest.raises(Unanswered, match="unreadable"):
        import_mei(client)


@pytest.mark.parametrize("status", ["FAIL", "SomeError", None])
def test_a_zero_code_alone_is_no_success(client, switchboard, status):
    answering(switchboard, json.dumps({"ActionStatus": status, "ErrorCode": 0}).encode())
    with pytest.raises(Trouble):
        import_mei(client)


def test_an_answer_that_is_larger_than_any_real_one_is_cut_off(client, switchboard):
    answering(switchboard, b" " * telephone.LARGEST_ANSWER, b'{"ActionStatus": "OK", "ErrorCode": 0}')
    with pytest.raises(Unanswered, match="endless_answer"):
        import_mei(client)


def test_an_answer_that_drips_in_is_cut_off_at_the_deadline(client, switchboard, monkeypatch):
    monkeypatch.setattr(telephone, "ALTOGETHER", 0.3)
    pause = threading.Event()
    switchboard.application = Response(b" " for _ in range(1000) if not pause.wait(0.01))
    with pytest.raises(Unanswered, match="endless_answer"):
        import_mei(client)


def test_a_silence_leaves_open_whether_it_happened_and_here_it_did(client, cloud, monkeypatch):
    monkeypatch.setattr(telephone, "READ", 0.2)
    cloud.faults, cloud.slow_seconds = ALWAYS[Fault.SLOW], 0.6
    with pytest.raises(Unanswered, match="no_answer"):
        import_mei(client)
    assert "mei" in cloud.accounts


@pytest.mark.parametrize(("fault", "is_done"), [(Fault.UNANSWERED, True), (Fault.LOST, False)])
def test_a_line_that_breaks_leaves_open_whether_it_happened(client, cloud, fault, is_done):
    cloud.faults = ALWAYS[fault]
    with pytest.raises(Unanswered, match="no_answer"):
        import_mei(client)
    assert ("mei" in cloud.accounts) is is_done


def test_where_nobody_listens_nothing_was_done(cloud):
    with pytest.raises(Unavailable, match="unreachable") as caught:
        import_mei(Client(f"http://127.0.0.1:{free_port()}", 1, AdminSig(1, TENCENT_KEY, "administrator")))
    assert caught.value.counts_as_outage


def test_a_redirect_is_not_followed_and_nobody_else_gets_the_usersig(client, switchboard):
    visits = []
    elsewhere = Server(lambda environ, start: visits.append(environ) or Response()(environ, start))
    answering(switchboard, status=307, headers={"Location": f"{elsewhere.url}/v4/"})
    with pytest.raises(Unanswered, match="307"):
        import_mei(client)
    elsewhere.close()
    assert visits == []


def test_a_refusal_is_known_by_its_code(client, cloud):
    with pytest.raises(Refused, match="70402"):
        client.call(ACCOUNTS, "account_import", {"UserID": "not an id"})
    with suppress(Trouble):
        client.call(ACCOUNTS, "no_such_command", {})
    assert set(cloud.accounts) == {"administrator"}
