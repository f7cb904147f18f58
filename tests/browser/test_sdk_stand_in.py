"""The stand-in of the chat cloud's SDK, in a real browser: what our code relies on happens as with the real one."""

from itertools import count

import pytest
from TLSSigAPIv2 import TLSSigAPIv2

from sandbox.tencent_chat.rules import By
from sandbox.town import SDK_APP_ID, TENCENT_KEY

ADMIN = By("administrator", "RESTAPI")
# Logs somebody in; `said` collects what his page hears.
JOIN = """async ([cloud, id, userID, userSig, upload]) => {
  const { default: TencentCloudChat, Upload } = await import(`${cloud}/sdk.js`);
  const chat = TencentCloudChat.create({ SDKAppID: id });
  Object.assign(window, { chat, TencentCloudChat, said: [] });
  chat.setLogLevel(4);
  if (upload) chat.registerPlugin({ 'tim-upload-plugin': Upload });
  const { EVENT } = TencentCloudChat;
  for (const name of Object.values(EVENT)) chat.on(name, (event) => said.push([event.name, event.data]));
  const ready = new Promise((done) => chat.on(EVENT.SDK_READY, done));
  await chat.login({ userID, userSig });
  await ready;
}"""
SAY = """async ([groupID, text, options]) => {
  const about = { to: groupID, conversationType: 'GROUP', cloudCustomData: '{"a":1}' };
  const message = chat.createTextMessage({ ...about, payload: { text } });
  try {
    return (await chat.sendMessage(message, options)).data.message;
  } catch ({ code }) {
    return { code };
  }
}"""
SEND_FILE = """async ([groupID, kind, name, type, size]) => {
  const progress = [];
  const canvas = Object.assign(document.createElement('canvas'), { width: 30, height: 20 });
  const blob = size ? new Uint8Array(size) : await new Promise((done) => canvas.toBlob(done, type));
  const file = new File([blob], name, { type });
  const onProgress = (share) => progress.push(share);
  const options = { to: groupID, conversationType: 'GROUP', payload: { file }, onProgress };
  try {
    const { data } = await chat.sendMessage(chat[`create${kind}Message`](options));
    return { payload: data.message.payload, progress };
  } catch ({ code }) {
    return { code };
  }
}"""
HEARD = "name => said.filter(([one]) => one === name).map(([, data]) => data)"
groups = count(1)


@pytest.fixture
def group(street):
    """A group with Mei and Ann in it."""
    chat = street.chat
    for account in ("mei", "ann"):
        chat.people.add(account, imported=True)
    name = f"sdk-{next(groups)}"
    members = [{"Member_Account": "mei"}, {"Member_Account": "ann"}]
    with chat.lock:
        chat.cloud.create_group({"Type": "Public", "Name": name, "GroupId": name, "MemberList": members}, ADMIN)
    return name


@pytest.fixture
def join(street, open_website):
    def log_in(account, where=None, upload=True, seconds=600):
        page = where or open_website()
        user_sig = TLSSigAPIv2(SDK_APP_ID, TENCENT_KEY).gen_sig(account, seconds)
        page.evaluate(JOIN, [street.urls["tencent_chat"], SDK_APP_ID, account, user_sig, upload])
        return page

    return log_in


def heard(page, name, number=1):
    """What a page has heard of one kind of event, once it is so many."""
    page.wait_for_function(f"said.filter(([one]) => one === '{name}').length >= {number}")
    return page.evaluate(HEARD, name)


def test_what_one_says_the_other_hears(join, group):
    mei, ann = join("mei"), join("ann")
    sent = mei.evaluate(SAY, [group, "It drips."])
    ((message,),) = heard(ann, "onMessageReceived")
    alike = ("ID", "sequence", "payload", "from", "to", "type", "conversationID", "cloudCustomData")
    assert {name: message[name] for name in alike} == {name: sent[name] for name in alike}
    assert (sent["flow"], sent["status"], sent["sequence"]) == ("out", "success", 1)
    assert (message["flow"], message["payload"]) == ("in", {"text": "It drips."})
    assert mei.evaluate(HEARD, "onMessageReceived") == []


def test_a_page_comes_back_after_a_break_and_finds_in_the_history_what_it_missed(street, join, group, without_network):
    mei = join("mei")
    with without_network(mei):
        assert heard(mei, "netStateChange", 2)[-1] == {"state": "disconnected"}
        assert mei.evaluate(SAY, [group, "lost"]) == {"code": 2800}
        street.chat.say(group, "ann", "missed")
    mei.wait_for_function("said.at(-1)[1]?.state === 'connected'")
    assert mei.evaluate(HEARD, "onMessageReceived") == []
    query = {"conversationID": f"GROUP{group}", "sequence": 1, "direction": 1}
    found = mei.evaluate("async query => (await chat.getMessageListHopping(query)).data.messageList", query)
    assert [one["payload"]["text"] for one in found] == ["missed"]
    street.chat.say(group, "ann", "heard")
    assert heard(mei, "onMessageReceived")[0][0]["payload"] == {"text": "heard"}


