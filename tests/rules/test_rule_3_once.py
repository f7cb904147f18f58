"""One intake key, one case, one live group, one helpdesk record: whatever comes twice, late, or not at all."""

import pytest

from caseroom.bridge.errors import Unavailable
from caseroom.bridge.model import Case
from sandbox.faults import Fault
from sandbox.simulation.world import World

MARKER = {"SALESFORCE_KEY_FIELD": ""}


def records(play) -> int:
    return len(play.zendesk.tickets) + len(play.salesforce.cases)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("call", range(1, 6))
@pytest.mark.parametrize(("connector", "settings"), [("zendesk", {}), ("salesforce", {}), ("salesforce", MARKER)])
def test_a_crash_at_any_single_call_leaves_one_case_one_group_and_one_record(
    play_with, connector, settings, when, call
):
    play = play_with(**settings)
    if settings:
        play.salesforce.setup.key_field = None
    strikes = iter([""] * (call - 1) + [when])
    play.world.cut.strikes = lambda: next(strikes, "")
    body = {"userId": "mei", "caseInfo": {"subject": "s", "desc": "d", "name": "n", "email": ""}, "requestId": "k"}
    status, answer = play.as_server(f"/{connector}/createticket", body)
    while status == 0:
        status, answer = play.as_server(f"/{connector}/createticket", body)
    play.rest(180)
    assert len(play.find(Case)) == 1
    assert records(play) == 1
    assert play.chat.created_count == {answer["GroupId"]: 1}
    assert play.members(answer["GroupId"]) == {"mei"}
    assert len(play.texts(answer["GroupId"])) == 1
    assert next(strikes, None) is None, "the crash came"


def test_the_same_key_with_another_body_gets_the_first_answer(play):
    first = play.ask(requestId="k")
    _, again = play.as_server(
        "/zendesk/createticket",
        {"userId": "mei", "caseInfo": {"subject": "else", "desc": "else", "name": "", "email": ""}, "requestId": "k"},
    )
    play.rest()
    assert again["GroupId"] == first["GroupId"]
    (ticket,) = play.zendesk.tickets.values()
    assert ticket.subject == "The teapot drips"


def test_a_key_belongs_to_its_connector_and_account(play):
    groups = {
        play.ask("mei", "zendesk", requestId="k")["GroupId"],
        play.ask("kofi", "zendesk", requestId="k")["GroupId"],
        play.ask("mei", "salesforce", requestId="k")["GroupId"],
    }
    assert len(groups) == 3


def test_a_trusted_server_opens_one_each_time_unless_it_asks_for_the_open_one(play):
    first, second = play.ask(), play.ask()
    assert first["GroupId"] != second["GroupId"]
    assert play.ask(reuse=True)["GroupId"] in {first["GroupId"], second["GroupId"]}


def visitor(play) -> dict:
    status, answer = play.as_page("/usersig", {})
    assert status == 200
    return answer


def as_visitor(play, token: str, **more) -> dict:
    info = {"subject": "s", "desc": "d", "name": "", "email": ""}
    status, answer = play.as_page("/zendesk/createticket", {"visitorToken": token, "caseInfo": info, **more})
    assert status in {200, 202}, answer
    return answer


def test_a_visitor_has_one_open_case_unless_he_asks_for_another_with_a_key_of_its_own(play):
    token = visitor(play)["visitorToken"]
    first = as_visitor(play, token, requestId="a")
    assert as_visitor(play, token, requestId="b")["GroupId"] == first["GroupId"]
    assert as_visitor(play, token)["GroupId"] == first["GroupId"]
    other = as_visitor(play, token, new=True, requestId="c")
    assert other["GroupId"] != first["GroupId"]
    assert as_visitor(play, token, new=True, requestId="c")["GroupId"] == other["GroupId"]
    play.rest()
    assert len(play.zendesk.tickets) == 2


def test_a_visitor_whose_case_ended_gets_a_new_one(play):
    token = visitor(play)["visitorToken"]
    first = as_visitor(play, token)
    play.rest()
    (ticket,) = play.zendesk.tickets
    play.zendesk.solve(ticket)
    play.zendesk.close(ticket)
    play.rest()
    assert as_visitor(play, token)["GroupId"] != first["GroupId"]


def test_open_cases_are_never_shared_by_an_email_address(play):
    groups = {as_visitor(play, visitor(play)["visitorToken"])["GroupId"] for _ in range(2)}
    groups |= {play.ask("mei")["GroupId"], play.ask("kofi")["GroupId"]}
    assert len(groups) == 4


