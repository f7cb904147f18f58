"""What an agent does from his page: at the helpdesk, in the group, and against somebody who abuses it."""

import pytest

from caseroom.bridge.records import Block
from sandbox.faults import Fault, Faults

NOTHING = (404, "no_case")


@pytest.fixture
def ann(site):
    return site.agent("Ann")


@pytest.fixture
def bob(site):
    return site.agent("Bob")


def fail(site, vendor, fault, calls):
    """Let these calls of a vendor meet a fault from now on."""
    getattr(site, vendor).faults = faults = Faults()
    faults.decide = lambda _, named, __: fault if named in calls else None


# Take and solve


def test_a_case_that_nobody_has_is_taken_and_the_agent_is_in_the_group(site, ann):
    group, ref = site.open("mei")
    answer = ann.do(ref, "take")
    assert answer.status_code == 200
    assert (answer.get_json()["ref"], answer.get_json()["canWrite"]) == (ref, True)
    assert site.zendesk.tickets[int(ref)].assignee_id == ann.number
    site.rest()
    assert site.members(group) == {"mei", ann.account}


def test_to_take_an_own_case_changes_nothing(site, ann):
    _, ref = site.open("mei")
    ann.has(ref)
    audits = len(site.zendesk.tickets[int(ref)].audits)
    assert ann.do(ref, "take").status_code == 200
    assert len(site.zendesk.tickets[int(ref)].audits) == audits


def test_anothers_case_is_not_taken_and_looks_as_if_it_were_unknown(site, ann, bob, problem):
    _, ref = site.open("mei")
    ann.has(ref)
    assert problem(bob.do(ref, "take")) == problem(bob.do("999999", "take")) == NOTHING
    assert site.zendesk.tickets[int(ref)].assignee_id == ann.number


def test_the_helpdesk_decides_whose_a_case_is_and_not_what_was_told_last(site, ann, bob, problem):
    _, ref = site.open("mei")
    site.world.boxes["zendesk"].send = lambda _: 200  # its events are lost from now on
    site.zendesk.assign(int(ref), ann.number)
    site.rest()
    assert problem(bob.do(ref, "take")) == NOTHING
    assert site.zendesk.tickets[int(ref)].assignee_id == ann.number
    site.zendesk.assign(int(ref), None)
    site.wait(60)
    assert bob.do(ref, "take").status_code == 200


def test_a_case_that_is_over_or_erased_is_not_taken(site, ann, problem):
    _, ref = site.open("mei")
    site.zendesk.solve(int(ref))
    site.zendesk.close(int(ref))
    site.rest()
    assert problem(ann.do(ref, "take")) == NOTHING
    _, erased = site.open("kofi")
    site.as_server("/case/forget", {"userId": "kofi"})
    assert problem(ann.do(erased, "take")) == NOTHING


def test_of_two_who_take_a_case_at_once_one_has_it(site, ann, bob, problem):
    _, ref = site.open("mei")
    read = site.zendesk.show_ticket

    def and_the_other_one_is_quicker(request, number):
        answer = read(request, number)
        site.zendesk.show_ticket = read
        site.wait(1)
        site.zendesk.assign(number, bob.number)
        return answer

    site.zendesk.show_ticket = and_the_other_one_is_quicker
    assert problem(ann.do(ref, "take")) == (503, "helpdesk_down")
    assert problem(ann.do(ref, "take")) == NOTHING
    assert site.zendesk.tickets[int(ref)].assignee_id == bob.number


def test_an_own_case_is_solved_and_its_customer_told(site, ann):
    group, ref = site.open("mei")
    ann.has(ref)
    answer = ann.do(ref, "solve")
    assert (answer.status_code, answer.get_json()["state"]) == (200, "solved")
    assert site.zendesk.tickets[int(ref)].status == "solved"
    site.rest()
    assert "solved" in site.chat.groups[group].messages[-1].text
    assert ann.do(ref, "solve").status_code == 200


def test_what_the_helpdesk_refuses_is_said_with_its_reason(site, ann, problem):
    _, ref = site.open("mei")
    ann.has(ref)
    site.zendesk.changes_in = lambda *_: {"status": "closed", "assignee_id": 1}
    answer = ann.do(ref, "solve")
    assert problem(answer) == (403, "helpdesk_refused")
    assert "RecordInvalid" in answer.get_json()["error"]["message"]


