"""What is no request at all is told so, in the one form that all errors have."""

import json

import pytest

from sandbox.town import WEBHOOK_SECRET

JSON_ROUTES = [
    *("/usersig", "/case", "/case/messages", "/case/end", "/case/forget", "/zendesk/createticket"),
    *("/zendesk/joingroup", "/zendesk/leavegroup", "/zendesk/deletegroup"),
]
UTF_16 = '{"userID": "mei"}'.encode("utf-16")
NO_JSON = [
    b"",
    b"{",
    b"nonsense",
    b"{'a': 1}",
    b"\xff\xfe{}",
    b'{"a": 1} x',
    b"\x00",
    b'{"a": NaN}',
    b'{"a": -Infinity}',
    b'{"a": 1e999}',
    UTF_16,
]
NO_OBJECT = [b"[]", b"null", b"7", b'"text"', b"true", b"[{}]"]
LARGEST = 1_000_000


def open_door(site, route, body, headers=None):
    """Send something through a door that is open to the sender."""
    send = site.as_tutorial if route.endswith("group") else site.as_server
    return send(route, body)


@pytest.mark.parametrize("route", JSON_ROUTES)
@pytest.mark.parametrize("body", [*NO_JSON, *NO_OBJECT])
def test_a_body_that_is_no_json_object_is_400(standing, problem, route, body):
    with standing.unchanged():
        assert problem(open_door(standing, route, body)) == (400, "not_json")


@pytest.mark.parametrize("body", [*NO_JSON, *NO_OBJECT])
def test_it_is_400_for_a_page_for_the_chat_cloud_for_a_code_and_for_vendors_too(standing, problem, body):
    with standing.unchanged():
        assert problem(standing.as_page("/usersig", body)) == (400, "not_json")
        assert problem(standing.send("/agent/session", body)) == (400, "not_json")
        assert problem(standing.tencent(body, "Group.CallbackBeforeCreateGroup")) == (400, "not_json")
        signature = {"X-Caseroom-Signature": standing.hexed(WEBHOOK_SECRET, body)}
        assert problem(standing.send("/salesforce/events", body, signature)) == (400, "not_json")


@pytest.mark.parametrize("depth", [65, 150, 205, 300, 5_000, 100_000])
@pytest.mark.parametrize("shape", ["list", "object", "both"])
def test_what_is_nested_too_deeply_to_be_kept_is_400_and_is_not_kept(standing, problem, depth, shape):
    """A record nested beyond what the store reads back would break whoever looks for it from then on."""
    opening, closing = {"list": ("[", "]"), "object": ('{"a":', "}"), "both": ('[{"a":', "}]")}[shape]
    nested = f"{opening * depth}1{closing * depth}"
    info = json.dumps(standing.info)[:-1] + f', "fields": {{"custom_fields": {nested}}}}}'
    with standing.unchanged():
        answer = standing.as_server("/zendesk/createticket", f'{{"userId": "mei", "caseInfo": {info}}}'.encode())
    assert problem(answer) == (400, "not_json")
    assert standing.as_server("/case", {"userId": "nobody"}).status_code == 404


def test_what_is_nested_as_deeply_as_anybody_needs_is_kept_and_read_again(site):
    deep = "x"
    for _ in range(55):
        deep = [deep]
    site.ask(caseInfo={**site.info, "fields": {"custom_fields": [{"id": 1, "value": deep}]}})
    assert site.as_server("/case", {"userId": "mei"}).status_code == 200


@pytest.mark.parametrize("number", ["1e999", "-1e999", "NaN", "Infinity", "9" * 4_000, "-0.0", "1e-999"])
def test_a_number_that_json_or_a_machine_does_not_know_breaks_nothing(site, number):
    info = json.dumps(site.info)[:-1] + f', "fields": {{"custom_fields": [{{"id": 1, "value": {number}}}]}}}}'
    answer = site.as_server("/zendesk/createticket", f'{{"userId": "mei", "caseInfo": {info}}}'.encode())
    assert answer.status_code in {200, 400}
    site.rest(60)
    assert site.as_server("/case", {"userId": "mei"}).status_code in {200, 404}
    assert site.as_server("/zendesk/createticket", {"userId": "kofi", "caseInfo": site.info}).status_code == 200


@pytest.mark.parametrize(("more", "status"), [(0, 200), (1, 413), (LARGEST, 413)])
def test_a_body_may_have_a_million_bytes_and_no_more(standing, problem, more, status):
    frame = b'{"userID": "mei", "padding": "%s"}'
    body = frame % (b"x" * (LARGEST + more - len(frame) + 2))
    assert len(body) == LARGEST + more
    answer = standing.as_server("/usersig", body)
    assert answer.status_code == status
    if status == 413:
        assert problem(answer) == (413, "too_large")


@pytest.mark.parametrize(
    "route", [*JSON_ROUTES, "/zendesk/events", "/tencent/callback", "/agent/session", "/zendesk/agent"]
)
def test_what_is_too_large_is_not_read_for_anybody(standing, problem, route):
    assert problem(standing.send(route, b"x" * (LARGEST + 1))) == (413, "too_large")


