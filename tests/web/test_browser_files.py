"""What browsers load: open to all, cacheable for minutes, readable for every page; nothing of anybody in it."""

import gzip

import pytest

from caseroom.web import browser_routes

LAUNCHER, WIDGET, TEXTS = "void 0;", "export const talk = 'ティーポット';", '{"widget.send":"送信"}'


@pytest.fixture
def built(tmp_path, monkeypatch):
    """A folder with what the build leaves."""
    for name, text in {"launcher.js": LAUNCHER, "widget.js": WIDGET, "locale.ja.json": TEXTS, "sdk.js": "//"}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / ".stamp").write_text("x")
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path.parent / "beyond.js").write_text("x")
    monkeypatch.setattr(browser_routes, "BUILT", tmp_path)
    return tmp_path


def get(site, path, **headers):
    return site.send(path, headers={name.replace("_", "-"): value for name, value in headers.items()}, method="GET")


@pytest.mark.parametrize(
    ("path", "text", "kind"),
    [
        ("/widget.js", LAUNCHER, "text/javascript"),
        ("/ui/launcher.js", LAUNCHER, "text/javascript"),
        ("/ui/widget.js", WIDGET, "text/javascript"),
        ("/ui/locale.ja.json", TEXTS, "application/json"),
    ],
)
def test_every_built_file_is_served_with_its_type_to_every_page(standing, built, path, text, kind):
    answer = get(standing, path, Origin="https://any.example")
    assert (answer.status_code, answer.get_data(as_text=True), answer.mimetype) == (200, text, kind)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert (answer.cache_control.public, answer.cache_control.max_age) == (True, 300)
    assert "Set-Cookie" not in answer.headers


def test_a_frame_with_an_opaque_origin_may_load_modules_too(standing, built):
    assert get(standing, "/ui/widget.js", Origin="null").headers["Access-Control-Allow-Origin"] == "*"


def test_a_file_is_sent_packed_to_whoever_takes_that(standing, built):
    packed = get(standing, "/ui/widget.js", Accept_Encoding="gzip, br")
    assert gzip.decompress(packed.get_data()).decode() == WIDGET
    assert packed.headers["Content-Encoding"] == "gzip"
    for plain in (get(standing, "/ui/widget.js"), get(standing, "/ui/widget.js", Accept_Encoding="gzip;q=0, br")):
        assert plain.get_data(as_text=True) == WIDGET
        assert "Accept-Encoding" in plain.headers["Vary"]
        assert plain.headers["ETag"] != packed.headers["ETag"]


def test_what_a_browser_has_already_is_not_sent_again_and_a_new_build_is(standing, built):
    tag = get(standing, "/ui/widget.js").headers["ETag"]
    again = get(standing, "/ui/widget.js", If_None_Match=tag)
    assert (again.status_code, again.get_data()) == (304, b"")
    (built / "widget.js").write_text("export const talk = 2;")
    assert get(standing, "/ui/widget.js", If_None_Match=tag).get_data() == b"export const talk = 2;"


@pytest.mark.parametrize(
    "name",
    [
        *("nothing.js", ".stamp", "notes.txt", "..%2fbeyond.js", "%2e%2e%2fbeyond.js", "widget.js%00", "widget.js.map"),
        *("a" * 200 + ".js", "..", "locale.%2e%2e.json"),
    ],
)
def test_what_is_no_built_file_is_not_served(standing, built, name):
    assert get(standing, f"/ui/{name}").status_code in {404, 422}
    assert get(standing, "/ui/widget.js").status_code == 200


@pytest.mark.parametrize("path", ["/widget.js", "/ui/widget.js", "/ui/sdk.js"])
def test_before_anything_was_built_the_answer_says_so(standing, built, problem, path):
    for file in built.iterdir():
        file.unlink()
    answer = get(standing, path, Origin="https://any.example")
    assert problem(answer) == (503, "not_built")
    assert answer.headers["Retry-After"] == "60"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_the_sdk_comes_from_us_or_from_where_the_operator_says(site_with, built):
    assert get(site_with(), "/ui/sdk.js").get_data() == b"//"
    elsewhere = site_with(TENCENT_SDK_URL="http://127.0.0.1:9/sdk.js")
    answer = get(elsewhere, "/ui/sdk.js", Origin="null")
    assert (answer.status_code, answer.headers["Location"]) == (302, "http://127.0.0.1:9/sdk.js")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