@pytest.mark.parametrize("deed", ["take", "solve"])
def test_while_the_helpdesk_is_down_nothing_is_claimed_to_be_done(site, ann, problem, deed):
    _, ref = site.open("mei")
    if deed == "solve":
        ann.has(ref)
    site.zendesk.down = True
    answer = ann.do(ref, deed)
    assert problem(answer) == (503, "helpdesk_down")
    assert answer.headers["Retry-After"] == "5"
    site.zendesk.down = False
    site.wait(10)
    assert ann.do(ref, deed).status_code == 200


def test_a_deed_whose_answer_was_lost_may_be_asked_for_again(site, ann, problem):
    _, ref = site.open("mei")
    fail(site, "zendesk", Fault.UNANSWERED, {"update_ticket"})
    assert problem(ann.do(ref, "take")) == (503, "helpdesk_down")
    site.zendesk.faults = Faults()
    site.rest()
    assert ann.do(ref, "take").status_code == 200
    assert [a["author_id"] for a in site.zendesk.tickets[int(ref)].audits].count(site.zendesk.admin.id) == 2


def test_an_agent_of_salesforce_takes_and_solves_too(site):
    group, ref = site.open("mei", connector="salesforce")
    dee = site.salesforce.add_user("Dee")
    token = site.session(site.salesforce_code(dee).get_json()["code"])["agentToken"]
    assert site.as_agent(f"/agent/case/{ref}/take", token, "POST").status_code == 200
    assert site.salesforce.cases[ref]["OwnerId"] == dee
    site.rest()
    assert site.members(group) == {"mei", f"salesforce_{dee}"}
    assert site.as_agent(f"/agent/case/{ref}/solve", token, "POST").get_json()["state"] == "closed"
    assert site.salesforce.cases[ref]["Status"] == "Closed"


def test_where_no_helpdesk_keeps_the_case_it_is_neither_taken_nor_solved(site_with, problem):
    site = site_with(SHOPIFY_HELPDESK="", SHOPIFY_AGENTS="zendesk_4711")
    answer = site.passed_on(site.world.shop.proxied("createticket", {"caseInfo": site.info}, 7))
    assert answer.status_code == 200
    ref = site.passed_on(site.world.shop.proxied("case", {}, 7)).get_json()["caseId"]
    token = site.zendesk_agent(4711)["agentToken"]
    for deed in ("take", "solve"):
        assert problem(site.as_agent(f"/agent/case/{ref}/{deed}", token, "POST")) == (403, "cannot_act")


# Saying something through the service


def said(site, group):
    return [(message.sender, message.text) for message in site.chat.groups[group].messages]


def test_what_an_agent_says_through_the_service_is_said_in_his_name(site, ann):
    group, ref = site.open("mei")
    ann.has(ref)
    answer = ann.say(ref, "Let me look.", "key-1")
    assert answer.status_code == 200
    assert said(site, group)[-1] == (ann.account, "Let me look.")
    told = answer.get_json()
    assert (told["status"], told["GroupId"], told["life"], told["seq"]) == ("said", group, 1, 2)
    assert site.chat.groups[group].messages[-1].custom_data == '{"caseroom":1,"key":"key-1"}'
    last = ann.get(f"case/{ref}/messages").get_json()["messages"][-1]
    assert (last["seq"], last["sender"], last["nick"], last["isConfirmed"]) == (2, ann.account, "Ann", True)


def test_the_same_key_is_one_message_however_late_and_another_key_is_another(site, ann):
    group, ref = site.open("mei")
    ann.has(ref)
    first = ann.say(ref, "Let me look.", "k").get_json()
    assert ann.say(ref, "Let me look.", "k").get_json() == first
    site.wait(3600)
    ann.token = site.zendesk_agent(ann.number)["agentToken"]
    assert ann.say(ref, "Something else", "k").get_json() == first
    assert ann.say(ref, "Let me look.", "k2").get_json()["seq"] == first["seq"] + 1
    assert len(said(site, group)) == 3


