"""Members of groups, as Tencent wants them; what holds for every chat cloud is in the contract."""

import pytest

from caseroom.bridge.errors import UnknownAccount


def calls(cloud):
    return [endpoint for endpoint, _ in cloud.calls]


def test_who_is_not_imported_has_to_be_and_then_gets_in(chat, cloud, known):
    chat.open_group("g", "Help", known("mei"))
    with pytest.raises(UnknownAccount, match="10019"):
        chat.add_members("g", ["zendesk_1"])
    chat.import_account("zendesk_1", "Ann")
    assert chat.add_members("g", ["zendesk_1"]) == {"zendesk_1": True}
    assert set(cloud.group("g").members) == {"mei", "zendesk_1"}


def test_the_vendors_yes_does_not_hold_for_everybody(chat, cloud, known):
    chat.open_group("g", "Help", known("already"))
    known("turned_away", "added", "has_to_agree")
    cloud.accounts["turned_away"].add_result = 0
    cloud.accounts["has_to_agree"].add_result = 3
    results = chat.add_members("g", ["turned_away", "added", "already", "has_to_agree"])
    assert results == {"turned_away": False, "added": True, "already": True, "has_to_agree": False}
    assert set(cloud.group("g").members) == {"already", "added"}


def test_the_code_for_somebody_who_is_in_already_is_a_yes(chat, cloud, known):
    chat.open_group("g", "Help", known("mei"))
    cloud.troubles["add_group_member"] = [10013]
    assert chat.add_members("g", ["mei"]) == {"mei": True}


def test_a_crowd_is_added_read_and_removed_in_portions_that_the_vendor_takes(chat, cloud, known):
    crowd = known(*(f"zendesk_{number}" for number in range(1101)))
    chat.open_group("g", "Help", [])
    assert chat.add_members("g", crowd) == dict.fromkeys(crowd, True)
    assert chat.read_members("g") == set(crowd)
    assert calls(cloud).count("add_group_member") == 12
    assert calls(cloud).count("get_group_member_info") == 3
    chat.remove_members("g", crowd[1:])
    assert set(cloud.group("g").members) == {crowd[0]}


@pytest.mark.parametrize("count", [99, 100, 101])
def test_portions_end_where_they_should(chat, cloud, known, count):
    crowd = known(*(f"zendesk_{number}" for number in range(count)))
    chat.open_group("g", "Help", [])
    chat.add_members("g", crowd)
    assert len(cloud.group("g").members) == count
    assert calls(cloud).count("add_group_member") == (2 if count > 100 else 1)


def test_nobody_is_added_or_removed_without_a_name(chat, cloud):
    assert chat.add_members("g", []) == {}
    chat.remove_members("g", [])
    assert calls(cloud) == []
