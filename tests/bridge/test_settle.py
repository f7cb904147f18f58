"""Claims, fencing, and what is committed when."""

from itertools import pairwise

import pytest

from caseroom.bridge.chat_actions import OpenGroup
from caseroom.bridge.errors import Trouble
from caseroom.bridge.model import Account, Case, CaseRequest, Known
from caseroom.bridge.records import Lane
from caseroom.bridge.settle import CALL_DEADLINE, LEASE
from sandbox.simulation.world import World


@pytest.fixture
def world():
    found = World(seed=1, is_calm=True)
    yield found
    found.close()


@pytest.fixture
def claim(world):
    """The chat lane of a case whose group is not open yet, claimed."""
    case = Case(
        key="cr_a",
        connector="zendesk",
        helpdesk="",
        ref="cr_a",
        account="mei",
        slot=None,
        life=1,
        group_id="g_a",
        opened_at=world.clock.now,
        request=CaseRequest(subject="Teapot", desc=""),
    )
    with world.store.transaction() as tx:
        tx.put(Account(id="mei"))
        world.house.ledger.save(tx, None, world.house.ledger.open(tx, case, world.clock.now))
        (claim,) = tx.claim(world.clock.now, LEASE, 1)
    return claim


def seen(world):
    with world.store.snapshot() as tx:
        return tx.get(Case, "cr_a").seen


def lane(world) -> Lane:
    with world.store.snapshot() as tx:
        return tx.get(Lane, "cr_a", "chat")


def test_a_calls_whole_deadline_is_under_half_the_lease():
    assert CALL_DEADLINE < LEASE / 2


def test_unknown_is_committed_before_the_call_and_the_outcome_after_it(world, claim, monkeypatch):
    during = []
    perform = OpenGroup.perform

    def watched(self, ports, situation):
        during.append(seen(world).group)
        return perform(self, ports, situation)

    monkeypatch.setattr(OpenGroup, "perform", watched)
    world.house.settler.settle(claim)
    assert during == [Known.UNKNOWN]
    assert seen(world).group is Known.YES


def test_a_settled_lane_is_given_back(world, claim):
    world.house.settler.settle(claim)
    assert lane(world).leased_until == 0
    assert lane(world).due == seen(world).check_at


def test_whoever_lost_his_claim_makes_no_call(world, claim):
    with world.store.transaction() as tx:
        (taken,) = tx.claim(world.clock.now + LEASE + 1, LEASE, 1)
    assert taken.took_over
    world.house.settler.settle(claim)
    assert world.chat.calls == []


def test_whoever_loses_his_claim_during_a_call_records_nothing_but_a_doubt(world, claim, monkeypatch):
    perform = OpenGroup.perform

    def stalled(self, ports, situation):
        result = perform(self, ports, situation)
        with world.store.transaction() as tx:
            tx.claim(world.clock.now + 2 * LEASE, LEASE, 1)
        return result

    monkeypatch.setattr(OpenGroup, "perform", stalled)
    world.house.settler.settle(claim)
    found = seen(world)
    assert found.group is Known.UNKNOWN
    assert found.is_wary
    assert "greeting" not in found.said


def test_after_a_takeover_the_group_and_its_members_are_read_before_the_case_counts_as_settled(world, claim):
    world.house.settler.settle(claim)
    world.clock.move_to(lane(world).due + 1)
    with world.store.transaction() as tx:
        tx.claim(world.clock.now, LEASE, 1)
        (second,) = tx.claim(world.clock.now + LEASE + 1, LEASE, 1)
    world.chat.calls.clear()
    world.house.settler.settle(second)
    assert [call for call, _ in world.chat.calls][:2] == ["get_group_info", "get_group_member_info"]


def test_a_call_that_comes_too_late_into_its_lease_is_not_made(world, claim, monkeypatch):
    settler = world.house.settler
    reserve = settler._reserve
    monkeypatch.setattr(settler, "_reserve", lambda *given: reserve(*given) + 0.01)
    monkeypatch.setattr(settler, "sleep", lambda seconds: world.clock.sleep(seconds + LEASE / 2))
    settler.settle(claim)
    assert world.chat.calls == []
    assert lane(world).attempts == 1


def test_what_a_library_trips_over_does_not_stop_the_case_and_is_parked_in_the_end(world, claim, monkeypatch):
    def broken(self, ports, situation):
        raise KeyError("surprise")

    monkeypatch.setattr(OpenGroup, "perform", broken)
    monkeypatch.setattr("caseroom.bridge.chat_actions.ReadGroup.perform", broken)
    world.house.settler.settle(claim)
    world.run_until(world.clock.now + 300)
    with world.store.snapshot() as tx:
        assert set(tx.get(Case, "cr_a").parked.values()) == {"KeyError"}


def test_pauses_after_failures_grow_and_stay_below_the_promise(world, claim, monkeypatch):
    moments = []

    def failing(self, ports, situation):
        moments.append(world.clock.now)
        raise Trouble("99999")

    monkeypatch.setattr("caseroom.bridge.chat_actions.ImportAccount.perform", failing)
    world.house.settler.settle(claim)
    world.run_until(world.clock.now + 120)
    pauses = [later - earlier for earlier, later in pairwise(moments)]
    assert pauses[0] < 1
    assert 5 < max(pauses) <= 10


def test_an_event_during_a_claim_is_planned_for_before_the_claim_is_given_back(world, claim, monkeypatch):
    perform = OpenGroup.perform

    def interrupted(self, ports, situation):
        result = perform(self, ports, situation)
        with world.store.transaction() as tx:
            case = tx.get(Case, "cr_a")
            before = world.house.ledger.open(tx, case, world.clock.now)
            after = before.with_case(
                case.__class__(**{**case.__dict__, "wanted": case.wanted.__class__(agents=("zendesk_1",))})
            )
            world.house.ledger.save(tx, before, after)
        return result

    monkeypatch.setattr(OpenGroup, "perform", interrupted)
    world.house.settler.settle(claim)
    assert set(world.chat.groups["g_a"].members) == {"mei", "zendesk_1"}