def test_two_agents_do_not_share_a_key(site, ann, bob):
    group, ref = site.open("mei")
    ann.has(ref)
    ann.say(ref, "I am Ann", "k")
    bob.has(ref)
    bob.say(ref, "I am Bob", "k")
    assert said(site, group)[-2:] == [(ann.account, "I am Ann"), (bob.account, "I am Bob")]


def test_who_was_just_assigned_is_put_into_the_group_before_he_speaks(site, ann):
    group, ref = site.open("mei")
    site.zendesk.assign(int(ref), ann.number)
    site.world.boxes["zendesk"].deliver(site.world.clock.now + 5)
    assert ann.account not in site.members(group)
    assert ann.say(ref).status_code == 200
    assert said(site, group)[-1] == (ann.account, "Hello")


def test_while_the_chat_cloud_is_down_it_is_kept_and_said_once_it_is_back(site, ann):
    group, ref = site.open("mei")
    ann.has(ref)
    site.chat.down = True
    answer = ann.say(ref, "Hello", "k")
    assert (answer.status_code, answer.get_json()["status"], answer.get_json()["seq"]) == (202, "pending", None)
    assert ann.say(ref, "Hello", "k").status_code == 202
    site.chat.down = False
    site.rest(30)
    assert said(site, group)[-1] == (ann.account, "Hello")
    assert ann.say(ref, "Hello", "k").get_json()["status"] == "said"
    assert [text for _, text in said(site, group)].count("Hello") == 1


def test_an_answer_that_was_lost_is_looked_for_before_anything_is_said_again(site, ann):
    group, ref = site.open("mei")
    ann.has(ref)
    fail(site, "chat", Fault.UNANSWERED, {"send_group_msg", "group_msg_get_simple"})
    assert ann.say(ref, "Hello", "k").status_code == 202
    site.wait(301)
    site.chat.faults = Faults()
    site.rest(30)
    assert [text for _, text in said(site, group)].count("Hello") == 1
    ann.token = site.zendesk_agent(ann.number)["agentToken"]
    assert ann.say(ref, "Hello", "k").get_json()["seq"] == 2


def test_what_the_chat_cloud_refuses_is_said_to_the_agent_and_to_the_operator_and_not_kept(site, ann, problem):
    group, ref = site.open("mei")
    ann.has(ref)
    site.chat.troubles["send_group_msg"] = [80001]
    assert problem(ann.say(ref, "A forbidden word", "k")) == (403, "not_said")
    assert site.parked() == {f"speak:{ann.account}/k": "80001"}
    assert problem(ann.say(ref, "A forbidden word", "k")) == (403, "not_said")
    assert "forbidden" not in str(site.kept())
    assert ann.say(ref, "A better word", "k2").status_code == 200
    assert said(site, group)[-1] == (ann.account, "A better word")


def test_what_was_pending_of_an_agent_who_lost_the_case_is_never_said(site, ann, bob, problem):
    group, ref = site.open("mei")
    ann.has(ref)
    site.chat.down = True
    assert ann.say(ref, "I was too late", "k").status_code == 202
    site.zendesk.assign(int(ref), bob.number)
    site.rest()
    site.chat.down = False
    site.rest(30)
    assert "I was too late" not in [text for _, text in said(site, group)]
    assert problem(ann.say(ref, "I was too late", "k")) == NOTHING
    assert "too late" not in str(site.kept())


def test_what_was_pending_when_the_case_was_closed_is_said_before_good_bye(site, ann):
    group, ref = site.open("mei")
    ann.has(ref)
    site.chat.down = True
    assert ann.say(ref, "All the best", "k").status_code == 202
    site.zendesk.close(int(ref))
    site.rest()
    site.chat.down = False
    site.rest(60)
    texts = [message.text for message in site.chat.destroyed[group].messages]
    assert texts[-2] == "All the best"
    assert "good-bye" in texts[-1]


def test_what_was_pending_when_the_customer_was_erased_is_gone(site, ann):
    _, ref = site.open("mei")
    ann.has(ref)
    site.chat.down = True
    assert ann.say(ref, "Dear Mei", "k").status_code == 202
    site.as_server("/case/forget", {"userId": "mei"})
    assert "Dear Mei" not in str(site.kept())


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 10_001, "茶" * 3_334, "a\x00b", 7, None])
def test_a_text_that_is_none_is_refused(site, ann, refused_field, text):
    _, ref = site.open("mei")
    ann.has(ref)
    assert refused_field(ann.do(ref, "messages", {"text": text, "key": "k"})) == "text"


