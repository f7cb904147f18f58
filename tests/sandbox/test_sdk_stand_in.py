"""The stand-in of the browser SDK, over HTTP as its module talks: who hears what, who may speak, how lines end."""

import json
import threading
import time

import httpx
import pytest
from TLSSigAPIv2 import TLSSigAPIv2

from sandbox.mailbox import Mailbox
from sandbox.stand_in import Server
from sandbox.tencent_chat import TencentChat
from sandbox.tencent_chat.rules import By

APP, KEY = 1400000000, "0123456789abcdef" * 4
TEXT = [{"MsgType": "TIMTextElem", "MsgContent": {"Text": "It drips."}}]


class Cloud:
    """A chat cloud with one group, and pages that are logged in to it."""

    def __init__(self, kind="Public"):
        self.callbacks = []
        self.chat = TencentChat(sdk_app_id=APP, secret_key=KEY, mailbox=Mailbox(self.take))
        self.server = Server(self.chat)
        self.http = httpx.Client(base_url=self.server.url, timeout=30)
        for account in ("mei", "ann", "bob"):
            self.chat.people.add(account, imported=True)
        self.chat.accounts["ann"].nick = "Ann"
        self.chat.create_as_client("", kind=kind, GroupId="case-1", MemberList=[{"Member_Account": "mei"}])

    def take(self, outgoing):
        self.callbacks.append(json.loads(outgoing.body))
        return 200

    def told(self, command):
        self.chat.callbacks.mailbox.deliver(time.time())
        return [body for body in self.callbacks if body["CallbackCommand"] == f"Group.Callback{command}"]

    def login(self, user_id, expire=600):
        return self.ask("login", userID=user_id, userSig=TLSSigAPIv2(APP, KEY).gen_sig(user_id, expire))

    def page(self, user_id, expire=600):
        return Page(self, self.login(user_id, expire)["line"])

    def ask(self, verb, **body):
        return self.http.post(f"/sdk/{verb}", content=json.dumps(body)).json()

    def add(self, *accounts):
        self.chat.cloud.join(self.chat.group("case-1"), list(accounts), By("administrator", "RESTAPI"))

    def remove(self, *accounts):
        self.chat.cloud.exit(self.chat.group("case-1"), list(accounts), By("administrator", "RESTAPI"))


class Page:
    def __init__(self, cloud, line):
        self.cloud, self.line, self.last, self.randoms = cloud, line, 0, 0

    def ask(self, verb, **body):
        return self.cloud.ask(verb, line=self.line, groupID="case-1", **body)

    def say(self, elements=TEXT, **more):
        self.randoms += 1
        return self.ask("send", elements=elements, **({"random": self.randoms, "clientTime": 1700000000} | more))

    def events(self):
        """What has come since the last look; waits for at least one."""
        answer = self.cloud.http.get("/sdk/events", params={"line": self.line, "after": self.last}).json()
        self.last = max([self.last, *(event["n"] for event in answer["events"])])
        return answer["events"]

    def heard(self, kind):
        return [event[kind] for event in self.events() if kind in event]

    def seen(self, **range_):
        return [one["MsgSeq"] for one in self.ask("history", **range_)["messages"]]


@pytest.fixture
def cloud():
    made = Cloud()
    yield made
    made.server.close()


def test_the_module_and_its_parts_are_served_to_any_origin(cloud):
    for name in ("sdk.js", "sdk_words.js", "sdk_elements.js"):
        answer = cloud.http.get(f"/{name}")
        assert answer.headers["Content-Type"].startswith("text/javascript")
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_a_browser_that_asks_first_is_let_through(cloud):
    answer = cloud.http.options("/sdk/files", headers={"Origin": "null", "Access-Control-Request-Method": "POST"})
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_there_is_nothing_behind_other_doors(cloud):
    assert cloud.http.post("/sdk/destroy", content="{}").status_code == 404
    assert cloud.http.get("/sdk/files/unknown/x.png").status_code == 404


@pytest.mark.parametrize(
    ("user_sig", "code"),
    [
        ("", 70002),
        ("nonsense", 70003),
        (TLSSigAPIv2(APP, "another key").gen_sig("mei", 600), 70003),
        (TLSSigAPIv2(APP, KEY).gen_sig("ann", 600), 70013),
        (TLSSigAPIv2(APP + 1, KEY).gen_sig("mei", 600), 70014),
        (TLSSigAPIv2(APP, KEY).gen_sig("mei", 0), 70001),
    ],
)
def test_nobody_comes_in_without_a_good_usersig(cloud, user_sig, code):
    assert cloud.ask("login", userID="mei", userSig=user_sig)["code"] == code


def test_what_one_says_the_others_hear_and_so_does_our_service(cloud):
    cloud.add("ann")
    mei, ann = cloud.page("mei"), cloud.page("ann")
    assert mei.say(cloudCustomData="{}")["sequence"] == 1
    (message,) = ann.heard("message")
    assert (message["From_Account"], message["MsgSeq"], message["MsgBody"]) == ("mei", 1, TEXT)
    assert (message["CloudCustomData"], message["groupID"]) == ("{}", "case-1")
    (told,) = cloud.told("AfterSendMsg")
    assert (told["MsgSeq"], told["OnlineOnlyFlag"]) == (1, 0)


