"""No secret configured: never open. Two at a time: the first one makes, both are accepted."""

import hashlib
from dataclasses import replace
from itertools import product

import pytest

import app as hall
from caseroom.settings import SettingsError, load
from caseroom.web import front
from sandbox.town import AGENT_SECRET, CALLBACK_KEY, INTAKE_KEY, SDK_APP_ID, WEBHOOK_SECRET

VERBS = ("joingroup", "leavegroup", "deletegroup")
BLANKS = ["", " , "]
PROVEN, CLOSED = (401, "not_proven"), (401, "not_set_up")


@pytest.mark.parametrize("blank", BLANKS)
@pytest.mark.parametrize("connector", ["zendesk", "salesforce", "shopify"])
def test_the_tutorials_routes_are_closed_while_their_connector_has_no_key(site_with, problem, connector, blank):
    site = site_with(**{f"{connector.upper()}_CALLBACK_KEYS": blank})
    group = site.open()[0]
    for verb, key in product(VERBS, ("", " ", ",", "None", blank, CALLBACK_KEY, INTAKE_KEY)):
        with site.unchanged():
            answer = site.as_tutorial(f"/{connector}/{verb}", {"groupId": group, "userId": "12"}, key)
        assert problem(answer) == PROVEN
    assert group in site.chat.groups


@pytest.mark.parametrize("blank", BLANKS)
def test_without_intake_keys_no_server_is_trusted(site_with, problem, blank):
    site = site_with(INTAKE_KEYS=blank)
    for key in ("", " ", ",", "None", blank, INTAKE_KEY):
        for route in ("/usersig", "/zendesk/createticket", "/case/forget"):
            body = {"userID": "mei", "userId": "mei", "caseInfo": site.info}
            with site.unchanged():
                assert problem(site.as_server(route, body, key)) == PROVEN


@pytest.mark.parametrize("blank", BLANKS)
def test_without_allowed_origins_no_page_is_served(site_with, problem, blank):
    site = site_with(ALLOWED_ORIGINS=blank)
    for origin in (site.origin, "null", "*", ","):
        with site.unchanged():
            answer = site.as_page("/usersig", {}, origin)
        assert problem(answer) == (403, "origin_not_allowed")
        assert "Access-Control-Allow-Origin" not in answer.headers
    assert problem(site.as_page("/usersig", {}, "")) == PROVEN


@pytest.mark.parametrize("blank", BLANKS)
def test_without_a_token_the_chat_cloud_is_not_heard(site_with, problem, blank):
    site = site_with(TENCENT_CALLBACK_TOKEN=blank)
    now = int(site.world.clock.now)
    told = {"CallbackCommand": "Group.CallbackAfterNewMemberJoin", "GroupId": site.open()[0]}
    for secret in ("", blank, "token", "None"):
        with site.unchanged():
            assert problem(site.tencent(told, secret=secret)) == PROVEN
    nothing = hashlib.sha256(str(now).encode()).hexdigest()
    query = f"SdkAppid={SDK_APP_ID}&CallbackCommand=x&RequestTime={now}&Sign={nothing}"
    assert problem(site.send(f"/tencent/callback?{query}", told)) == PROVEN


@pytest.mark.parametrize("blank", BLANKS)
def test_without_a_secret_for_them_salesforce_proves_no_agents(site_with, problem, blank):
    site = site_with(SALESFORCE_AGENT_SECRETS=blank)
    for secret in ("", blank, AGENT_SECRET, WEBHOOK_SECRET):
        with site.unchanged():
            answer = site.salesforce_code(site.salesforce.me, secret=secret)
        assert problem(answer) == CLOSED


@pytest.mark.parametrize("missing", ["ZENDESK_APP_PUBLIC_KEY_FILE", "ZENDESK_APP_AUDIENCE"])
def test_without_its_key_and_audience_zendesk_proves_no_agents(site_with, problem, missing):
    site = site_with(**{missing: ""})
    for proof in (site.zendesk_proof(12), site.zendesk_proof(12, aud=""), site.zendesk_proof(12, aud=None)):
        with site.unchanged():
            assert problem(site.at_zendesk(proof)) == CLOSED


