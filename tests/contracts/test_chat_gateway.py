"""What every chat cloud does for the bridge: run over each implementation of the port, against a real server."""

import inspect

import pytest

from caseroom.bridge import chat_actions, erase, speech_actions, word_actions
from caseroom.bridge.action import Action
from caseroom.bridge.errors import Gone, Trouble, UnknownAccount
from caseroom.bridge.ports import ChatGateway

# Groups


def test_a_group_is_created_with_its_members_and_its_name(chat, outside):
    chat.import_account("mei", "Mei Lin")
    assert chat.open_group("g", "The teapot drips", ["mei"]) is True
    assert outside.members("g") == {"mei"}
    assert outside.name("g") == "The teapot drips"


def test_a_group_may_be_created_with_nobody_in_it(chat, outside):
    assert chat.open_group("g", "The teapot drips", []) is True
    assert outside.is_there("g")


def test_a_group_that_is_there_already_is_left_as_it_is(chat, outside, group):
    assert chat.open_group(group, "Another name", ["noor"]) is False
    assert outside.members(group) == {"mei", "zendesk_1"}
    assert outside.name(group) == "The teapot drips"


def test_groups_have_no_owner(outside, group):
    assert not outside.owner(group)


def test_nobody_can_add_himself_or_another_one(chat, outside, group):
    with pytest.raises(outside.Refusal):
        outside.apply(group, "noor")
    with pytest.raises(outside.Refusal):
        outside.invite(group, "mei", ["noor"])
    assert outside.members(group) == {"mei", "zendesk_1"}


def test_a_group_that_is_there_can_be_looked_at(chat, group):
    assert not chat.read_group(group).is_muted
    chat.mute(group, is_muted=True)
    assert chat.read_group(group).is_muted


@pytest.mark.parametrize("look", ["read_group", "read_members"])
def test_a_group_that_is_not_there_is_gone(chat, outside, group, look):
    with pytest.raises(Gone):
        getattr(chat, look)("never-was")
    chat.dissolve(group)
    with pytest.raises(Gone):
        getattr(chat, look)(group)


def test_a_group_that_everybody_left_is_gone(chat, outside, group):
    outside.let_all_leave(group)
    with pytest.raises(Gone):
        chat.read_members(group)


def test_members_are_those_who_are_in_it(chat, group):
    assert chat.read_members(group) == {"mei", "zendesk_1"}


def test_a_group_is_ended_and_that_may_be_asked_for_twice(chat, outside, group):
    chat.dissolve(group)
    assert not outside.is_there(group)
    chat.dissolve(group)
    chat.dissolve("never-was")


# People


def test_an_account_is_known_by_its_name_and_may_get_another(chat, outside):
    chat.import_account("mei", "Mei Lin")
    assert outside.nick("mei") == "Mei Lin"
    chat.import_account("mei", "Mei Lin Chen")
    assert outside.nick("mei") == "Mei Lin Chen"


def test_an_account_may_have_no_name(chat, outside):
    chat.import_account("mei", "")
    assert outside.nick("mei") == ""


def test_who_is_not_imported_is_named_as_unknown_and_nothing_has_happened(chat, outside, group):
    with pytest.raises(UnknownAccount):
        chat.open_group("g2", "Help", ["mei", "stranger"])
    assert not outside.is_there("g2")
    with pytest.raises(UnknownAccount):
        chat.add_members(group, ["noor", "stranger"])
    assert outside.members(group) == {"mei", "zendesk_1"}


def test_adding_says_of_each_whether_he_is_in_now(chat, outside, group):
    assert chat.add_members(group, ["mei", "noor"]) == {"mei": True, "noor": True}
    assert outside.members(group) == {"mei", "zendesk_1", "noor"}


def test_those_who_are_not_in_are_no_error_when_taken_out(chat, outside, group):
    chat.remove_members(group, ["zendesk_1", "noor", "stranger"])
    assert outside.members(group) == {"mei"}
    chat.remove_members(group, ["zendesk_1"])


@pytest.mark.parametrize("change", ["add_members", "remove_members"])
def test_nobody_is_moved_in_a_group_that_is_not_there(chat, group, change):
    chat.dissolve(group)
    with pytest.raises(Gone):
        getattr(chat, change)(group, ["noor"])


def test_an_account_is_erased_and_its_tickets_end(chat, outside):
    chat.import_account("mei", "Mei Lin")
    before = outside.ticket("mei")
    assert outside.login("mei", before)
    chat.delete_account("mei")
    assert not outside.nick("mei")
    with pytest.raises(outside.Refusal):
        outside.login("mei", before)


def test_an_account_that_is_not_there_is_erased_without_a_word(chat):
    chat.delete_account("mei")
    chat.import_account("noor", "Noor")
    chat.delete_account("noor")
    chat.delete_account("noor")


# Lines

ARGUMENTS = {
    "open_group": lambda chat: chat.open_group("g", "Help", []),
    "read_group": lambda chat: chat.read_group("g"),
    "read_members": lambda chat: chat.read_members("g"),
    "import_account": lambda chat: chat.import_account("mei", "Mei"),
    "add_members": lambda chat: chat.add_members("g", ["mei"]),
    "remove_members": lambda chat: chat.remove_members("g", ["mei"]),
    "say": lambda chat: chat.say("g", "Hello", 1),
    "speak": lambda chat: chat.speak("g", "mei", "Hello", "key", 1),
    "mute": lambda chat: chat.mute("g", is_muted=True),
    "read_history": lambda chat: chat.read_history("g", None),
    "recall_messages": lambda chat: chat.recall_messages("g", "mei"),
    "dissolve": lambda chat: chat.dissolve("g"),
    "delete_account": lambda chat: chat.delete_account("mei"),
    "ping": lambda chat: chat.ping(),
}


def test_every_verb_of_the_port_is_tried_here():
    verbs = {name for name, _ in inspect.getmembers(ChatGateway, inspect.isfunction) if not name.startswith("_")}
    assert ARGUMENTS.keys() == verbs - {"apis", "limit"}


@pytest.mark.parametrize("verb", ARGUMENTS)
def test_a_cloud_that_is_down_is_trouble_and_never_another_error(chat, outside, verb):
    outside.switch_off()
    with pytest.raises(Trouble):
        ARGUMENTS[verb](chat)


def test_a_cloud_that_answers_can_be_asked_whether_it_does(chat):
    chat.ping()


def verbs_of_actions():
    kinds = [
        kind
        for module in (chat_actions, erase, speech_actions, word_actions)
        for kind in vars(module).values()
        if inspect.isclass(kind)
    ]
    return sorted({kind.verb for kind in kinds if issubclass(kind, Action) and hasattr(kind, "verb")})


@pytest.mark.parametrize("verb", verbs_of_actions())
def test_every_verb_that_actions_use_says_which_apis_it_calls_and_how_fast_each_may_be(chat, verb):
    assert verb in ARGUMENTS
    apis = chat.apis(verb)
    assert apis
    assert all(1 <= chat.limit(api, most) <= most for api in apis for most in (1, 2, 200))


@pytest.mark.parametrize("verb", ["say", "speak", "mute", "read_history", "recall_messages"])
def test_in_a_group_that_is_gone_nothing_is_said_read_or_changed(chat, group, verb):
    chat.dissolve(group)
    with pytest.raises(Gone):
        ARGUMENTS[verb](chat)
