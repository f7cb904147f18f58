"""What the connector does at Zendesk: opens tickets, finds them, reads them, and says who an agent is."""

import json

import pytest
from pydantic import ValidationError
from werkzeug.wrappers import Response

from caseroom.bridge.errors import BadField, Gone, LockedOut, Refused
from caseroom.bridge.events import Agent
from caseroom.bridge.model import CaseRequest, Status

AT = 1_795_000_000_000_000


def ask(**changes):
    asked = {"subject": "Late", "desc": "Where is it?", "name": "Bo", "email": "bo@shop.example"}
    return CaseRequest(**{**asked, **changes})


def opened(account, zendesk, key="cr_1", **changes):
    """The ticket that an intake leads to, as it stands at Zendesk."""
    return account.zendesk.tickets[int(zendesk.open_case(key, ask(**changes)).ref)]


def requester(account, ticket):
    return account.zendesk.users[ticket.requester_id]


# Opening


def test_what_the_customer_asked_stands_in_the_ticket(account, zendesk):
    ticket = opened(account, zendesk, page="https://shop.example/cup")
    assert (ticket.subject, ticket.external_id) == ("Late", "cr_1")
    assert ticket.description == "Where is it?\n\nPage: https://shop.example/cup"
    assert (requester(account, ticket).name, requester(account, ticket).email) == ("Bo", "bo@shop.example")
    assert ticket.is_public


def test_a_ticket_of_ours_says_so_and_whether_the_address_is_proved(account, zendesk):
    by_page = opened(account, zendesk, "cr_1")
    by_server = opened(account, zendesk, "cr_2", is_trusted=True)
    nameless = opened(account, zendesk, "cr_3", email="")
    assert set(by_page.tags) == {"caseroom", "caseroom_unverified_email"}
    assert by_server.tags == nameless.tags == ["caseroom"]


def test_the_operators_fields_are_set_and_those_of_the_request_go_before_them(account):
    zendesk = account.connector(ticket_fields={"priority": "low", "type": "question", "tags": ["web", "caseroom"]})
    ticket = opened(account, zendesk, fields={"priority": "urgent", "tags": ["vip"]}, is_trusted=True)
    assert (ticket.priority, ticket.type) == ("urgent", "question")
    assert sorted(ticket.tags) == ["caseroom", "vip", "web"]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (("", "Where is my cup?"), ("Where is my cup?", "Where is my cup?")),
        (("", "x" * 200), ("x" * 80, "x" * 200)),
        (("  Late  ", ""), ("Late", "Late")),
        ((" ", "\n"), ("Chat", "(no text)")),
        (("s" * 300, "d"), ("s" * 255, "d")),
    ],
)
def test_a_ticket_has_a_subject_and_a_text_whatever_was_left_out(account, zendesk, asked, told):
    ticket = opened(account, zendesk, subject=asked[0], desc=asked[1])
    assert (ticket.subject, ticket.description) == told


def test_the_longest_text_of_the_widest_characters_fits_with_its_page(account, zendesk):
    ticket = opened(account, zendesk, desc="\N{TEACUP WITHOUT HANDLE}" * 32_000, page="https://shop.example/")
    assert len(ticket.description.encode()) <= 64_000
    assert len(ticket.description.encode()) > 63_990
    assert ticket.description.endswith("\N{TEACUP WITHOUT HANDLE}\n\nPage: https://shop.example/")


@pytest.mark.parametrize(("name", "called"), [("", "Visitor"), ("  ", "Visitor"), ("n" * 300, "n" * 255)])
def test_a_requester_has_a_name_and_an_address_only_where_he_gave_one(account, zendesk, name, called):
    someone = requester(account, opened(account, zendesk, name=name, email=""))
    assert (someone.name, someone.email) == (called, None)


def test_the_same_key_makes_one_ticket_and_another_key_another(account, zendesk):
    first = zendesk.open_case("cr_1", ask())
    assert zendesk.open_case("cr_1", ask()) == first
    assert zendesk.open_case("cr_2", ask()) != first
    assert len(account.zendesk.tickets) == 2


def test_what_zendesk_does_not_take_is_refused_by_its_code(zendesk):
    with pytest.raises(Refused) as refused:
        zendesk.open_case("cr_1", ask(fields={"priority": "extreme"}))
    assert refused.value.code == "RecordInvalid"


def test_fields_are_those_that_the_operator_allows(account):
    zendesk = account.connector(allowed_fields="priority,custom_fields")
    zendesk.allow_fields({"priority": "low", "custom_fields": []})
    with pytest.raises(BadField) as refused:
        zendesk.allow_fields({"priority": "low", "requester_id": 1})
    assert refused.value.field == "caseInfo.fields.requester_id"


