from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseroom.bridge import events
from caseroom.bridge.apply import adopt, apply, apply_snapshot, take_ref
from caseroom.bridge.events import Agent, CaseSnapshot
from caseroom.bridge.identity import Identity
from caseroom.bridge.model import Case, CaseRequest, Known, Message, Status, Work

IDENTITY = Identity(b"k" * 32)
NOW = 1_795_000_000.0
CASE = Case(
    key="cr_a",
    connector="zendesk",
    helpdesk="zendesk",
    ref="7",
    account="mei",
    slot="mei",
    life=1,
    group_id="g_a",
    opened_at=NOW,
    request=CaseRequest(subject="Teapot", desc="drips", email="mei@x.test"),
    contact="hidden",
)


def fold(case: Case, *facts: events.Event) -> Case:
    for fact in facts:
        case = apply(fact, case, IDENTITY, NOW)
    return case


def assigned(at: int, *agents: str) -> events.CaseAssigned:
    return events.CaseAssigned(at, tuple(map(Agent, agents)))


versioned = st.one_of(
    st.builds(assigned, st.integers(1, 1000), st.sampled_from(["1", "2", "3"])),
    st.builds(
        events.CaseStatusChanged, st.integers(1, 1000), st.sampled_from([Status.OPEN, Status.SOLVED, Status.CLOSED])
    ),
    st.builds(
        lambda at, work, agent, is_open: (events.WorkAccepted if is_open else events.WorkEnded)(at, work, Agent(agent)),
        st.integers(1, 1000),
        st.sampled_from(["w1", "w2"]),
        st.sampled_from(["1", "2"]),
        st.booleans(),
    ),
)


@given(st.lists(versioned, max_size=8, unique_by=lambda event: event.at), st.randoms())
def test_versioned_events_end_the_same_in_any_order_and_any_number(facts, random):
    shuffled = facts * 2
    random.shuffle(shuffled)
    straight, mixed = fold(CASE, *sorted(facts, key=lambda event: event.at)).wanted, fold(CASE, *shuffled).wanted
    assert (straight.status, straight.status_at, straight.named, straight.agents_at) == (
        mixed.status,
        mixed.status_at,
        mixed.named,
        mixed.agents_at,
    )
    assert straight.works == mixed.works


def test_an_older_assignment_changes_nothing():
    case = fold(CASE, assigned(20, "2"))
    assert fold(case, assigned(10, "1")) is case


def test_the_same_assignment_again_changes_nothing():
    case = fold(CASE, assigned(20, "2"))
    assert fold(case, assigned(20, "2")) is case


def test_an_equally_old_but_different_assignment_decides_nothing_and_has_the_case_read():
    case = fold(CASE, assigned(20, "1"), assigned(20, "2"))
    assert case.wanted.agents == ("zendesk_1",)
    assert case.wanted.is_in_doubt
    assert case.wanted.doubt_at == 20


def test_an_equally_old_but_different_status_decides_nothing_and_has_the_case_read():
    case = fold(CASE, events.CaseStatusChanged(20, Status.SOLVED), events.CaseStatusChanged(20, Status.OPEN))
    assert case.wanted.status is Status.SOLVED
    assert case.wanted.is_in_doubt


def test_versions_are_kept_for_each_fact():
    case = fold(CASE, events.CaseStatusChanged(50, Status.SOLVED), assigned(20, "1"))
    assert case.wanted.agents == ("zendesk_1",)
    assert case.wanted.status is Status.SOLVED


def test_back_in_the_queue_is_nobody():
    assert fold(CASE, assigned(20, "1"), assigned(30)).wanted.agents == ()


def test_the_end_of_a_case_frees_its_customer_for_another_one():
    case = fold(CASE, events.CaseStatusChanged(20, Status.CLOSED))
    assert case.slot is None
    assert not case.wanted.is_live
    assert case.wanted.ended_at == NOW


def test_a_close_that_may_be_a_merge_waits_for_the_helpdesk():
    case = fold(CASE, events.CaseStatusChanged(20, Status.CLOSED, may_be_merge=True))
    assert case.wanted.is_live
    assert case.wanted.is_in_doubt


def test_a_callback_without_a_version_adds_and_takes_away():
    case = fold(CASE, assigned(20, "1"), events.AgentJoined(Agent("2")))
    assert case.wanted.agents == ("zendesk_1", "zendesk_2")
    assert fold(case, events.AgentLeft(Agent("1"))).wanted.agents == ("zendesk_2",)


def test_a_later_versioned_owner_replaces_the_whole_set():
    case = fold(CASE, events.AgentJoined(Agent("2")), assigned(20, "1"))
    assert case.wanted.agents == ("zendesk_1",)


def test_a_repeated_owner_does_not_undo_what_a_callback_added():
    case = fold(CASE, assigned(20, "1"), events.AgentJoined(Agent("2")))
    assert fold(case, assigned(20, "1")) is case


def test_deletegroup_holds_against_events_that_do_not_change_the_case_to_open():
    case = fold(CASE, events.CaseStatusChanged(10, Status.OPEN), events.GroupClosed())
    assert not fold(case, events.CaseStatusChanged(20, Status.OPEN)).wanted.is_live
    assert not fold(case, assigned(30, "1")).wanted.is_live


