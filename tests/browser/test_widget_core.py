"""The pure parts of the widget's core, run in the browser that they are for."""

import pytest

from chat_ui.build import HOME

ORIGIN = "http://core.test"
CHANGES = """async (events) => {
  const { empty, reduce, unread, lastSeq } = await import('/core/conversation.js');
  const state = events.reduce(reduce, empty());
  return { texts: state.messages.map((one) => one.text), top: state.top, hasHole: state.hasHole, unread: unread(state),
    last: lastSeq(state), messages: state.messages, names: state.names, before: state.before };
}"""


@pytest.fixture
def core(people):
    """A page that can import the sources as they are."""

    def serve(route):
        path = HOME / route.request.url.removeprefix(f"{ORIGIN}/")
        if path.is_file():
            route.fulfill(body=path.read_bytes(), content_type="text/javascript")
        else:
            route.fulfill(body="<!doctype html>", content_type="text/html")

    page = people().new_page()
    page.route(f"{ORIGIN}/**", serve)
    page.goto(f"{ORIGIN}/")
    return page


def message(seq, text="", group="g1", **more):
    about = {
        "id": f"{group}:{seq}:{text}",
        "group": group,
        "key": "",
        "seq": seq,
        "from": "ann",
        "nick": "",
        "at": 1000 * seq,
    }
    return {**about, "kind": "text", "text": text or f"{group} {seq}", "flow": "in", "status": "sent", **more}


OPENED = {"type": "opened", "me": "me", "group": "g1"}


def heard(*messages):
    return {"type": "heard", "messages": list(messages)}


def test_messages_stand_in_the_groups_own_order_however_they_come(core):
    state = core.evaluate(CHANGES, [OPENED, heard(message(3)), heard(message(1), message(2)), heard(message(2))])
    assert state["texts"] == ["g1 1", "g1 2", "g1 3"]
    assert (state["top"], state["hasHole"]) == (3, False)


def test_a_gap_is_seen_and_closed_once_it_has_been_asked_about(core):
    events = [OPENED, heard(message(1)), heard(message(4))]
    state = core.evaluate(CHANGES, events)
    assert (state["top"], state["hasHole"]) == (1, True)
    fetched = {"type": "fetched", "top": 1, "messages": [message(2), message(4)]}
    state = core.evaluate(CHANGES, [*events, fetched])
    assert state["texts"] == ["g1 1", "g1 2", "g1 4"]
    assert (state["top"], state["hasHole"]) == (4, False)


def test_a_message_of_ones_own_is_one_while_it_goes_out_when_it_is_sent_and_when_it_is_told_again(core):
    mine = {"key": "k", "flow": "out", "from": "me"}
    queued = {"type": "queued", "message": message(0, "hello", **mine, status="sending")}
    sent = {"type": "sent", "key": "k", "message": message(2, "hello", **mine)}
    told = {"type": "recalled", "messages": [message(2, "hello", life=1, flow="out", **{"from": "me"})], "before": None}
    state = core.evaluate(CHANGES, [OPENED, heard(message(1)), queued, sent, told, heard(message(2, "hello", **mine))])
    assert state["texts"] == ["g1 1", "hello"]
    assert [one["status"] for one in state["messages"]] == ["sent", "sent"]


def test_what_goes_out_stands_at_the_end_until_it_has_its_place(core):
    queued = {"type": "queued", "message": message(0, "mine", key="k", flow="out", status="sending", at=500)}
    state = core.evaluate(CHANGES, [OPENED, queued, heard(message(1), message(2))])
    assert state["texts"] == ["g1 1", "g1 2", "mine"]


def test_lives_of_a_case_stand_one_after_the_other(core):
    history = {
        "type": "recalled",
        "before": "1.1",
        "messages": [message(1, group="g2", life=2), message(9, group="g0", life=1)],
    }
    state = core.evaluate(CHANGES, [{**OPENED, "group": "g2"}, history, heard(message(2, group="g2"))])
    assert state["texts"] == ["g0 9", "g2 1", "g2 2"]
    assert (state["top"], state["before"]) == (2, "1.1")


