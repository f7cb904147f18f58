"""The UserSig stands in the address of every call, and nowhere else: not in a log, not in an error."""

import io
import logging
import re
import sys
import traceback

import pytest
from werkzeug.wrappers import Response

from caseroom import logs
from caseroom.bridge.errors import Trouble
from caseroom.tencent_chat import client as telephone
from sandbox.faults import Fault, Faults
from sandbox.town import SDK_APP_ID, TENCENT_KEY, free_port

USER_SIG = re.compile(r"eJ[A-Za-z0-9*_-]{40,}")
SECRETS = ("usersig=", "sdkappid=", TENCENT_KEY)


@pytest.fixture
def log(monkeypatch):
    """What the service writes when it is told to write as much as it can."""
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in logs.LOUD}
    root.handlers.clear()
    logs.install("DEBUG")
    yield written
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)


def assert_nothing_secret(client, *texts):
    assert USER_SIG.fullmatch(client.admin.current())
    for text in texts:
        assert not USER_SIG.search(text)
        assert [secret for secret in SECRETS if secret in text] == []


def troubled(client):
    """The whole story of an error, as it would be logged with all that caused it."""
    with pytest.raises(Trouble) as caught:
        client.call("im_open_login_svc", "account_import", {"UserID": "mei"})
    logging.getLogger("caseroom").error("a call broke", exc_info=caught.value)
    return "".join(traceback.format_exception(caught.value)) + repr(caught.value)


def test_a_call_that_succeeds_is_not_told_with_its_address(client, cloud, log):
    client.call("im_open_login_svc", "account_import", {"UserID": "mei"})
    logging.getLogger("caseroom").debug("the log is open")
    assert "the log is open" in log.getvalue()
    assert_nothing_secret(client, log.getvalue())


@pytest.mark.parametrize("fault", [Fault.BROKEN, Fault.BUSY, Fault.LOST, Fault.UNANSWERED])
def test_a_call_that_fails_is_not_told_with_its_address(client, cloud, log, fault):
    cloud.faults = Faults(rates={fault: 1.0})
    story = troubled(client)
    assert "a call broke" in log.getvalue()
    assert_nothing_secret(client, story, log.getvalue())


@pytest.mark.parametrize("code", [70001, 70003, 70013, 60004, 10004])
def test_a_call_that_is_refused_is_not_told_with_its_address(client, cloud, log, code):
    cloud.troubles["account_import"] = [code] * 2
    assert_nothing_secret(client, troubled(client), log.getvalue())


def test_nor_is_one_to_which_nobody_listens(client, log):
    client.base_url = f"http://127.0.0.1:{free_port()}"
    assert_nothing_secret(client, troubled(client), log.getvalue())


def test_nor_is_one_that_is_answered_too_late(client, cloud, log, monkeypatch):
    monkeypatch.setattr(telephone, "READ", 0.1)
    cloud.faults, cloud.slow_seconds = Faults(rates={Fault.SLOW: 1.0}), 0.4
    assert_nothing_secret(client, troubled(client), log.getvalue())


def test_nor_is_one_whose_answer_repeats_what_it_was_asked(client, switchboard, log):
    def echo(environ, start_response):
        return Response(environ["QUERY_STRING"])(environ, start_response)

    switchboard.application = echo
    assert_nothing_secret(client, troubled(client), log.getvalue())


def test_a_client_shows_neither_secret_nor_usersig(client):
    assert client.admin.current()
    assert client.sdk_app_id == SDK_APP_ID
    assert_nothing_secret(client, repr(client.admin), repr(client), str(client))