@pytest.mark.parametrize("address", ["a@b", "bo@caf\u00e9.example", '"bo"@[127.0.0.1]'])
def test_an_address_that_no_helpdesk_takes_stands_in_the_text(account, zendesk, address):
    ticket = opened(account, zendesk, email=address)
    assert requester(account, ticket).email is None
    assert ticket.description == f"Where is it?\n\nE-mail: {address}"
    assert "caseroom_unverified_email" in ticket.tags


def test_an_address_that_zendesk_refuses_all_the_same_stands_in_the_text_too(answering):
    def answer(request):
        ticket = json.loads(request.get_data())["ticket"]
        if "email" in ticket["requester"]:
            return Response(json.dumps({"error": "RecordInvalid"}), 422, mimetype="application/json")
        return Response(json.dumps({"ticket": {"id": 7}, "audit": {"id": 8}}), 201, mimetype="application/json")

    server = answering(body=answer)
    assert server.zendesk().open_case("cr_1", ask()).ref == "7"
    tried = [
        (headers["Idempotency-Key"], json.loads(body)) for _, path, headers, body in server.asked if "tickets" in path
    ]
    assert [key for key, _ in tried] == ["cr_1", "cr_1-2"]
    assert tried[1][1]["ticket"]["external_id"] == "cr_1"
    assert "E-mail: bo@shop.example" in tried[1][1]["ticket"]["comment"]["body"]


# Finding


def test_a_ticket_is_found_by_its_key_and_the_first_of_two_counts(account, zendesk):
    first, second = (opened(account, zendesk, key) for key in ("cr_1", "cr_2"))
    second.external_id = "cr_1"
    opened(account, zendesk, "cr_3")
    assert zendesk.find_case("cr_1", 0.0) == str(first.id)
    account.zendesk.soft_delete(first.id)
    assert zendesk.find_case("cr_1", 0.0) == str(second.id)


def test_a_key_that_was_never_used_finds_nothing(account, zendesk):
    opened(account, zendesk)
    assert zendesk.find_case("cr_never", 0.0) is None


# Reading


def test_a_ticket_is_read_as_it_stands_now(account, zendesk):
    ticket = opened(account, zendesk)
    ann = account.zendesk.add_agent("Ann")
    account.zendesk.assign(ticket.id, ann)
    account.clock.now += 60
    account.zendesk.solve(ticket.id)
    found = zendesk.read_case(str(ticket.id))
    assert (found.ref, found.at) == (str(ticket.id), AT + 60_000_000)
    assert (found.status, found.agents) == (Status.SOLVED, (Agent(str(ann)),))
    assert (found.works, found.merged_into, found.is_merge_unclear, found.follow_up_of) == (None, None, False, None)


def test_no_answer_from_before_is_taken_for_the_present_one(account, zendesk):
    ticket = opened(account, zendesk)
    for agent in (account.zendesk.add_agent("Ann"), account.zendesk.add_agent("Bob")):
        account.zendesk.assign(ticket.id, agent)
        assert zendesk.read_case(str(ticket.id)).agents == (Agent(str(agent)),)
    account.zendesk.assign(ticket.id, None)
    assert zendesk.read_case(str(ticket.id)).agents == ()


def test_who_asked_is_told_for_tickets_that_were_opened_inside_zendesk_only(account, zendesk):
    inside, ours = account.opened("chat", name="Rosa"), opened(account, zendesk)
    assert zendesk.read_case(str(inside)).requester_name == "Rosa"
    assert zendesk.read_case(str(ours.id)).requester_name == ""


def test_a_merged_ticket_is_closed_and_does_not_say_into_which(account, zendesk):
    source, target = opened(account, zendesk), account.opened()
    account.zendesk.merge(source.id, target)
    found = zendesk.read_case(str(source.id))
    assert (found.status, found.is_merge_unclear, found.merged_into) == (Status.CLOSED, True, None)


def test_the_mark_of_a_merge_on_a_ticket_that_lives_means_nothing(account, zendesk):
    ticket = opened(account, zendesk)
    account.zendesk.tag(ticket.id, "closed_by_merge")
    assert not zendesk.read_case(str(ticket.id)).is_merge_unclear


def test_a_ticket_that_was_closed_for_itself_is_not_taken_for_a_merged_one(account, zendesk):
    ticket = opened(account, zendesk)
    account.zendesk.close(ticket.id)
    found = zendesk.read_case(str(ticket.id))
    assert (found.status, found.is_merge_unclear) == (Status.CLOSED, False)


def test_a_follow_up_names_the_ticket_that_it_follows(account, zendesk):
    ticket = opened(account, zendesk)
    account.zendesk.close(ticket.id)
    follow_up = account.zendesk.follow_up(ticket.id)
    assert zendesk.read_case(str(follow_up)).follow_up_of == str(ticket.id)


