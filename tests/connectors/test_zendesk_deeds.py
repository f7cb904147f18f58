"""What is asked of Zendesk for agents, beyond what every helpdesk does: guarded changes, and macros."""

import pytest

from caseroom.bridge.errors import LockedOut, Refused, Unavailable
from caseroom.bridge.ports import ListsReplies, Reply
from connectors.zendesk import CONNECTOR
from sandbox.stand_in import Server
from sandbox.zendesk import Zendesk
from sandbox.zendesk.answers import refused


@pytest.fixture
def account():
    return Zendesk(client_id="a", client_secret="b")


@pytest.fixture
def zendesk(account):
    server = Server(account)
    settings = {"url": server.url, "client_id": "a", "client_secret": "b", "webhook_secrets": "c"}
    yield CONNECTOR(CONNECTOR.Settings(**settings))
    server.close()


@pytest.fixture
def ticket(account):
    return account.open_ticket("Lamp", "It hums", "Cid", "cid@x.test")


def sent(account):
    """Bodies of the updates that reach the account from now on."""
    bodies, update = [], account.update_ticket

    def listen(request, number):
        bodies.append(request.get_json()["ticket"])
        return update(request, number)

    account.update_ticket = listen
    return bodies


def test_a_change_names_the_state_that_it_was_planned_from_and_nothing_else_of_the_ticket(account, zendesk, ticket):
    bodies = sent(account)
    ann = account.add_agent("Ann")
    zendesk.assign(str(ticket), str(ann))
    (body,) = bodies
    assert body.pop("safe_update") is True
    assert body.pop("updated_stamp").endswith("Z")
    assert body == {"id": ticket, "assignee_id": ann}


def test_a_link_names_its_field_and_nothing_else(account, ticket):
    number = account.add_ticket_field("Chat link")
    server = Server(account)
    known = {"url": server.url, "client_id": "a", "client_secret": "b", "webhook_secrets": "c"}
    zendesk = CONNECTOR(CONNECTOR.Settings(**known, link_field=str(number)))
    bodies = sent(account)
    zendesk.link_case(str(ticket), "https://chat.example/c/x")
    server.close()
    assert bodies == [{"id": ticket, "custom_fields": [{"id": number, "value": "https://chat.example/c/x"}]}]


def test_somebody_who_is_no_agent_is_refused_with_zendesks_word(account, zendesk, ticket):
    with pytest.raises(Refused) as refused:
        zendesk.assign(str(ticket), "4711")
    assert refused.value.code == "RecordInvalid"


def test_a_change_that_comes_too_late_did_not_happen_and_is_no_outage(account, zendesk, ticket):
    zendesk.ping()
    bodies = sent(account)
    show = account.show_ticket

    def outdated(request, number):
        answer = show(request, number)
        account.tickets[number].updated += 2
        return answer

    account.show_ticket = outdated
    with pytest.raises(Unavailable) as late:
        zendesk.solve(str(ticket))
    assert late.value.code == "409"
    assert not late.value.counts_as_outage
    assert len(bodies) == 1
    assert account.tickets[ticket].status == "new"


# Macros


def say(text, **more):
    return {"field": "comment_value", "value": text, **more}


def test_macros_that_say_something_to_the_customer_are_replies(account, zendesk):
    assert isinstance(zendesk, ListsReplies)
    account.add_macro("Delivery", {"field": "status", "value": "pending"}, say("Your parcel is under way.\n"))
    account.add_macro("By channel", say(["channel:all", "It takes three days."]))
    account.add_macro("Public", say("Thank you."), {"field": "comment_mode_is_public", "value": "true"})
    assert zendesk.list_replies() == [
        Reply("Delivery", "Your parcel is under way."),
        Reply("By channel", "It takes three days."),
        Reply("Public", "Thank you."),
    ]


@pytest.mark.parametrize(
    ("actions", "more"),
    [
        ([{"field": "status", "value": "solved"}], {}),
        ([say("  ")], {}),
        ([say("Hello {{ticket.requester.first_name}}")], {}),
        ([say("{% if ticket.tags %}Hello{% endif %}")], {}),
        ([say("For us only"), {"field": "comment_mode_is_public", "value": "false"}], {}),
        ([say("For us only"), {"field": "comment_mode_is_public", "value": False}], {}),
        ([say("Of one group")], {"restriction": {"type": "Group", "id": 1}}),
        ([say("Not any more")], {"active": False}),
    ],
)
def test_macros_that_not_everybody_may_say_as_they_stand_are_none(account, zendesk, actions, more):
    account.add_macro("No reply", *actions, **more)
    assert zendesk.list_replies() == []


def test_macros_that_may_not_be_read_are_the_clients_trouble(account, zendesk):
    account.list_macros = forbidden
    with pytest.raises(LockedOut):
        zendesk.list_replies()


def forbidden(request):
    raise refused(403, "Forbidden", "no")