def test_a_message_has_the_name_that_its_sender_gave_it(cloud):
    tiny = cloud.login("mei")["tinyID"]
    mei = cloud.page("mei")
    mei.say(random=77)
    (message,) = mei.heard("message")
    assert message["id"] == f"{tiny}-1700000000-77"


def test_what_a_server_says_as_somebody_comes_to_his_own_page_too(cloud):
    mei = cloud.page("mei")
    cloud.chat.say("case-1", "mei", "by REST")
    (message,) = mei.heard("message")
    assert message["From_Account"] == "mei"


def test_the_same_random_is_the_same_message(cloud):
    mei = cloud.page("mei")
    assert [mei.say(random=5)["sequence"], mei.say(random=5)["sequence"]] == [1, 1]


def test_signs_reach_who_is_there_and_are_kept_nowhere(cloud):
    cloud.add("ann")
    mei, ann = cloud.page("mei"), cloud.page("ann")
    assert mei.say(onlineUserOnly=True)["sequence"] == 0
    assert [one["MsgSeq"] for one in ann.heard("message")] == [0]
    assert mei.seen() == []
    assert [told["OnlineOnlyFlag"] for told in cloud.told("AfterSendMsg")] == [1]
    assert mei.say()["sequence"] == 1


def test_a_newcomer_to_a_public_group_sees_nothing_from_before(cloud):
    mei = cloud.page("mei")
    mei.say()
    cloud.add("ann")
    ann = cloud.page("ann")
    assert ann.seen() == []
    mei.say()
    assert ann.seen() == [2]
    assert mei.seen() == [1, 2]


def test_who_comes_back_sees_only_what_is_said_from_then_on(cloud):
    cloud.add("ann")
    mei, ann = cloud.page("mei"), cloud.page("ann")
    mei.say()
    cloud.remove("ann")
    cloud.add("ann")
    assert ann.seen() == []


def test_a_newcomer_to_a_chat_room_sees_everything_and_nobody_is_told_that_he_came():
    cloud = Cloud("ChatRoom")
    mei = cloud.page("mei")
    mei.say()
    cloud.add("ann")
    assert cloud.page("ann").seen() == [1]
    mei.say()
    assert [sorted(event) for event in mei.events()] == [["message", "n"], ["message", "n"]]
    cloud.server.close()


def test_a_history_comes_in_pages_of_fifteen(cloud):
    mei = cloud.page("mei")
    for _ in range(32):
        mei.say()
    first = mei.ask("history")
    assert [one["MsgSeq"] for one in first["messages"]] == [*range(18, 33)]
    assert not first["isCompleted"]
    assert mei.seen(upTo=17) == [*range(3, 18)]
    assert mei.ask("history", upTo=2)["isCompleted"]
    assert mei.seen(**{"from": 20, "upTo": 34}) == [*range(20, 33)]
    assert mei.seen(**{"from": 2, "upTo": 16}) == [*range(2, 17)]


def test_who_is_not_in_the_group_sees_nothing_of_it_and_says_nothing_in_it(cloud):
    bob = cloud.page("bob")
    for verb in ("history", "read", "members"):
        assert bob.ask(verb)["code"] == 10007
    assert bob.say()["code"] == 10007


def test_in_a_muted_group_nobody_speaks(cloud):
    mei = cloud.page("mei")
    mute = {"GroupId": "case-1", "ShutUpAllMember": "On"}
    cloud.chat.cloud.modify_group_base_info(mute, By("administrator", "RESTAPI"))
    (tip,) = mei.heard("tip")
    assert tip["payload"]["newGroupProfile"] == {"muteAllMembers": True}
    assert mei.say()["code"] == 10017


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"elements": [{"MsgType": "TIMTextElem", "MsgContent": {"Text": "x" * 13000}}]}, 80002),
        ({"elements": []}, 10004),
        ({"random": -1}, 10004),
    ],
)
def test_a_message_that_is_too_long_or_out_of_shape_is_refused(cloud, more, code):
    assert cloud.page("mei").say(**more)["code"] == code


def test_members_are_told_who_comes_and_goes(cloud):
    mei = cloud.page("mei")
    cloud.add("ann")
    (tip,) = mei.heard("tip")
    assert (tip["payload"]["operationType"], tip["payload"]["userIDList"]) == (1, ["ann"])
    assert tip["payload"]["memberList"] == [{"userID": "ann", "nick": "Ann", "avatar": ""}]
    cloud.remove("ann")
    (tip,) = mei.heard("tip")
    assert (tip["payload"]["operationType"], tip["payload"]["userIDList"]) == (3, ["ann"])


def test_who_leaves_by_himself_has_quit(cloud):
    cloud.add("ann")
    mei = cloud.page("mei")
    cloud.chat.leave("case-1", "ann")
    (tip,) = mei.heard("tip")
    assert tip["payload"]["operationType"] == 2