def test_a_ticket_that_came_from_another_place_follows_nothing(answering):
    source = {"from": {"ticket_id": 7}, "to": {}, "rel": "problem"}
    ticket = {"id": 1, "status": "open", "tags": ["caseroom"], "via": {"channel": "web", "source": source}}
    found = answering(body={"ticket": {**ticket, "updated_at": None}}).zendesk().read_case("1")
    assert (found.follow_up_of, found.at) == (None, 0)


@pytest.mark.parametrize("nobody", [None, 0])
def test_a_ticket_of_nobody_is_read_with_nobody_in_it(answering, nobody):
    ticket = {
        "id": 1,
        "status": "new",
        "assignee_id": nobody,
        "requester_id": nobody,
        "updated_at": "2026-11-18T11:06:40Z",
    }
    found = answering(body={"ticket": ticket}).zendesk().read_case("1")
    assert (found.agents, found.requester_name, found.at) == ((), "", AT)


@pytest.mark.parametrize("end", ["soft_delete", "permanently_delete"])
def test_a_deleted_ticket_is_gone(account, zendesk, end):
    ticket = opened(account, zendesk)
    getattr(account.zendesk, end)(ticket.id)
    with pytest.raises(Gone):
        zendesk.read_case(str(ticket.id))


def test_a_ticket_that_never_was_is_gone(zendesk):
    with pytest.raises(Gone):
        zendesk.read_case("9223372036854775807")


# Agents


def test_an_agent_is_called_by_his_name(account, zendesk):
    assert zendesk.name_agent(str(account.zendesk.add_agent("Ann"))) == "Ann"
    assert zendesk.name_agent(str(account.zendesk.admin.id)) == "Admin"


@pytest.mark.parametrize(("alias", "called"), [("Annie", "Annie"), ("", "Ann"), (None, "Ann")])
def test_an_alias_is_what_customers_see(answering, alias, called):
    user = {"id": 5, "name": "Ann", "alias": alias, "role": "agent", "active": True, "suspended": False}
    assert answering(body={"user": user}).zendesk().name_agent("5") == called


def test_a_customer_is_no_agent(account, zendesk):
    ticket = opened(account, zendesk)
    with pytest.raises(Gone):
        zendesk.name_agent(str(ticket.requester_id))


@pytest.mark.parametrize("change", [{"suspended": True}, {"active": False}, {"role": "end-user"}])
def test_who_may_not_work_any_more_is_no_agent(answering, change):
    user = {"id": 5, "name": "Ann", "role": "agent", "active": True, "suspended": False}
    with pytest.raises(Gone) as gone:
        answering(body={"user": {**user, **change}}).zendesk().name_agent("5")
    assert gone.value.code == "no_agent"


def test_a_user_who_never_was_is_gone(zendesk):
    with pytest.raises(Gone):
        zendesk.name_agent("7")


@pytest.mark.parametrize("wrong", ["ann", "", "12a", "-1", "1.5", "1" * 20, "12\n", "\N{ARABIC-INDIC DIGIT ONE}"])
def test_ids_are_numbers(zendesk, wrong):
    for clean in (zendesk.clean_ref, zendesk.clean_agent):
        with pytest.raises(BadField):
            clean(wrong)


# The way there


def test_a_ping_asks_who_we_are(account, zendesk):
    zendesk.ping()
    assert account.calls("show_me") == 1


def test_a_ping_with_wrong_credentials_says_so(account, zendesk):
    account.zendesk.logins.client_secret = "changed"
    with pytest.raises(LockedOut):
        zendesk.ping()


@pytest.mark.parametrize(
    "given",
    [
        {"client_id": "", "client_secret": ""},
        {"client_secret": ""},
        {"client_id": ""},
        {"client_id": "", "client_secret": "", "email": "ops@shop.example"},
        {"client_id": "", "client_secret": "", "api_token": "x"},
    ],
)
def test_without_a_whole_login_nothing_starts(account, given):
    with pytest.raises(ValidationError, match="set ZENDESK_CLIENT_ID and ZENDESK_CLIENT_SECRET"):
        account.settings(**given)


def test_the_older_login_serves_where_there_is_no_other(account):
    zendesk = account.connector()
    older = type(zendesk)(
        account.settings(client_id="", client_secret="", email="ops@shop.example", api_token="legacy-token")
    )
    older.ping()
    assert (account.calls("show_me"), account.calls("issue_token")) == (1, 0)


def test_an_answer_that_only_names_the_ticket_is_understood_too(answering):
    def answer(request):
        ticket = {"id": 77, "subject": "Late"}
        body = (
            {"ticket": ticket, "audit": {"id": 1, "ticket_id": 77, "events": []}}
            if request.args
            else {"ticket": ticket}
        )
        return Response(json.dumps(body), status=201, mimetype="application/json")

    assert answering(body=answer).zendesk().open_case("cr_1", ask()).ref == "77"
