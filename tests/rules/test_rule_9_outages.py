"""Whatever was answered 2xx happens; a vendor that is down is found out once, and its end within twenty seconds."""

from itertools import pairwise

import pytest

from caseroom.bridge.records import Vendor
from sandbox.faults import Fault

RESUMES = 20


def test_a_customer_is_in_a_group_at_once_while_the_helpdesk_is_down(play):
    play.zendesk.down = True
    answer = play.ask()
    assert answer["caseId"] is None
    assert play.members(answer["GroupId"]) == {"mei"}


@pytest.mark.parametrize("minutes", [1, 30, 90])
@pytest.mark.parametrize("vendor", ["zendesk", "chat"])
def test_work_resumes_within_twenty_seconds_of_the_end_of_an_outage_of_any_length(play, vendor, minutes):
    getattr(play, vendor).down = True
    groups = [play.ask(f"user{number}")["GroupId"] for number in range(8)]
    play.rest(60 * minutes)
    getattr(play, vendor).down = False
    play.rest(RESUMES)
    assert len(play.zendesk.tickets) == 8
    assert all(play.members(group) == {f"user{number}"} for number, group in enumerate(groups))


def test_a_vendor_that_is_down_is_probed_once_and_not_once_for_each_case(play):
    play.zendesk.down = True
    for number in range(30):
        play.ask(f"user{number}")
    play.rest(60)
    before = play.world.calls
    play.rest(600)
    assert play.world.calls - before <= 600 / 5 + 2


def test_a_vendor_that_is_down_is_probed_every_five_seconds_however_many_have_time_to_look(play):
    play.zendesk.down = True
    for number in range(5):
        play.ask(f"user{number}")
    play.rest(30)
    answer, probes = play.zendesk.answer, []

    def while_another_one_looks(request):
        probes.append(play.world.clock.now)
        if len(probes) == 1:
            play.world.worker.step()
        return answer(request)

    play.zendesk.answer = while_another_one_looks
    for _ in range(60):
        play.rest(0.5)
    assert len(probes) >= 5
    assert all(later - earlier >= 5 for earlier, later in pairwise(probes))


def test_a_customer_who_asks_while_the_chat_cloud_is_known_to_be_down_is_answered_at_once(play):
    play.chat.down = True
    play.ask("first")
    play.rest(30)
    before = play.world.clock.now
    status, answer = play.as_server(
        "/zendesk/createticket",
        {"userId": "mei", "caseInfo": {"subject": "s", "desc": "d", "name": "n", "email": ""}},
    )
    assert (status, answer["status"]) == (202, "pending")
    assert play.world.clock.now - before < 1
    assert answer["GroupId"].startswith("g_")


def test_a_retry_after_is_waited_for(play):
    play.rest(61 - play.world.clock.now % 60)
    play.zendesk.meter.per_minute = 3
    for number in range(6):
        play.ask(f"user{number}")
    play.rest(10)
    calls = len(play.zendesk.calls)
    play.rest(40)
    assert len(play.zendesk.calls) == calls
    play.zendesk.meter.per_minute = 0
    play.rest(10 + RESUMES)
    assert len(play.zendesk.tickets) == 6


@pytest.mark.parametrize("state", ["wrong", "right"])
def test_bad_credentials_pause_the_vendor_and_park_nothing(play, state, caplog):
    play.zendesk.logins.client_secret = "changed"
    groups = [play.ask(f"user{number}")["GroupId"] for number in range(4)]
    play.rest(120)
    (vendor,) = play.find(Vendor)
    assert (vendor.name, vendor.state) == ("zendesk", "paused")
    alerts = [record for record in caplog.records if record.name == "caseroom.health"]
    assert [(one.levelname, one.getMessage()) for one in alerts] == [("ERROR", "vendor is paused")]
    assert play.parked() == {}
    if state == "right":
        play.zendesk.logins.client_secret = "secret"
        play.rest(RESUMES)
        assert len(play.zendesk.tickets) == len(groups)
        assert play.find(Vendor) == []


