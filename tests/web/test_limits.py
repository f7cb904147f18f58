"""How much somebody may ask in a minute: counted for all processes together, and closed when in doubt."""

import ipaddress
import sqlite3
import threading

import pytest

from caseroom.bridge.errors import NotKept, TooMany
from caseroom.bridge.identity import Identity
from caseroom.bridge.records import Allowance
from caseroom.store.sqlite import SQLiteStore
from caseroom.web.limits import Limits, caller_address
from sandbox.town import ORIGIN

MINUTE = 1_795_000_020.0  # the beginning of one
PROXY = [ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("fd00::/8")]


class Clock:
    now = MINUTE

    def __call__(self):
        return self.now


@pytest.fixture
def store(tmp_path):
    found = SQLiteStore(str(tmp_path / "limits.db"))
    found.migrate()
    yield found
    found.close()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def process(store, clock):
    """Makes the limits of another process."""
    return lambda: Limits(store, Identity(b"k" * 32), clock)


def let_in(limits, times, who="mei", per_minute=40, kind="visitor"):
    """How many of so many requests are let in."""
    count = 0
    for _ in range(times):
        try:
            limits.require(kind, who, per_minute)
        except TooMany:
            continue
        count += 1
    return count


@pytest.mark.parametrize("per_minute", [1, 2, 19, 20, 21, 40, 107])
def test_exactly_so_many_are_let_in_within_a_minute(process, per_minute):
    assert let_in(process(), per_minute + 30, per_minute=per_minute) == per_minute


@pytest.mark.parametrize("per_minute", [2, 19, 40, 107])
def test_all_processes_together_let_in_no_more_than_that(process, per_minute):
    first, second, third = process(), process(), process()
    found = sum(let_in(one, 1, per_minute=per_minute) for _ in range(per_minute) for one in (first, second, third))
    assert per_minute - 2 * max(per_minute // 20, 1) <= found <= per_minute


def test_many_threads_at_once_are_let_in_no_more_often(process):
    limits, found = process(), []
    threads = [threading.Thread(target=lambda: found.append(let_in(limits, 10))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 40 - 8 * 2 <= sum(found) <= 40


def test_whoever_asked_too_much_is_told_the_seconds_until_the_next_minute(process, clock):
    limits = process()
    let_in(limits, 40)
    for second, wait in ((0.0, 61), (20.5, 40), (59.9, 1)):
        clock.now = MINUTE + second
        with pytest.raises(TooMany) as refused:
            limits.require("visitor", "mei", 40)
        assert refused.value.retry_after == wait


def test_the_next_minute_is_a_new_one(process, clock):
    limits = process()
    assert let_in(limits, 50) == 40
    clock.now += 60
    assert let_in(limits, 50) == 40


def test_nobody_uses_up_what_is_another_ones(process):
    limits = process()
    let_in(limits, 50)
    assert let_in(limits, 50, who="kofi") == 40
    assert let_in(limits, 50, kind="agent") == 40


def test_most_requests_ask_the_store_nothing(process, store, monkeypatch):
    limits, asked = process(), []
    transaction = store.transaction
    monkeypatch.setattr(store, "transaction", lambda: asked.append(1) or transaction())
    let_in(limits, 400, per_minute=400)
    assert len(asked) == 20
    let_in(limits, 100, per_minute=400)
    assert len(asked) <= 21


def test_where_nobody_can_count_nobody_is_let_in(process, store, monkeypatch):
    monkeypatch.setattr(store, "busy_seconds", 0.01)
    store.close()
    blocker = sqlite3.connect(store.path, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    with pytest.raises(NotKept):
        process().require("visitor", "mei", 40)
    blocker.close()
    process().require("visitor", "mei", 40)


def test_who_was_counted_does_not_stand_in_the_store(process, store):
    let_in(process(), 1, who="203.0.113.7")
    with store.snapshot() as tx:
        (counted,) = tx.find(Allowance)
    assert "203.0.113.7" not in repr(counted)


# Where somebody is


@pytest.mark.parametrize(
    ("remote", "forwarded", "address"),
    [
        ("203.0.113.7", "", "203.0.113.7"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "192.0.2.9, 198.51.100.1 ,10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "10.0.0.3,10.0.0.2", "10.0.0.3"),
        ("10.0.0.1", "198.51.100.1, rubbish", "10.0.0.1"),
        ("10.0.0.1", ",,", "10.0.0.1"),
        ("::ffff:10.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"),
        ("2001:db8:1:2:3::4", "", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::9", "", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::4", "", "2001:db8:1:3::/64"),
        ("fd00::1", "198.51.100.1", "198.51.100.1"),
        ("", "198.51.100.1", ""),
    ],
)
def test_the_last_address_that_is_no_proxy_of_ours_counts(remote, forwarded, address):
    assert caller_address(remote, forwarded, PROXY) == address


def test_without_proxies_of_ours_nobody_is_believed_about_his_address():
    assert caller_address("10.0.0.1", "198.51.100.1", ()) == "10.0.0.1"


def ask(site, **headers):
    return site.as_page("/usersig", {}, **headers)


def test_a_page_is_limited_by_its_address_and_another_address_is_not(site_with, problem):
    site = site_with(REQUESTS_PER_MINUTE="20", TRUSTED_PROXIES="127.0.0.0/8")
    statuses = [ask(site, **{"X-Forwarded-For": "198.51.100.1"}).status_code for _ in range(21)]
    assert statuses == [200] * 20 + [429]
    refused = ask(site, **{"X-Forwarded-For": "198.51.100.1"})
    assert problem(refused) == (429, "too_many_requests")
    assert 0 < int(refused.headers["Retry-After"]) <= 61
    assert ask(site, **{"X-Forwarded-For": "198.51.100.2"}).status_code == 200


def test_a_caller_who_makes_up_addresses_is_one_caller(site_with):
    site = site_with(REQUESTS_PER_MINUTE="20")
    statuses = [ask(site, **{"X-Forwarded-For": f"198.51.100.{n}"}).status_code for n in range(21)]
    assert statuses == [200] * 20 + [429]


def test_an_origin_is_limited_from_all_addresses_together_and_another_origin_is_not(site_with):
    other = "https://other.example"
    site = site_with(
        REQUESTS_PER_MINUTE_AND_ORIGIN="20", TRUSTED_PROXIES="127.0.0.0/8", ALLOWED_ORIGINS=f"{ORIGIN},{other}"
    )
    statuses = [ask(site, **{"X-Forwarded-For": f"198.51.100.{n}"}).status_code for n in range(21)]
    assert statuses == [200] * 20 + [429]
    assert site.as_page("/usersig", {}, other, **{"X-Forwarded-For": "198.51.100.99"}).status_code == 200


def test_codes_and_agent_tokens_are_tried_slowly(site_with):
    site = site_with(REQUESTS_PER_MINUTE="20")
    token = site.zendesk_agent(site.zendesk.add_agent("Ann"))["agentToken"]
    statuses = [site.send("/agent/session", {"code": "guess"}).status_code for _ in range(20)]
    assert statuses == [401] * 19 + [429]  # the agent has used one up
    statuses = [site.as_agent("/agent/cases", token).status_code for _ in range(101)]
    assert statuses == [200] * 100 + [429]  # a pane asks from each of its frames


def test_a_trusted_server_is_not_counted(site_with):
    site = site_with(REQUESTS_PER_MINUTE="1", REQUESTS_PER_MINUTE_AND_ORIGIN="1")
    assert {site.as_server("/usersig", {"userID": "mei"}).status_code for _ in range(5)} == {200}
