"""What an agent is shown of his cases, and that there is nothing for others; supervisors read and do not write."""

import pytest

NOTHING, READ_ONLY = (404, "no_case"), (403, "read_only")
DEEDS = ["take", "solve", "block"]


def speak(site, group, who, text):
    site.chat.login(who, site.house.user_sigs.issue(who).text)
    site.chat.say(group, who, text, '{"caseroom":1,"key":"a-key"}')
    site.rest()


@pytest.fixture
def ann(site):
    return site.agent("Ann")


def test_a_case_tells_who_asks_and_who_is_there(site, ann):
    info = {**site.info, "page": "https://www.sunny-teapots.example/teapots/1", "locale": "ja"}
    group, ref = site.open("mei", caseInfo=info)
    ann.has(ref)
    case = ann.case(ref)
    assert case["customer"] == {
        "userID": "mei",
        "name": "Mei Lin",
        "email": "mei@customer.example",
        "isEmailVerified": True,
        "page": info["page"],
        "shop": "",
        "locale": "ja",
        "blockedUntil": None,
    }
    assert case["members"] == [
        {"userID": "mei", "name": "Mei Lin", "isAgent": False},
        {"userID": ann.account, "name": "Ann", "isAgent": True},
    ]
    assert (case["GroupId"], case["life"], case["canWrite"], case["isSupervisor"]) == (group, 1, True, False)
    assert (case["subject"], case["desc"]) == (info["subject"], info["desc"])


def test_a_visitor_is_told_with_the_site_that_he_came_from(site, ann):
    token = site.visitor()["visitorToken"]
    answer = site.as_page("/zendesk/createticket", {"visitorToken": token, "caseInfo": site.info})
    assert answer.status_code == 200
    site.rest()
    ref = site.as_page("/case", {"visitorToken": token}).get_json()["caseId"]
    customer = ann.has(ref).case(ref)["customer"]
    assert (customer["shop"], customer["isEmailVerified"]) == (site.origin, False)


def test_past_cases_of_the_same_customer_at_the_same_helpdesk_are_told_and_their_subjects_to_whoever_may_read_them(
    site, ann
):
    _, his = site.open("mei", caseInfo={**site.info, "subject": "The lid"})
    ann.has(his)
    site.wait(60)
    _, others = site.open("mei", caseInfo={**site.info, "subject": "The spout"})
    site.open("mei", connector="salesforce", caseInfo={**site.info, "subject": "Elsewhere"})
    site.open("kofi", caseInfo={**site.info, "subject": "Of somebody else"})
    site.zendesk.close(int(his))
    _, ref = site.open("mei")
    past = ann.has(ref).case(ref)["pastCases"]
    assert [(one["ref"], one["subject"], one["state"]) for one in past] == [
        (others, "", "open"),
        (his, "The lid", "closed"),
    ]


def test_the_list_tells_what_was_said_last(site, ann):
    group, ref = site.open("mei")
    ann.has(ref)
    speak(site, group, "mei", "It drips. " * 30)
    (case,) = ann.get("cases").get_json()["cases"]
    assert (case["lastSeq"], case["lastSender"], case["life"]) == (2, "mei", 1)
    assert case["lastText"].startswith("It drips.")
    assert len(case["lastText"]) == 120
    assert case["lastAt"] == pytest.approx(site.world.clock.now, abs=5)


def test_a_case_in_which_nothing_was_said_yet_says_so(site, ann):
    site.chat.down = True
    site.ask("mei")
    site.rest(1)
    (ticket,) = site.zendesk.tickets
    site.zendesk.assign(ticket, ann.number)
    site.rest(1)
    (case,) = ann.get("cases").get_json()["cases"]
    assert (case["lastSeq"], case["lastAt"], case["lastText"], case["lastSender"]) == (0, None, "", "")


# Conversations


def test_a_conversation_is_followed_from_a_place_and_over_lives(site, ann):
    group, ref = site.open("mei")
    ann.has(ref)
    for number in range(5):
        speak(site, group, "mei", f"drop {number}")
    first = ann.get(f"case/{ref}/messages?limit=2").get_json()
    assert [message["seq"] for message in first["messages"]] == [5, 6]
    assert (first["before"], first["after"]) == ("1.5", "1.6")
    assert ann.get(f"case/{ref}/messages?after=1.6").get_json() == {"messages": [], "before": None, "after": "1.6"}
    some = ann.get(f"case/{ref}/messages?after=1.2&limit=3").get_json()
    assert ([message["seq"] for message in some["messages"]], some["after"]) == ([3, 4, 5], "1.5")
    site.chat.destroy_behind_back(group)
    site.rest(30)
    later = ann.get(f"case/{ref}/messages?after=1.6").get_json()
    assert {message["life"] for message in later["messages"]} == {2}
    assert later["after"].startswith("2.")


