"""In the group are the customer, the agents that the helpdesk names now, and the assistant. Nobody else."""

from contextlib import suppress

from sandbox.faults import Fault
from sandbox.user_sig import TencentError


def test_a_group_has_its_customer_and_nobody_owns_it(play):
    group, _ = play.open()
    assert play.members(group) == {"mei"}
    assert play.chat.groups[group].owner == ""


def test_nobody_can_add_himself_or_others(play):
    group, _ = play.open()
    play.chat.login("mallory", play.world.house.user_sigs.issue("mallory").text)
    with suppress(TencentError):
        play.chat.apply(group, "mallory")
    with suppress(TencentError):
        play.chat.invite(group, "mei", ["mallory"])
    assert play.members(group) == {"mei"}


def test_agents_come_and_go_as_the_helpdesk_names_them(play):
    group, ticket = play.open()
    ann, bob = play.zendesk.add_agent("Ann"), play.zendesk.add_agent("Bob")
    for agent in (ann, bob, None):
        play.zendesk.assign(ticket, agent)
        play.rest()
        assert play.members(group) == {"mei", *([f"zendesk_{agent}"] if agent else [])}


def test_an_agent_is_known_by_name_once_the_helpdesk_has_told_it(play):
    group, ticket = play.open()
    ann = play.zendesk.add_agent("Ann")
    play.zendesk.assign(ticket, ann)
    play.rest()
    assert play.chat.accounts[f"zendesk_{ann}"].nick == "Ann"
    assert play.chat.accounts["mei"].nick == "Mei Lin"
    assert group in play.chat.groups


def test_an_agent_whose_name_is_told_while_he_is_imported_is_called_by_it_all_the_same(play):
    group, ticket = play.open()
    agent = play.zendesk.add_agent("Ann")
    decide = play.world.faults.decide

    def meanwhile(vendor, call, subject):
        if (call, subject) == ("account_import", f"zendesk_{agent}"):
            play.world.faults.decide = decide
            play.world.house.settle_now(play.case(group).key, "helpdesk", None, lambda _: False, 0)
        return decide(vendor, call, subject)

    play.world.faults.decide = meanwhile
    play.zendesk.assign(ticket, agent)
    play.rest()
    assert play.world.faults.decide == decide
    assert play.chat.accounts[f"zendesk_{agent}"].nick == "Ann"


def test_the_new_agent_is_in_before_the_old_one_is_out(play):
    group, ticket = play.open()
    ann, bob = play.zendesk.add_agent("Ann"), play.zendesk.add_agent("Bob")
    play.zendesk.assign(ticket, ann)
    play.rest()
    play.meet("tencent_chat", "add_group_member", Fault.LOST)
    crowds = []
    play.zendesk.assign(ticket, bob)
    for _ in range(200):
        play.rest(0.05)
        crowds.append(play.members(group))
    assert all(f"zendesk_{ann}" in crowd or f"zendesk_{bob}" in crowd for crowd in crowds)
    assert crowds[-1] == {"mei", f"zendesk_{bob}"}


def test_the_assistant_is_in_every_group_where_it_is_on(play_with):
    play = play_with(TENCENT_ASSISTANT_ID="@RBT#helper")
    group, ticket = play.open()
    assert play.members(group) == {"mei", "@RBT#helper"}
    play.zendesk.assign(ticket, play.zendesk.add_agent("Ann"))
    play.rest()
    assert "@RBT#helper" in play.members(group)


def test_a_stranger_who_got_in_is_put_out_when_a_callback_tells(play):
    group, _ = play.open()
    play.chat.sneak_in(group, "mallory")
    play.rest()
    assert play.members(group) == {"mei"}


def test_a_stranger_is_found_even_when_no_callback_tells(play):
    group, _ = play.open()
    play.world.boxes["tencent_chat"].send = lambda _: 200
    play.chat.sneak_in(group, "mallory")
    play.rest(20 * 60)
    assert play.members(group) == {"mei"}


def test_the_last_member_of_a_group_that_is_wanted_stays_until_somebody_else_is_in(play):
    group, ticket = play.open()
    status, _ = play.as_server("/case/end", {"userId": "mei"})
    play.rest()
    assert status == 200
    assert play.members(group) == {"mei"}
    ann = play.zendesk.add_agent("Ann")
    play.zendesk.assign(ticket, ann)
    play.rest()
    assert play.members(group) == {f"zendesk_{ann}"}


def test_a_customer_who_leaves_stays_out_until_he_asks_again(play):
    group, ticket = play.open()
    ann = f"zendesk_{play.zendesk.add_agent('Ann')}"
    play.zendesk.assign(ticket, int(ann.removeprefix("zendesk_")))
    play.rest()
    play.chat.leave(group, "mei")
    play.rest(30 * 60)
    assert play.members(group) == {ann}
    play.ask(reuse=True)
    play.rest()
    assert play.members(group) == {ann, "mei"}


def test_a_customer_who_leaves_as_the_last_one_is_not_called_back_into_a_new_group(play):
    group, ticket = play.open()
    play.chat.leave(group, "mei")
    play.rest(30 * 60)
    assert not play.chat.groups
    ann = play.zendesk.add_agent("Ann")
    play.zendesk.assign(ticket, ann)
    play.rest()
    assert [set(one.members) for one in play.chat.groups.values()] == [{f"zendesk_{ann}"}]


def test_an_agent_who_leaves_is_put_back_three_times_an_hour_and_then_left_to_a_person(play):
    group, ticket = play.open()
    ann = play.zendesk.add_agent("Ann")
    play.zendesk.assign(ticket, ann)
    play.rest()
    for _ in range(3):
        play.chat.leave(group, f"zendesk_{ann}")
        play.rest()
        assert play.members(group) == {"mei", f"zendesk_{ann}"}
    play.chat.leave(group, f"zendesk_{ann}")
    play.rest(60)
    assert play.members(group) == {"mei"}
    assert play.parked() == {f"add:zendesk_{ann}": "keeps_leaving"}


def test_an_agent_who_left_too_often_is_let_in_when_he_is_assigned_anew(play):
    group, ticket = play.open()
    ann = play.zendesk.add_agent("Ann")
    play.zendesk.assign(ticket, ann)
    play.rest()
    for _ in range(4):
        play.chat.leave(group, f"zendesk_{ann}")
        play.rest()
    play.zendesk.assign(ticket, None)
    play.rest()
    play.zendesk.assign(ticket, ann)
    play.rest()
    assert play.members(group) == {"mei", f"zendesk_{ann}"}
    assert play.parked() == {}


def test_a_case_opened_inside_the_helpdesk_gets_a_group_for_its_requester(play):
    ticket = play.zendesk.open_ticket("By phone", "She called.", "Rosa", "rosa@x.test", tags=("chat",))
    play.rest()
    ((group_id, group),) = play.chat.groups.items()
    ((customer, _),) = group.members.items()
    assert customer.startswith("c_")
    assert play.chat.accounts[customer].nick == "Rosa"
    assert play.texts(group_id)[0].startswith("Thank you")
    assert play.case(group_id).ref == str(ticket)


def test_a_ticket_that_is_not_marked_for_chat_gets_none(play):
    play.zendesk.open_ticket("By mail", "He wrote.", "Karl", "karl@x.test")
    play.rest()
    assert not play.chat.groups