def test_only_what_others_said_and_was_not_read_counts_as_unread(core):
    said = [message(1), message(2, flow="out"), message(3), message(4, kind="line")]
    state = core.evaluate(CHANGES, [{**OPENED, "readSeq": 1}, heard(*said)])
    assert state["unread"] == 1
    state = core.evaluate(CHANGES, [OPENED, heard(*said), {"type": "read-here", "seq": 4}])
    assert state["unread"] == 0


def test_a_name_once_heard_is_kept_and_a_blank_one_changes_nothing(core):
    state = core.evaluate(CHANGES, [OPENED, heard(message(1, nick="Ann")), heard(message(2))])
    assert state["names"] == {"ann": "Ann"}
    members = {"type": "members", "members": [{"id": "ann", "name": ""}, {"id": "bob", "name": "Bob"}]}
    state = core.evaluate(CHANGES, [OPENED, heard(message(1, nick="Ann")), members])
    assert state["names"] == {"ann": "Ann", "bob": "Bob"}


def test_new_tries_wait_longer_each_time_and_not_all_the_same(core):
    waits = core.evaluate("""async () => {
      const { pause } = await import('/core/clock.js');
      return [0, 1, 2, 3, 9, 30].map((tries) => [pause(tries, () => 0), pause(tries, () => 1)]);
    }""")
    assert waits == [[500, 1000], [1000, 2000], [2000, 4000], [4000, 8000], [30000, 60000], [30000, 60000]]


def test_every_accent_gets_colours_that_can_be_read(core):
    worst = core.evaluate("""async () => {
      const { colours, contrast } = await import('/widget/colours.js');
      const rgb = (text) => [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16));
      let [on, ink] = [21, 21];
      for (let value = 0; value < 0x1000; value += 1) {
        const made = colours(`#${value.toString(16).padStart(3, '0')}`);
        on = Math.min(on, contrast(rgb(made.on), rgb(made.accent)));
        ink = Math.min(ink, contrast(rgb(made.ink), rgb(made.tint)));
      }
      return [on, ink];
    }""")
    assert min(worst) >= 4.5


def test_texts_are_filled_in_and_counted_as_their_language_does(core):
    said = core.evaluate("""async () => {
      const { Texts, nearest, direction } = await import('/core/texts.js');
      const arabic = new Texts('ar', { 'a.one': 'واحد', 'a.two': 'اثنان', 'a.few': 'قليل {count}', 'a.other': 'كثير' });
      const english = new Texts('en', {
        hello: 'Hello {name}, {unknown}', 'n.one': '{count} day', 'n.other': '{count} days',
      });
      return [
        english.t('hello', { name: '{count}' }), english.t('n', { count: 1 }), english.t('n', { count: 1200 }),
        english.t('missing'), [1, 2, 100].map((count) => arabic.t('a', { count })),
        ['pt-BR', 'zh_TW', 'ja-JP', 'ar-EG', 'en-GB'].map(nearest), direction('he-IL'),
      ];
    }""")
    assert said[:4] == ["Hello {count}, {unknown}", "1 day", "1,200 days", "missing"]
    assert said[4:] == [["واحد", "اثنان", "كثير"], ["en", "zh-CN", "ja", "ar", "en"], "rtl"]


def test_only_harmless_addresses_are_opened(core):
    urls = [
        "https://a.example/x",
        "javascript:alert(1)",
        "http://a.example/",
        "data:text/html,x",
        "http://127.0.0.1:1/x",
        "",
        "//a",
    ]
    safe = core.evaluate(
        "async (urls) => { const { safeURL } = await import('/core/dom.js'); return urls.map(safeURL); }", urls
    )
    assert safe == ["https://a.example/x", "", "", "", "http://127.0.0.1:1/x", "", ""]


def test_a_browser_without_storage_still_keeps_things_as_long_as_the_page_is_open(core):
    core.add_init_script("""for (const name of ['localStorage', 'sessionStorage']) {
      Object.defineProperty(window, name, { get() { throw new DOMException('no', 'SecurityError'); } });
    }""")
    core.reload()
    kept = core.evaluate("""async () => {
      const { Keeper } = await import('/core/keeper.js');
      const keeper = new Keeper({ mayPersist: () => true });
      keeper.set('token', { a: 1 });
      const found = [keeper.get('token'), keeper.names()];
      keeper.clear();
      return [...found, keeper.get('token')];
    }""")
    assert kept == [{"a": 1}, ["token"], None]
