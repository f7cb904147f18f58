"""A UserSig is issued only for the account that the caller has proved to be."""

import pytest

import app as hall
from caseroom.web import front
from sandbox.town import SDK_APP_ID, TENCENT_KEY
from sandbox.user_sig import TencentError, read_user_sig

FOUR_HOURS = 14_400
OTHER = "https://www.quiet-lamps.example"


def owner(site, answer):
    """Whose UserSig it is, after it was held against what is said of it and used to log in."""
    assert answer.status_code == 200, answer.get_json()
    assert answer.headers["Cache-Control"] == "no-store"
    ticket = answer.get_json()
    fields = read_user_sig(ticket["userSig"], TENCENT_KEY)
    assert type(ticket["sdkAppID"]) is type(ticket["expiresAt"]) is int
    assert fields["TLS.sdkappid"] == ticket["sdkAppID"] == SDK_APP_ID
    assert fields["TLS.time"] + fields["TLS.expire"] == ticket["expiresAt"]
    assert ticket["expiresAt"] == int(site.world.clock.now) + FOUR_HOURS
    assert fields["TLS.identifier"] == ticket["userID"]
    site.chat.login(ticket["userID"], ticket["userSig"])
    return ticket["userID"]


# A trusted server


@pytest.mark.parametrize("name", ["mei", "M", "0", "-", "_", "a" * 32, "customer-17_B", "visitor", "sv_1", "admin"])
def test_a_trusted_server_has_one_for_any_customer_of_its_own(standing, name):
    answer = standing.as_server("/usersig", {"userID": name})
    assert owner(standing, answer) == name
    assert set(answer.get_json()) == {"userID", "userSig", "sdkAppID", "expiresAt"}


@pytest.mark.parametrize(
    "name", ["administrator", "root", "v_1", "s_1", "c_1", "zendesk_1", "salesforce_1", "shopify_ann"]
)
@pytest.mark.parametrize("spelt", [str, str.upper, str.title])
def test_a_trusted_server_has_none_for_a_reserved_name_however_it_is_spelt(standing, refused_field, name, spelt):
    answer = standing.as_server("/usersig", {"userID": spelt(name)})
    assert refused_field(answer) == "userID"
    assert "reserved" in answer.get_json()["error"]["message"]


def test_the_prefix_of_a_connector_is_reserved_though_it_is_not_enabled(standing, refused_field):
    values = {**standing.world._environment(), "CONNECTORS": "zendesk"}
    house = hall.build(hall.load(values, hall.installed()))
    key = {"Authorization": f"Bearer {values['INTAKE_KEYS']}"}
    for name in ("salesforce_0051", "SHOPIFY_ann"):
        answer = front.make(house).test_client().post("/usersig", json={"userID": name}, headers=key)
        assert refused_field(answer) == "userID"
    house.close()


@pytest.mark.parametrize(
    "name",
    [
        "",
        "a" * 33,
        "a" * 65,
        "mei lin",
        "mei@x.test",
        "<b>",
        "梅",
        "a.b",
        "@RBT#helper",
        "a\x00",
        "\ud800",
        7,
        True,
        ["mei"],
    ],
)
def test_an_ill_formed_name_is_refused_by_the_name_of_its_field(standing, refused_field, name):
    with standing.unchanged():
        assert refused_field(standing.as_server("/usersig", {"userID": name})) == "userID"


@pytest.mark.parametrize("body", [{}, {"userID": None}, {"userId": "mei"}])
def test_a_trusted_server_has_to_name_its_customer(standing, refused_field, body):
    assert refused_field(standing.as_server("/usersig", body)) == "userID"


def test_a_trusted_server_does_not_speak_for_a_visitor(standing, refused_field):
    body = {"userID": "mei", "visitorToken": standing.visitor()["visitorToken"]}
    assert refused_field(standing.as_server("/usersig", body)) == "visitorToken"
    assert (
        refused_field(standing.as_server("/usersig", {"visitorToken": "x"}, Origin=standing.origin)) == "visitorToken"
    )


def test_an_erased_customer_has_none_under_the_old_name(site, refused_field):
    site.open("mei")
    assert site.as_server("/case/forget", {"userId": "mei"}).status_code == 200
    assert refused_field(site.as_server("/usersig", {"userID": "mei"})) == "userID"
    assert owner(site, site.as_server("/usersig", {"userID": "mei-2"})) == "mei-2"


# A browser


