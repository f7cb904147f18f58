"""Versions are kept for each fact, by the helpdesk's clock; what comes too early is not lost."""

import json
from dataclasses import replace

from caseroom.bridge.errors import Unanswered
from caseroom.bridge.model import Case
from caseroom.bridge.records import DeliveryNote, EarlyFacts
from sandbox.faults import Fault
from sandbox.town import WEBHOOK_SECRET
from sandbox.zendesk import sign


def test_two_changes_within_one_second_end_with_what_the_helpdesk_says(play):
    group, ticket = play.open()
    ann, bob = play.zendesk.add_agent("Ann"), play.zendesk.add_agent("Bob")
    play.zendesk.assign(ticket, ann)
    play.zendesk.assign(ticket, bob)
    first, second = play.world.boxes["zendesk"].waiting[-2:]
    play.world.boxes["zendesk"].waiting[-2:] = [(second[0], 1, second[2]), (first[0], 2, first[2])]
    play.rest()
    assert play.members(group) == {"mei", f"zendesk_{bob}"}


def test_an_event_that_comes_late_changes_nothing(play):
    group, ticket = play.open()
    ann, bob = play.zendesk.add_agent("Ann"), play.zendesk.add_agent("Bob")
    box = play.world.boxes["zendesk"]
    play.zendesk.assign(ticket, ann)
    late, box.waiting = box.waiting, []
    play.rest(2)
    play.zendesk.assign(ticket, bob)
    play.rest()
    box.waiting = [(play.world.clock.now, number, callback) for number, (_, _, callback) in enumerate(late)]
    play.rest()
    assert play.members(group) == {"mei", f"zendesk_{bob}"}


def test_an_event_that_comes_twice_is_applied_once(play):
    _, ticket = play.open()
    box = play.world.boxes["zendesk"]
    play.zendesk.assign(ticket, play.zendesk.add_agent("Ann"))
    again = list(box.waiting)
    play.rest()
    before = play.calls(play.chat, "add_group_member"), len(play.find(DeliveryNote))
    box.waiting = again
    play.rest()
    assert (play.calls(play.chat, "add_group_member"), len(play.find(DeliveryNote))) == before


def test_a_repetition_has_nobody_read_again(play):
    _, ticket = play.open()
    box = play.world.boxes["zendesk"]
    play.zendesk.assign(ticket, play.zendesk.add_agent("Ann"))
    play.zendesk.assign(ticket, play.zendesk.add_agent("Bob"))
    again = list(box.waiting)
    play.rest()
    reads = play.calls(play.zendesk, "show_ticket")
    box.waiting = again
    play.rest()
    assert play.calls(play.zendesk, "show_ticket") == reads


def creation_hangs(play) -> None:
    """The helpdesk creates the record, and its answer never comes."""
    play.meet("zendesk", "create_ticket", Fault.UNANSWERED)
    play.meet("zendesk", "list_tickets", *[Fault.LOST] * 6)


def test_an_event_that_names_our_key_binds_the_case_at_once(play):
    creation_hangs(play)
    group = play.ask()["GroupId"]
    play.rest(1)
    assert play.case(group).ref == str(next(iter(play.zendesk.tickets)))
    assert play.calls(play.zendesk, "create_ticket") == 1


def test_facts_of_a_record_that_is_not_known_yet_are_kept_and_come_true_when_it_is(play):
    creation_hangs(play)
    tell = play.world.boxes["zendesk"].send
    play.world.boxes["zendesk"].send = lambda outgoing: tell(_without_our_key(outgoing))
    group = play.ask()["GroupId"]
    play.rest(0.05)
    (ticket,) = play.zendesk.tickets
    ann = play.zendesk.add_agent("Ann")
    play.zendesk.assign(ticket, ann)
    play.rest(2)
    (early,) = play.find(EarlyFacts)
    assert early.ref == str(ticket)
    assert "teapot" not in str(early).lower()
    play.rest(60)
    assert play.members(group) == {"mei", f"zendesk_{ann}"}
    assert play.find(EarlyFacts) == []