@pytest.mark.parametrize("connector", ["zendesk", "salesforce"])
def test_a_creation_that_was_not_answered_is_looked_for_before_it_is_tried_again(play, connector):
    call = {"zendesk": "create_ticket", "salesforce": "upsert"}[connector]
    play.meet(connector, call, Fault.UNANSWERED)
    group, _ = play.open(connector=connector)
    play.rest(60)
    assert records(play) == 1
    assert play.case(group).ref is not None
    assert play.calls(getattr(play, connector), call) == 1


def test_a_creation_that_a_callback_has_told_of_is_not_made_again_whatever_its_own_answer_says(play):
    helpdesk = play.world.house.connectors["zendesk"]
    create = helpdesk.open_case

    def overtaken(key, request):
        create(key, request)
        play.world.boxes["zendesk"].deliver(play.world.clock.now)
        raise Unavailable(503)

    helpdesk.open_case = overtaken
    group = play.ask()["GroupId"]
    play.rest(60)
    assert play.case(group).ref == str(next(iter(play.zendesk.tickets)))
    assert play.calls(play.zendesk, "create_ticket") == 1


def test_while_nobody_can_look_nothing_is_created_again(play):
    play.meet("zendesk", "create_ticket", Fault.UNANSWERED)
    play.meet("zendesk", "list_tickets", *[Fault.BROKEN] * 8)
    play.ask()
    play.rest(15)
    assert play.calls(play.zendesk, "create_ticket") == 1
    play.rest(120)
    assert records(play) == 1


def test_without_the_key_field_the_marker_at_the_end_of_the_description_finds_the_case(play_with):
    play = play_with(**MARKER)
    play.salesforce.setup.key_field = None
    play.meet("salesforce", "create", Fault.UNANSWERED)
    group, ref = play.open(connector="salesforce")
    play.rest(90)
    (row,) = play.salesforce.cases.values()
    assert row["Description"].endswith(f"[caseroom:{play.case(group).key}]")
    assert play.case(group).ref == row["Id"]
    assert ref in {None, row["Id"]}


def test_a_creation_without_the_key_field_that_only_seems_lost_is_not_made_twice(play_with):
    play = play_with(**MARKER)
    play.salesforce.setup.key_field = None
    play.meet("salesforce", "create", Fault.LOST)
    play.ask(connector="salesforce")
    play.rest(20)
    assert play.calls(play.salesforce, "create") == 1
    play.rest(60)
    assert records(play) == 1


def test_what_is_sent_to_the_helpdesk_is_what_was_asked_first(play):
    play.zendesk.down = True
    token = visitor(play)["visitorToken"]
    as_visitor(play, token)
    info = {"subject": "changed", "desc": "changed", "name": "", "email": ""}
    play.as_page("/zendesk/createticket", {"visitorToken": token, "caseInfo": info})
    play.zendesk.down = False
    play.rest(30)
    (ticket,) = play.zendesk.tickets.values()
    assert ticket.subject == "s"


def test_a_group_whose_creation_was_not_answered_is_created_once(play):
    play.meet("tencent_chat", "create_group", Fault.UNANSWERED)
    answer = play.ask()
    assert play.chat.created_count == {answer["GroupId"]: 1}
    assert play.members(answer["GroupId"]) == {"mei"}


def test_a_greeting_that_was_not_answered_is_said_once(play):
    play.meet("tencent_chat", "send_group_msg", Fault.UNANSWERED)
    group, _ = play.open()
    play.rest(30)
    assert len(play.texts(group)) == 1


def test_a_greeting_is_said_once_even_when_its_fate_is_found_out_after_the_chat_cloud_has_forgotten_its_number(play):
    play.meet("tencent_chat", "send_group_msg", Fault.UNANSWERED)
    play.world.house.settler.sleep = play.world.clock.sleep
    answer = play.ask()
    play.world.worker.step()
    play.chat.down = True
    play.rest(10 * 60)
    play.chat.down = False
    play.rest(60)
    assert len(play.texts(answer["GroupId"])) == 1


def test_a_case_that_ends_while_its_groups_creation_hangs_leaves_no_group(play):
    play.world.house.waiting_rooms.acquire()
    while play.world.house.waiting_rooms.acquire(blocking=False):
        pass
    play.meet("tencent_chat", "create_group", Fault.UNANSWERED)
    group = play.ask()["GroupId"]
    play.world.worker.step()
    play.as_tutorial("/zendesk/deletegroup", {"groupId": group})
    play.rest(60)
    assert not play.chat.groups


def test_a_world_can_be_built_from_any_seed_without_faults():
    for seed in (1, 2, 3):
        calm = World(seed=seed, is_calm=True)
        calm.run_until(calm.clock.now + 5)
        assert calm.crashes == 0
        calm.close()
