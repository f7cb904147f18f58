"""Every route names its lock, and the lock is the one that the outside contract gives it."""

from dataclasses import replace

import pytest

from caseroom.web import front

CUSTOMERS = ("usersig", "case", "case/messages", "case/end", "case/forget")
LOCKS = {
    **{("GET", f"/{name}"): "nobody" for name in ("healthz", "readyz", "openapi.json", "agent", "widget.js")},
    ("GET", "/ui/<file>"): "nobody",
    ("GET", "/c/<code>"): "nobody",
    **{("POST", f"/c/{name}"): "link_holder" for name in ("usersig", "case", "case/messages", "case/end")},
    **{("POST", f"/{name}"): "customer" for name in CUSTOMERS},
    ("POST", "/<connector>/createticket"): "customer",
    **{("POST", f"/shopify/proxy/{name}"): "storefront" for name in (*CUSTOMERS, "createticket")},
    **{("POST", f"/<connector>/{name}"): "tutorial_callback" for name in ("joingroup", "leavegroup", "deletegroup")},
    ("POST", "/salesforce/events"): "vendor",
    ("POST", "/zendesk/events"): "vendor",
    ("POST", "/shopify/webhooks"): "vendor",
    ("POST", "/tencent/callback"): "tencent",
    ("POST", "/salesforce/agent/code"): "proved_agent",
    ("POST", "/zendesk/agent"): "proved_agent",
    ("POST", "/agent/session"): "code_holder",
    ("POST", "/agent/renew"): "agent",
    ("GET", "/agent/cases"): "agent",
    ("GET", "/agent/case"): "agent",
    ("GET", "/agent/case/<ref>/messages"): "agent",
    ("GET", "/agent/replies"): "agent",
    **{("POST", f"/agent/case/<ref>/{deed}"): "agent" for deed in ("messages", "take", "solve", "block")},
}
BY_ITSELF = {"HEAD", "OPTIONS"}


def locks_of(app):
    """The name of the lock of every route; None where there is none."""
    found = {}
    for rule in app.url_map.iter_rules():
        lock = getattr(app.view_functions[rule.endpoint], "lock", None)
        for method in rule.methods - BY_ITSELF:
            found[method, rule.rule] = lock and lock.__name__
    return found


def test_every_route_has_the_lock_that_the_contract_gives_it_and_there_is_no_other_route(standing):
    assert locks_of(standing.app) == LOCKS


def test_a_route_without_a_lock_is_found_and_lets_nobody_in(site, problem):
    app = front.make(site.house)

    @app.get("/planted")
    def planted():
        return {"secret": "seed"}

    assert {route for route, lock in locks_of(app).items() if lock is None} == {("GET", "/planted")}
    answer = app.test_client().get("/planted", headers={"Authorization": "Bearer sandbox-intake-key"})
    assert problem(answer) == (403, "not_allowed")


def test_a_blueprint_of_somebody_elses_is_no_way_round(site, problem):
    app = front.make(site.house)
    app.add_url_rule("/static/<path:name>", "static", lambda name: name, methods=["GET", "POST"])
    for method in ("get", "post", "head"):
        answer = getattr(app.test_client(), method)("/static/x")
        assert answer.status_code == 403


@pytest.mark.parametrize(
    ("connectors", "absent"),
    [
        ("zendesk", {"/salesforce/events", "/salesforce/agent/code", "/shopify/webhooks", "/shopify/proxy/usersig"}),
        ("salesforce", {"/zendesk/events", "/zendesk/agent", "/shopify/webhooks", "/shopify/proxy/usersig"}),
    ],
)
def test_a_connector_that_is_not_enabled_has_no_routes_of_its_own(standing, connectors, absent):
    house = standing.house
    enabled = {name: found for name, found in house.connectors.items() if name in connectors}
    smaller = front.make(replace(house, connectors=enabled))
    assert {rule for _, rule in locks_of(smaller)} & absent == set()
    assert {(method, rule) for method, rule in LOCKS if rule in absent} <= locks_of(standing.app).keys()
