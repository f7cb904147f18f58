"""Groups, as Tencent wants them; what holds for every chat cloud is in the contract."""

import pytest

from caseroom.bridge.errors import Gone, LockedOut, Refused, Unanswered
from caseroom.tencent_chat.gateway import TencentChat
from sandbox.faults import Fault, Faults


def info(cloud, group_id="g"):
    return cloud.group(group_id).shown()


def calls(cloud):
    return [endpoint for endpoint, _ in cloud.calls]


# Opening


@pytest.mark.parametrize("group_type", ["Public", "ChatRoom"])
def test_a_group_is_of_the_type_that_was_chosen_and_shut_and_nobodys(client, cloud, known, group_type):
    assert TencentChat(client, group_type).open_group("g", "Help", known("mei", "zendesk_1"))
    shown = info(cloud)
    assert (shown["Type"], shown["Owner_Account"]) == (group_type, "")
    assert (shown["ApplyJoinOption"], shown["InviteJoinOption"]) == ("DisableApply", "DisableInvite")
    assert {member["Role"] for member in cloud.group("g").members_shown(None)} == {"Member"}


@pytest.mark.parametrize(
    ("subject", "name"),
    [
        ("The teapot that I bought last week drips", "The teapot that I bought last"),
        ("茶壶漏水了，请问怎么办才好？", "茶壶漏水了，请问怎么"),
        ("🫖🫖🫖🫖🫖🫖🫖🫖🫖", "🫖" * 7),
        ("👩‍🔧👩‍🔧👩‍🔧", "👩‍🔧👩‍🔧👩‍"),
        ("e\u0301" * 20, "e\u0301" * 10),
        ("line\none\ttwo", "line one two"),
        (" ", "Support"),
    ],
)
def test_a_name_is_cut_to_thirty_bytes_that_the_strict_vendor_takes(chat, cloud, subject, name):
    chat.open_group("g", subject, [])
    assert cloud.group("g").name == name


def test_a_repeated_creation_finds_its_own_group(chat, cloud, known):
    chat.open_group("g", "Help", known("mei"))
    assert chat.open_group("g", "Help", ["mei"]) is False
    assert calls(cloud)[-2:] == ["create_group", "get_group_info"]
    assert cloud.created_count["g"] == 1


def test_a_creation_that_was_done_without_an_answer_is_found_afterwards(chat, cloud, known):
    cloud.faults = Faults(rates={Fault.UNANSWERED: 1.0})
    with pytest.raises(Unanswered):
        chat.open_group("g", "Help", known("mei"))
    cloud.faults = Faults()
    assert chat.open_group("g", "Help", ["mei"]) is False


@pytest.mark.parametrize("code", [10021, 10025])
def test_either_code_for_a_taken_id_has_the_group_looked_at(chat, cloud, code):
    chat.open_group("g", "Help", [])
    cloud.troubles["create_group"] = [code]
    assert chat.open_group("g", "Help", []) is False


@pytest.mark.parametrize("owner", ["mallory", "administrator"])
def test_a_group_that_somebody_owns_is_not_ours_though_it_has_our_id(chat, cloud, known, owner):
    known("mallory", "mei")
    cloud.create_as_client(owner, GroupId="g")
    with pytest.raises(Refused, match="group_id_taken"):
        chat.open_group("g", "Help", ["mei"])
    assert "mei" not in cloud.group("g").members


def test_a_group_of_another_type_is_not_ours_though_it_has_our_id(client, cloud):
    TencentChat(client, "ChatRoom").open_group("g", "Help", [])
    with pytest.raises(Refused, match="group_id_taken"):
        TencentChat(client, "Public").open_group("g", "Help", [])


def test_an_id_that_is_taken_by_nothing_is_no_group(chat, cloud):
    cloud.troubles["create_group"] = [10021]
    with pytest.raises(Gone):
        chat.open_group("g", "Help", [])


@pytest.mark.parametrize(("limit", "code"), [("members_per_group", "10014"), ("groups_per_user", "10037")])
def test_what_is_full_is_refused(chat, cloud, known, limit, code):
    known("mei", "noor")
    chat.open_group("g1", "Help", ["mei", "noor"])
    setattr(cloud.limits, limit, 1)
    with pytest.raises(Refused, match=code):
        chat.open_group("g2", "Help", ["mei", "noor"])


def test_an_app_that_may_have_no_more_groups_waits_for_a_person(chat, cloud):
    chat.open_group("g1", "Help", [])
    cloud.limits.group_limit = 1
    with pytest.raises(LockedOut, match="10058") as caught:
        chat.open_group("g2", "Help", [])
    assert caught.value.scope == "create_group"


# Ends


def test_a_group_is_destroyed_once_and_asking_again_is_no_error(chat, cloud):
    chat.open_group("g", "Help", [])
    chat.dissolve("g")
    chat.dissolve("g")
    assert list(cloud.destroyed) == ["g"]


@pytest.mark.parametrize("code", [10002, 10004, 10007])
def test_an_end_that_the_vendor_does_not_grant_is_not_taken_for_one(chat, cloud, code):
    chat.open_group("g", "Help", [])
    cloud.troubles["destroy_group"] = [code]
    with pytest.raises((Refused, Unanswered), match=str(code)):
        chat.dissolve("g")
    assert "g" in cloud.groups


@pytest.mark.parametrize("is_muted", [True, False])
def test_muting_is_for_all_but_administrators(chat, cloud, known, is_muted):
    chat.open_group("g", "Help", known("mei"))
    chat.mute("g", is_muted=not is_muted)
    chat.mute("g", is_muted=is_muted)
    assert info(cloud)["ShutUpAllMember"] == ("On" if is_muted else "Off")
    assert chat.read_group("g").is_muted is is_muted


# Paces


def test_each_verb_calls_no_other_apis_than_it_names(chat, cloud, known):
    known("mei", "noor")
    verbs = {
        "open_group": lambda: chat.open_group("g", "Help", ["mei"]),
        "read_group": lambda: chat.read_group("g"),
        "read_members": lambda: chat.read_members("g"),
        "import_account": lambda: chat.import_account("mei", "Mei"),
        "add_members": lambda: chat.add_members("g", ["noor"]),
        "remove_members": lambda: chat.remove_members("g", ["noor"]),
        "say": lambda: chat.say("g", "Hello", 1),
        "speak": lambda: chat.speak("g", "mei", "Hello", "key", 2),
        "mute": lambda: chat.mute("g", is_muted=True),
        "read_history": lambda: chat.read_history("g", None),
        "recall_messages": lambda: chat.recall_messages("g", "mei"),
        "dissolve": lambda: chat.dissolve("g"),
        "delete_account": lambda: chat.delete_account("mei"),
    }
    assert verbs.keys() == chat.APIS.keys()
    for verb, call in verbs.items():
        cloud.calls.clear()
        call()
        assert set(calls(cloud)) <= set(chat.apis(verb)), verb


def test_the_api_that_the_vendor_keeps_slower_takes_half_as_many(chat):
    assert chat.limit("account_delete", 200) == 100
    assert chat.limit("create_group", 200) == 200
    assert chat.limit("account_delete", 1) == 1