@pytest.mark.parametrize("key", ["", "a b", "x" * 65, "é", None, 7])
def test_a_key_that_is_none_is_refused(site, ann, refused_field, key):
    _, ref = site.open("mei")
    ann.has(ref)
    assert refused_field(ann.do(ref, "messages", {"text": "Hello", "key": key})) == "key"


# Blocking


def test_a_blocked_visitor_is_out_of_his_chats_and_opens_none_for_a_day(site, ann, problem):
    visitor = site.visitor()
    ask = {"visitorToken": visitor["visitorToken"], "caseInfo": site.info}
    group = site.as_page("/zendesk/createticket", ask).get_json()["GroupId"]
    other = site.as_page("/salesforce/createticket", ask).get_json()["GroupId"]
    site.rest()
    ref = site.as_page("/case", {"visitorToken": visitor["visitorToken"]}).get_json()["caseId"]
    refs = {str(ticket) for ticket in site.zendesk.tickets}
    ann.has(*refs)
    answer = ann.do(*refs, "block")
    assert answer.status_code == 200
    assert answer.get_json()["customer"]["blockedUntil"] == site.world.clock.now + 86_400
    site.rest()
    assert site.members(group) == {ann.account}
    assert visitor["userID"] not in site.members(other) or site.members(other) == {visitor["userID"]}
    for path, body in (("/usersig", {}), ("/zendesk/createticket", ask), ("/salesforce/createticket", ask)):
        token = {"visitorToken": visitor["visitorToken"]}
        assert problem(site.as_page(path, {**token, **body})) == (403, "blocked")
    assert ref
    site.wait(86_401)
    fresh = site.as_page("/usersig", {"visitorToken": visitor["visitorToken"]})
    assert fresh.status_code == 200


def test_a_customer_of_a_trusted_server_and_a_shops_are_blocked_on_every_road(site, ann, problem):
    _, ref = site.open("mei")
    ann.has(ref)
    assert ann.do(ref, "block").status_code == 200
    assert problem(site.as_server("/usersig", {"userID": "mei"})) == (403, "blocked")
    asked = {"userId": "mei", "caseInfo": site.info}
    assert problem(site.as_server("/zendesk/createticket", {**asked, "reuse": True})) == (403, "blocked")
    assert problem(site.as_server("/zendesk/createticket", {**asked, "requestId": "new"})) == (403, "blocked")
    opened = site.passed_on(site.world.shop.proxied("createticket", {"caseInfo": site.info}, 7))
    assert opened.status_code == 200
    site.rest()
    shoppers = site.passed_on(site.world.shop.proxied("case", {}, 7)).get_json()["caseId"]
    ann.has(shoppers)
    assert ann.do(shoppers, "block").status_code == 200
    for route, body in (("usersig", {}), ("createticket", {"caseInfo": site.info})):
        assert problem(site.passed_on(site.world.shop.proxied(route, body, 7))) == (403, "blocked")


def test_a_blocked_customer_may_still_read_and_be_forgotten(site, ann):
    _, ref = site.open("mei")
    ann.has(ref).do(ref, "block")
    for route in ("case", "case/messages", "case/end"):
        assert site.as_server(f"/{route}", {"userId": "mei"}).status_code == 200
    assert site.find(Block)
    assert site.as_server("/case/forget", {"userId": "mei"}).status_code == 200
    assert not site.find(Block)


def test_a_block_ends_and_is_thrown_away(site, ann):
    _, ref = site.open("mei")
    ann.has(ref).do(ref, "block")
    site.wait(86_401)
    site.rest()
    assert not site.find(Block)
    assert site.as_server("/usersig", {"userID": "mei"}).status_code == 200


def test_nobody_else_is_blocked_with_him(site, ann):
    _, ref = site.open("mei")
    ann.has(ref).do(ref, "block")
    assert site.as_server("/usersig", {"userID": "kofi"}).status_code == 200
    assert site.visitor()["userID"].startswith("v_")