def test_a_message_tells_its_senders_name_and_what_his_page_wrote_beside_it(site, ann):
    group, ref = site.open("mei")
    ann.has(ref)
    speak(site, group, "mei", "It drips")
    speak(site, group, ann.account, "I see")
    told = ann.get(f"case/{ref}/messages").get_json()["messages"]
    assert [(message["sender"], message["nick"]) for message in told] == [
        ("administrator", ""),
        ("mei", "Mei Lin"),
        (ann.account, "Ann"),
    ]
    assert told[1]["cloudCustomData"] == '{"caseroom":1,"key":"a-key"}'
    mine = site.as_server("/case/messages", {"userId": "mei", "after": "1.1"}).get_json()
    assert [message["nick"] for message in mine["messages"]] == ["Mei Lin", "Ann"]


def test_what_was_confirmed_by_the_history_still_has_it(site, ann):
    group, ref = site.open("mei")
    ann.has(ref)
    speak(site, group, "mei", "It drips")
    site.zendesk.close(int(ref))
    site.rest()
    told = ann.get(f"case/{ref}/messages").get_json()["messages"]
    assert [message["isConfirmed"] for message in told] == [True] * 3
    assert told[1]["cloudCustomData"] == '{"caseroom":1,"key":"a-key"}'


@pytest.mark.parametrize("query", ["before=1.5&after=1.2", "after=x", "after=1", "before=-1.2", "limit=0", "limit=101"])
def test_a_part_that_is_none_is_refused(site, ann, problem, query):
    _, ref = site.open("mei")
    assert problem(ann.has(ref).get(f"case/{ref}/messages?{query}")) == (422, "invalid_field")


# Others, and supervisors


@pytest.fixture
def boss(site_with):
    """A site with a supervisor of Zendesk, who is the first to be made there."""
    site = site_with(SUPERVISORS=f"zendesk_{number_of_the_first_agent(site_with)},salesforce_0053000000AbCdEAAV")
    return site.agent("Boss")


def number_of_the_first_agent(site_with):
    return site_with().zendesk.add_agent("Boss")


@pytest.fixture
def looks():
    return ["case?ref={}", "case/{}/messages"]


def test_an_agent_who_is_not_in_a_case_reads_and_does_nothing_in_it(site, ann, looks, problem):
    _, ref = site.open("mei")
    ann.has(ref)
    bob = site.agent("Bob")
    for look in looks:
        assert problem(bob.get(look.format(ref))) == NOTHING
    for deed in DEEDS:
        assert problem(bob.do(ref, deed)) == NOTHING
    assert problem(bob.say(ref)) == NOTHING
    assert site.zendesk.tickets[int(ref)].assignee_id == ann.number
    assert site.zendesk.tickets[int(ref)].status == "open"


def test_who_was_in_a_case_and_is_not_any_more_reads_nothing_of_it(site, ann, looks, problem):
    _, ref = site.open("mei")
    ann.has(ref)
    site.agent("Bob").has(ref)
    for look in looks:
        assert problem(ann.get(look.format(ref))) == NOTHING
    assert problem(ann.say(ref)) == NOTHING


def test_a_supervisor_reads_every_case_of_his_helpdesk(boss, looks):
    site = boss.site
    _, ref = site.open("mei")
    assert [boss.get(look.format(ref)).status_code for look in looks] == [200, 200]
    case = boss.case(ref)
    assert (case["canWrite"], case["isSupervisor"]) == (False, True)
    assert boss.get("cases").get_json() == {"cases": []}


def test_a_supervisor_writes_in_no_case_but_his_own(boss, problem):
    site = boss.site
    group, ref = site.open("mei")
    site.agent("Ann").has(ref)
    for deed in DEEDS:
        assert problem(boss.do(ref, deed)) == READ_ONLY
    assert problem(boss.say(ref)) == READ_ONLY
    assert boss.account not in site.members(group)
    assert site.zendesk.tickets[int(ref)].assignee_id != boss.number
    boss.has(ref)
    assert (boss.case(ref)["canWrite"], boss.case(ref)["isSupervisor"]) == (True, False)
    assert boss.say(ref).status_code == 200


def test_a_supervisor_takes_no_case_either_though_nobody_has_it(boss, problem):
    _, ref = boss.site.open("mei")
    assert problem(boss.do(ref, "take")) == READ_ONLY
    assert boss.site.zendesk.tickets[int(ref)].assignee_id is None


def test_a_supervisor_of_one_helpdesk_is_nobody_at_another(boss, looks, problem):
    site = boss.site
    _, ref = site.open("mei", connector="salesforce")
    for look in looks:
        assert problem(boss.get(look.format(ref))) == NOTHING


def test_of_an_erased_case_a_supervisor_reads_nothing(boss, looks, problem):
    site = boss.site
    _, ref = site.open("mei")
    assert boss.get(looks[0].format(ref)).status_code == 200
    site.as_server("/case/forget", {"userId": "mei"})
    for look in looks:
        assert problem(boss.get(look.format(ref))) == NOTHING


def test_an_agent_with_five_pages_open_is_let_in_and_is_counted_all_the_same(site_with, problem):
    ann = site_with(REQUESTS_PER_MINUTE="20").agent("Ann")
    answers = [ann.get("cases") for _ in range(101)]
    assert {answer.status_code for answer in answers[:100]} == {200}
    assert problem(answers[100]) == (429, "too_many_requests")