def test_who_is_taken_out_is_told_and_hears_no_more(cloud):
    cloud.add("ann")
    mei, ann = cloud.page("mei"), cloud.page("ann")
    cloud.remove("ann")
    mei.say()
    (notice,) = [event["notice"] for event in ann.events()]
    assert (notice["payload"]["operationType"], notice["groupID"]) == (4, "case-1")


def test_when_a_group_is_dissolved_its_members_are_told(cloud):
    mei = cloud.page("mei")
    cloud.chat.destroy_behind_back("case-1")
    (notice,) = mei.heard("notice")
    assert notice["payload"]["operationType"] == 5
    assert mei.say()["code"] == 10010


def test_what_is_taken_back_is_told_and_no_longer_shown(cloud):
    mei = cloud.page("mei")
    mei.say()
    mei.events()
    erase = {"GroupId": "case-1", "Sender_Account": "mei"}
    cloud.chat.cloud.delete_group_msg_by_sender(erase, By("administrator", "RESTAPI"))
    ((revoked,),) = mei.heard("revoked")
    assert revoked["MsgSeq"] == 1
    assert mei.seen() == []


def test_members_have_names(cloud):
    cloud.add("ann")
    members = cloud.page("mei").ask("members")["memberList"]
    assert [(one["userID"], one["nick"]) for one in members] == [("mei", ""), ("ann", "Ann")]


def test_a_second_page_ends_the_first_one(cloud):
    first = cloud.page("mei")
    second = cloud.page("mei")
    assert first.heard("kicked") == ["multipleAccount"]
    assert first.say()["code"] == 20002
    assert second.say()["sequence"] == 1


def test_a_line_ends_with_its_usersig_while_a_page_waits(cloud):
    mei = cloud.page("mei", expire=1)
    began = time.monotonic()
    assert mei.heard("kicked") == ["userSigExpired"]
    assert time.monotonic() - began < 3
    assert mei.say()["code"] == 20002


def test_a_kick_ends_a_line(cloud):
    mei = cloud.page("mei")
    cloud.chat.people.kick({"UserID": "mei"}, By("administrator", "RESTAPI"))
    assert mei.heard("kicked") == ["REST_API_Kick"]


def test_an_account_that_is_deleted_is_out(cloud):
    mei = cloud.page("mei")
    cloud.chat.people.account_delete({"DeleteItem": [{"UserID": "mei"}]}, By("administrator", "RESTAPI"))
    assert mei.heard("kicked") == ["REST_API_Kick"]


def test_who_logs_out_is_gone(cloud):
    mei = cloud.page("mei")
    mei.ask("logout")
    assert mei.say()["code"] == 20002


def test_a_page_that_waits_hears_at_once(cloud):
    mei = cloud.page("mei")
    threading.Timer(0.3, cloud.chat.say, ["case-1", "mei", "now"]).start()
    began = time.monotonic()
    assert len(mei.events()) == 1
    assert 0.2 < time.monotonic() - began < 2


def test_what_is_said_while_a_line_is_cut_never_comes_over_it(cloud):
    mei = cloud.page("mei")
    cloud.ask("cut", userID="mei", seconds=0.5)
    with pytest.raises(httpx.TransportError):
        mei.say()
    with pytest.raises(httpx.TransportError):
        mei.events()
    cloud.chat.say("case-1", "mei", "missed")
    time.sleep(0.6)
    anew = cloud.http.get("/sdk/events", params={"line": mei.line, "after": 0, "anew": "yes"}).json()
    assert anew["events"] == []
    cloud.chat.say("case-1", "mei", "heard")
    assert [one["MsgSeq"] for one in mei.heard("message")] == [2]
    assert mei.seen(**{"from": 1, "upTo": 15}) == [1, 2]


def test_a_cut_ends_a_wait(cloud):
    mei = cloud.page("mei")
    threading.Timer(0.2, lambda: cloud.chat.sdk.lines.cut("mei", 5)).start()
    began = time.monotonic()
    with pytest.raises(httpx.TransportError):
        mei.events()
    assert time.monotonic() - began < 2


def test_a_file_comes_back_as_it_was_and_runs_nothing(cloud):
    line = cloud.page("mei").line
    content = b"<script>alert(1)</script>"
    query = {"line": line, "name": "tea pot.html"}
    put = cloud.http.post("/sdk/files", params=query, content=content, headers={"Content-Type": "text/html"}).json()
    assert put["url"].startswith(f"{cloud.server.url}/sdk/files/")
    assert put["url"].endswith("/tea%20pot.html")
    got = httpx.get(put["url"])
    assert got.content == content
    assert got.headers["Content-Security-Policy"].startswith("sandbox")
    assert got.headers["X-Content-Type-Options"] == "nosniff"


def test_a_stranger_leaves_no_file(cloud):
    put = cloud.http.post("/sdk/files", params={"line": "?", "name": "x"}, content=b"x").json()
    assert put["code"] == 20002
    assert cloud.chat.sdk.files == {}


def test_a_chat_cloud_that_is_switched_off_serves_no_page(cloud):
    cloud.chat.down = True
    with pytest.raises(httpx.TransportError):
        cloud.http.get("/sdk.js")
