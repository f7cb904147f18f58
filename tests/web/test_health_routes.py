"""Whether the service lives and can work."""

import pytest

from caseroom.bridge.errors import NotKept


def ready(site):
    answer = site.send("/readyz", method="GET")
    return answer.status_code, answer.get_json()


def test_a_process_that_answers_is_alive_whatever_else_is_the_matter(site, monkeypatch):
    monkeypatch.setattr(site.house.store, "snapshot", no_store)
    assert site.send("/healthz", method="GET").get_json() == {"status": "alive"}


def no_store():
    raise NotKept("The store is busy.")


def test_it_can_work_once_its_worker_has_begun_and_as_long_as_its_heart_beats(site):
    status, told = ready(site)
    assert (status, told["status"], told["dependencies"]["worker"]) == (503, "not ready", "down")
    site.rest()
    status, told = ready(site)
    assert (status, told["status"]) == (200, "ready")
    assert set(told["dependencies"]) == {"store", "worker", "tencent_chat", "zendesk", "salesforce", "shopify"}
    assert set(told["dependencies"].values()) == {"up"}
    site.wait(60)
    assert ready(site)[0] == 503


@pytest.mark.parametrize("state", ["down", "paused"])
def test_a_vendor_that_is_down_or_paused_is_named_and_the_service_works_on(site, state):
    if state == "down":
        site.zendesk.down = True
    else:
        site.zendesk.logins.client_secret = "changed"
    site.ask("mei")
    site.rest(60)
    status, told = ready(site)
    assert (status, told["status"]) == (200, "ready")
    assert told["dependencies"]["zendesk"] == state
    assert told["dependencies"]["tencent_chat"] == "up"


def test_without_its_store_it_cannot_work(site, monkeypatch):
    site.rest()
    monkeypatch.setattr(site.house.store, "snapshot", no_store)
    status, told = ready(site)
    assert (status, told["status"], told["dependencies"]["store"]) == (503, "not ready", "down")


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_monitors_are_told_no_more_than_that(site, path):
    site.ask("mei")
    site.rest()
    answer = site.send(path, method="GET")
    assert b"mei" not in answer.get_data()
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_description_names_every_route_and_how_to_come_in(standing):
    described = standing.send("/openapi.json", method="GET").get_json()
    rules = {rule.rule for rule in standing.app.url_map.iter_rules()}
    assert {path.replace("{", "<").replace("}", ">") for path in described["paths"]} == rules
    assert set(described["components"]["securitySchemes"]) == {"intakeKey", "agentToken"}
