"""The stand-in of Tencent Cloud Chat keeps the vendor's rules; the numbers are the vendor's error codes."""

import ast
import hashlib
import inspect
import json
import threading
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import time_machine
from TLSSigAPIv2 import TLSSigAPIv2
from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

import sandbox.tencent_chat
from sandbox.faults import Fault, Faults, NoAnswer
from sandbox.mailbox import Mailbox, Outgoing
from sandbox.stand_in import Server
from sandbox.tencent_chat import AskOverHTTP, TencentChat, TencentError

APP, KEY, TOKEN = 1400000000, "0123456789abcdef" * 4, "xxxxyyyy"
ALLOW = {"ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": ""}
REFUSE = ALLOW | {"ErrorCode": 1}
PATHS = {endpoint: rule for _, rule, endpoint in TencentChat.routes}


class Clock:
    now = 1669872112.0

    def __call__(self):
        return self.now


class Desk:
    """A server that calls the stand-in with the library's UserSigs, and takes its callbacks."""

    def __init__(self, **settings):
        self.clock = Clock()
        self.mailbox = Mailbox(self.take, clock=self.clock)
        self.chat = TencentChat(
            sdk_app_id=APP,
            secret_key=KEY,
            callback_token=TOKEN,
            clock=self.clock,
            mailbox=self.mailbox,
            **settings,
        )
        self.taken = []

    def take(self, outgoing):
        self.taken.append(outgoing)
        return 200

    def told(self):
        self.mailbox.deliver(self.clock.now)
        bodies = [json.loads(outgoing.body) for outgoing in self.taken]
        self.taken.clear()
        return bodies

    def user_sig(self, user_id="administrator", expire=600, app=APP, key=KEY):
        with time_machine.travel(self.clock.now, tick=False):
            return TLSSigAPIv2(app, key).gen_sig(user_id, expire)

    def query(self, **changes):
        query = {"sdkappid": APP, "identifier": "administrator", "random": 7, "contenttype": "json"}
        query = query | {"usersig": self.user_sig()} | changes
        return {name: value for name, value in query.items() if value is not None}

    def post(self, path, data, **changes):
        answer = Client(self.chat).post(path, data=data, query_string=self.query(**changes))
        assert answer.status_code == 200
        return answer.json

    def __call__(self, command, **body):
        answer = self.post(PATHS[command], json.dumps(body))
        assert answer["ActionStatus"] == ("FAIL" if answer["ErrorCode"] else "OK")
        return answer

    def ok(self, command, **body):
        answer = self(command, **body)
        assert answer["ErrorCode"] == 0, answer
        return answer

    def code(self, command, **body):
        answer = self(command, **body)
        assert answer["ErrorInfo"], answer
        return answer["ErrorCode"]

    def known(self, *accounts):
        for account in accounts:
            self.ok("account_import", UserID=account)

    def group(self, group_id="g", *accounts, **fields):
        self.known(*accounts)
        body = {"Type": "Public", "Name": "help", "MemberList": member_list(accounts)}
        return self.ok("create_group", **(body | {"GroupId": group_id} | fields))["GroupId"]

    def info(self, group_id="g"):
        return self.ok("get_group_info", GroupIdList=[group_id])["GroupInfo"][0]

    def send(self, text="hello", group_id="g", **fields):
        body = {"GroupId": group_id, "Random": next(self.chat.randoms), "MsgBody": said(text)} | fields
        return self("send_group_msg", **body)

    def history(self, number=20, group_id="g", **fields):
        return self.ok("group_msg_get_simple", GroupId=group_id, ReqMsgNumber=number, **fields)


def said(text):
    return [{"MsgType": "TIMTextElem", "MsgContent": {"Text": text}}]


def member_list(accounts):
    return [{"Member_Account": account} for account in accounts]


def results(answer):
    return {item["Member_Account"]: item["Result"] for item in answer["MemberList"]}


def refused(action, *arguments, **keywords):
    with pytest.raises(TencentError) as caught:
        action(*arguments, **keywords)
    return caught.value.code


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def chat(desk):
    return desk.chat


@pytest.fixture
def serve():
    servers = []

    def start(application):
        servers.append(Server(application))
        return servers[-1].url

    yield start
    for server in servers:
        server.close()


# Who may come in


def test_the_commands_are_where_the_vendor_has_them():
    groups = (
        "create_group get_group_info get_group_member_info add_group_member delete_group_member destroy_group "
        "modify_group_base_info send_group_msg group_msg_get_simple delete_group_msg_by_sender get_appid_group_list"
    )
    accounts = "account_import account_delete kick"
    assert set(PATHS.values()) == {
        "/v4/profile/portrait_set",
        *(f"/v4/group_open_http_svc/{command}" for command in groups.split()),
        *(f"/v4/im_open_login_svc/{command}" for command in accounts.split()),
    }
    assert TencentChat.name == "tencent_chat"


def test_the_plan_is_the_vendors_unless_a_test_has_another(chat):
    assert vars(chat.limits) == {
        "calls_per_second": 200,
        "messages_per_second": 40,
        "group_limit": 0,
        "groups_per_user": 500,
        "members_per_group": 200,
        "stored_seconds": 604800,
    }


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"sdkappid": None}, 60012),
        ({"sdkappid": "fourteen"}, 60006),
        ({"sdkappid": APP + 1}, 70020),
        ({"identifier": None}, 60004),
        ({"identifier": "agent_1"}, 70013),
        ({"usersig": None}, 70002),
        ({"usersig": "garbage"}, 70003),
        ({"random": None}, 60002),
        ({"random": "-1"}, 60002),
        ({"random": "1.5"}, 60002),
        ({"random": 2**32}, 60002),
        ({"contenttype": None}, 60002),
        ({"contenttype": "xml"}, 60002),
    ],
)
def test_every_part_of_the_query_is_checked(desk, changes, code):
    assert desk.post(PATHS["kick"], "{}", **changes)["ErrorCode"] == code


@pytest.mark.parametrize("random", [0, 2**32 - 1])
def test_any_unsigned_32_bit_number_will_do_as_random(desk, random):
    assert desk.post(PATHS["account_import"], '{"UserID": "v_1"}', random=random)["ErrorCode"] == 0


@pytest.mark.parametrize(
    ("sig", "code"),
    [
        ({"key": KEY[::-1]}, 70003),
        ({"app": APP + 1}, 70014),
        ({"user_id": "agent_1"}, 70013),
        ({"expire": 0}, 70001),
    ],
)
def test_a_user_sig_that_does_not_fit_lets_nobody_in(desk, sig, code):
    assert desk.post(PATHS["account_import"], '{"UserID": "v_1"}', usersig=desk.user_sig(**sig))["ErrorCode"] == code
    assert "v_1" not in desk.chat.accounts


def test_a_user_sig_expires(desk):
    user_sig = desk.user_sig(expire=60)
    desk.clock.now += 60
    assert desk.post(PATHS["kick"], "{}", usersig=user_sig)["ErrorCode"] == 70001


def test_only_admins_may_call(desk):
    answer = desk.post(PATHS["kick"], "{}", identifier="agent_1", usersig=desk.user_sig("agent_1"))
    assert answer["ErrorCode"] == 60010


def test_every_admin_may_call():
    desk = Desk(admin_id="boss", other_admins=("deputy",))
    for admin in ("boss", "deputy"):
        answer = desk.post(PATHS["account_import"], '{"UserID": "v_1"}', identifier=admin, usersig=desk.user_sig(admin))
        assert answer == {"ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": ""}
    assert desk.post(PATHS["kick"], "{}")["ErrorCode"] == 60010


@pytest.mark.parametrize("body", ["", "{", "[]", '"text"', "null", "\xff"])
def test_a_body_that_is_no_json_object_says_60003(desk, body):
    assert desk.post(PATHS["kick"], body)["ErrorCode"] == 60003


@pytest.mark.parametrize(
    "path", ["/v4/group_open_http_svc/create", "/v4/openim/sendmsg", "/", "/v3/profile/portrait_set"]
)
def test_an_unknown_path_says_60009(desk, path):
    assert desk.post(path, "{}")["ErrorCode"] == 60009


def test_a_command_is_posted_and_not_got(desk):
    assert Client(desk.chat).get(PATHS["kick"], query_string=desk.query()).json["ErrorCode"] == 60009


@pytest.mark.parametrize("most", [1, 2])
def test_more_calls_in_a_second_than_allowed_say_60007_until_it_is_over(most):
    desk = Desk(calls_per_second=most)
    codes = [desk("account_import", UserID="v_1")["ErrorCode"] for _ in range(4)]
    assert codes == [0] * most + [60007] * (4 - most)
    assert desk("get_appid_group_list")["ErrorCode"] == 0
    desk.clock.now += 1
    assert desk("account_import", UserID="v_1")["ErrorCode"] == 0