def test_a_browser_without_a_token_is_a_new_visitor_each_time_and_with_it_the_same_one(standing):
    first, second = (standing.as_page("/usersig", {}) for _ in range(2))
    mine = owner(standing, first)
    assert mine.startswith("v_")
    assert len(mine) > 20
    assert owner(standing, second) != mine
    for token in (first.get_json()["visitorToken"],) * 2:
        again = standing.as_page("/usersig", {"visitorToken": token})
        assert owner(standing, again) == mine
        assert again.get_json()["visitorToken"]


@pytest.mark.parametrize("claim", ["administrator", "mei", "v_somebody", "zendesk_12", "of another visitor"])
def test_what_a_browser_says_of_itself_decides_nothing(standing, claim):
    victim = standing.visitor()
    claim = victim["userID"] if claim == "of another visitor" else claim
    token = standing.visitor()
    for field in ("userID", "userId", "UserID", "account"):
        assert owner(standing, standing.as_page("/usersig", {field: claim})) not in {claim, victim["userID"]}
        body = {field: claim, "visitorToken": token["visitorToken"]}
        assert owner(standing, standing.as_page("/usersig", body)) == token["userID"]


def test_a_token_is_good_for_its_own_site_only(site_with, problem):
    site = site_with(ALLOWED_ORIGINS=f"https://www.sunny-teapots.example,{OTHER}")
    token = site.visitor()["visitorToken"]
    assert problem(site.as_page("/usersig", {"visitorToken": token}, OTHER)) == (401, "token_refused")
    assert site.as_page("/usersig", {"visitorToken": token}).status_code == 200


def test_a_forgotten_visitor_has_none_and_starts_anew(site, problem):
    visitor = site.visitor()
    assert site.as_page("/case/forget", {"visitorToken": visitor["visitorToken"]}).status_code == 200
    refused = site.as_page("/usersig", {"visitorToken": visitor["visitorToken"]})
    assert problem(refused) == (401, "token_refused")
    assert refused.headers["WWW-Authenticate"] == "Bearer"
    assert owner(site, site.as_page("/usersig", {})) != visitor["userID"]


def test_there_is_a_ceiling_on_new_visitors_and_only_on_those(site_with, problem):
    site = site_with(VISITORS_PER_MINUTE="3")
    known = [site.visitor() for _ in range(3)]
    before = site.kept()
    refused = site.as_page("/usersig", {})
    assert problem(refused) == (429, "too_many_requests")
    assert site.kept() == before
    assert site.as_page("/usersig", {"visitorToken": known[0]["visitorToken"]}).status_code == 200
    assert site.as_server("/usersig", {"userID": "mei"}).status_code == 200
    site.wait(int(refused.headers["Retry-After"]))
    assert len({site.visitor()["userID"] for _ in range(3)} | {one["userID"] for one in known}) == 6


# Whoever asks


def test_nothing_is_imported_at_the_chat_cloud_and_nobody_is_asked(standing):
    accounts, calls = set(standing.chat.accounts), len(standing.chat.calls)
    token = standing.visitor()["visitorToken"]
    standing.as_server("/usersig", {"userID": "nobody-yet"})
    standing.as_page("/usersig", {"visitorToken": token})
    standing.rest(30)
    assert set(standing.chat.accounts) == accounts
    assert len(standing.chat.calls) == calls


def test_a_usersig_for_a_named_customer_keeps_nothing(standing):
    with standing.unchanged():
        standing.as_server("/usersig", {"userID": "passing-by"})


def test_a_usersig_ends_at_the_time_that_was_said(site_with):
    site = site_with(USERSIG_SECONDS="300")
    ticket = site.as_server("/usersig", {"userID": "mei"}).get_json()
    site.wait(ticket["expiresAt"] - site.world.clock.now - 1)
    site.chat.login("mei", ticket["userSig"])
    site.wait(2)
    with pytest.raises(TencentError) as error:
        site.chat.login("mei", ticket["userSig"])
    assert error.value.code == 70001


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        ({"userID": "mei"}, {"Authorization": "Bearer sandbox-intake-key"}),
        ({}, {"Origin": "https://www.sunny-teapots.example"}),
        ({}, {}),
        ({}, {"Origin": "https://evil.example"}),
        ({"userID": "v_1"}, {"Authorization": "Bearer sandbox-intake-key"}),
        (b"{", {"Authorization": "Bearer sandbox-intake-key"}),
    ],
)
def test_no_answer_is_ever_stored_on_its_way(standing, body, headers):
    answer = standing.send("/usersig", body, headers)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.content_type == "application/json"