def test_a_used_up_quota_of_one_api_pauses_that_api_alone(play):
    group, ticket = play.open()
    play.chat.troubles["create_group"] = [10006] * 3
    play.ask("kofi")
    ann = play.zendesk.add_agent("Ann")
    play.zendesk.assign(ticket, ann)
    play.rest(2)
    assert play.members(group) == {"mei", f"zendesk_{ann}"}
    assert [vendor.name for vendor in play.find(Vendor)] == ["tencent_chat/create_group"]
    assert play.parked() == {}
    play.rest(3 * RESUMES)
    assert len(play.chat.groups) == 2


def test_a_quota_of_salesforce_pauses_it_and_parks_nothing(play):
    play.open(connector="salesforce")
    play.salesforce.setup.daily_calls = play.salesforce.most = 1
    play.ask("kofi", connector="salesforce")
    play.rest(60)
    assert play.parked() == {}
    assert len(play.salesforce.cases) == 1
    play.salesforce.setup.daily_calls = 0
    play.rest(RESUMES)
    assert len(play.salesforce.cases) == 2


def test_what_the_helpdesk_refuses_for_good_is_parked_and_the_room_goes_on(play):
    info = {"subject": "s", "desc": "d", "name": "n", "email": "not..an@address"}
    play.world.house.connectors["salesforce"].settings.case_fields["Nonsense__c"] = "x"
    _, answer = play.as_server("/salesforce/createticket", {"userId": "mei", "caseInfo": info})
    group = answer["GroupId"]
    play.rest(60)
    assert play.parked() == {"create_record": "INVALID_FIELD"}
    assert play.members(group) == {"mei"}


def test_a_greeting_that_is_refused_keeps_nobody_out(play):
    play.chat.troubles["send_group_msg"] = [80001]
    group, ticket = play.open()
    assert play.parked() == {"say:greeting": "80001"}
    ann = play.zendesk.add_agent("Ann")
    play.zendesk.assign(ticket, ann)
    play.rest()
    assert play.members(group) == {"mei", f"zendesk_{ann}"}


def test_an_agent_who_cannot_get_in_does_not_keep_the_others_out(play):
    group, ticket = play.open()
    ann = play.zendesk.add_agent("Ann")
    play.chat.troubles["add_group_member"] = [10037]
    play.zendesk.assign(ticket, ann)
    play.rest(30)
    assert play.parked() == {f"add:zendesk_{ann}": "10037"}
    play.as_tutorial("/zendesk/joingroup", {"groupId": group, "userId": "77"})
    assert play.members(group) == {"mei", "zendesk_77"}


def test_an_account_that_the_chat_cloud_forgot_is_imported_anew(play):
    group, ticket = play.open()
    ann = play.zendesk.add_agent("Ann")
    play.zendesk.assign(ticket, ann)
    play.rest()
    play.zendesk.assign(ticket, None)
    play.rest()
    del play.chat.accounts[f"zendesk_{ann}"]
    play.rest(2)
    play.zendesk.assign(ticket, ann)
    play.rest(30)
    assert play.members(group) == {"mei", f"zendesk_{ann}"}


def test_faults_of_every_kind_in_a_row_end_well(play):
    kinds = [Fault.LOST, Fault.UNANSWERED, Fault.BROKEN, Fault.BUSY]
    for call in ("account_import", "create_group", "send_group_msg"):
        play.meet("tencent_chat", call, *kinds)
    play.meet("zendesk", "create_ticket", *kinds)
    group = play.ask()["GroupId"]
    play.rest(240)
    assert play.members(group) == {"mei"}
    assert len(play.texts(group)) == 1
    assert len(play.zendesk.tickets) == 1


def test_who_asked_to_wait_for_the_record_waits_for_a_helpdesk_that_is_known_to_be_down(play):
    play.zendesk.down = True
    for number in range(6):
        play.ask(f"user{number}")
    play.rest(10)
    opened = play.world.store.wait

    def wait(seconds):
        play.zendesk.down = False
        opened(seconds)
        play.world.work()

    play.world.store.wait = wait
    assert play.ask("mei", wait="case")["caseId"] is not None