def test_without_a_limit_calls_may_come_as_fast_as_they_like():
    desk = Desk(calls_per_second=0)
    assert {desk("account_import", UserID="v_1")["ErrorCode"] for _ in range(300)} == {0}


def test_accounts_are_deleted_at_most_100_times_a_second(desk):
    codes = [desk("account_delete", DeleteItem=[{"UserID": "v_1"}])["ErrorCode"] for _ in range(101)]
    assert codes == [0] * 100 + [60007]


# Accounts


def test_an_account_is_imported_once_and_a_second_import_changes_what_it_names(desk):
    desk.ok("account_import", UserID="v_1", Nick="Ada", FaceUrl="https://example.com/a.png")
    desk.ok("account_import", UserID="v_1", Nick="Ada L.")
    account = desk.chat.accounts["v_1"]
    assert (account.nick, account.face_url, account.imported) == ("Ada L.", "https://example.com/a.png", True)


@pytest.mark.parametrize("user_id", ["a", "A-b_9", "x" * 32, "@RBT#assistant"])
def test_safe_ids_can_be_imported(desk, user_id):
    desk.ok("account_import", UserID=user_id)
    assert user_id in desk.chat.accounts


@pytest.mark.parametrize("user_id", ["", "x" * 33, "a b", "ada@example.com", "Ä", "a\n", "@RBT#", "@TIM#SYSTEM"])
def test_other_ids_say_70402(desk, user_id):
    assert desk.code("account_import", UserID=user_id) == 70402


@pytest.mark.parametrize("command", ["account_import", "kick"])
def test_an_id_that_is_no_string_says_60015(desk, command):
    assert desk.code(command, UserID=5) == desk.code(command) == 60015


def test_a_nick_of_more_than_500_bytes_says_40601(desk):
    assert desk.code("account_import", UserID="v_1", Nick="ä" * 251) == 40601
    desk.ok("account_import", UserID="v_1", Nick="ä" * 250, FaceUrl="x" * 500)


def test_each_deleted_account_has_its_own_result(desk):
    desk.known("v_1")
    answer = desk.ok("account_delete", DeleteItem=[{"UserID": "v_1"}, {"UserID": "v_2"}])
    assert [(item["UserID"], item["ResultCode"]) for item in answer["ResultItem"]] == [("v_1", 0), ("v_2", 70107)]
    assert "v_1" not in desk.chat.accounts


def test_a_deleted_id_cannot_come_back(desk):
    desk.known("v_1")
    desk.ok("account_delete", DeleteItem=[{"UserID": "v_1"}])
    answer = desk("account_import", UserID="v_1")
    assert answer["ErrorCode"] == 70402
    assert "deleted" in answer["ErrorInfo"]
    assert refused(desk.chat.login, "v_1", desk.user_sig("v_1")) == 70402


def test_where_accounts_may_not_be_deleted_it_says_71000(desk):
    desk.known("v_1")
    desk.chat.people.deletable = False
    assert desk.code("account_delete", DeleteItem=[{"UserID": "v_1"}]) == 71000
    assert "v_1" in desk.chat.accounts


@pytest.mark.parametrize("number", [0, 101])
def test_too_few_or_too_many_accounts_to_delete_say_70206(desk, number):
    assert desk.code("account_delete", DeleteItem=[{"UserID": f"v_{n}"} for n in range(number)]) == 70206


def test_a_kick_ends_the_user_sigs_of_this_second_and_before_but_not_later_ones(desk):
    desk.known("agent_1")
    old = desk.user_sig("agent_1")
    desk.clock.now += 0.5
    desk.ok("kick", UserID="agent_1")
    assert refused(desk.chat.login, "agent_1", old) == 70052
    assert refused(desk.chat.login, "agent_1", desk.user_sig("agent_1")) == 70052
    desk.clock.now += 1
    desk.chat.login("agent_1", desk.user_sig("agent_1"))


def test_a_kicked_admin_has_to_sign_anew(desk):
    desk.ok("kick", UserID="administrator")
    assert desk("get_appid_group_list")["ErrorCode"] == 70052
    desk.clock.now += 1
    assert desk("get_appid_group_list")["ErrorCode"] == 0


def test_an_unknown_account_cannot_be_kicked(desk):
    assert desk.code("kick", UserID="v_1") == 70107


def test_a_profile_can_be_changed(desk):
    desk.known("v_1")
    items = [{"Tag": "Tag_Profile_IM_Nick", "Value": "gone"}, {"Tag": "Tag_Profile_IM_Image", "Value": ""}]
    assert desk.ok("portrait_set", From_Account="v_1", ProfileItem=items)["ErrorDisplay"] == ""
    assert desk.chat.accounts["v_1"].nick == "gone"


@pytest.mark.parametrize(
    ("account", "tag", "value", "code"),
    [
        ("v_2", "Tag_Profile_IM_Nick", "x", 40003),
        (5, "Tag_Profile_IM_Nick", "x", 40001),
        ("v_1", "Tag_Profile_IM_Nickname", "x", 40001),
        ("v_1", "Tag_Profile_IM_Nick", "x" * 501, 40601),
    ],
)
def test_a_profile_has_its_rules(desk, account, tag, value, code):
    desk.known("v_1")
    assert desk.code("portrait_set", From_Account=account, ProfileItem=[{"Tag": tag, "Value": value}]) == code


def test_a_profile_is_changed_by_something(desk):
    desk.known("v_1")
    assert desk.code("portrait_set", From_Account="v_1", ProfileItem=[]) == 40001


# Creating groups


def test_a_group_opens_without_an_owner_with_the_members_named(desk):
    group_id = desk.group("case#1-a_b", "v_1", "agent_1", Introduction="about", ApplyJoinOption="DisableApply")
    group = desk.chat.group(group_id)
    assert (group.owner, group.name, group.type, list(group.members)) == ("", "help", "Public", ["v_1", "agent_1"])
    assert desk.chat.created_count["case#1-a_b"] == 1


def test_an_owner_is_a_member_and_the_first_one(desk):
    desk.known("boss_1")
    desk.group("g", "v_1", Owner_Account="boss_1")
    members = desk.ok("get_group_member_info", GroupId="g")["MemberList"]
    assert [(item["Member_Account"], item["Role"]) for item in members] == [("boss_1", "Owner"), ("v_1", "Member")]


def test_without_an_id_a_group_gets_one_of_tencents_own(desk):
    first, second = (desk.ok("create_group", Type="Public", Name="help")["GroupId"] for _ in range(2))
    assert first.startswith("@TGS#")
    assert first != second


