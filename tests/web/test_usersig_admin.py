"""By no road does anybody get a UserSig for an administrator of the chat app."""

from dataclasses import replace

import pytest

import app as hall
from caseroom.bridge.errors import BadField
from caseroom.settings import SettingsError
from caseroom.web import front
from sandbox.town import TENCENT_KEY
from sandbox.user_sig import read_user_sig

# The account of an agent of each helpdesk is made an administrator, as a careless operator might.
AGENT_OF_SALESFORCE = "005Kz000000AAABQA4"
ADMINS = ["administrator", "root", "The-Boss", "zendesk_666", f"salesforce_{AGENT_OF_SALESFORCE}", "v_root", "s_root"]
SETTINGS = {"TENCENT_ADMIN_ID": "The-Boss", "TENCENT_OTHER_ADMINS": ",".join(ADMINS)}


def by_server(site, name):
    return site.as_server("/usersig", {"userID": name})


def by_page(site, name):
    return site.as_page("/usersig", {"userID": name, "userId": name})


def by_page_with_a_token(site, name):
    body = {"userID": name, "visitorToken": site.visitor()["visitorToken"]}
    return site.as_page("/usersig", body)


def by_storefront(site, name):
    return site.passed_on(site.world.shop.proxied("usersig", {"userID": name}))


def by_customer_of_a_shop(site, name):
    return site.passed_on(site.world.shop.proxied("usersig", {"userID": name}, 7))


def by_zendesk(site, name):
    page = site.at_zendesk(site.zendesk_proof(name.removeprefix("zendesk_")))
    return page if page.status_code >= 400 else site.send("/agent/session", {"code": site.code_in(page)})


def by_salesforce(site, name):
    answer = site.salesforce_code(name.removeprefix("salesforce_"), nonce=name)
    return answer if answer.status_code >= 400 else site.send("/agent/session", {"code": answer.get_json()["code"]})


ROADS = [by_server, by_page, by_page_with_a_token, by_storefront, by_customer_of_a_shop, by_zendesk, by_salesforce]


@pytest.mark.parametrize("road", ROADS)
@pytest.mark.parametrize("name", [*ADMINS, "ADMINISTRATOR", "the-boss", "ZENDESK_666"])
def test_no_road_leads_to_an_administrator(standing, road, name):
    answer = road(standing, name)
    if answer.status_code == 200:
        named = read_user_sig(answer.get_json()["userSig"], TENCENT_KEY)["TLS.identifier"]
        assert named == answer.get_json()["userID"]
        assert named.lower() not in {admin.lower() for admin in ADMINS}
    else:
        assert answer.status_code in {401, 422}
        assert b"userSig" not in answer.get_data()


@pytest.mark.parametrize("road", ROADS)
def test_every_road_leads_somebody_else_to_his_own(standing, road):
    agents = {by_zendesk: "12", by_salesforce: standing.salesforce.add_user("Dee")}
    answer = road(standing, agents.get(road, "mei"))
    assert answer.status_code == 200
    assert read_user_sig(answer.get_json()["userSig"], TENCENT_KEY)["TLS.identifier"] == answer.get_json()["userID"]


def made_administrator(site, account):
    """The same service after an account was made an administrator."""
    settings = site.house.settings.model_copy(update={"tencent_other_admins": (account,)})
    sigs = replace(site.house.user_sigs, reserved=hall.reserved_by(settings))
    return front.make(replace(site.house, settings=settings, user_sigs=sigs)).test_client()


def test_a_code_and_a_token_from_before_he_became_one_serve_no_more(site, refused_field):
    ann = site.zendesk.add_agent("Ann")
    code = site.code_in(site.at_zendesk(site.zendesk_proof(ann)))
    session = site.zendesk_agent(ann)
    client = made_administrator(site, f"Zendesk_{ann}")
    assert refused_field(client.post("/agent/session", json={"code": code})) == "userID"
    token = {"Authorization": f"Bearer {session['agentToken']}"}
    assert refused_field(client.post("/agent/renew", headers=token)) == "userID"


@pytest.mark.parametrize("agents", ["root", "zendesk_666"])
def test_a_service_whose_agents_in_turn_are_administrators_does_not_start(standing, agents):
    values = {"SHOPIFY_AGENTS": agents, "SHOPIFY_HELPDESK": "", "TENCENT_OTHER_ADMINS": f"zendesk_666,shopify_{agents}"}
    settings = hall.load({**standing.world._environment(), **values}, hall.installed())
    with pytest.raises(SettingsError) as error:
        hall.connectors_of(settings)
    assert error.value.problems == ["SHOPIFY_AGENTS: is reserved"]


@pytest.mark.parametrize("verb", ["joingroup", "leavegroup"])
def test_no_callback_puts_an_administrator_into_a_group(site_with, refused_field, verb):
    site = site_with(TENCENT_OTHER_ADMINS="zendesk_666")
    group, _ = site.open()
    with site.unchanged():
        answer = site.as_tutorial(f"/zendesk/{verb}", {"groupId": group, "userId": "666"})
    assert refused_field(answer) == "userId"
    assert site.members(group) == {"mei"}


@pytest.mark.parametrize("name", ADMINS)
def test_the_one_place_where_usersigs_are_made_refuses_too(standing, name):
    with pytest.raises(BadField):
        standing.house.user_sigs.issue(name.swapcase())
