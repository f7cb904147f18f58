"""Every field of a request for a case: what is missing or wrong is named, and keys make repeats harmless."""

import pytest

from caseroom.bridge.model import Case
from caseroom.bridge.records import Intake

REQUIRED = ["caseInfo", "caseInfo.subject", "caseInfo.desc", "caseInfo.name", "caseInfo.email"]
TEXTS = ["subject", "desc", "name", "email", "page", "locale", "preferredAgent"]
NO_TEXTS = [None, 7, 1.5, True, ["a"], {"a": "b"}]
LONGEST = {"subject": 1_000, "desc": 32_000, "name": 1_000, "page": 2_048, "locale": 35, "preferredAgent": 64}


def changed(body, path, value):
    """The body with another value at a dotted path; without it where the value is `...`."""
    first, _, rest = path.partition(".")
    if rest:
        return {**body, first: changed(body[first], rest, value)}
    return {name: kept for name, kept in {**body, first: value}.items() if kept is not ...}


@pytest.fixture(params=["server", "page"])
def ask(request, standing):
    """Asks for a case as somebody who may, with something changed."""
    held = standing.visitor()["visitorToken"]

    def send(path, value, **headers):
        if request.param == "server":
            body = changed({"userId": "mei", "caseInfo": standing.info}, path, value)
            return standing.as_server("/zendesk/createticket", body, **headers)
        body = changed({"visitorToken": held, "caseInfo": standing.info}, path, value)
        return standing.as_page("/zendesk/createticket", body, **headers)

    return send


@pytest.mark.parametrize("path", REQUIRED)
def test_a_missing_field_is_named(standing, ask, refused_field, path):
    with standing.unchanged():
        answer = ask(path, ...)
    assert refused_field(answer) == path
    assert answer.get_json()["error"]["message"] == f"{path}: is missing"


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("value", NO_TEXTS)
def test_a_text_that_is_none_is_named(standing, ask, refused_field, name, value):
    with standing.unchanged():
        assert refused_field(ask(f"caseInfo.{name}", value)) == f"caseInfo.{name}"


@pytest.mark.parametrize("value", [None, 7, True, "x", ["a"]])
@pytest.mark.parametrize("path", ["caseInfo", "caseInfo.fields"])
def test_an_object_that_is_none_is_named(standing, ask, refused_field, path, value):
    with standing.unchanged():
        assert refused_field(ask(path, value)) == path


@pytest.mark.parametrize("path", ["new", "reuse"])
@pytest.mark.parametrize("value", [None, 0, 1, "true", [], {}])
def test_a_switch_is_true_or_false_and_nothing_like_it(standing, ask, refused_field, path, value):
    with standing.unchanged():
        assert refused_field(ask(path, value)) == path


@pytest.mark.parametrize(("name", "longest"), LONGEST.items())
def test_a_text_may_be_so_long_and_no_longer(standing, ask, refused_field, name, longest):
    assert ask(f"caseInfo.{name}", "a" * longest).status_code == 200
    with standing.unchanged():
        assert refused_field(ask(f"caseInfo.{name}", "a" * (longest + 1))) == f"caseInfo.{name}"


@pytest.mark.parametrize(
    "email", ["mei", "mei@", "@x.test", "a b@x.test", "a@b@c", "a@x.test\n", "a\x00@x.test", "<a@b> c"]
)
def test_what_is_no_address_is_named(standing, ask, refused_field, email):
    with standing.unchanged():
        assert refused_field(ask("caseInfo.email", email)) == "caseInfo.email"


@pytest.mark.parametrize("locale", ["de DE", "<b>", "x" * 36, "de\n", "梅"])
def test_what_is_no_locale_is_named(standing, ask, refused_field, locale):
    with standing.unchanged():
        assert refused_field(ask("caseInfo.locale", locale)) == "caseInfo.locale"


@pytest.mark.parametrize(
    "name",
    [
        None,
        "",
        7,
        "a" * 33,
        "a" * 65,
        "mei@x.test",
        "v_1",
        "S_1",
        "c_1",
        "Zendesk_12",
        "shopify_1",
        "administrator",
        "ROOT",
    ],
)
def test_an_account_that_a_server_may_not_name_is_refused_by_name(standing, refused_field, name):
    with standing.unchanged():
        answer = standing.as_server("/zendesk/createticket", {"userId": name, "caseInfo": standing.info})
    assert refused_field(answer) == "userId"


@pytest.mark.parametrize("body", [{}, {"visitorToken": None}, {"userId": "mei"}])
def test_a_page_has_to_hold_a_token(standing, refused_field, body):
    with standing.unchanged():
        assert (
            refused_field(standing.as_page("/zendesk/createticket", {**body, "caseInfo": standing.info}))
            == "visitorToken"
        )


def test_a_server_does_not_ask_for_a_visitor(standing, refused_field):
    body = {"userId": "mei", "visitorToken": standing.visitor()["visitorToken"], "caseInfo": standing.info}
    with standing.unchanged():
        assert refused_field(standing.as_server("/zendesk/createticket", body)) == "visitorToken"


# Keys


@pytest.mark.parametrize("value", ["", 7, True, ["k"], "k" * 256, "k\x00"])
def test_a_key_that_is_none_is_named(standing, ask, refused_field, value):
    with standing.unchanged():
        assert refused_field(ask("requestId", value)) == "requestId"


def test_a_key_in_the_header_that_is_too_long_is_named(standing, ask, refused_field):
    assert ask("reuse", False, **{"Idempotency-Key": "k" * 255}).status_code == 200
    with standing.unchanged():
        assert refused_field(ask("reuse", False, **{"Idempotency-Key": "k" * 256})) == "Idempotency-Key"


def test_a_key_that_differs_between_body_and_header_is_named(standing, ask, refused_field):
    assert ask("requestId", "one", **{"Idempotency-Key": "one"}).status_code == 200
    with standing.unchanged():
        assert refused_field(ask("requestId", "one", **{"Idempotency-Key": "other"})) == "requestId"


def test_the_header_is_the_same_key_as_the_field(site):
    body = {"userId": "mei", "caseInfo": site.info}
    headers = {"Idempotency-Key": "same"}
    first = site.as_server("/zendesk/createticket", body, **headers).get_json()
    assert site.as_server("/zendesk/createticket", {**body, "requestId": "same"}).get_json() == first
    assert site.as_server("/zendesk/createticket", {**body, "requestId": "same"}, **headers).get_json() == first
    assert site.as_server("/zendesk/createticket", body).get_json()["GroupId"] != first["GroupId"]
    site.rest()
    assert (len(site.find(Case)), len(site.zendesk.tickets), len(site.chat.groups)) == (2, 2, 2)


def test_a_repeat_is_answered_with_what_is_known_by_then(site):
    first = site.ask(requestId="k")
    site.rest()
    again = site.ask(requestId="k")
    assert (first["caseId"], again["caseId"]) == (None, str(*site.zendesk.tickets))
    assert again["GroupId"] == first["GroupId"]


def test_a_second_case_of_a_page_needs_a_key_of_its_own(site, refused_field):
    held = site.visitor()["visitorToken"]
    body = {"visitorToken": held, "caseInfo": site.info, "new": True}
    with site.unchanged():
        assert refused_field(site.as_page("/zendesk/createticket", body)) == "requestId"
    asked = [site.as_page("/zendesk/createticket", body, **{"Idempotency-Key": key}).get_json() for key in "aba"]
    assert asked[0]["GroupId"] == asked[2]["GroupId"] != asked[1]["GroupId"]
    assert {one.key for one in site.find(Intake)} == {"a", "b"}
