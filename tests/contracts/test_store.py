"""What every store keeps: run over each implementation of the port."""

import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseroom.bridge.errors import NotKept
from caseroom.bridge.model import Account, Case, CaseRequest, History, Known, Message, Seen, Status, Wanted, Work
from caseroom.bridge.records import DeliveryNote, Lane, Pace, Parked, Value, Vendor
from caseroom.store.sqlite import SQLiteStore
from caseroom.store.tables import NAMES_AND_KEYS

NOW = 1_795_000_000.0


@pytest.fixture(params=["sqlite"])
def store(request, tmp_path):
    found = SQLiteStore(str(tmp_path / "cases.db"))
    found.migrate()
    yield found
    found.close()


@pytest.fixture
def another(store):
    """The same store as another process sees it."""
    found = SQLiteStore(store.path)
    yield found
    found.close()


CASE = Case(
    key="cr_a",
    connector="zendesk",
    helpdesk="zendesk",
    ref=None,
    account="mei",
    slot="mei",
    life=2,
    group_id="g_a",
    opened_at=NOW,
    request=CaseRequest(
        subject="茶壶 ☕ \u200fעברית", desc='"quoted"; -- \'', fields={"priority": "high", "n": [1, None]}
    ),
    wanted=Wanted(status=Status.SOLVED, works={"w": Work("zendesk_1", 7, is_open=True)}, past_refs=("1", "2")),
    seen=Seen(group=Known.UNKNOWN, members={"mei": Known.YES}, history=History(kept=((1, 3), (5, 5)))),
    parked={"say:greeting": "80001"},
)


def test_a_record_comes_back_as_it_was_put(store):
    with store.transaction() as tx:
        tx.put(CASE)
    with store.snapshot() as tx:
        assert tx.get(Case, "cr_a") == CASE


def test_a_record_that_is_put_again_takes_the_place_of_the_old_one(store):
    with store.transaction() as tx:
        tx.put(CASE)
        tx.put(replace(CASE, ref="7"))
    with store.snapshot() as tx:
        assert [case.ref for case in tx.find(Case)] == ["7"]


def test_adding_what_is_there_changes_nothing_and_says_so(store):
    with store.transaction() as tx:
        assert tx.add(Value(name="a", value="1"))
        assert not tx.add(Value(name="a", value="2"))
        assert tx.get(Value, "a") == Value(name="a", value="1")


@pytest.mark.parametrize(
    "rival",
    [replace(CASE, key="cr_b", slot="mei", ref="8"), replace(CASE, key="cr_b", slot=None, ref="7")],
    ids=["slot", "ref"],
)
def test_one_slot_and_one_record_belong_to_one_case(store, rival):
    with store.transaction() as tx:
        assert tx.add(replace(CASE, ref="7"))
        assert not tx.add(rival)


def test_cases_without_slot_or_ref_do_not_stand_in_each_others_way(store):
    with store.transaction() as tx:
        assert all(tx.add(replace(CASE, key=f"cr_{number}", slot=None, ref=None)) for number in range(3))


