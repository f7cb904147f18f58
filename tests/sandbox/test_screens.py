"""What people have on their screens acts on the stand-ins, and carries Caseroom as the vendors would."""

import json

import jwt
import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

from sandbox.salesforce import Salesforce
from sandbox.screens.embed import CDN, Embed
from sandbox.screens.salesforce import SalesforceScreen
from sandbox.screens.signed_url import SignedURLs
from sandbox.screens.storefront import EXTENSIONS, Storefront
from sandbox.screens.templates import HERE
from sandbox.screens.wares import LANGUAGES, PRODUCTS, SAYS
from sandbox.screens.website import Website
from sandbox.screens.zendesk import ZendeskScreen
from sandbox.stand_in import Server
from sandbox.zendesk import Zendesk

ORG = {"client_id": "x", "client_secret": "x", "org_id": "00D5e000001AbCdEAK"}


def get(application, path, **more):
    return Client(application).get(path, **more)


# The shop


@pytest.fixture
def shop():
    pages = Storefront("quiet.myshopify.com")
    pages.switch_on("http://127.0.0.1:1/sdk.js", accent="#123456")

    @Request.application
    def application(request):
        return pages.answer(request) or Response(status=404)

    return application


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_page_of_the_shop_carries_the_embed_in_its_language(shop, language):
    for path in ("/", "/products/amber"):
        page = get(shop, f"{path}?locale={language}").text
        assert f'data-locale="{language}"' in page
        assert 'data-accent="#123456"' in page
        assert "{%" not in page
        assert "{{" not in page


def test_the_shop_keeps_the_language_that_was_chosen(shop):
    browser = Client(shop)
    browser.get("/?locale=ja")
    assert 'lang="ja"' in browser.get("/products/ink").text
    assert 'lang="en"' in browser.get("/?locale=klingon").text


def test_the_theme_editor_is_told_to_the_embed(shop):
    assert 'data-design="true"' in get(shop, "/?design=1").text
    assert 'data-design="false"' in get(shop, "/").text


def test_who_is_signed_in_is_told_to_the_embed_and_escaped(shop):
    page = Client(shop, use_cookies=False).get("/", headers={"Cookie": "customer=<b>7"}).text
    assert 'data-signed-in="true"' in page
    assert "<b>7" not in page
    assert 'data-signed-in="false"' in get(shop, "/").text


def test_the_shop_serves_what_is_built_and_has_the_sdk_from_elsewhere(shop, monkeypatch, tmp_path):
    monkeypatch.setattr("sandbox.screens.embed.BUILT", tmp_path)
    (tmp_path / "launcher.js").write_text("1")
    found = get(shop, f"{CDN}/launcher.js")
    assert (found.text, found.mimetype) == ("1", "text/javascript")
    assert get(shop, f"{CDN}/sdk.js").headers["Location"] == "http://127.0.0.1:1/sdk.js"
    assert get(shop, f"{CDN}/other.js").status_code == 404
    assert get(shop, f"{CDN}/../launcher.js").status_code == 404


def test_every_ware_and_every_word_is_there_in_every_language():
    assert all(set(one["names"]) == set(LANGUAGES) for one in PRODUCTS)
    assert all(says.keys() == SAYS["en"].keys() for says in SAYS.values())


@pytest.fixture
def extension(tmp_path):
    for name in ("blocks", "locales", "snippets", "assets"):
        (tmp_path / name).mkdir()
    (tmp_path / "locales/en.default.json").write_text('{"bubble": {"open": "Open"}}')
    (tmp_path / "locales/ja.json").write_text('{"bubble": {"open": "開く"}}')
    (tmp_path / "snippets/dot.liquid").write_text("<i>{{ size }}</i>")
    return tmp_path


BLOCK = """<b id="{{ block.settings.side }}" x="{{ block.settings.line | escape }}">{{ 'bubble.open' | t }}</b>
{% render 'dot', size: 3 %}{{ 'a.css' | asset_url | stylesheet_tag }}
{% schema %} {"settings": [{"type": "header", "content": "x"}, {"id": "side", "default": "left"}, {"id": "line"}]}
{% endschema %}"""


def test_a_block_is_rendered_as_liquid_does(extension):
    (extension / "blocks/chat.liquid").write_text(BLOCK)
    page = str(Embed(extension, {"line": '"><script>'}).html("ja"))
    assert '<b id="left" x="&quot;&gt;&lt;script&gt;">開く</b>' in page
    assert "<i>3</i>" in page
    assert f'<link rel="stylesheet" href="{CDN}/a.css">' in page
    assert "schema" not in page