# Routes and methods


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/nothing",
        "/case/",
        "/case/else",
        "/zendesk",
        "/zendesk/createticket/",
        "/agent/",
        "/.env",
        "/%00",
        "/\u6885",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_a_route_that_there_is_not_is_404(standing, problem, path, method):
    assert problem(standing.send(path, b"", {"Authorization": "Bearer sandbox-intake-key"}, method)) == (
        404,
        "not_found",
    )


@pytest.mark.parametrize("connector", ["acme", "ZENDESK", "zen desk", "..", "administrator", "\u6885"])
def test_a_connector_that_there_is_not_is_404(standing, problem, connector):
    body = {"userId": "mei", "caseInfo": standing.info}
    with standing.unchanged():
        assert problem(standing.as_server(f"/{connector}/createticket", body)) == (404, "unknown_connector")
        for verb in ("joingroup", "leavegroup", "deletegroup"):
            answer = standing.as_tutorial(f"/{connector}/{verb}", {"groupId": "g", "userId": "12"})
            assert problem(answer) == (404, "unknown_connector")


def test_whoever_has_no_key_is_not_told_which_connectors_there_are(standing, problem):
    for connector in ("zendesk", "acme"):
        assert problem(standing.send(f"/{connector}/createticket", {})) == (401, "not_proven")


METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def test_a_method_that_a_route_does_not_take_is_405_for_every_route(standing, problem):
    routes = standing.app.url_map
    for rule in routes.iter_rules():
        path = rule.rule.replace("<connector>", "zendesk").replace("<ref>", "101")
        for method in METHODS:
            if routes.bind("").test(path, method):
                continue
            answer = standing.send(path, b"{}", {"Authorization": "Bearer sandbox-intake-key"}, method)
            assert problem(answer) == (405, "method_not_allowed"), (method, path)
            assert set(answer.headers["Allow"].split(", ")) >= rule.methods - {"HEAD"}, (method, path)


class Sent:
    """A body on its way, and how much of it was read."""

    def __init__(self, size):
        self.left = size

    def read(self, size=-1):
        part = self.left if size < 0 else min(size, self.left)
        self.left -= part
        return b"x" * part


@pytest.mark.parametrize("length", [{}, {"CONTENT_LENGTH": "20000000"}])
def test_what_is_too_large_is_read_to_its_end_so_that_its_sender_looks_for_the_answer(standing, problem, length):
    sent = Sent(20_000_000)
    environ = {"wsgi.input": sent, "wsgi.input_terminated": True, **length}
    headers = {"Authorization": "Bearer sandbox-intake-key"}
    answer = standing.world.web.open("/usersig", method="POST", environ_overrides=environ, headers=headers)
    assert problem(answer) == (413, "too_large")
    assert sent.left == 0


def test_what_never_ends_is_not_read_for_ever(standing, problem):
    sent = Sent(10**12)
    environ = {"wsgi.input": sent, "wsgi.input_terminated": True}
    headers = {"Authorization": "Bearer sandbox-intake-key"}
    answer = standing.world.web.open("/usersig", method="POST", environ_overrides=environ, headers=headers)
    assert problem(answer) == (413, "too_large")
    assert sent.left > 10**12 - 40_000_000


# What is only strange


def test_fields_that_nobody_has_heard_of_are_left_alone(site):
    info = {**site.info, "colour": "green", "priority": {"a": [1]}}
    body = {"userId": "mei", "caseInfo": info, "GroupId": "g_mine", "__proto__": {}, "": None, "state": "closed"}
    answer = site.as_server("/zendesk/createticket", body)
    assert answer.status_code == 200
    assert answer.get_json()["GroupId"] != "g_mine"
    assert site.as_server("/case", {"userId": "mei", "limit": "x", "colour": 1}).status_code == 200


@pytest.mark.parametrize(
    "kind", [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "\u00ff"]
)
def test_a_server_may_call_its_json_what_it_likes(standing, kind):
    headers = {"Content-Type": kind} if kind else {}
    assert standing.as_server("/usersig", {"userID": "mei"}, **headers).status_code == 200


def test_a_query_that_is_no_utf_8_is_told_so(standing, problem):
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/agent", "QUERY_STRING": "a=\xff"}
    answer = standing.world.web.open(environ_overrides=environ)
    assert problem(answer) == (400, "bad_request")


@pytest.mark.parametrize(
    ("given", "is_kept"),
    [
        ("abc-DEF_12345678", True),
        ("a" * 64, True),
        ("a" * 65, False),
        ("short", False),
        ("a b c d e f g", False),
        ("<script>1", False),
    ],
)
def test_a_caller_may_name_his_request_and_is_told_the_name(standing, given, is_kept):
    answer = standing.send("/nothing", b"", {"X-Request-Id": given})
    assert (answer.headers["X-Request-Id"] == given) == is_kept
    assert answer.get_json()["error"]["requestId"] == answer.headers["X-Request-Id"]