def test_what_fails_half_way_leaves_nothing_behind(store):
    def half() -> None:
        with store.transaction() as tx:
            tx.put(Value(name="a", value="1"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    with store.snapshot() as tx:
        assert tx.get(Value, "a") is None


def test_find_knows_equal_absent_less_more_and_one_of(store):
    with store.transaction() as tx:
        for seq in range(1, 7):
            tx.put(Message(group_id="g", seq=seq, case="c", life=1, sender="x" if seq % 2 else "y"))
        tx.put(replace(CASE, ref=None))
    with store.snapshot() as tx:
        assert [one.seq for one in tx.find(Message, seq__lt=4, order="-seq", limit=2)] == [3, 2]
        assert [one.seq for one in tx.find(Message, seq__gte=5, order="seq")] == [5, 6]
        assert [one.seq for one in tx.find(Message, seq__in=[2, 4, 99], order="seq")] == [2, 4]
        assert [one.seq for one in tx.find(Message, sender="x", seq__gt=1, seq__lte=5, order="seq")] == [3, 5]
        assert len(tx.find(Case, ref=None)) == 1


def test_a_misspelt_column_is_a_mistake_and_not_an_empty_answer(store):
    with store.snapshot() as tx, pytest.raises(KeyError):
        tx.find(Case, refs="7")


def test_delete_says_how_many_it_removed(store):
    with store.transaction() as tx:
        for seq in range(3):
            tx.put(Message(group_id="g", seq=seq, case="c", life=1))
        assert tx.delete(Message, group_id="g", seq__gte=1) == 2
        assert tx.delete(Message, group_id="none") == 0


def test_a_snapshot_does_not_see_what_is_written_meanwhile(store, another):
    with store.snapshot() as tx:
        assert tx.get(Value, "a") is None
        with another.transaction() as other:
            other.put(Value(name="a", value="1"))
        assert tx.get(Value, "a") is None
    with store.snapshot() as tx:
        assert tx.get(Value, "a") is not None


def test_two_writers_lose_nothing(store, another):
    def count(where) -> None:
        for _ in range(50):
            with where.transaction() as tx:
                value = tx.get(Value, "n") or Value(name="n", value="0")
                tx.put(replace(value, value=str(int(value.value) + 1)))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(count, [store, another, store, another]))
    with store.snapshot() as tx:
        assert tx.get(Value, "n").value == "200"


def test_waiting_ends_when_somebody_else_writes(store, another):
    threading.Timer(0.1, lambda: _write(another)).start()
    began = time.monotonic()
    store.wait(5)
    assert 0.05 < time.monotonic() - began < 2


def test_waiting_ends_by_itself(store):
    began = time.monotonic()
    store.wait(0.05)
    assert time.monotonic() - began < 1


def _write(store: SQLiteStore) -> None:
    with store.transaction() as tx:
        tx.put(Value(name="news", value="1"))
    store.close()


def lane(name: str, **more) -> Lane:
    return Lane(subject=name, name="chat", **{"due": NOW, **more})


def test_a_lane_is_claimed_once_until_its_lease_ends(store, another):
    with store.transaction() as tx:
        tx.put(lane("a"))
        (first,) = tx.claim(NOW, 30, 10)
    with another.transaction() as tx:
        assert tx.claim(NOW + 29, 30, 10) == []
        (second,) = tx.claim(NOW + 31, 30, 10)
    assert second.lane.fence == first.lane.fence + 1
    assert second.took_over
    assert not first.took_over


def test_claims_come_oldest_first_and_no_more_than_asked_for(store):
    with store.transaction() as tx:
        for number, due in enumerate([NOW - 1, NOW - 3, NOW - 2, NOW + 5]):
            tx.put(lane(f"l{number}", due=due))
        tx.put(lane("idle", due=None))
        assert [claim.lane.subject for claim in tx.claim(NOW, 30, 2)] == ["l1", "l2"]
        assert [claim.lane.subject for claim in tx.claim(NOW, 30, 9)] == ["l0"]


def test_lanes_that_wait_for_a_vendor_wait_and_one_at_a_time_may_probe_it(store):
    with store.transaction() as tx:
        for number in range(3):
            tx.put(lane(f"l{number}", blocked_on="zendesk"))
        tx.put(Vendor(name="zendesk", state="down", probe_at=NOW + 5))
        assert tx.claim(NOW, 30, 9) == []
        assert len(tx.claim(NOW + 5, 30, 9)) == 1


def test_a_vendor_that_is_back_frees_every_lane_that_waited_for_it(store):
    with store.transaction() as tx:
        for number in range(3):
            tx.put(lane(f"l{number}", blocked_on="zendesk"))
        tx.put(lane("other", blocked_on="salesforce"))
        tx.delete(Vendor, name="zendesk")
        assert tx.unblock("zendesk") == 3
        assert {claim.lane.subject for claim in tx.claim(NOW, 30, 9)} == {"l0", "l1", "l2"}


def test_a_store_that_cannot_be_written_says_that_nothing_was_kept(store, monkeypatch):
    monkeypatch.setattr("caseroom.store.sqlite.BUSY_SECONDS", 0.05)
    hasty = SQLiteStore(store.path)
    blocker = sqlite3.connect(store.path, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(NotKept) as error, hasty.transaction():
            pass
        assert error.value.retry_after == 5
    finally:
        blocker.close()
        hasty.close()


def test_migrating_twice_and_at_once_does_no_harm(tmp_path):
    stores = [SQLiteStore(str(tmp_path / "new.db")) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda one: one.migrate(), stores))
    with stores[0].snapshot() as tx:
        assert tx.find(Case) == []
    for one in stores:
        one.close()


@settings(max_examples=40, deadline=None)
@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")), number=st.integers(0, 2**53))
def test_any_text_and_number_comes_back_as_it_was(tmp_path_factory, text, number):
    store = SQLiteStore(":memory:")
    store.migrate()
    account = Account(id="a", name=text, imported_as=None, erased_at=float(number))
    parked = Parked(id="p", about=text, action="x", reason="y", detail={"text": text, "n": number}, parked_at=0.5)
    with store.transaction() as tx:
        tx.put(account)
        tx.put(parked)
        tx.put(Pace(name="p", bucket=number, counts=(1, 2)))
        assert tx.get(Account, "a") == account
        assert tx.get(Parked, "p") == parked
        assert tx.get(Pace, "p") == Pace(name="p", bucket=number, counts=(1, 2))
    store.close()


def test_every_kind_of_record_has_a_table(store):
    with store.snapshot() as tx:
        for kind in NAMES_AND_KEYS:
            assert tx.find(kind) == []


def test_a_delivery_is_known_by_connector_and_id(store):
    with store.transaction() as tx:
        note = DeliveryNote(connector="zendesk", id="1", outcome="applied", kept_at=NOW)
        assert tx.add(note)
        assert not tx.add(note)
        assert tx.add(replace(note, connector="salesforce"))