def test_a_language_that_the_extension_has_not_gets_the_default_one(extension):
    (extension / "blocks/chat.liquid").write_text(BLOCK)
    assert ">Open</b>" in str(Embed(extension).html("fr"))


def test_a_text_that_is_missing_is_told(extension):
    (extension / "blocks/chat.liquid").write_text("{{ 'bubble.other' | t }}")
    with pytest.raises(KeyError):
        Embed(extension).html("en")


def test_an_own_asset_goes_before_a_built_one(extension, monkeypatch, tmp_path):
    monkeypatch.setattr("sandbox.screens.embed.BUILT", tmp_path / "dist")
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist/icon.svg").write_text("built")
    assert Embed(extension).asset("icon.svg").read_text() == "built"
    (extension / "assets/icon.svg").write_text("own")
    assert Embed(extension).asset("icon.svg").read_text() == "own"


def test_there_is_one_extension_with_one_block():
    assert len(list(EXTENSIONS.glob("*/blocks/*.liquid"))) == 1


def test_a_page_of_no_shop_is_one_script_tag():
    page = get(Website("http://127.0.0.1:9"), "/?line1=<Hi>").text
    assert '<script src="http://127.0.0.1:9/widget.js" ' in page
    assert 'data-line1="&lt;Hi&gt;"' in page
    assert get(Website(), "/other").status_code == 404


# Zendesk


@pytest.fixture
def desk():
    return Zendesk(client_id="x", client_secret="x")


@pytest.fixture
def screen(desk):
    found = ZendeskScreen(desk)
    found.service_url = "http://127.0.0.1:9"
    return found


@pytest.fixture
def ann(desk):
    return desk.add_agent("Ann")


@pytest.fixture
def ticket(desk):
    return desk.open_ticket("It <drips>", "At the spout.", "Mei", "mei@customer.example", tags=("chat",))


def submit(screen, agent, ticket, **change):
    return Client(screen).post(f"/{agent}/tickets/{ticket}", json=change)


def test_an_agents_screen_knows_the_service_and_runs_nothing_that_people_typed(screen, ann, ticket):
    page = get(screen, f"/{ann}").text
    about = json.loads(page.partition('id="about">')[2].partition("</script>")[0])
    assert about == {"root": "", "agent": ann, "host": screen.desk.host, "service": "http://127.0.0.1:9"}
    assert "drips" not in page


def test_whoever_names_no_agent_sees_the_first_ones_screen(screen, ann):
    assert get(screen, "/?ticket=7").headers["Location"] == f"/{ann}?ticket=7"


def test_a_customer_has_no_screen(screen, desk, ticket):
    assert get(screen, f"/{desk.tickets[ticket].requester_id}").status_code == 404
    assert get(screen, "/12345/state").status_code == 404


def test_the_screen_shows_tickets_the_newest_first_with_what_was_said(screen, desk, ann, ticket):
    newer = desk.open_ticket("Newer", "Hello.", "Kofi", "kofi@customer.example")
    desk.comment(ticket, ann, "A note.", public=False)
    desk.soft_delete(desk.open_ticket("Gone", "Bye.", "Kofi", "kofi@customer.example"))
    state = get(screen, f"/{ann}/state").json
    assert [one["id"] for one in state["tickets"]] == [newer, ticket]
    told = state["tickets"][1]
    assert [(one["text"], one["public"]) for one in told["comments"]] == [("At the spout.", True), ("A note.", False)]
    assert state["people"][str(told["requester_id"])]["name"] == "Mei"
    assert state["agents"] == [ann]


def test_what_an_agent_submits_happens_at_zendesk(screen, desk, ann, ticket):
    answer = submit(screen, ann, ticket, assignee_id=ann, status="solved", comment="Done.", public=False)
    assert answer.status_code == 200
    assert (desk.tickets[ticket].assignee_id, desk.tickets[ticket].status) == (ann, "solved")
    assert answer.json["ticket"]["comments"][-1]["author"] == ann


def test_nothing_else_of_a_ticket_is_changed_from_a_screen(screen, desk, ann, ticket):
    assert submit(screen, ann, ticket, subject="Other", status="open").status_code == 200
    assert desk.tickets[ticket].subject == "It <drips>"
    assert submit(screen, ann, ticket, status="lost").status_code == 404