def test_a_line_that_is_cut_on_the_way_comes_back_too(street, join, group):
    mei = join("mei")
    street.cut("mei", 1)
    assert heard(mei, "netStateChange", 2)[1] == {"state": "disconnected"}
    mei.wait_for_function("said.at(-1)[1]?.state === 'connected'")
    street.chat.say(group, "ann", "heard")
    assert heard(mei, "onMessageReceived")[0][0]["payload"] == {"text": "heard"}


def test_a_second_page_of_the_same_account_ends_the_first(join, group):
    first = join("mei")
    second = join("mei")
    assert heard(first, "kickedOut") == [{"type": "multipleAccount"}]
    assert not first.evaluate("chat.isReady()")
    assert first.evaluate(SAY, [group, "?"]) == {"code": 2999}
    assert second.evaluate(SAY, [group, "!"])["status"] == "success"


def test_after_a_usersig_has_ended_the_same_page_logs_in_with_a_new_one(street, join, group):
    mei = join("mei")
    street.expire("mei")
    assert heard(mei, "kickedOut") == [{"type": "userSigExpired"}]
    join("mei", where=mei)
    assert mei.evaluate(SAY, [group, "again"])["status"] == "success"


def test_an_old_usersig_lets_nobody_in(street, open_website):
    old = TLSSigAPIv2(SDK_APP_ID, TENCENT_KEY).gen_sig("mei", 0)
    ask = f"({JOIN})(asked).catch(({{ code }}) => code)"
    values = [street.urls["tencent_chat"], SDK_APP_ID, "mei", old, True]
    assert open_website().evaluate(f"asked => {ask}", values) == 70001


def test_a_picture_is_sent_with_its_size_and_can_be_loaded(join, group):
    mei, ann = join("mei"), join("ann")
    sent = mei.evaluate(SEND_FILE, [group, "Image", "pot.png", "image/png", 0])
    ((message,),) = heard(ann, "onMessageReceived")
    assert message["payload"] == sent["payload"]
    original, small, large = message["payload"]["imageInfoArray"]
    assert [one["type"] for one in (original, small, large)] == [0, 1, 2]
    assert (original["width"], original["height"]) == (30, 20)
    shown = "url => new Promise((done) => Object.assign(new Image(), { src: url, onload() { done(this.width) } }))"
    assert ann.evaluate(shown, original["imageUrl"]) == 30


def test_a_file_is_sent_with_its_name_and_tells_how_far_it_is(join, group):
    mei, ann = join("mei"), join("ann")
    sent = mei.evaluate(SEND_FILE, [group, "File", "a b.txt", "text/plain", 3_000_000])
    ((message,),) = heard(ann, "onMessageReceived")
    assert (message["payload"]["fileName"], message["payload"]["fileSize"]) == ("a b.txt", 3_000_000)
    assert sent["progress"][-1] == 1


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (["Image", "a.svg", "image/svg+xml", 10], 2252),
        (["Image", "a.png", "image/png", 21 * 2**20], 2253),
        (["File", "a.bin", "application/octet-stream", 101 * 2**20], 2402),
    ],
)
def test_what_is_no_picture_or_too_big_is_refused(join, group, file, code):
    assert join("mei").evaluate(SEND_FILE, [group, *file]) == {"code": code}


def test_without_the_plug_in_nothing_is_uploaded(join, group):
    sent = join("mei", upload=False).evaluate(SEND_FILE, [group, "File", "a.txt", "text/plain", 5])
    assert sent == {"code": 2040}


def test_signs_that_nobody_keeps_are_heard(join, group):
    mei, ann = join("mei"), join("ann")
    assert mei.evaluate(SAY, [group, "typing", {"onlineUserOnly": True}])["sequence"] == 0
    assert heard(ann, "onMessageReceived")[0][0]["payload"] == {"text": "typing"}
    query = {"conversationID": f"GROUP{group}"}
    assert ann.evaluate("async query => (await chat.getMessageList(query)).data.messageList", query) == []


def test_comings_goings_and_the_end_are_told(street, join, group):
    mei, cloud = join("mei"), street.chat.cloud
    cloud.exit(cloud.find(group), ["ann"], ADMIN)
    cloud.join(cloud.find(group), ["ann"], ADMIN)
    street.chat.destroy_behind_back(group)
    told = [message for (message,) in heard(mei, "onMessageReceived", 3)]
    types = [(one["type"], one["payload"]["operationType"]) for one in told]
    assert types == [("TIMGroupTipElem", 3), ("TIMGroupTipElem", 1), ("TIMGroupSystemNoticeElem", 5)]
    assert {one["payload"]["groupProfile"]["groupID"] for one in told} == {group}


def test_it_works_in_a_frame_without_an_origin(street, join, group, open_website):
    page = open_website()
    page.evaluate(
        "() => document.body.append(Object.assign(document.createElement('iframe'),"
        " { sandbox: 'allow-scripts', srcdoc: '<p>frame</p>' }))"
    )
    frame = page.locator("iframe").element_handle().content_frame()
    frame.wait_for_selector("p")
    assert frame.evaluate("origin") == "null"
    join("mei", where=frame)
    assert frame.evaluate(SAY, [group, "from a frame"])["status"] == "success"