@pytest.mark.parametrize(
    ("field", "most"), [("Name", 30), ("Introduction", 240), ("Notification", 300), ("FaceUrl", 100)]
)
def test_texts_are_measured_in_bytes(desk, field, most):
    assert desk.code("create_group", **({"Type": "Public", "Name": "n"} | {field: "ä" * (most // 2) + "x"})) == 10004
    desk.group("g", **{field: "ä" * (most // 2)})
    assert desk.code("modify_group_base_info", GroupId="g", **{field: "x" * (most + 1)}) == 10004
    desk.ok("modify_group_base_info", GroupId="g", **{field: "x" * most})


@pytest.mark.parametrize(
    "fields",
    [
        {"Name": ""},
        {"Name": None},
        {"Name": 5},
        {"Type": ""},
        {"Type": None},
        {"Type": "Meeting"},
        {"Type": "public"},
        {"GroupId": ""},
        {"GroupId": "x" * 49},
        {"GroupId": "@TGS#mine"},
        {"GroupId": "käse"},
        {"GroupId": "two\nlines"},
        {"GroupId": 5},
        {"ApplyJoinOption": "Free"},
        {"InviteJoinOption": "DisableApply"},
        {"MaxMemberCount": 0},
        {"MaxMemberCount": "20"},
        {"MaxMemberCount": 6001},
        {"AppDefinedData": [{"Key": "case", "Value": "1"}]},
        {"MemberList": "v_1"},
    ],
)
def test_a_bad_field_at_creation_says_10004(desk, fields):
    assert desk.code("create_group", **({"Type": "Public", "Name": "help", "GroupId": "g"} | fields)) == 10004
    assert not desk.chat.groups
    assert not desk.chat.created_count


@pytest.mark.parametrize("missing", ["Name", "Type"])
def test_a_group_needs_a_name_and_a_type(desk, missing):
    body = {"Type": "Public", "Name": "help"}
    del body[missing]
    assert desk.code("create_group", **body) == 10004


@pytest.mark.parametrize("group_id", ["x" * 48, "ZENDESK#12", "a b~!"])
def test_a_group_id_may_have_48_printable_characters(desk, group_id):
    assert desk.group(group_id) == group_id


def test_unknown_accounts_at_creation_say_10019(desk):
    desk.known("v_1")
    body = {"Type": "Public", "Name": "help"}
    assert desk.code("create_group", **body, Owner_Account="v_2") == 10019
    assert desk.code("create_group", **body, MemberList=member_list(["v_1", "v_2"])) == 10019
    assert not desk.chat.groups


def test_a_member_that_is_no_string_says_60015(desk):
    desk.group("g", "v_1")
    for entry in ({"Member_Account": 5}, {}, "v_1"):
        assert desk.code("create_group", Type="Public", Name="help", MemberList=[entry]) == 60015
        assert desk.code("add_group_member", GroupId="g", MemberList=[entry]) == 60015
    for entry in (5, {"Member_Account": "v_1"}):
        assert desk.code("delete_group_member", GroupId="g", MemberToDel_Account=[entry]) == 60015


def test_an_id_of_somebody_elses_group_says_10021(desk):
    desk.known("v_1", "v_2")
    desk.group("g", Owner_Account="v_1")
    assert desk.code("create_group", Type="Public", Name="help", GroupId="g", Owner_Account="v_2") == 10021
    assert desk.code("create_group", Type="Public", Name="help", GroupId="g") == 10021


def test_an_id_of_an_ownerless_group_says_10021(desk):
    desk.group("g")
    assert desk.code("create_group", Type="Public", Name="help", GroupId="g") == 10021
    assert desk.chat.created_count["g"] == 1


@pytest.mark.parametrize("owner", ["administrator", "v_1"])
def test_an_id_of_a_group_of_ones_own_says_10025(desk, owner):
    desk.known("v_1")
    desk.group("g", Owner_Account=owner)
    assert desk.code("create_group", Type="Public", Name="help", GroupId="g", Owner_Account=owner) == 10025


def test_group_ids_tell_capitals_apart(desk):
    desk.group("g")
    desk.group("G")
    assert set(desk.chat.groups) == {"g", "G"}


def test_a_live_group_has_no_members_at_creation(desk):
    desk.known("v_1")
    assert desk.code("create_group", Type="AVChatRoom", Name="n", MemberList=member_list(["v_1"])) == 10007
    desk.ok("create_group", Type="AVChatRoom", Name="n", GroupId="live")
    assert desk.code("add_group_member", GroupId="live", MemberList=member_list(["v_1"])) == 10007
    assert desk.code("delete_group_member", GroupId="live", MemberToDel_Account=["v_1"]) == 10004


def test_communities_are_not_in_the_plan(desk):
    assert desk.code("create_group", Type="Community", Name="n") == 11000


def test_more_than_100_accounts_in_one_request_say_10005(desk):
    accounts = [f"v_{number}" for number in range(101)]
    desk.group("g", *accounts[:100])
    assert desk.code("create_group", Type="Public", Name="n", MemberList=member_list(accounts)) == 10005
    assert desk.code("add_group_member", GroupId="g", MemberList=member_list(accounts)) == 10005
    assert desk.code("delete_group_member", GroupId="g", MemberToDel_Account=accounts) == 10005
    assert len(desk.chat.group("g").members) == 100


def test_an_app_with_all_the_groups_of_its_plan_says_10058():
    desk = Desk(group_limit=1)
    desk.group("g")
    assert desk.code("create_group", Type="Public", Name="n") == 10058
    desk.ok("destroy_group", GroupId="g")
    desk.group("h")


def test_an_account_in_as_many_groups_as_it_may_be_says_10037():
    desk = Desk(groups_per_user=2)
    desk.group("a", "agent_1")
    desk.group("b", "agent_1")
    desk.group("c")
    assert desk.code("create_group", Type="Public", Name="n", MemberList=member_list(["agent_1"])) == 10037
    assert desk.code("add_group_member", GroupId="c", MemberList=member_list(["agent_1"])) == 10037
    desk.ok("delete_group_member", GroupId="a", MemberToDel_Account=["agent_1"])
    desk.ok("add_group_member", GroupId="c", MemberList=member_list(["agent_1"]))
    desk.ok("destroy_group", GroupId="b")
    desk.group("d", "agent_1")


def test_without_a_limit_an_account_can_be_in_any_number_of_groups():
    desk = Desk(groups_per_user=0)
    for group_id in "abc":
        desk.group(group_id, "agent_1")
    assert desk.chat.accounts["agent_1"].groups == {"a", "b", "c"}


def test_an_id_can_be_opened_again_after_it_was_dissolved_and_both_times_count(desk):
    desk.group("g", "v_1")
    desk.send()
    desk.ok("destroy_group", GroupId="g")
    desk.group("g")
    assert desk.chat.created_count["g"] == 2
    assert desk.chat.group("g").messages == []
    assert list(desk.chat.destroyed["g"].members) == ["v_1"]


# Members


def test_each_added_account_has_its_own_result(desk):
    desk.group("g", "v_1")
    desk.known("agent_1", "agent_2", "agent_3")
    desk.chat.accounts["agent_2"].add_result = 0
    desk.chat.accounts["agent_3"].add_result = 3
    accounts = ["v_1", "agent_1", "agent_2", "agent_3"]
    answer = desk.ok("add_group_member", GroupId="g", MemberList=member_list(accounts))
    assert results(answer) == {"v_1": 2, "agent_1": 1, "agent_2": 0, "agent_3": 3}
    assert list(desk.chat.group("g").members) == ["v_1", "agent_1"]


def test_one_unknown_account_fails_the_whole_addition(desk):
    desk.group("g")
    desk.known("agent_1")
    assert desk.code("add_group_member", GroupId="g", MemberList=member_list(["agent_1", "nobody"])) == 10019
    assert not desk.chat.group("g").members


def test_a_full_group_says_10014_and_takes_nobody(desk):
    desk.known("agent_1", "agent_2")
    desk.group("g", "v_1", MaxMemberCount=2)
    assert desk.code("add_group_member", GroupId="g", MemberList=member_list(["agent_1", "agent_2"])) == 10014
    assert list(desk.chat.group("g").members) == ["v_1"]
    desk.ok("add_group_member", GroupId="g", MemberList=member_list(["v_1", "agent_1"]))
    desk.ok("modify_group_base_info", GroupId="g", MaxMemberNum=3)
    desk.ok("add_group_member", GroupId="g", MemberList=member_list(["agent_2"]))


def test_the_plan_caps_every_group():
    desk = Desk(members_per_group=2)
    desk.known("v_1", "v_2", "v_3")
    body = {"Type": "Public", "Name": "n", "MaxMemberCount": 50}
    assert desk.code("create_group", **body, MemberList=member_list(["v_1", "v_2", "v_3"])) == 10014
    assert desk.info(desk.group("g"))["MaxMemberNum"] == 2


def test_where_the_plan_has_no_cap_a_group_has_room_for_6000():
    desk = Desk(members_per_group=0)
    assert desk.info(desk.group("g", "v_1"))["MaxMemberNum"] == 6000


def test_taking_out_passes_over_those_who_are_not_in(desk):
    desk.group("g", "v_1", "agent_1")
    desk.ok("delete_group_member", GroupId="g", MemberToDel_Account=["agent_1", "stranger", "agent_1"])
    desk.ok("delete_group_member", GroupId="g", MemberToDel_Account=["agent_1"])
    assert list(desk.chat.group("g").members) == ["v_1"]


def test_an_owner_cannot_be_taken_out(desk):
    desk.known("v_1")
    desk.group("g", Owner_Account="v_1")
    assert desk.code("delete_group_member", GroupId="g", MemberToDel_Account=["v_1"]) == 10004


def test_a_group_is_gone_when_its_last_member_is(desk):
    desk.group("g", "v_1", "agent_1")
    desk.ok("delete_group_member", GroupId="g", MemberToDel_Account=["agent_1"])
    desk.chat.leave("g", "v_1")
    assert desk.code("destroy_group", GroupId="g") == 10010
    assert "g" in desk.chat.destroyed


def test_a_group_that_never_had_members_stays(desk):
    desk.group("g")
    desk.ok("delete_group_member", GroupId="g", MemberToDel_Account=["v_1"])
    assert desk.info()["ErrorCode"] == 0


ABOUT_A_GROUP = {
    "add_group_member": {"MemberList": [{"Member_Account": "administrator"}]},
    "delete_group_member": {"MemberToDel_Account": ["administrator"]},
    "modify_group_base_info": {"Name": "new"},
    "get_group_member_info": {},
    "send_group_msg": {"Random": 1, "MsgBody": said("hello")},
    "group_msg_get_simple": {"ReqMsgNumber": 1},
    "delete_group_msg_by_sender": {"Sender_Account": "administrator"},
    "destroy_group": {},
}


@pytest.mark.parametrize(("command", "body"), ABOUT_A_GROUP.items())
def test_a_group_that_never_was_says_10015_and_a_dissolved_one_10010(desk, command, body):
    assert desk.code(command, GroupId="g", **body) == 10015
    desk.group("g")
    desk.ok(command, GroupId="g", **body)
    desk("destroy_group", GroupId="g")
    assert desk.code(command, GroupId="g", **body) == 10010


@pytest.mark.parametrize("group_id", [None, 5, ["g"]])
def test_a_group_id_that_is_no_string_says_10015(desk, group_id):
    assert desk.code("destroy_group", GroupId=group_id) == 10015


def test_a_second_destroy_says_10010(desk):
    desk.group("g")
    desk.ok("destroy_group", GroupId="g")
    assert desk.code("destroy_group", GroupId="g") == 10010


def test_groups_are_shown_each_with_its_own_code(desk):
    desk.group("g", "v_1", Introduction="about")
    desk.group("gone")
    desk.ok("destroy_group", GroupId="gone")
    shown = desk.ok("get_group_info", GroupIdList=["g", "gone", "never"])["GroupInfo"]
    assert [(item["GroupId"], item["ErrorCode"]) for item in shown] == [("g", 0), ("gone", 10010), ("never", 10015)]
    assert [bool(item["ErrorInfo"]) for item in shown] == [False, True, True]
    assert shown[0] == {
        "GroupId": "g",
        "ErrorCode": 0,
        "ErrorInfo": "",
        "Type": "Public",
        "Name": "help",
        "Introduction": "about",
        "Notification": "",
        "FaceUrl": "",
        "Owner_Account": "",
        "CreateTime": 1669872112,
        "LastMsgTime": 0,
        "NextMsgSeq": 1,
        "MemberNum": 1,
        "MaxMemberNum": 200,
        "ApplyJoinOption": "NeedPermission",
        "InviteJoinOption": "DisableInvite",
        "ShutUpAllMember": "Off",
        "AppDefinedData": [],
        "MemberList": [{"Member_Account": "v_1", "Role": "Member", "JoinTime": 1669872112}],
    }


def test_a_group_is_shown_with_its_last_message(desk):
    desk.group("g")
    desk.clock.now += 5
    desk.send()
    assert (desk.info()["NextMsgSeq"], desk.info()["LastMsgTime"]) == (2, 1669872117)


def test_what_is_shown_can_be_narrowed(desk):
    desk.group("g", "v_1")
    wanted = {"GroupBaseInfoFilter": ["Name", "NextMsgSeq"], "MemberInfoFilter": ["Member_Account"]}
    answer = desk.ok("get_group_info", GroupIdList=["g"], ResponseFilter=wanted)
    assert answer["GroupInfo"] == [
        {
            "GroupId": "g",
            "ErrorCode": 0,
            "ErrorInfo": "",
            "Name": "help",
            "NextMsgSeq": 1,
            "MemberList": [{"Member_Account": "v_1"}],
        }
    ]


@pytest.mark.parametrize("ids", [[], "g", ["g"] * 51])
def test_between_1_and_50_groups_can_be_shown_at_a_time(desk, ids):
    assert desk.code("get_group_info", GroupIdList=ids) == 10004


def test_members_are_shown_page_by_page(desk):
    desk.group("g", "a", "b", "c")
    answer = desk.ok("get_group_member_info", GroupId="g", Offset=1, Limit=1, MemberInfoFilter=["Member_Account"])
    assert (answer["MemberNum"], answer["MemberList"]) == (3, member_list(["b"]))


@pytest.mark.parametrize(("command", "limit"), [("get_group_member_info", 6001), ("get_appid_group_list", 10001)])
@pytest.mark.parametrize("bad", ["more", 0])
def test_a_page_has_its_greatest_length(desk, command, limit, bad):
    desk.group("g")
    desk.ok(command, GroupId="g", Limit=limit - 1)
    desk.ok(command, GroupId="g", Limit=1)
    assert desk.code(command, GroupId="g", Limit=limit if bad == "more" else 0) == 10004


def test_all_groups_are_named_page_by_page_even_if_some_vanish_meanwhile(desk):
    for group_id in "abcde":
        desk.group(group_id)
    first = desk.ok("get_appid_group_list", Limit=2)
    desk.ok("destroy_group", GroupId="a")
    second = desk.ok("get_appid_group_list", Limit=2, Next=first["Next"])
    third = desk.ok("get_appid_group_list", Limit=2, Next=second["Next"])
    pages = [[item["GroupId"] for item in page["GroupIdList"]] for page in (first, second, third)]
    assert pages == [["a", "b"], ["c", "d"], ["e"]]
    assert (first["TotalCount"], third["Next"]) == (5, 0)


# Changing groups


def test_what_is_changed_is_changed_and_the_rest_stays(desk):
    desk.group("g", Introduction="about", MaxMemberCount=5)
    desk.ok("modify_group_base_info", GroupId="g", Name="new", Introduction="", MaxMemberCount=9)
    info = desk.info()
    assert (info["Name"], info["Introduction"], info["MaxMemberNum"]) == ("new", "", 5)


@pytest.mark.parametrize("fields", [{"ShutUpAllMember": True}, {"ApplyJoinOption": ""}, {"MaxMemberNum": 0}])
def test_a_bad_change_says_10004_and_changes_nothing(desk, fields):
    desk.group("g")
    before = desk.info()
    assert desk.code("modify_group_base_info", GroupId="g", Name="new", **fields) == 10004
    assert desk.info() == before


def test_in_a_muted_group_members_are_silent_and_the_admin_may_speak(desk):
    desk.group("g", "v_1")
    desk.ok("modify_group_base_info", GroupId="g", ShutUpAllMember="On")
    assert desk.chat.group("g").muted
    assert refused(desk.chat.say, "g", "v_1", "hello?") == 10017
    assert desk.send(From_Account="v_1")["ErrorCode"] == 10017
    assert desk.send("closed")["ErrorCode"] == 0
    desk.ok("modify_group_base_info", GroupId="g", ShutUpAllMember="Off")
    assert desk.chat.say("g", "v_1", "hello") == 2


def test_in_a_muted_group_the_owner_may_speak(desk):
    desk.known("boss_1")
    desk.group("g", Owner_Account="boss_1")
    desk.ok("modify_group_base_info", GroupId="g", ShutUpAllMember="On")
    assert desk.chat.say("g", "boss_1", "hello") == 1


def test_a_private_group_cannot_be_muted(desk):
    desk.group("g", Type="Private")
    desk.ok("modify_group_base_info", GroupId="g", Name="new")
    assert desk.code("modify_group_base_info", GroupId="g", ShutUpAllMember="On") == 10007


# Messages


def test_messages_are_numbered_from_1_upward_in_every_group(desk):
    desk.group("g", "v_1")
    desk.group("h")
    assert [desk.send()["MsgSeq"], desk.chat.say("g", "v_1", "hi"), desk.send()["MsgSeq"]] == [1, 2, 3]
    assert desk.send(group_id="h")["MsgSeq"] == 1
    assert [message.text for message in desk.chat.group("g").messages] == ["hello", "hi", "hello"]


def test_a_message_is_answered_with_its_time_and_seq(desk):
    desk.group("g")
    assert desk.send() == ALLOW | {"MsgTime": 1669872112, "MsgSeq": 1}


def test_a_repeated_message_is_dropped_and_gets_the_first_ones_seq(desk):
    desk.group("g")
    first = desk.send("one", Random=5)
    desk.clock.now += 299
    assert desk.send("two", Random=5) == first
    assert [message.text for message in desk.chat.group("g").messages] == ["one"]


def test_after_five_minutes_the_same_random_is_a_new_message(desk):
    desk.group("g")
    desk.send("one", Random=5)
    desk.clock.now += 300
    assert desk.send("one", Random=5)["MsgSeq"] == 2


def test_the_same_random_from_somebody_else_is_a_new_message(desk):
    desk.group("g", "v_1")
    desk.send("one", Random=5)
    assert desk.send("one", Random=5, From_Account="v_1")["MsgSeq"] == 2


def test_a_message_has_at_most_12_kilobytes(desk):
    desk.group("g")
    around = len(json.dumps(said(""), separators=(",", ":")))
    assert desk.send("x" * (12 * 1024 - around))["ErrorCode"] == 0
    assert desk.send("x" * (12 * 1024 - around + 1))["ErrorCode"] == 80002
    assert desk.send("ä" * 6200)["ErrorCode"] == 80002
    assert desk.send("x" * (12 * 1024 - around), CloudCustomData="y")["ErrorCode"] == 80002
    assert refused(desk.chat.say, "g", "administrator", "x" * 13000) == 80002


@pytest.mark.parametrize("random", [None, -1, 2**32, 1.5, "5", True])
def test_a_message_needs_a_random_of_32_bits(desk, random):
    desk.group("g")
    assert desk.send(Random=random)["ErrorCode"] == 10004


@pytest.mark.parametrize(
    "elements",
    [
        None,
        [],
        "hello",
        ["hello"],
        [{}],
        [{"MsgType": "TIMTextElem"}],
        [{"MsgContent": {"Text": "hello"}}],
        [{"MsgType": "TIMTextElem", "MsgContent": {"Text": 5}}],
        [{"MsgType": "TIMCustomElem", "MsgContent": {"Data": "1"}}] * 2,
    ],
)
def test_a_message_without_a_proper_body_says_10004(desk, elements):
    desk.group("g")
    assert desk.send(MsgBody=elements)["ErrorCode"] == 10004


def test_one_custom_element_is_allowed(desk):
    desk.group("g")
    assert desk.send(MsgBody=[{"MsgType": "TIMCustomElem", "MsgContent": {"Data": "1"}}])["ErrorCode"] == 0
    assert desk.chat.group("g").messages[0].text == "[TIMCustomElem]"


def test_custom_data_is_a_string(desk):
    desk.group("g")
    assert desk.send(CloudCustomData={"id": 1})["ErrorCode"] == 10004


def test_a_server_can_speak_as_a_member_but_as_nobody_else(desk):
    desk.group("g", "v_1")
    desk.known("v_2")
    assert desk.send(From_Account="v_1")["ErrorCode"] == 0
    assert desk.send(From_Account="v_2")["ErrorCode"] == 10007
    assert desk.send(From_Account="nobody")["ErrorCode"] == 10019
    assert [message.sender for message in desk.chat.group("g").messages] == ["v_1"]


def test_more_than_40_messages_a_second_in_one_group_say_10023(desk):
    desk.group("g")
    desk.group("h")
    assert {desk.send()["ErrorCode"] for _ in range(40)} == {0}
    assert desk.send()["ErrorCode"] == 10023
    assert desk.send(group_id="h")["ErrorCode"] == 0
    desk.clock.now += 1
    assert desk.send()["MsgSeq"] == 41


def test_a_test_can_have_the_next_calls_fail(desk):
    desk.group("g")
    desk.chat.troubles["send_group_msg"] = [10023, 10002]
    assert [desk.send()["ErrorCode"] for _ in range(3)] == [10023, 10002, 0]
    assert len(desk.chat.group("g").messages) == 1


# History


def test_history_is_read_backwards_page_by_page(desk):
    desk.group("g")
    for number in range(1, 46):
        desk.send(str(number))
        desk.clock.now += 1
    pages, top = [], {}
    while not pages or pages[-1]["IsFinished"] == 0:
        pages.append(desk.history(20, **top))
        top = {"ReqMsgSeq": pages[-1]["RspMsgList"][-1]["MsgSeq"] - 1}
    assert [len(page["RspMsgList"]) for page in pages] == [20, 20, 5]
    assert [item["MsgSeq"] for page in pages for item in page["RspMsgList"]] == list(range(45, 0, -1))
    assert [page["IsFinished"] for page in pages] == [0, 0, 1]


def test_at_most_20_messages_come_at_a_time(desk):
    desk.group("g")
    for _ in range(20):
        desk.send()
    assert desk.history(1000)["IsFinished"] == 1
    desk.send()
    page = desk.history(1000)
    assert (page["GroupId"], len(page["RspMsgList"]), page["IsFinished"]) == ("g", 20, 0)


@pytest.mark.parametrize("number", [None, 0, -1, "20"])
def test_history_needs_a_number(desk, number):
    desk.group("g")
    assert desk.code("group_msg_get_simple", GroupId="g", ReqMsgNumber=number) == 10004


def test_an_empty_history_is_finished(desk):
    desk.group("g")
    assert (desk.history()["IsFinished"], desk.history()["RspMsgList"]) == (1, [])


def test_a_message_is_kept_as_it_was_sent(desk):
    desk.group("g", "v_1")
    desk.send("hello", Random=5, From_Account="v_1", CloudCustomData="c1")
    assert desk.history()["RspMsgList"] == [
        {
            "From_Account": "v_1",
            "IsPlaceMsg": 0,
            "MsgBody": said("hello"),
            "MsgPriority": 2,
            "MsgRandom": 5,
            "MsgSeq": 1,
            "MsgTimeStamp": 1669872112,
            "CloudCustomData": "c1",
        }
    ]


def test_of_recalled_messages_only_the_places_are_left_and_only_who_asks_sees_them(desk):
    desk.group("g", "v_1")
    desk.chat.say("g", "v_1", "my secret")
    desk.send("hello")
    desk.ok("delete_group_msg_by_sender", GroupId="g", Sender_Account="v_1")
    places = desk.history(WithRecalledMsg=1)["RspMsgList"]
    assert [(item["MsgSeq"], item["IsPlaceMsg"], "MsgBody" in item) for item in places] == [(2, 0, True), (1, 2, False)]
    assert [item["MsgSeq"] for item in desk.history()["RspMsgList"]] == [2]
    assert desk.history()["IsFinished"] == 1


def test_what_was_recalled_stays_recalled(desk):
    desk.group("g", "v_1", "v_2")
    for account in ("v_1", "v_2"):
        desk.chat.say("g", account, "my secret")
        desk.ok("delete_group_msg_by_sender", GroupId="g", Sender_Account=account)
    assert desk.history()["RspMsgList"] == []


def test_only_the_last_1000_messages_can_be_recalled():
    desk = Desk(messages_per_second=0)
    desk.group("g", "v_1")
    for _ in range(1001):
        desk.chat.say("g", "v_1", "my secret")
    desk.ok("delete_group_msg_by_sender", GroupId="g", Sender_Account="v_1")
    assert [item["MsgSeq"] for item in desk.history()["RspMsgList"]] == [1]


def test_where_messages_are_kept_for_ever_they_do_not_grow_old():
    desk = Desk(stored_seconds=0)
    desk.group("g")
    desk.send()
    desk.clock.now += 10**9
    assert desk.history()["IsFinished"] == 1


def test_old_messages_are_gone_when_their_time_is_over():
    desk = Desk(stored_seconds=100)
    desk.group("g")
    desk.send("old")
    desk.clock.now += 60
    desk.send("young")
    assert desk.history()["IsFinished"] == 1
    desk.clock.now += 40
    page = desk.history()
    assert [item["MsgBody"] for item in page["RspMsgList"]] == [said("young")]
    assert page["IsFinished"] == 2


# What people do


def test_a_login_makes_an_account_known(desk, chat):
    account = chat.login("v_1", desk.user_sig("v_1"))
    assert chat.accounts["v_1"] is account
    assert not account.imported
    desk.ok("account_import", UserID="v_1", Nick="Ada")
    assert (account.nick, account.imported) == ("Ada", True)


@pytest.mark.parametrize(
    ("sig", "code"), [({"user_id": "v_2"}, 70013), ({"key": "x"}, 70003), ({"expire": 0}, 70001), ({"app": 1}, 70014)]
)
def test_a_login_needs_a_user_sig_of_ones_own(desk, chat, sig, code):
    assert refused(chat.login, "v_1", desk.user_sig(**({"user_id": "v_1"} | sig))) == code
    assert "v_1" not in chat.accounts


def test_only_members_of_a_live_group_can_speak(desk, chat):
    desk.group("g", "v_1")
    desk.known("v_2")
    assert refused(chat.say, "g", "v_2", "hello") == 10007
    chat.destroy_behind_back("g")
    assert refused(chat.say, "g", "v_1", "hello") == 10010


def test_who_leaves_is_out(desk, chat):
    desk.group("g", "v_1", "agent_1")
    chat.leave("g", "v_1")
    assert list(chat.group("g").members) == ["agent_1"]
    assert refused(chat.say, "g", "v_1", "hello") == 10007


def test_an_owner_cannot_leave_but_of_a_private_group(desk, chat):
    desk.group("g", "v_2", Owner_Account="administrator")
    assert refused(chat.leave, "g", "administrator") == 10009
    desk.group("p", "v_2", Owner_Account="administrator", Type="Private")
    chat.leave("p", "administrator")
    assert chat.group("p").owner == ""


@pytest.mark.parametrize(
    ("kind", "option", "status"),
    [
        ("Public", "FreeAccess", "JoinedSuccess"),
        ("Public", "NeedPermission", "WaitAdminApproval"),
        ("ChatRoom", "NeedPermission", "JoinedSuccess"),
        ("ChatRoom", "DisableApply", "JoinedSuccess"),
    ],
)
def test_an_application_goes_by_the_groups_type_and_option(desk, chat, kind, option, status):
    desk.group("g", "v_1", Type=kind, ApplyJoinOption=option)
    desk.known("v_2")
    assert chat.apply("g", "v_2") == status
    assert ("v_2" in chat.group("g").members) == (status == "JoinedSuccess")


@pytest.mark.parametrize(("kind", "option"), [("Public", "DisableApply"), ("Private", "FreeAccess")])
def test_a_closed_group_takes_no_applications(desk, chat, kind, option):
    desk.group("g", "v_1", Type=kind, ApplyJoinOption=option)
    desk.known("v_2")
    assert refused(chat.apply, "g", "v_2") == 10007
    assert "v_2" not in chat.group("g").members


@pytest.mark.parametrize("option", ["FreeAccess", "NeedPermission"])
def test_who_is_in_cannot_apply_and_who_is_not_known_neither(desk, chat, option):
    desk.group("g", "v_1", ApplyJoinOption=option)
    assert refused(chat.apply, "g", "v_1") == 10013
    assert refused(chat.apply, "g", "nobody") == 10019


@pytest.mark.parametrize(("option", "result"), [("FreeAccess", 1), ("NeedPermission", 3)])
def test_an_invitation_goes_by_the_groups_option(desk, chat, option, result):
    desk.group("g", "v_1", InviteJoinOption=option)
    desk.known("v_2")
    assert chat.invite("g", "v_1", ["v_2"]) == {"v_2": result}
    assert ("v_2" in chat.group("g").members) == (result == 1)


@pytest.mark.parametrize("fields", [{}, {"InviteJoinOption": "DisableInvite", "Type": "Private"}])
def test_a_closed_group_takes_no_invitations(desk, chat, fields):
    desk.group("g", "v_1", **fields)
    desk.known("v_2")
    assert refused(chat.invite, "g", "v_1", ["v_2"]) == 10007


def test_in_a_private_group_members_invite_as_they_like(desk, chat):
    desk.group("g", "v_1", Type="Private")
    desk.known("v_2")
    assert desk.info()["InviteJoinOption"] == "FreeAccess"
    assert chat.invite("g", "v_1", ["v_2"]) == {"v_2": 1}


def test_only_members_can_invite(desk, chat):
    desk.group("g", "v_1", InviteJoinOption="FreeAccess")
    desk.known("v_2")
    assert refused(chat.invite, "g", "v_2", ["v_2"]) == 10007


def test_people_can_write_to_each_other_if_both_are_known(desk, chat):
    desk.known("v_1", "agent_1")
    chat.write_to("v_1", "agent_1", "psst")
    assert chat.letters == [("v_1", "agent_1", "psst")]
    assert refused(chat.write_to, "v_1", "nobody", "psst") == 20003


def test_a_client_can_open_a_group_of_its_own(desk, chat):
    desk.known("v_1")
    assert chat.group(chat.create_as_client("v_1", GroupId="mine")).owner == "v_1"


# Callbacks after something


def test_a_callback_is_signed_as_in_the_published_example(desk):
    desk.group("g")
    desk.mailbox.deliver(desk.clock.now)
    address = urlsplit(desk.taken[0].path)
    assert address.path == "/tencent/callback"
    assert parse_qs(address.query) == {
        "SdkAppid": [str(APP)],
        "CallbackCommand": ["Group.CallbackAfterCreateGroup"],
        "contenttype": ["json"],
        "ClientIP": ["127.0.0.1"],
        "OptPlatform": ["RESTAPI"],
        "RequestTime": ["1669872112"],
        "Sign": ["17773bc39a671d7b9aa835458704d2a6db81360a5940292b587d6d760d484061"],
    }
    assert desk.taken[0].headers == {"Content-Type": "application/json"}


def test_the_signature_is_of_the_moment_of_sending(desk):
    desk.group("g")
    desk.clock.now += 3600
    desk.mailbox.deliver(desk.clock.now)
    query = parse_qs(urlsplit(desk.taken[0].path).query)
    assert query["RequestTime"] == ["1669875712"]
    assert query["Sign"] == [hashlib.sha256(b"xxxxyyyy1669875712").hexdigest()]
    assert int(json.loads(desk.taken[0].body)["EventTime"]) == 1669872112000


def test_without_a_token_callbacks_are_not_signed(desk):
    desk.chat.callbacks.token = ""
    desk.group("g")
    desk.mailbox.deliver(desk.clock.now)
    assert "Sign" not in desk.taken[0].path
    assert "RequestTime" not in desk.taken[0].path


def test_the_time_of_an_event_is_a_number_and_a_string_by_turns(desk):
    desk.group("g")
    desk.chat.destroy_behind_back("g")
    assert [body["EventTime"] for body in desk.told()] == [1669872112000, "1669872112000"]


def last_told(desk):
    desk.mailbox.deliver(desk.clock.now)
    platform = parse_qs(urlsplit(desk.taken[-1].path).query)["OptPlatform"][0]
    body = desk.told()[-1]
    del body["EventTime"]
    return platform, body


def test_a_creation_is_told(desk):
    desk.group("g", "v_1")
    assert last_told(desk) == (
        "RESTAPI",
        {
            "CallbackCommand": "Group.CallbackAfterCreateGroup",
            "GroupId": "g",
            "Type": "Public",
            "Operator_Account": "administrator",
            "Owner_Account": "",
            "Name": "help",
            "MemberList": [{"Member_Account": "v_1"}],
        },
    )


def test_a_message_is_told(desk):
    desk.group("g", "v_1")
    desk.chat.say("g", "v_1", "hello", "c1")
    assert last_told(desk) == (
        "Web",
        {
            "CallbackCommand": "Group.CallbackAfterSendMsg",
            "GroupId": "g",
            "Type": "Public",
            "From_Account": "v_1",
            "Operator_Account": "v_1",
            "Random": 1,
            "OnlineOnlyFlag": 0,
            "MsgSeq": 1,
            "MsgTime": 1669872112,
            "MsgBody": said("hello"),
            "CloudCustomData": "c1",
        },
    )


def test_a_message_of_a_server_is_told_unless_it_asks_for_silence(desk):
    desk.group("g")
    desk.told()
    desk.send(ForbidCallbackControl=["ForbidBeforeSendMsgCallback", "ForbidAfterSendMsgCallback"])
    assert desk.told() == []
    desk.send(ForbidCallbackControl=["ForbidBeforeSendMsgCallback"])
    assert last_told(desk)[0] == "RESTAPI"


def test_a_dropped_repetition_is_not_told(desk):
    desk.group("g")
    desk.send(Random=5)
    desk.told()
    desk.send(Random=5)
    assert desk.told() == []


def test_who_was_added_is_told_without_those_who_were_in(desk):
    desk.group("g", "v_1")
    desk.known("agent_1")
    desk.ok("add_group_member", GroupId="g", MemberList=member_list(["v_1", "agent_1"]))
    assert last_told(desk) == (
        "RESTAPI",
        {
            "CallbackCommand": "Group.CallbackAfterNewMemberJoin",
            "GroupId": "g",
            "Type": "Public",
            "JoinType": "Invited",
            "Operator_Account": "administrator",
            "NewMemberList": [{"Member_Account": "agent_1"}],
        },
    )
    desk.ok("add_group_member", GroupId="g", MemberList=member_list(["v_1"]))
    assert desk.told() == []


def test_who_sneaks_in_is_told_as_one_who_applied(desk):
    desk.group("g", "v_1", ApplyJoinOption="DisableApply")
    desk.chat.sneak_in("g", "intruder")
    platform, body = last_told(desk)
    assert (platform, body["JoinType"], body["Operator_Account"]) == ("Web", "Apply", "intruder")
    assert body["NewMemberList"] == [{"Member_Account": "intruder"}]
    assert "intruder" in desk.chat.group("g").members


def test_who_goes_and_who_is_sent_away_is_told(desk):
    desk.group("g", "v_1", "agent_1", "agent_2")
    desk.chat.leave("g", "v_1")
    expected = {
        "CallbackCommand": "Group.CallbackAfterMemberExit",
        "GroupId": "g",
        "Type": "Public",
        "ExitType": "Quit",
        "Operator_Account": "v_1",
        "ExitMemberList": [{"Member_Account": "v_1"}],
    }
    assert last_told(desk) == ("Web", expected)
    desk.ok("delete_group_member", GroupId="g", MemberToDel_Account=["v_1", "agent_1"])
    kicked = {"ExitType": "Kicked", "Operator_Account": "administrator", "ExitMemberList": member_list(["agent_1"])}
    assert last_told(desk) == ("RESTAPI", expected | kicked)


def test_of_a_group_that_its_last_member_leaves_only_the_exit_is_told(desk):
    desk.group("g", "v_1")
    desk.told()
    desk.chat.leave("g", "v_1")
    assert [body["CallbackCommand"] for body in desk.told()] == ["Group.CallbackAfterMemberExit"]


@pytest.mark.parametrize("behind_back", [True, False])
def test_a_dissolution_is_told(desk, behind_back):
    desk.group("g", "v_1")
    if behind_back:
        desk.chat.destroy_behind_back("g")
    else:
        desk.ok("destroy_group", GroupId="g")
    assert last_told(desk) == (
        "RESTAPI",
        {
            "CallbackCommand": "Group.CallbackAfterGroupDestroyed",
            "GroupId": "g",
            "Type": "Public",
            "Owner_Account": "",
            "Name": "help",
            "MemberList": [{"Member_Account": "v_1"}],
        },
    )


def test_a_change_is_told_with_what_has_changed(desk):
    desk.group("g")
    desk.ok("modify_group_base_info", GroupId="g", Name="new", ShutUpAllMember="On")
    assert last_told(desk) == (
        "RESTAPI",
        {
            "CallbackCommand": "Group.CallbackAfterGroupInfoChanged",
            "GroupId": "g",
            "Type": "Public",
            "Operator_Account": "administrator",
            "Name": "new",
            "ShutUpAllMember": "On",
        },
    )


def test_every_callback_has_a_key_of_its_own(desk):
    desk.group("g", "v_1")
    desk.chat.say("g", "v_1", "one")
    desk.chat.say("g", "v_1", "two")
    desk.told()
    assert [key for key, _ in desk.mailbox.sent] == [
        "Group.CallbackAfterCreateGroup/g/1",
        "Group.CallbackAfterSendMsg/g/1",
        "Group.CallbackAfterSendMsg/g/2",
    ]


def test_what_failed_is_not_told(desk):
    desk.group("g")
    desk.told()
    desk("add_group_member", GroupId="g", MemberList=member_list(["nobody"]))
    desk("create_group", Type="Public", Name="", GroupId="h")
    desk("create_group", Type="Public", Name="n", GroupId="g")
    assert desk.told() == []


def test_who_has_no_mailbox_tells_nothing(desk):
    desk.chat.callbacks.mailbox = None
    desk.group("g")
    assert desk.told() == []


# Callbacks before something


def asked_by(desk, answer):
    asked = []

    def ask(outgoing):
        asked.append((outgoing.path, json.loads(outgoing.body)))
        return answer

    desk.chat.callbacks.ask = ask
    return asked


def attempts(desk):
    """What the service may refuse: each makes one before-callback, and returns whether it came to pass."""
    chat = desk.chat
    desk.group("open", "v_1", ApplyJoinOption="FreeAccess", InviteJoinOption="FreeAccess")
    desk.known("v_2")
    return {
        "Group.CallbackBeforeApplyJoinGroup": (lambda: chat.apply("open", "v_2"), 10016),
        "Group.CallbackBeforeInviteJoinGroup": (lambda: chat.invite("open", "v_1", ["v_2"]), 10016),
        "Group.CallbackBeforeCreateGroup": (lambda: chat.create_as_client("v_1"), 10016),
        "C2C.CallbackBeforeSendMsg": (lambda: chat.write_to("v_1", "v_2", "psst"), 20006),
    }


BEFORE = [
    "Group.CallbackBeforeApplyJoinGroup",
    "Group.CallbackBeforeInviteJoinGroup",
    "Group.CallbackBeforeCreateGroup",
    "C2C.CallbackBeforeSendMsg",
]


def state(chat):
    return {name: list(group.members) for name, group in chat.groups.items()}, list(chat.letters)


@pytest.mark.parametrize("command", BEFORE)
def test_what_the_service_refuses_does_not_happen(desk, command):
    act, code = attempts(desk)[command]
    before, asked = state(desk.chat), asked_by(desk, REFUSE)
    desk.told()
    assert refused(act) == code
    assert state(desk.chat) == before
    assert desk.told() == []
    assert [body["CallbackCommand"] for _, body in asked] == [command]


@pytest.mark.parametrize("command", BEFORE)
@pytest.mark.parametrize(
    "answer",
    [
        ALLOW,
        None,
        {},
        REFUSE | {"ActionStatus": "FAIL"},
        *(REFUSE | {"ErrorCode": code} for code in ("1", 2, 10099, 10201, 120000, 130001)),
    ],
)
def test_what_the_service_allows_or_does_not_properly_answer_happens(desk, command, answer):
    act, _ = attempts(desk)[command]
    before, asked = state(desk.chat), asked_by(desk, answer)
    act()
    assert state(desk.chat) != before
    assert len(asked) == 1


OWN_CODES = {"Group": (10100, 10200), "C2C": (120001, 130000)}


@pytest.mark.parametrize(
    ("command", "own"), [(command, own) for command in BEFORE for own in OWN_CODES[command.partition(".")[0]]]
)
def test_the_service_may_refuse_with_a_code_of_its_own(desk, command, own):
    act, _ = attempts(desk)[command]
    asked_by(desk, {"ActionStatus": "OK", "ErrorCode": own, "ErrorInfo": "office hours"})
    with pytest.raises(TencentError, match="office hours") as caught:
        act()
    assert caught.value.code == own


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        ("Group.CallbackBeforeApplyJoinGroup", {"GroupId": "open", "Type": "Public", "Requestor_Account": "v_2"}),
        (
            "Group.CallbackBeforeInviteJoinGroup",
            {
                "GroupId": "open",
                "Type": "Public",
                "Operator_Account": "v_1",
                "DestinationMembers": [{"Member_Account": "v_2"}],
            },
        ),
        (
            "Group.CallbackBeforeCreateGroup",
            {
                "Operator_Account": "v_1",
                "Owner_Account": "v_1",
                "Type": "Public",
                "Name": "a client's group",
                "CreateGroupNum": 1,
                "MemberList": [],
            },
        ),
        (
            "C2C.CallbackBeforeSendMsg",
            {
                "From_Account": "v_1",
                "To_Account": "v_2",
                "MsgSeq": 1,
                "MsgRandom": 1,
                "MsgTime": 1669872112,
                "MsgKey": "1_1_1669872112",
                "OnlineOnlyFlag": 0,
                "MsgBody": said("psst"),
                "CloudCustomData": "",
            },
        ),
    ],
)
def test_the_service_is_asked_with_a_signed_callback(desk, command, fields):
    act, _ = attempts(desk)[command]
    asked = asked_by(desk, ALLOW)
    act()
    path, body = asked[0]
    query = parse_qs(urlsplit(path).query)
    assert (query["CallbackCommand"], query["OptPlatform"]) == ([command], ["Web"])
    assert query["Sign"] == ["17773bc39a671d7b9aa835458704d2a6db81360a5940292b587d6d760d484061"]
    assert body == {"CallbackCommand": command} | fields


def test_servers_are_asked_about_creations_and_additions_too(desk):
    desk.group("g")
    desk.known("v_1")
    asked = asked_by(desk, REFUSE)
    assert desk.code("create_group", Type="Public", Name="n") == 10016
    assert desk.code("add_group_member", GroupId="g", MemberList=member_list(["v_1"])) == 10016
    assert [body["Operator_Account"] for _, body in asked] == ["administrator"] * 2
    assert all("OptPlatform=RESTAPI" in path for path, _ in asked)


def test_single_invitees_can_be_refused(desk):
    desk.group("g", "v_1", InviteJoinOption="FreeAccess")
    desk.known("v_2", "v_3")
    asked_by(desk, ALLOW | {"RefusedMembers_Account": ["v_2", "v_9"]})
    assert desk.chat.invite("g", "v_1", ["v_2", "v_3"]) == {"v_2": 0, "v_3": 1}
    assert list(desk.chat.group("g").members) == ["v_1", "v_3"]


def test_while_the_service_thinks_it_can_call(desk):
    desk.group("g", "v_1", ApplyJoinOption="FreeAccess")
    desk.known("v_2")

    def ask(_):
        thread = threading.Thread(target=lambda: desk.send("wait"))
        thread.start()
        thread.join(5)
        return ALLOW

    desk.chat.callbacks.ask = ask
    assert desk.chat.apply("g", "v_2") == "JoinedSuccess"
    assert [message.text for message in desk.chat.group("g").messages] == ["wait"]


def test_a_group_that_vanishes_while_the_service_thinks_takes_nobody(desk):
    desk.group("g", "v_1", ApplyJoinOption="FreeAccess", InviteJoinOption="FreeAccess")
    desk.known("v_2")
    desk.chat.callbacks.ask = lambda _: "g" in desk.chat.groups and desk.chat.destroy_behind_back("g")
    assert refused(desk.chat.apply, "g", "v_2") == 10010


def test_over_http_the_service_is_asked_and_heard(serve):
    @Request.application
    def service(request):
        return Response(json.dumps({"path": request.full_path, "body": request.get_json(force=True)}))

    with closing(AskOverHTTP(serve(service))) as ask:
        answer = ask(Outgoing("/tencent/callback?n=1", b'{"a": 1}'))
    assert answer == {"path": "/tencent/callback?n=1", "body": {"a": 1}}


@pytest.mark.parametrize(
    "response", [Response("not JSON"), Response("[]"), Response('{"ErrorCode": 1}', status=500), Response("{")]
)
def test_over_http_an_answer_that_is_none_counts_as_none(serve, response):
    with closing(AskOverHTTP(serve(response))) as ask:
        assert ask(Outgoing("/", b"{}")) is None


def test_over_http_the_service_is_not_waited_for_longer_than_agreed(serve):
    @Request.application
    def service(_):
        time.sleep(0.5)
        return Response("{}")

    with closing(AskOverHTTP(serve(service), seconds=0.05)) as ask:
        assert ask(Outgoing("/", b"{}")) is None


def test_the_service_has_two_seconds_unless_a_test_has_others():
    assert inspect.signature(AskOverHTTP).parameters["seconds"].default == 2


# Faults


def faulty(fault, **settings):
    desk = Desk(**settings)
    desk.group("g")
    desk.chat.faults = Faults(rates={fault: 1.0})
    return desk


def test_a_busy_tencent_says_60007_with_http_200_and_does_nothing():
    desk = faulty(Fault.BUSY)
    assert desk("destroy_group", GroupId="g")["ErrorCode"] == 60007
    assert "g" in desk.chat.groups


def test_a_broken_gateway_says_502_with_html_and_does_nothing():
    desk = faulty(Fault.BROKEN)
    answer = Client(desk.chat).post(PATHS["destroy_group"], data='{"GroupId": "g"}', query_string=desk.query())
    assert (answer.status_code, answer.mimetype) == (502, "text/html")
    assert "g" in desk.chat.groups


@pytest.mark.parametrize(("fault", "done"), [(Fault.LOST, False), (Fault.UNANSWERED, True)])
def test_without_an_answer_a_call_is_done_or_not(fault, done):
    desk = faulty(fault)
    with pytest.raises(NoAnswer):
        desk("destroy_group", GroupId="g")
    assert ("g" in desk.chat.destroyed) == done


def test_a_slow_answer_comes_after_the_callers_time_is_up_and_after_the_deed(serve):
    desk = faulty(Fault.SLOW)
    desk.chat.slow_seconds = 0.5
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(
            serve(desk.chat) + PATHS["destroy_group"], params=desk.query(), content='{"GroupId": "g"}', timeout=0.1
        )
    assert "g" in desk.chat.destroyed


@pytest.mark.parametrize(
    ("command", "body", "subject"),
    [
        ("send_group_msg", {"GroupId": "g", "From_Account": "v_1"}, "g"),
        ("account_import", {"UserID": "v_1"}, "v_1"),
        ("portrait_set", {"From_Account": "v_1"}, "v_1"),
        ("account_delete", {"DeleteItem": [{"UserID": "v_1"}]}, "v_1"),
        ("get_group_info", {"GroupIdList": ["g"]}, "g"),
        ("get_appid_group_list", {}, PATHS["get_appid_group_list"]),
    ],
)
def test_faults_are_decided_for_each_group_and_account(desk, command, body, subject):
    desk(command, **body)
    assert desk.chat.calls[-1] == (command, subject)


# Nonsense

PROPER = {
    "account_import": {"UserID": "v_1", "Nick": "Ada", "FaceUrl": ""},
    "account_delete": {"DeleteItem": [{"UserID": "v_9"}]},
    "kick": {"UserID": "v_1"},
    "portrait_set": {"From_Account": "v_1", "ProfileItem": [{"Tag": "Tag_Profile_IM_Nick", "Value": "Ada"}]},
    "create_group": {
        "Type": "Public",
        "Name": "n",
        "GroupId": "h",
        "Owner_Account": "v_1",
        "MemberList": member_list(["v_1"]),
        "Introduction": "",
        "ApplyJoinOption": "DisableApply",
        "MaxMemberCount": 5,
        "AppDefinedData": [],
    },
    "get_group_info": {
        "GroupIdList": ["g"],
        "ResponseFilter": {"GroupBaseInfoFilter": ["Name"], "MemberInfoFilter": ["Role"]},
    },
    "get_appid_group_list": {"Limit": 5, "Next": 0},
    **{command: {"GroupId": "g"} | body for command, body in ABOUT_A_GROUP.items()},
    "get_group_member_info": {"GroupId": "g", "Limit": 5, "Offset": 0, "MemberInfoFilter": ["Role"]},
    "send_group_msg": {
        "GroupId": "g",
        "Random": 1,
        "MsgBody": said("hello"),
        "From_Account": "v_1",
        "CloudCustomData": "c1",
        "ForbidCallbackControl": ["ForbidAfterSendMsgCallback"],
    },
    "group_msg_get_simple": {"GroupId": "g", "ReqMsgNumber": 1, "ReqMsgSeq": 1, "WithRecalledMsg": 1},
}
ODD = [None, True, 5, -1, 1.5, "", "x", [], [5], ["x"], [None], [[]], [{}], {}, {"x": 1}]


def test_every_command_is_among_the_proper_ones():
    assert PROPER.keys() == PATHS.keys()


@pytest.mark.parametrize(("command", "field"), [(command, field) for command in PROPER for field in PROPER[command]])
def test_whatever_stands_in_a_field_there_is_a_proper_answer(command, field):
    for odd in ODD:
        desk = Desk(calls_per_second=0)
        desk.group("g", "v_1")
        desk.ok(command, **PROPER[command])
        assert isinstance(desk(command, **(PROPER[command] | {field: odd}))["ErrorCode"], int)


# The page


def test_the_page_shows_groups_members_and_messages(desk):
    desk.ok("account_import", UserID="v_1", Nick="Ada")
    desk.group("case-1", Name="Lost parcel", MemberList=member_list(["v_1"]))
    desk.group("case-0", Name="Old story")
    desk.ok("destroy_group", GroupId="case-0")
    desk.chat.say("case-1", "v_1", "where is it?")
    answer = Client(desk.chat).get("/")
    page = answer.text
    assert answer.mimetype == "text/html"
    assert '<meta http-equiv="refresh"' in page
    for words in ("Lost parcel", "case-1", "Ada (v_1)", "where is it?", "Old story", "1 live groups, 1 past ones"):
        assert words in page


def test_the_page_runs_nobodys_scripts(desk):
    evil = "<script>alert(1)</script>"
    desk.ok("account_import", UserID="v_1", Nick=evil)
    desk.group("<b>", "v_1", Name=evil[:30])
    desk.chat.say("<b>", "v_1", evil)
    page = Client(desk.chat).get("/").text
    assert "<script" not in page
    assert page.count("&lt;script&gt;") == 4
    assert "&lt;b&gt;" in page


def test_the_page_does_not_show_what_was_recalled(desk):
    desk.group("g", "v_1")
    desk.chat.say("g", "v_1", "my secret")
    desk.ok("delete_group_msg_by_sender", GroupId="g", Sender_Account="v_1")
    page = Client(desk.chat).get("/").text
    assert "my secret" not in page
    assert "(recalled)" in page


def test_to_look_at_the_page_is_no_call_and_meets_no_fault():
    desk = faulty(Fault.LOST)
    desk.chat.calls.clear()
    assert Client(desk.chat).get("/").status_code == 200
    assert desk.chat.calls == []


# The house


def test_the_stand_in_knows_nothing_of_the_service_and_of_the_vendors_library():
    folder = Path(sandbox.tencent_chat.__file__).parent
    imported = set()
    for file in [*folder.glob("*.py"), folder.parent / "user_sig.py"]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            if isinstance(node, ast.ImportFrom):
                imported.add(node.module.partition(".")[0])
    assert not imported & {"caseroom", "connectors", "app", "TLSSigAPIv2"}
    assert "sandbox" in imported