def test_a_closed_ticket_stays_as_it_is(screen, desk, ann, ticket):
    submit(screen, ann, ticket, status="solved")
    submit(screen, ann, ticket, status="closed")
    assert submit(screen, ann, ticket, status="open").status_code == 422
    assert desk.tickets[ticket].status == "closed"


def test_each_frame_gets_a_proof_of_its_own_that_the_public_key_confirms(screen, ann, tmp_path):
    tokens = [Client(screen).post(f"/{ann}/frames/top_bar").json["token"] for _ in range(2)]
    settings = screen.signed_urls.settings(tmp_path)
    pem = (tmp_path / "zendesk_app.pem").read_bytes()
    assert settings["ZENDESK_APP_PUBLIC_KEY_FILE"] == str(tmp_path / "zendesk_app.pem")
    first, second = (
        jwt.decode(token, pem, algorithms=["RS256"], audience=settings["ZENDESK_APP_AUDIENCE"]) for token in tokens
    )
    assert first["sub"].endswith(f"/users/{ann}.json")
    assert first["context"]["location"] == "top_bar"
    assert first["jti"] != second["jti"]


def test_each_app_has_a_key_of_its_own(screen):
    other = SignedURLs("other.zendesk.com", screen.desk.clock)
    assert other.key.private_numbers() != screen.signed_urls.key.private_numbers()


def test_the_screens_scripts_are_served_and_nothing_else_is(screen):
    for path in (HERE / "static").iterdir():
        assert get(screen, f"/static/{path.name}").status_code == 200
    assert get(screen, "/static/other.js").status_code == 404
    assert get(screen, "/static/..%2fzendesk.py").status_code == 404


# Salesforce


@pytest.fixture
def org():
    return Salesforce(**ORG)


@pytest.fixture
def user(org):
    return org.add_user("Ann Arbor")


@pytest.fixture
def case(org):
    return org.open_case("It drips", "At the spout.", "Mei", "mei@customer.example")


@pytest.fixture
def console(org):
    return SalesforceScreen(org, "secret")


def test_a_console_shows_cases_and_who_may_own_them(console, org, user, case):
    queue = org.add_queue("Teapots")
    org.delete(org.open_case("Gone", "", "Mei", "mei@customer.example"))
    state = get(console, f"/{user}/state").json
    assert [one["Subject"] for one in state["cases"]] == ["It drips"]
    assert state["agents"] == [user]
    assert state["owners"] == {user: "Ann Arbor", queue: "Teapots", org.admin: "Org Administrator"}


def test_what_is_changed_on_a_console_happens_in_the_org(console, org, user, case):
    change = {"OwnerId": user, "Status": "Working", "Subject": "Other"}
    assert Client(console).post(f"/{user}/cases/{case}", json=change).status_code == 200
    assert (org.cases[case]["OwnerId"], org.cases[case]["Status"]) == (user, "Working")
    assert org.cases[case]["Subject"] == "It drips"
    refused = Client(console).post(f"/{user}/cases/{case}", json={"OwnerId": "005Kz000009999zIAA"})
    assert (refused.status_code, refused.json["errorCode"]) == (400, "INVALID_CROSS_REFERENCE_KEY")


def test_nobody_else_has_a_console(console, user):
    assert get(console, "/").headers["Location"].startswith(f"/{user}")
    assert get(console, "/005Kz000009999zIAA").status_code == 404


def test_the_pane_opens_with_a_code_that_apex_got_by_a_signed_callout(console, org, user):
    asked = []

    @Request.application
    def service(request):
        asked.append((request.path, request.headers["X-Caseroom-Signature"], request.get_json()))
        return Response('{"code": "abc", "expiresIn": 60}', mimetype="application/json")

    server = Server(service)
    console.service_url = server.url
    addresses = {Client(console).post(f"/{user}/pane").json["address"] for _ in range(2)}
    server.close()
    assert addresses == {f"{server.url}/agent#code=abc"}
    assert {(path, body["agentId"], body["name"]) for path, _, body in asked} == {
        ("/salesforce/agent/code", user, "Ann Arbor")
    }
    assert asked[0][2]["nonce"] != asked[1][2]["nonce"]


def test_a_pane_that_is_not_let_in_says_so(console, user):
    server = Server(Response("{}", status=401))
    console.service_url = server.url
    answer = Client(console).post(f"/{user}/pane")
    server.close()
    assert (answer.status_code, answer.json) == (502, {"message": "The chat did not let you in."})
