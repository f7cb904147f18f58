"""The web application as a whole: what every answer carries, who may read it, and what is told of it in the log."""

import logging

import pytest

from sandbox.town import ORIGIN

EVIL = "https://www.sunny-teapots.example.evil.example"
PATHS = ["/usersig", "/case", "/case/messages", "/case/end", "/case/forget", "/zendesk/createticket"]


@pytest.mark.parametrize("path", PATHS)
def test_pages_of_allowed_origins_may_read_answers_and_no_others_may(standing, path):
    answer = standing.as_page(path, {})
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "Origin" in answer.headers["Vary"]
    for origin in (EVIL, "null", "https://wwwXsunny-teapots.example", f"{ORIGIN}.", "http://localhost"):
        assert "Access-Control-Allow-Origin" not in standing.as_page(path, {}, origin).headers


@pytest.mark.parametrize("path", [*PATHS, "/agent/cases"])
def test_no_browser_sends_anything_that_it_keeps(standing, path):
    origin = "null" if path.startswith("/agent") else ORIGIN
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    answer = standing.send(path, b"", asked, "OPTIONS")
    assert answer.headers["Access-Control-Allow-Origin"] == origin
    assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize(
    "path", ["/zendesk/events", "/tencent/callback", "/zendesk/joingroup", "/shopify/proxy/case", "/readyz"]
)
@pytest.mark.parametrize("origin", [ORIGIN, "null"])
def test_answers_that_are_not_for_browsers_can_be_read_by_none(standing, path, origin):
    assert "Access-Control-Allow-Origin" not in standing.as_page(path, {}, origin).headers


@pytest.mark.parametrize("origin", [EVIL, "null", "https://evil.example"])
def test_a_page_of_another_origin_is_told_why_it_is_refused_and_changes_nothing(standing, problem, origin):
    with standing.unchanged():
        assert problem(standing.as_page("/usersig", {}, origin)) == (403, "origin_not_allowed")


def test_what_breaks_is_told_by_its_number_and_by_nothing_that_was_in_it(site, problem, monkeypatch, caplog):
    caplog.set_level(logging.DEBUG)
    told = "mei@customer.example tripped"

    def trip(*_, **__):
        raise KeyError(told)

    monkeypatch.setattr(site.house.reception.people.__class__, "visitor", trip)
    site.app.testing = False
    site.app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = site.as_page("/usersig", {})
    assert problem(answer) == (500, "internal")
    assert "mei@" not in answer.get_data(as_text=True)
    (line,) = [one for one in caplog.records if one.getMessage() == "broke"]
    assert line.requestId == answer.get_json()["error"]["requestId"]


def test_of_a_request_the_log_tells_the_rule_and_neither_query_nor_path_nor_body(site, caplog):
    caplog.set_level(logging.DEBUG)
    ann = site.zendesk.add_agent("Ann")
    token = site.zendesk_agent(ann)["agentToken"]
    site.ask("mei-of-the-teapots")
    site.as_agent("/agent/case/777888999/messages?before=1.2", token)
    site.passed_on(site.world.shop.proxied("usersig", {}, 4_711))
    site.tencent({"CallbackCommand": "State.StateChange"})
    requests = [one for one in caplog.records if one.getMessage() == "request"]
    assert [one.route for one in requests][-3:] == [
        "/agent/case/<ref>/messages",
        "/shopify/proxy/usersig",
        "/tencent/callback",
    ]
    assert all({"requestId", "method", "status", "ms"} <= vars(one).keys() for one in requests)
    said = "\n".join(f"{one.getMessage()} {vars(one)}" for one in caplog.records if one.name.startswith("caseroom"))
    for word in ("777888999", "signature=", "4711", "Sign=", token, "Mei Lin", "teapot drips", "sandbox-intake-key"):
        assert word not in said


@pytest.mark.parametrize("path", ["/healthz", "/nowhere", "/agent", "/usersig"])
def test_every_answer_has_a_number_and_is_kept_by_nobody_on_its_way(standing, path):
    answer = standing.send(path, method="GET")
    assert len(answer.headers["X-Request-Id"]) >= 8
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_whoever_is_not_known_is_told_by_which_kind_of_key(standing):
    answer = standing.send("/usersig", {"userID": "mei"}, {"Authorization": "Bearer wrong"})
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
