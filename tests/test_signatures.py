"""The pure checks by which callers prove who they are."""

import pytest

from caseroom.bridge.errors import NotProven
from caseroom.signatures import (
    base64_of,
    hex_of,
    require_bearer,
    require_one_of,
    require_recent,
    seconds_of,
    version_of,
)

# RFC 4231, test case 2.
KEY, MESSAGE = "Jefe", b"what do ya want for nothing?"
DIGEST = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"


def refused(check, *given):
    with pytest.raises(NotProven) as error:
        check(*given)
    return error.value


def test_the_published_vector_comes_out_in_both_forms():
    assert hex_of(KEY, MESSAGE) == DIGEST
    assert base64_of(KEY, MESSAGE) == "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM="


@pytest.mark.parametrize("given", ["a", "b"])
def test_either_of_two_secrets_is_accepted(given):
    require_one_of(given, ["a", "b"])


@pytest.mark.parametrize(
    ("given", "expected"), [("", []), ("", [""]), ("a", []), ("A", ["a"]), ("a ", ["a"]), ("é", ["e"])]
)
def test_nothing_else_is_and_an_empty_one_never(given, expected):
    refused(require_one_of, given, expected)


@pytest.mark.parametrize("header", ["Bearer key", "bearer key", "BEARER  key "])
def test_a_bearer_key_may_be_written_in_more_than_one_way(header):
    require_bearer(header, ["other", "key"])


@pytest.mark.parametrize(
    "header", ["", "key", "Basic key", "Bearer", "Bearer ", "Bearer  ", "Bearerkey", "Bearer key2", "Bearer a key"]
)
def test_what_is_no_bearer_key_is_refused(header):
    refused(require_bearer, header, ["key"])
    refused(require_bearer, header, [])
    refused(require_bearer, header, [""])


@pytest.mark.parametrize("seconds", [-300, -1, 0, 300])
def test_a_time_within_the_window_is_recent(seconds):
    require_recent(1_000.0 + seconds, 1_000.0, 300)


@pytest.mark.parametrize("at", [699.0, 1_301.0, float("nan"), float("inf"), float("-inf")])
def test_any_other_time_is_stale(at):
    assert refused(require_recent, at, 1_000.0, 300).code == "stale"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("1970-01-01T00:00:10Z", 10.0), ("1970-01-01T01:00:10.5+01:00", 10.5), ("1969-12-31T23:59:59Z", -1.0)],
)
def test_times_are_read_with_their_zones(text, seconds):
    assert seconds_of(text) == seconds
    assert version_of(text) == int(seconds * 1_000_000)


def test_versions_are_exact_to_the_microsecond_for_centuries():
    assert version_of("2226-11-20T09:30:00.123457Z") - version_of("2226-11-20T09:30:00.123456Z") == 1
    assert version_of("0001-01-01T00:00:00Z") < version_of("9999-12-31T23:59:59.999999Z")


@pytest.mark.parametrize("text", ["", "now", "2026-11-20T09:30:00", "2026-11-20", "1795000000", "2026-13-01T00:00:00Z"])
def test_what_tells_no_time_or_no_zone_is_none(text):
    for read in (seconds_of, version_of):
        with pytest.raises(ValueError):
            read(text)
