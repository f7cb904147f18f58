"""Small parts of the pane that need no town: the modules as they are, loaded into an empty page."""

import pytest

from chat_ui import build

ORIGINS = {
    "https://acme.lightning.force.com": True,
    "https://acme--dev.sandbox.lightning.force.com": True,
    "https://acme.my.salesforce.com": True,
    "https://acme--c.vf.force.com": True,
    "http://127.0.0.1:8000": True,
    "http://localhost": True,
    "https://own.example": True,
    "https://lightning.force.com.evil.example": False,
    "https://evil.example/.lightning.force.com": False,
    "https://evillightning.force.com": False,
    "http://acme.lightning.force.com": False,
    "https://127.0.0.1.evil.example": False,
    "null": False,
    "": False,
}
PLACE = "https://modules.example"


@pytest.fixture
def run(people):
    """Evaluates a function with a module of the pane as its first argument."""
    page = people().new_page()

    def serve(route):
        path = build.HOME / route.request.url.removeprefix(f"{PLACE}/")
        kind = "text/javascript" if path.suffix == ".js" else "text/html"
        route.fulfill(body=path.read_text("utf-8") if path.is_file() else "<!doctype html>", content_type=kind)

    page.route(f"{PLACE}/**", serve)
    page.goto(f"{PLACE}/")

    def evaluate(module, function, *given):
        script = f"async ([url, given]) => ({function})(await import(url), ...given)"
        return page.evaluate(script, [f"{PLACE}/pane/{module}.js", given])

    return evaluate


@pytest.mark.parametrize("origin", ORIGINS)
def test_only_origins_that_are_known_are_heard(run, origin):
    known = run("frames", "({ isKnown }, origin) => isKnown(origin, 'https://own.example')", origin)
    assert known is ORIGINS[origin]


def test_a_frame_without_an_origin_knows_no_other_one_as_its_own(run):
    assert run("frames", "({ isKnown }) => isKnown('null', 'null')") is False


@pytest.mark.parametrize(
    ("fragment", "found"),
    [
        ("#abc-_1", {"code": "abc-_1", "ref": "", "locale": ""}),
        ("#code=abc&ref=500x&locale=ja", {"code": "abc", "ref": "500x", "locale": "ja"}),
        ("", {"code": "", "ref": "", "locale": ""}),
    ],
)
def test_the_code_is_read_out_of_the_fragment(run, fragment, found):
    assert run("config", "({ readFragment }, hash) => readFragment(hash)", fragment) == found


@pytest.mark.parametrize(
    ("left", "waits"), [(900, 600), (3, 5), (-500, 5), (86_400, 600), (60, 40)], ids=lambda seconds: f"{seconds} s"
)
def test_a_token_is_renewed_after_two_thirds_of_its_time_and_within_limits(run, left, waits):
    asked = "({ untilRenewal }, left) => untilRenewal({ expiresAt: 1000 + left }, 1_000_000) / 1000"
    assert run("session", asked, left) == waits


def test_replies_are_found_by_all_their_words_titles_first(run):
    replies = [
        {"title": "Post", "text": "It goes by post."},
        {"title": "Delay", "text": "The post is late."},
        {"title": "Hours", "text": "9 to 5"},
    ]
    found = run(
        "replies",
        "({ matching }, replies, words) => matching(replies, words).map(({ title }) => title)",
        replies,
        "POST",
    )
    assert found == ["Post", "Delay"]
    assert run("replies", "({ matching }, replies) => matching(replies, ' the  late ').length", replies) == 1
    assert run("replies", "({ matching }, replies) => matching(replies, '').length", replies) == 3


UNREAD = """({ Unread }) => {
  const unread = new Unread('zendesk_1');
  const says = (seq, from = 'v_1', flow = 'in') => unread.hear({ group: 'g', seq, from, flow, kind: 'text' });
  const told = (lastSeq, lastSender) => unread.told({ GroupId: 'g', lastSeq, lastSender, customer: { userID: 'v_1' } });
  const counts = [];
  const count = () => counts.push(unread.count('g'));
  told(4, 'v_1'); count();                                // the customer had the last word
  says(4); count();                                       // the same, over the line
  says(5); says(6, 'zendesk_1', 'out'); count();          // one's own does not count
  unread.see('g', 6); count();
  says(5); count();                                       // late, and seen before
  told(9, 'v_1'); count();                                // three since it was told last and seen
  told(9, 'v_1'); count();
  return counts;
}"""


def test_unread_messages_are_counted_once_by_whichever_road_they_are_told(run):
    assert run("unread", UNREAD) == [1, 1, 2, 0, 0, 3, 3]