def test_deletegroup_ends_with_a_newer_event_that_changes_the_case_to_open():
    case = fold(CASE, events.GroupClosed(), events.CaseStatusChanged(10, Status.CLOSED))
    assert fold(case, events.CaseStatusChanged(20, Status.OPEN)).wanted.is_live
    assert not fold(case, events.CaseStatusChanged(5, Status.OPEN)).wanted.is_live


def test_work_rows_decide_who_is_in_while_they_are_open():
    case = fold(CASE, events.WorkAccepted(10, "w1", Agent("1")), events.WorkAccepted(20, "w2", Agent("2")))
    assert case.wanted.agents == ("zendesk_1", "zendesk_2")
    assert fold(case, events.WorkEnded(30, "w1", Agent("1"))).wanted.agents == ("zendesk_2",)


def test_an_equally_old_but_different_work_row_has_the_case_read():
    case = fold(CASE, events.WorkAccepted(10, "w1", Agent("1")), events.WorkEnded(10, "w1", Agent("1")))
    assert case.wanted.is_in_doubt


def test_a_message_of_another_life_is_not_this_ones():
    other = Message(group_id="g_other", seq=3, case="", life=0)
    assert fold(CASE, events.MessageHeard(other)) is CASE


def test_a_message_that_is_kept_already_is_no_news():
    history = replace(CASE.seen.history, kept=((1, 5),))
    case = replace(CASE, seen=replace(CASE.seen, history=history))
    assert fold(case, events.MessageHeard(Message(group_id="g_a", seq=4, case="", life=0))) is case


def test_a_destroyed_group_is_doubted_and_not_believed():
    case = replace(CASE, seen=replace(CASE.seen, group=Known.YES))
    assert fold(case, events.GroupDoubted()).seen.group is Known.UNKNOWN
    assert fold(CASE, events.GroupDoubted()) is CASE


def test_erasing_leaves_nothing_that_the_customer_said_of_himself():
    case = fold(CASE, events.CustomerErased())
    assert case.request == CaseRequest(subject="", desc="")
    assert case.contact == ""
    assert not case.wanted.is_live


def snapshot(at: int, status: Status = Status.OPEN, *agents: str, **more) -> CaseSnapshot:
    return CaseSnapshot(ref="7", at=at, status=status, agents=tuple(map(Agent, agents)), **more)


def read(case: Case, found: CaseSnapshot, now: float = NOW) -> Case:
    return apply_snapshot(found, case, IDENTITY, now)


def test_the_helpdesks_answer_wins_over_equal_events():
    doubtful = fold(CASE, assigned(20, "1"), assigned(20, "2"))
    case = read(doubtful, snapshot(20, Status.OPEN, "2"))
    assert case.wanted.agents == ("zendesk_2",)
    assert not case.wanted.is_in_doubt


def test_an_answer_that_is_older_than_the_event_is_asked_for_again():
    late = 2_000_000
    case = read(fold(CASE, assigned(late, "1"), assigned(late, "2")), snapshot(0, Status.OPEN, "1"))
    assert case.wanted.is_in_doubt
    assert case.wanted.read_at > NOW


def test_after_several_old_answers_the_helpdesk_is_believed_all_the_same():
    case = fold(CASE, assigned(2_000_000, "1"), assigned(2_000_000, "2"))
    for _ in range(6):
        case = read(case, snapshot(0, Status.OPEN, "3"))
    assert case.wanted.agents == ("zendesk_3",)


def test_a_merge_without_a_target_is_waited_for_and_then_taken_for_an_end():
    case = read(CASE, snapshot(20, Status.CLOSED, is_merge_unclear=True))
    assert case.wanted.is_live
    ended = read(case, snapshot(20, Status.CLOSED, is_merge_unclear=True), NOW + 601)
    assert ended.wanted.status is Status.CLOSED
    assert ended.parked == {"merge": "target_unknown"}


def test_a_merge_target_in_the_answer_is_followed():
    assert read(CASE, snapshot(20, Status.DELETED, merged_into="9")).wanted.merging_into == "9"


def test_an_answer_about_another_record_than_the_present_one_is_left_alone():
    moved = take_ref(CASE, "9")
    assert read(moved, snapshot(20, Status.CLOSED)) is moved


def test_the_new_record_of_a_merge_starts_without_versions():
    case = take_ref(fold(CASE, assigned(50, "1"), events.CaseStatusChanged(50, Status.SOLVED)), "9")
    assert (case.ref, case.wanted.past_refs) == ("9", ("7",))
    assert case.wanted.agents_at == case.wanted.status_at == 0
    assert case.wanted.is_in_doubt
    assert case.wanted.status is Status.OPEN


def test_work_rows_in_an_answer_decide_where_they_are_the_policy():
    found = replace(snapshot(20), agents=None, works={"w1": Work("5", 20, is_open=True)})
    assert read(CASE, found).wanted.agents == ("zendesk_5",)


def test_facts_that_came_early_are_adopted_without_losing_what_the_customer_did():
    early = fold(CASE, assigned(20, "1"), events.CaseStatusChanged(30, Status.SOLVED)).wanted
    case = adopt(fold(CASE, events.CustomerLeft()), early)
    assert case.wanted.agents == ("zendesk_1",)
    assert case.wanted.status is Status.SOLVED
    assert not case.wanted.is_customer_in


def test_an_event_that_nobody_folds_is_a_mistake_of_ours():
    with pytest.raises(TypeError):
        fold(CASE, events.ShopErased("a.myshopify.com"))
