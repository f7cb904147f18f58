"""The agents' page: a shell without data, shown by helpdesks only, which may reach the chat cloud and nobody else."""

import re

import pytest

from caseroom.web.shell import _as_json
from sandbox.town import ORIGIN

ANYWHERE = {"Origin": "null"}


def policy(answer):
    """The page's rules, by name."""
    rules = (rule.split() for rule in answer.headers["Content-Security-Policy"].split(";"))
    return {name: sources for name, *sources in rules}


def nonces(answer):
    return set(re.findall(r'nonce="([^"]+)"', answer.get_data(as_text=True)))


@pytest.fixture
def pages(standing):
    """The page as it is opened by a link, and as Zendesk opens it for an agent."""
    proof = standing.zendesk_proof(standing.zendesk.add_agent("Ann"))
    return {"link": standing.send("/agent", method="GET"), "zendesk": standing.at_zendesk(proof)}


@pytest.mark.parametrize("road", ["link", "zendesk"])
def test_the_page_loads_its_script_by_its_nonce_and_is_not_kept(pages, road):
    answer = pages[road]
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    (nonce,) = nonces(answer)
    assert f'<script type="module" nonce="{nonce}" src="/ui/pane.js">' in answer.get_data(as_text=True)
    assert f"'nonce-{nonce}'" in policy(answer)["script-src"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in answer.headers
    assert "X-Frame-Options" not in answer.headers


def test_each_page_has_a_nonce_of_its_own(standing):
    first, second = (nonces(standing.send("/agent", method="GET")) for _ in range(2))
    assert first != second


@pytest.mark.parametrize("road", ["link", "zendesk"])
def test_helpdesks_and_we_ourselves_may_frame_it_and_nobody_else(standing, pages, road):
    assert set(policy(pages[road])["frame-ancestors"]) == {
        standing.house.connectors["zendesk"].settings.url,
        *("'self'", "https://*.zendesk.com", "https://*.lightning.force.com"),
        *("https://*.my.salesforce.com", "https://*.vf.force.com"),
    }


@pytest.mark.parametrize("road", ["link", "zendesk"])
def test_it_reaches_the_service_and_the_chat_cloud(pages, road):
    rules = policy(pages[road])
    assert rules["default-src"] == ["'none'"]
    assert {"'self'", "wss://*.im.qcloud.com", "wss://*.my-imcloud.com", "https://*.myqcloud.com"} <= set(
        rules["connect-src"]
    )
    assert "blob:" in rules["worker-src"]
    assert not [source for sources in rules.values() for source in sources if "unsafe" in source or source == "*"]


def test_zendesks_scripts_are_let_in_on_zendesks_page_only(pages):
    assert [one for one in policy(pages["zendesk"])["script-src"] if one.startswith("https://static.zdassets.com/")]
    assert "zdassets" not in pages["link"].headers["Content-Security-Policy"]


def test_where_the_sdk_comes_from_may_be_reached_too(site_with):
    site = site_with(TENCENT_SDK_URL="http://127.0.0.1:9/sdk.js")
    rules = policy(site.send("/agent", method="GET"))
    for name in ("script-src", "connect-src", "img-src", "media-src"):
        assert "http://127.0.0.1:9" in rules[name]
    assert "http://127.0.0.1:9" not in rules["frame-ancestors"]


def test_the_code_stands_in_the_page_that_zendesk_opens_and_whatever_zendesk_adds_to_the_address_does_no_harm(standing):
    agent = standing.zendesk.add_agent("Ann")
    form = f"token={standing.zendesk_proof(agent)}".encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = standing.send("/zendesk/agent?origin=https%3A%2F%2Facme.zendesk.com&app_guid=1-2", form, headers)
    assert answer.status_code == 200
    assert standing.session(standing.code_in(answer))["userID"] == f"zendesk_{agent}"


def test_no_value_can_break_out_of_the_page(standing):
    told = standing.send("/c/%3Cscript%3Ealert(1)", method="GET").get_data(as_text=True)
    assert "<script>alert" not in told
    assert 'data-code="&lt;script&gt;alert(1)"' in told


def test_no_value_can_end_the_json_of_a_page():
    assert _as_json({"code": "</script><script>"}) == '{"code": "\\u003c/script>\\u003cscript>"}'


@pytest.mark.parametrize("path", ["/agent/cases", "/agent/case?ref=101", "/agent/replies"])
def test_a_frame_without_an_origin_may_read_what_agents_are_told_and_no_other_page(standing, path):
    token = standing.zendesk_agent(standing.zendesk.add_agent("Ann"))["agentToken"]
    answer = standing.as_agent(path, token, Origin="null")
    assert answer.headers["Access-Control-Allow-Origin"] == "null"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert "Access-Control-Allow-Origin" not in standing.as_agent(path, token, Origin=ORIGIN).headers


@pytest.mark.parametrize("deed", ["messages", "take", "solve", "block"])
def test_a_frame_without_an_origin_may_ask_for_deeds(standing, deed):
    asked = {**ANYWHERE, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    answer = standing.send(f"/agent/case/101/{deed}", b"", asked, "OPTIONS")
    assert answer.headers["Access-Control-Allow-Origin"] == "null"
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
