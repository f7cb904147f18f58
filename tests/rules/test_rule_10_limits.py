"""Limits belong to the app: however much there is to do, no API is called more often than it takes."""

from sandbox.user_sig import TencentError


def test_a_backlog_never_meets_the_vendors_limit_and_uses_nearly_all_of_ours(play_with, monkeypatch):
    play = play_with(TENCENT_CALLS_PER_SECOND="20")
    play.chat.limits.calls_per_second = 20
    check, too_fast, created = play.chat.check_pace, [], []

    def counted(command: str) -> None:
        if command == "create_group":
            created.append(play.world.clock.now)
        try:
            check(command)
        except TencentError:
            too_fast.append(command)
            raise

    monkeypatch.setattr(play.chat, "check_pace", counted)
    play.chat.down = True
    for number in range(200):
        play.ask(f"user{number}")
    play.chat.down = False
    play.rest(30)
    assert len(play.chat.groups) == 200
    assert max(sum(at <= other < at + 1 for other in created) for at in created) <= 20
    assert created[-1] - created[-160] <= 160 / 20 * 1.05
    assert too_fast == []


def take_all_rooms(play) -> None:
    """Have as many callers wait as may."""
    while play.world.house.waiting_rooms.acquire(blocking=False):
        pass


def test_a_caller_for_whom_there_is_no_waiting_room_is_answered_at_once(play):
    take_all_rooms(play)
    before = len(play.chat.calls)
    status, answer = play.as_server(
        "/zendesk/createticket",
        {"userId": "mei", "caseInfo": {"subject": "s", "desc": "d", "name": "n", "email": ""}, "wait": "case"},
    )
    assert (status, answer["status"]) == (202, "pending")
    assert len(play.chat.calls) == before
    play.rest()
    assert play.members(answer["GroupId"]) == {"mei"}


def test_a_tutorials_callback_for_which_there_is_no_waiting_room_is_answered_at_once_and_done_later(play):
    group, _ = play.open()
    take_all_rooms(play)
    before = len(play.chat.calls)
    status, answer = play.as_tutorial("/zendesk/joingroup", {"groupId": group, "userId": "12"})
    assert (status, answer["status"]) == (202, "pending")
    assert len(play.chat.calls) == before
    play.rest()
    assert play.members(group) == {"mei", "zendesk_12"}


def test_a_customer_who_ends_his_chat_while_there_is_no_waiting_room_is_answered_at_once_and_is_out_later(play):
    group, ticket = play.open()
    play.zendesk.assign(ticket, play.zendesk.add_agent("Ann"))
    play.rest()
    take_all_rooms(play)
    before = len(play.chat.calls)
    assert play.as_server("/case/end", {"userId": "mei"})[0] in {200, 202}
    assert len(play.chat.calls) == before
    play.rest()
    assert "mei" not in play.members(group)


def test_a_quarter_of_the_threads_may_wait(play_with):
    play = play_with(WEB_THREADS="40")
    rooms = play.world.house.waiting_rooms
    assert sum(rooms.acquire(blocking=False) for _ in range(40)) == 10