@pytest.mark.parametrize("blank", BLANKS)
@pytest.mark.parametrize(
    "name", ["SECRET_KEY", "ZENDESK_WEBHOOK_SECRETS", "SALESFORCE_WEBHOOK_SECRETS", "SHOPIFY_API_SECRETS"]
)
def test_without_a_secret_that_its_doors_cannot_do_without_the_service_does_not_start(standing, name, blank):
    values = {**standing.world._environment(), name: blank}
    with pytest.raises(SettingsError) as error:
        load(values, hall.installed())
    assert [problem.partition(":")[0] for problem in error.value.problems] == [name]


# Two at a time


@pytest.mark.parametrize("key", ["new", "old"])
def test_both_intake_keys_and_both_callback_keys_are_accepted_and_no_third(site_with, problem, key):
    site = site_with(INTAKE_KEYS="new, old", ZENDESK_CALLBACK_KEYS="old,new", SALESFORCE_CALLBACK_KEYS="new,old")
    assert site.as_server("/usersig", {"userID": "mei"}, key).status_code == 200
    for connector, agent in (("zendesk", "12"), ("salesforce", site.salesforce.add_user("Dee"))):
        asked = {"groupId": "unknown", "userId": agent}
        assert problem(site.as_tutorial(f"/{connector}/joingroup", asked, key)) == (404, "no_case")
        for wrong in ("new,old", "new, old", "new old", "newold", ""):
            assert problem(site.as_tutorial(f"/{connector}/joingroup", asked, wrong)) == PROVEN
            assert problem(site.as_server("/usersig", {"userID": "mei"}, wrong)) == PROVEN


@pytest.mark.parametrize("secret", ["new", "old"])
def test_both_tokens_of_the_chat_cloud_are_accepted_and_no_third(site_with, problem, secret):
    site = site_with(TENCENT_CALLBACK_TOKEN="new,old")
    told = {"CallbackCommand": "Group.CallbackAfterNewMemberJoin", "GroupId": "unknown"}
    assert site.tencent(told, secret=secret).get_json()["ActionStatus"] == "OK"
    assert problem(site.tencent(told, secret="new,old")) == PROVEN


@pytest.mark.parametrize("secret", ["new", "old"])
def test_both_secrets_of_agents_and_of_events_are_accepted(site_with, problem, secret):
    site = site_with(SALESFORCE_AGENT_SECRETS="new,old", SALESFORCE_WEBHOOK_SECRETS="old,new")
    assert site.salesforce_code(site.salesforce.add_user("Dee"), secret=secret).status_code == 200
    assert site.salesforce_events([], secret).status_code == 202
    assert problem(site.salesforce_events([], "new,old")) == PROVEN


def signing_with(site, *keys):
    """The same service with other secret keys."""
    settings = site.house.settings.model_copy(update={"secret_key": keys})
    return front.make(replace(site.house, settings=settings)).test_client()


def test_a_visitors_token_outlives_the_exchange_of_the_secret_key_and_no_more(site):
    old, both, new = signing_with(site, "old"), signing_with(site, "new", "old"), signing_with(site, "new")
    headers = {"Origin": site.origin}
    first = old.post("/usersig", json={}, headers=headers).get_json()
    assert new.post("/usersig", json={"visitorToken": first["visitorToken"]}, headers=headers).status_code == 401
    second = both.post("/usersig", json={"visitorToken": first["visitorToken"]}, headers=headers).get_json()
    assert second["userID"] == first["userID"]
    third = new.post("/usersig", json={"visitorToken": second["visitorToken"]}, headers=headers).get_json()
    assert third["userID"] == first["userID"]
    assert old.post("/usersig", json={"visitorToken": second["visitorToken"]}, headers=headers).status_code == 401


def test_an_agents_token_outlives_the_exchange_of_the_secret_key_and_no_more(site):
    old, both, new = signing_with(site, "old"), signing_with(site, "new", "old"), signing_with(site, "new")
    code = site.code_in(site.at_zendesk(site.zendesk_proof(site.zendesk.add_agent("Ann"))))
    first = old.post("/agent/session", json={"code": code}).get_json()

    def renewed(client, session):
        return client.post("/agent/renew", headers={"Authorization": f"Bearer {session['agentToken']}"})

    assert renewed(new, first).status_code == 401
    second = renewed(both, first).get_json()
    assert renewed(new, second).get_json()["userID"] == first["userID"]
    assert renewed(old, second).status_code == 401