def _without_our_key(outgoing):
    body = json.loads(outgoing.body)
    body["detail"]["external_id"] = None
    raw = json.dumps(body).encode()
    time = outgoing.headers["X-Zendesk-Webhook-Signature-Timestamp"]
    headers = {**outgoing.headers, "X-Zendesk-Webhook-Signature": sign(WEBHOOK_SECRET, time, raw)}
    return replace(outgoing, body=raw, headers=headers)


def test_events_of_records_that_are_not_ours_leave_no_trace_but_a_note(play):
    ticket = play.zendesk.open_ticket("By mail", "He wrote.", "Karl", "karl@x.test")
    play.zendesk.assign(ticket, play.zendesk.add_agent("Ann"))
    play.rest()
    assert play.find(EarlyFacts) == []
    assert {note.outcome for note in play.find(DeliveryNote)} == {"not ours"}


def test_early_facts_of_somebody_elses_record_are_forgotten_ten_minutes_later(play):
    play.meet("zendesk", "create_ticket", Fault.LOST)
    play.meet("zendesk", "list_tickets", Fault.LOST)
    play.ask()
    play.rest(0.05)
    play.zendesk.open_ticket("By mail", "He wrote.", "Karl", "karl@x.test")
    play.rest(0.05)
    assert len(play.find(EarlyFacts)) == 1
    play.rest(9 * 60)
    assert len(play.find(EarlyFacts)) == 1
    play.rest(2 * 60)
    assert play.find(EarlyFacts) == []


def test_a_case_opened_inside_the_helpdesk_meanwhile_gets_its_group_when_the_creation_is_known(play):
    play.meet("zendesk", "create_ticket", Fault.LOST)
    play.meet("zendesk", "list_tickets", Fault.LOST)
    play.ask()
    play.rest(0.05)
    play.zendesk.open_ticket("By phone", "She called.", "Rosa", "rosa@x.test", tags=("chat",))
    play.rest(0.05)
    assert len(play.chat.groups) == 1
    play.rest(30)
    assert len(play.chat.groups) == 2
    assert len(play.zendesk.tickets) == 2


def test_what_came_before_a_creation_was_tried_again_is_still_about_that_creation(play_with):
    play = play_with(ZENDESK_TICKET_FIELDS='{"tags": ["chat"]}')
    play.meet("zendesk", "create_ticket", Fault.UNANSWERED, Fault.UNANSWERED)
    box, helpdesk = play.world.boxes["zendesk"], play.world.house.connectors["zendesk"]
    tell, find, looks = box.send, helpdesk.find_case, []
    box.send = lambda outgoing: tell(_without_our_key(outgoing))

    def overtaken(key, since):
        looks.append(key)
        play.world.clock.sleep(0.1)
        box.deliver(play.world.clock.now)
        if 1 < len(looks) <= 3:
            raise Unanswered(502)
        return find(key, since) if len(looks) > 1 else None

    helpdesk.find_case = overtaken
    play.ask()
    play.rest(60)
    assert len(play.zendesk.tickets) == len(play.find(Case)) == len(play.chat.groups) == 1


def test_a_helpdesk_that_still_shows_the_old_state_is_read_again(play):
    group, ticket = play.open()
    ann, bob = play.zendesk.add_agent("Ann"), play.zendesk.add_agent("Bob")
    play.zendesk.assign(ticket, ann)
    play.rest()
    reader = play.world.house.connectors["zendesk"]
    read, answers = reader.read_case, []

    def lagging(ref):
        snapshot = read(ref)
        answers.append(snapshot)
        if len(answers) < 3:
            return replace(snapshot, at=snapshot.at - 5_000_000, agents=())
        return snapshot

    reader.read_case = lagging
    play.zendesk.assign(ticket, None)
    play.zendesk.assign(ticket, bob)
    play.rest(20)
    assert len(answers) == 3
    assert play.members(group) == {"mei", f"zendesk_{bob}"}
