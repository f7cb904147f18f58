"""Logs: one JSON object a line, ids and codes only."""

import io
import json
import logging
from contextlib import suppress

import pytest

from caseroom import logs

WRITTEN = "mei@shop.example wrote: my card is 4111"


@pytest.fixture
def lines(monkeypatch):
    """What stands in the log by now; afterwards, logging is as it was."""
    root, stream = logging.getLogger(), io.StringIO()
    before, level = root.handlers[:], root.level
    quiet = {name: logging.getLogger(name).level for name in logs.LOUD}
    monkeypatch.setattr("sys.stderr", stream)
    logs.install("DEBUG")
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:] = before
    root.setLevel(level)
    for name, old in quiet.items():
        logging.getLogger(name).setLevel(old)


def test_a_line_is_one_object_with_time_level_and_what_was_handed_over(lines):
    logging.getLogger("caseroom.web").info("request", extra={"route": "/case", "status": 200})
    (line,) = lines()
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "request", "level": "info", "logger": "caseroom.web", "route": "/case", "status": 200}


def broken():
    raise ValueError(WRITTEN)


@pytest.mark.parametrize("how", ["exception", "exc_info=error", "chained"])
def test_of_an_exception_only_its_type_and_where_it_broke_are_told(lines, how):
    log = logging.getLogger("caseroom.settle")
    try:
        try:
            broken()
        except ValueError as error:
            if how == "chained":
                raise LookupError(WRITTEN) from error
            raise
    except (ValueError, LookupError) as error:
        if how == "exc_info=error":
            log.error("a call broke", exc_info=error)  # noqa: TRY400 -- as the web does it
        else:
            log.exception("a call broke")
    (line,) = lines()
    assert line["exception"] == ("LookupError" if how == "chained" else "ValueError")
    assert any(frame.startswith("test_logs.py:") for frame in line["frames"])
    assert "4111" not in json.dumps(line)
    assert "/" not in "".join(line["frames"])


@pytest.mark.parametrize(
    "name", ["httpx", "urllib3.connectionpool", "zenpy.lib.api", "simple_salesforce.api", "zeep.transports"]
)
def test_libraries_that_would_tell_addresses_or_bodies_are_quiet(lines, name):
    logging.getLogger(name).info("POST /v4/x?usersig=%s", WRITTEN)
    logging.getLogger(name).debug(WRITTEN)
    assert lines() == []
    logging.getLogger(name).warning("closing")
    assert len(lines()) == 1


def test_a_text_in_any_language_is_one_line(lines):
    with suppress(UnicodeError):
        logging.getLogger("caseroom").info("kept", extra={"delivery": "a\nb\u2028c\x00"})
    assert [line["delivery"] for line in lines()] == ["a\nb\u2028c\x00"]


def test_the_level_is_the_operators(lines, capsys):
    logs.install("ERROR")
    logging.getLogger("caseroom").warning("not done")
    logging.getLogger("caseroom").error("parked")
    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["event"] == "parked"
