"""Calls to Salesforce: one login for all threads, every address pinned, every answer sorted by what to do next."""

import io
import json
import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
import requests
import urllib3
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import ValidationError
from requests.adapters import BaseAdapter
from werkzeug.test import Client as WSGIClient
from werkzeug.wrappers import Request, Response

from caseroom.bridge.errors import Gone, LockedOut, Refused, Unanswered, Unavailable
from caseroom.settings import SettingsError, load
from connectors.salesforce import CONNECTOR
from connectors.salesforce import client as client_module
from connectors.salesforce.client import Client
from connectors.salesforce.settings import SalesforceSettings
from sandbox.faults import Fault, Faults
from sandbox.salesforce import Salesforce
from sandbox.salesforce.ids import full
from sandbox.stand_in import Server

PRIVATE_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PRIVATE_PEM = PRIVATE_KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
)
PUBLIC_PEM = (
    PRIVATE_KEY.public_key()
    .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    .decode()
)
APP = {"client_id": "app", "client_secret": "app-secret"}
SOAP = {"username": "bot@acme.test", "password": "p<&>w", "security_token": "tok"}
ME = full("005Kz0000000001")
LIMITS = "/services/data/v62.0/limits/"
TOKEN = "/services/oauth2/token"


class Clock:
    def __init__(self, now=1_795_255_200.0):
        self.now = now

    def __call__(self):
        return self.now


class Org:
    """A stand-in on a loopback port, and the settings with which it is reached."""

    def __init__(self, **setup):
        self.clock = setup.pop("clock", None) or Clock()
        self.salesforce = Salesforce(**APP | SOAP | {"public_key_pem": PUBLIC_PEM} | setup, clock=self.clock)
        self.server = Server(self.salesforce)

    def settings(self, **given):
        return SalesforceSettings(url=self.server.url, webhook_secrets="hook", **given)

    def client(self, **given):
        return Client(self.server.url, self.settings(**given or APP).login, clock=self.clock)

    def count(self, endpoint):
        return [call for call, _ in self.salesforce.calls].count(endpoint)

    def break_sessions(self):
        self.salesforce.logins.sessions.clear()


class Script:
    """A server that answers as a test says, and notes what it was asked."""

    def __init__(self, answer):
        self.script = answer
        self.asked = []

    def __call__(self, environ, start_response):
        request = Request(environ)
        self.asked.append((request.method, request.path, request.headers.get("Authorization")))
        return self.script(request)(environ, start_response)


def as_json(status, body, **headers):
    return Response(json.dumps(body), status=status, mimetype="application/json", headers=headers)


def refusal(status, code, **headers):
    return as_json(status, [{"message": "as told", "errorCode": code}], **headers)


def after_login(answer, **told):
    """Lets everybody in, and answers everything else with the same."""

    def script(request):
        if request.path == TOKEN:
            return as_json(200, {"access_token": "open", "instance_url": "https://na1.salesforce.com"} | told)
        return answer if isinstance(answer, Response) else answer(request)

    return script


@pytest.fixture
def servers():
    opened = []

    def serve(application):
        opened.append(Server(application))
        return opened[-1]

    yield serve
    for server in opened:
        server.close()


@pytest.fixture
def orgs():
    opened = []

    def open_one(**setup):
        opened.append(Org(**setup))
        return opened[-1]

    yield open_one
    for org in opened:
        org.server.close()


@pytest.fixture
def org(orgs):
    return orgs()


@pytest.fixture
def key_file(tmp_path):
    file = tmp_path / "key.pem"
    file.write_bytes(PRIVATE_PEM)
    return file


def scripted(servers, script, clock=time.time):
    application = Script(script)
    server = servers(application)
    way = {"consumer_key": "app", "consumer_secret": "app-secret", "domain": "acme.my"}
    return application, Client(server.url, way, clock=clock)


def call(client):
    return client.salesforce().limits()


# Settings


def test_the_app_logs_in_where_everything_is_set_then_the_certificate_then_the_password(org, key_file):
    jwt = {"client_id": "app", "username": "bot@acme.test", "private_key_file": key_file}
    assert set(org.settings(**APP, **SOAP, private_key_file=key_file).login) == {
        "consumer_key",
        "consumer_secret",
        "domain",
    }
    assert org.settings(**SOAP | jwt).login["privatekey_file"] == str(key_file)
    assert org.settings(**SOAP).login["sf_version"] == "59.0"


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"client_id": "app"},
        {"client_secret": "s"},
        {"client_id": "app", "username": "u"},
        {"username": "u", "password": "p"},
        {"username": "u", "security_token": "t"},
    ],
)
def test_half_a_login_is_none(given):
    with pytest.raises(ValidationError, match="SALESFORCE_CLIENT_SECRET"):
        SalesforceSettings(url="https://acme.my.salesforce.com", webhook_secrets="hook", **given)


@pytest.mark.parametrize(
    ("url", "domain", "audience"),
    [
        ("https://acme.my.salesforce.com", "acme.my", "login"),
        ("https://acme--dev.sandbox.my.salesforce.com/", "acme--dev.sandbox.my", "test"),
        ("https://support.acme.example", "support.acme.example", "login"),
    ],
)
def test_domain_and_audience_come_from_the_address(url, domain, audience, key_file):
    given = {"url": url, "webhook_secrets": "hook", "client_id": "app"}
    assert SalesforceSettings(**given, client_secret="s").login["domain"] == domain
    assert SalesforceSettings(**given, username="u", private_key_file=key_file).login["domain"] == audience


@pytest.mark.parametrize("url", ["https://login.salesforce.com", "https://test.salesforce.com/"])
def test_everybodys_login_page_is_not_an_org(url):
    with pytest.raises(ValidationError, match="My Domain"):
        SalesforceSettings(url=url, webhook_secrets="hook", **APP)


def environment(**changes):
    return {
        "CONNECTORS": "salesforce",
        "SECRET_KEY": "k",
        "TENCENT_SDK_APP_ID": "1400000000",
        "TENCENT_SECRET_KEY": "t",
        "SALESFORCE_URL": "https://acme.my.salesforce.com",
        "SALESFORCE_CLIENT_ID": "app",
        "SALESFORCE_CLIENT_SECRET": "app-secret",
        "SALESFORCE_WEBHOOK_SECRETS": "old,new",
    } | changes


def loaded(**changes):
    return load(environment(**changes), {"salesforce": CONNECTOR}).of["salesforce"]


def test_the_environment_is_read_with_its_defaults():
    settings = loaded()
    assert settings.webhook_secrets == ("old", "new")
    assert (settings.key_field, settings.join_on, settings.chat_origin) == ("Caseroom_Key__c", "owner", "Chat")
    assert (settings.agent_secrets, settings.case_fields, settings.org_id) == ((), {}, "")
    assert "Priority" in settings.allowed_fields


def test_blanks_mean_no_package_and_no_chats_from_inside():
    settings = loaded(SALESFORCE_KEY_FIELD="", SALESFORCE_CHAT_ORIGIN=" ", SALESFORCE_ALLOWED_FIELDS="")
    assert (settings.key_field, settings.chat_origin) == ("", "")
    assert "Priority" in settings.allowed_fields


def test_an_orgs_id_is_taken_in_its_long_form():
    assert loaded(SALESFORCE_ORG_ID="00D5e000001AbCd").org_id == "00D5e000001AbCdEAK"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SALESFORCE_URL", "http://acme.my.salesforce.com"),
        ("SALESFORCE_WEBHOOK_SECRETS", ""),
        ("SALESFORCE_ORG_ID", "0055e000001AbCd"),
        ("SALESFORCE_ORG_ID", "acme"),
        ("SALESFORCE_KEY_FIELD", "Key Field"),
        ("SALESFORCE_KEY_FIELD", "../User"),
        ("SALESFORCE_JOIN_ON", "both"),
        ("SALESFORCE_CASE_FIELDS", "{"),
        ("SALESFORCE_CASE_FIELDS", "[]"),
        ("SALESFORCE_PRIVATE_KEY_FILE", "/nowhere/key.pem"),
    ],
)
def test_a_wrong_setting_is_named(name, value):
    with pytest.raises(SettingsError) as caught:
        loaded(**{name: value})
    (problem,) = caught.value.problems
    assert problem.startswith(f"{name}: ")


# Logging in


@pytest.mark.parametrize("door", ["client credentials", "jwt bearer", "soap"])
def test_every_door_opens_and_tells_who_we_are(orgs, key_file, door):
    org = orgs(clock=time.time)
    doors = {
        "client credentials": APP,
        "jwt bearer": {"client_id": "app", "username": "bot@acme.test", "private_key_file": key_file},
        "soap": SOAP,
    }
    client = org.client(**doors[door])
    assert call(client)["DailyApiRequests"]["Max"] == 15000
    assert client.me() == client.me_at_once() == org.salesforce.me
    assert (org.count("user_info"), org.count("resources")) == (0, 0)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (APP | {"client_secret": "wrong-secret"}, "invalid_client"),
        (APP | {"client_id": "wrong-id"}, "invalid_client_id"),
        (SOAP | {"password": "wrong-secret"}, "INVALID_LOGIN"),
    ],
)
def test_wrong_credentials_lock_us_out_and_are_not_repeated(org, given, code):
    with pytest.raises(LockedOut) as caught:
        call(org.client(**given))
    assert (caught.value.code, caught.value.seconds) == (code, 15.0)
    assert "wrong" not in f"{caught.value!r}{caught.value.__cause__!r}"


def test_a_certificate_of_another_app_locks_us_out(orgs, tmp_path):
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    file = tmp_path / "other.pem"
    file.write_bytes(
        other.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    client = orgs(clock=time.time).client(client_id="app", username="bot@acme.test", private_key_file=file)
    with pytest.raises(LockedOut) as caught:
        call(client)
    assert caught.value.code == "invalid_grant"


def test_a_user_who_has_not_been_let_in_locks_us_out_without_a_word_to_the_terminal(orgs, key_file):
    client = orgs(clock=time.time).client(client_id="app", username="other@acme.test", private_key_file=key_file)
    with pytest.raises(LockedOut) as caught:
        call(client)
    assert caught.value.code == "invalid_grant"


def test_a_file_that_holds_no_key_locks_us_out(org, tmp_path):
    file = tmp_path / "key.pem"
    file.write_text("no key")
    with pytest.raises(LockedOut) as caught:
        call(org.client(client_id="app", username="bot@acme.test", private_key_file=file))
    assert caught.value.code == "login_failed"


@pytest.mark.parametrize(
    ("answer", "trouble", "code"),
    [
        (Response("<html>", status=200), LockedOut, "login_failed"),
        (as_json(200, {"instance_url": "https://acme.my.salesforce.com"}), LockedOut, "login_failed"),
        (as_json(200, {"access_token": "open"}), LockedOut, "login_failed"),
        (as_json(200, {"access_token": 7, "instance_url": "https://x"}), LockedOut, "login_failed"),
        (as_json(200, ["open"]), LockedOut, "login_failed"),
        (as_json(400, {"error": "invalid_grant", "error_description": "secret"}), LockedOut, "invalid_grant"),
        (as_json(400, {"error": "not a code: app-secret"}), LockedOut, "400"),
        (Response("app-secret", status=404), LockedOut, "404"),
        (Response("", status=302, headers={"Location": "https://elsewhere.test"}), LockedOut, "redirected"),
        (Response("<html>", status=500), Unavailable, "500"),
        (Response("", status=503, headers={"Retry-After": "7"}), Unavailable, "503"),
        (Response("", status=429), Unavailable, "429"),
    ],
)
def test_a_login_that_goes_wrong_leaves_no_doubt_that_nothing_was_done(servers, answer, trouble, code):
    _, client = scripted(servers, lambda _: answer)
    with pytest.raises(Unavailable) as caught:
        client.salesforce().Case.create({"Subject": "Lamp"})
    assert (type(caught.value), caught.value.code) == (trouble, code)
    assert client.me_at_once() is None


@pytest.mark.parametrize(
    ("code", "trouble"), [("SERVER_UNAVAILABLE", Unavailable), ("LOGIN_MUST_USE_SECURITY_TOKEN", LockedOut)]
)
def test_a_soap_fault_is_told_from_a_server_that_is_down(servers, code, trouble):
    fault = f"<e><sf:exceptionCode>{code}</sf:exceptionCode><sf:exceptionMessage>no</sf:exceptionMessage></e>"
    server = servers(Script(lambda _: Response(fault, status=500, mimetype="text/xml")))
    client = Client(server.url, SalesforceSettings(url=server.url, webhook_secrets="hook", **SOAP).login)
    with pytest.raises(Unavailable) as caught:
        call(client)
    assert (type(caught.value), caught.value.code) == (trouble, code)


@pytest.mark.parametrize("fault", [Fault.LOST, Fault.UNANSWERED, Fault.BROKEN, Fault.BUSY])
def test_a_login_that_is_not_answered_is_an_outage_and_not_a_doubt(orgs, fault):
    org = orgs(faults=Faults(rates={fault: 1.0}))
    with pytest.raises(Unavailable) as caught:
        org.client().salesforce().Case.create({"Subject": "Lamp"})
    assert type(caught.value) is Unavailable
    assert caught.value.counts_as_outage
    assert org.count("create") == 0


def test_many_threads_log_in_once(org):
    client = org.client()
    together = threading.Barrier(12)

    def work(_):
        together.wait()
        return call(client)["DailyApiRequests"]["Max"]

    with ThreadPoolExecutor(12) as pool:
        assert set(pool.map(work, range(12))) == {15000}
    assert org.count("token") == 1


def test_a_session_that_ended_is_renewed_once_for_many_threads(org):
    client = org.client()
    call(client)
    org.clock.now += 7201
    together = threading.Barrier(12)

    def work(_):
        together.wait()
        return call(client)["DailyApiRequests"]["Max"]

    with ThreadPoolExecutor(12) as pool:
        assert set(pool.map(work, range(12))) == {15000}
    assert org.count("token") == 2


def test_a_call_whose_session_ended_happens_once(org):
    client = org.client()
    call(client)
    org.break_sessions()
    client.salesforce().Case.create({"Subject": "Lamp"})
    assert [case["Subject"] for case in org.salesforce.cases.values()] == ["Lamp"]


def test_who_waited_for_a_login_that_failed_does_not_try_it_again(servers):
    arrived = threading.Barrier(6)

    def slowly(request):
        time.sleep(0.3)
        return as_json(400, {"error": "invalid_grant"})

    application, client = scripted(servers, slowly)

    def work(_):
        arrived.wait()
        try:
            call(client)
        except LockedOut as locked:
            return locked.code

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(work, range(6))) == {"invalid_grant"}
    assert len(application.asked) == 1


def test_an_org_that_refuses_every_session_locks_us_out_after_one_renewal(servers):
    application, client = scripted(servers, after_login(refusal(401, "INVALID_SESSION_ID")))
    with pytest.raises(LockedOut) as caught:
        call(client)
    assert caught.value.code == "INVALID_SESSION_ID"
    assert [path for _, path, _ in application.asked] == [TOKEN, LIMITS, TOKEN, LIMITS]


def test_another_401_is_not_tried_again(servers):
    application, client = scripted(servers, after_login(Response("no", status=401)))
    with pytest.raises(LockedOut) as caught:
        call(client)
    assert caught.value.code == "401"
    assert [path for _, path, _ in application.asked] == [TOKEN, LIMITS]


def test_a_login_that_took_long_leaves_the_call_to_the_next_try(org, monkeypatch):
    client = org.client()
    monkeypatch.setattr(client_module, "PATIENCE", -1.0)
    with pytest.raises(Unavailable) as caught:
        call(client)
    assert (caught.value.code, caught.value.counts_as_outage) == ("slow_login", False)
    assert org.count("limits") == 0
    monkeypatch.undo()
    call(client)
    assert org.count("token") == 1


def test_a_netrc_file_does_not_get_between(org, tmp_path, monkeypatch):
    file = tmp_path / "netrc"
    file.write_text("default login somebody password else")
    monkeypatch.setenv("NETRC", str(file))
    assert call(org.client())


# Where calls go


class Straight(BaseAdapter):
    """Hands requests to the stand-in without a network, as a simulation does."""

    def __init__(self, application):
        super().__init__()
        self.client = WSGIClient(application)
        self.asked = []

    def send(self, request, **_):
        parts = urlsplit(request.url)
        self.asked.append(f"{parts.scheme}://{parts.netloc}")
        answer = self.client.open(
            parts.path,
            query_string=parts.query,
            method=request.method,
            data=request.body,
            headers=dict(request.headers),
        )
        response = requests.Response()
        response.status_code, response.request = answer.status_code, request
        response.raw = urllib3.HTTPResponse(io.BytesIO(answer.data), preload_content=False)
        response.headers.update(answer.headers)
        response.url = request.url
        return response

    def close(self):
        pass


def test_every_call_goes_to_the_address_that_was_set_through_the_adapter_that_was_given(org):
    adapter = Straight(org.salesforce)
    url = "https://acme.my.salesforce.com"
    way = SalesforceSettings(url=url, webhook_secrets="hook", **APP).login
    client = Client(url, way, adapter=adapter)
    created = client.salesforce().Case.create({"Subject": "Lamp"})
    assert list(org.salesforce.cases) == [created["id"]]
    assert set(adapter.asked) == {url}


def test_plain_http_on_loopback_stays_what_it_is_though_the_library_insists_on_https(org):
    client = org.client()
    assert client.salesforce().base_url.startswith("https://127.0.0.1")
    assert call(client)


def test_an_answer_cannot_send_our_session_elsewhere(servers):
    elsewhere = Script(lambda _: as_json(200, {}))
    other = servers(elsewhere)
    there = Response("", status=307, headers={"Location": f"{other.url}{LIMITS}"})
    _, client = scripted(servers, after_login(there, instance_url=other.url))
    with pytest.raises(Refused) as caught:
        call(client)
    assert caught.value.code == "redirected"
    assert elsewhere.asked == []


def test_more_than_one_record_is_refused(servers):
    _, client = scripted(servers, after_login(as_json(300, ["/one", "/two"])))
    with pytest.raises(Refused):
        call(client)


# What answers mean


@pytest.mark.parametrize(
    ("answer", "trouble", "code"),
    [
        (refusal(401, "INVALID_AUTH_HEADER"), LockedOut, "INVALID_AUTH_HEADER"),
        (refusal(403, "REQUEST_LIMIT_EXCEEDED"), LockedOut, "REQUEST_LIMIT_EXCEEDED"),
        (refusal(403, "API_DISABLED_FOR_ORG"), LockedOut, "API_DISABLED_FOR_ORG"),
        (Response("Bad_OAuth_Token", status=403), LockedOut, "403"),
        (refusal(404, "NOT_FOUND"), Gone, "NOT_FOUND"),
        (refusal(404, "ENTITY_IS_DELETED"), Gone, "ENTITY_IS_DELETED"),
        (Response("", status=404), Gone, "404"),
        (refusal(410, "UNSUPPORTED_API_VERSION"), LockedOut, "UNSUPPORTED_API_VERSION"),
        (refusal(400, "UNABLE_TO_LOCK_ROW"), Unavailable, "UNABLE_TO_LOCK_ROW"),
        (refusal(503, "SERVER_UNAVAILABLE"), Unavailable, "SERVER_UNAVAILABLE"),
        (Response("<html>", status=503), Unavailable, "503"),
        (Response("", status=429), Unavailable, "429"),
        (refusal(400, "REQUIRED_FIELD_MISSING"), Refused, "REQUIRED_FIELD_MISSING"),
        (refusal(400, "ann@x.test is no code"), Refused, "400"),
        (as_json(400, []), Refused, "400"),
        (as_json(400, "no"), Refused, "400"),
        (as_json(400, [7]), Refused, "400"),
        (refusal(405, "METHOD_NOT_ALLOWED"), Refused, "METHOD_NOT_ALLOWED"),
        (refusal(500, "UNKNOWN_EXCEPTION"), Unanswered, "UNKNOWN_EXCEPTION"),
        (Response("<html>", status=502), Unanswered, "502"),
        (Response("<html>", status=200), Unanswered, "unreadable_answer"),
        (Response("[" * 100_000, status=200), Unanswered, "unreadable_answer"),
    ],
)
def test_an_answer_is_sorted_by_what_to_do_next(servers, answer, trouble, code):
    _, client = scripted(servers, after_login(answer))
    with pytest.raises(trouble) as caught:
        call(client)
    assert (type(caught.value), caught.value.code) == (trouble, code)


def test_a_locked_row_is_no_outage_and_a_used_up_quota_is_looked_at_again(servers):
    _, client = scripted(servers, after_login(refusal(400, "UNABLE_TO_LOCK_ROW")))
    with pytest.raises(Unavailable) as caught:
        call(client)
    assert not caught.value.counts_as_outage
    _, client = scripted(servers, after_login(refusal(403, "REQUEST_LIMIT_EXCEEDED")))
    with pytest.raises(LockedOut) as caught:
        call(client)
    assert caught.value.seconds == 15.0


@pytest.mark.parametrize("status", [429, 503])
def test_the_org_says_how_long_it_wants_to_be_left_alone(servers, status):
    _, client = scripted(servers, after_login(refusal(status, "SERVER_UNAVAILABLE", **{"Retry-After": "40"})))
    with pytest.raises(Unavailable) as caught:
        call(client)
    assert caught.value.seconds == 40.0
    _, client = scripted(servers, after_login(refusal(status, "SERVER_UNAVAILABLE")))
    with pytest.raises(Unavailable) as caught:
        call(client)
    assert caught.value.seconds == 1.0


def test_the_days_calls_run_out_and_come_back(orgs):
    org = orgs(daily_calls=2)
    client = org.client()
    call(client)
    call(client)
    with pytest.raises(LockedOut) as caught:
        call(client)
    assert caught.value.code == "REQUEST_LIMIT_EXCEEDED"
    org.clock.now += 24 * 3600
    assert call(client)


def test_a_call_that_is_not_answered_may_have_happened(org):
    client = org.client()
    call(client)
    org.salesforce.faults = Faults(rates={Fault.UNANSWERED: 1.0})
    with pytest.raises(Unanswered):
        client.salesforce().Case.create({"Subject": "Lamp"})
    assert len(org.salesforce.cases) == 1


def test_a_call_to_nobody_has_not_happened(org):
    client = org.client()
    org.server.close()
    with pytest.raises(Unavailable) as caught:
        call(client)
    assert caught.value.code == "unreachable"
    org.server = Server(org.salesforce)


def test_a_query_that_has_no_place_is_not_a_query_that_found_nothing(servers):
    _, client = scripted(servers, after_login(refusal(404, "NOT_FOUND")))
    with pytest.raises(LockedOut):
        list(client.rows("SELECT Id FROM Case WHERE Id = {}", "5003000000D8cuIAAR"))


def test_a_query_goes_through_all_its_pages(servers):
    def pages(request):
        if request.path.endswith("/query/"):
            next_page = "/services/data/v62.0/query/01g-2"
            return as_json(200, {"records": [{"Id": 1}], "done": False, "nextRecordsUrl": next_page})
        return as_json(200, {"records": [{"Id": 2}], "done": True})

    _, client = scripted(servers, after_login(pages))
    assert [row["Id"] for row in client.rows("SELECT Id FROM Case")] == [1, 2]


# Who we are


def told_by(path, body, otherwise):
    def answer(request):
        return as_json(200, body) if request.path == path else otherwise

    return after_login(answer)


@pytest.mark.parametrize("otherwise", [refusal(404, "NOT_FOUND"), Response("", status=403), as_json(200, [1])])
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/services/oauth2/userinfo", {"user_id": ME[:15]}),
        ("/services/data/v62.0/", {"identity": f"https://login.salesforce.com/id/00D000000000001EAA/{ME}"}),
    ],
)
def test_where_the_login_does_not_say_who_we_are_the_org_is_asked_once(servers, path, body, otherwise):
    application, client = scripted(servers, told_by(path, body, otherwise))
    assert client.me() == client.me() == client.me_at_once() == ME
    assert [asked for _, asked, _ in application.asked].count(path) == 1


@pytest.mark.parametrize("said", [None, "", 7, "no address", "https://x/id/00D000000000001EAA/00GKz0000000001AAA"])
def test_where_nobody_says_who_we_are_it_is_told_once_and_events_are_believed(servers, caplog, said):
    answer = as_json(200, {"user_id": said, "identity": said})
    application, client = scripted(servers, after_login(answer, id=said))
    with caplog.at_level(logging.WARNING, "caseroom.salesforce"):
        assert client.me_at_once() == client.me() == client.me() == ""
    assert len(caplog.records) == 1
    assert [path for _, path, _ in application.asked] == [
        TOKEN,
        "/services/oauth2/userinfo",
        "/services/data/v62.0/",
    ]


@pytest.mark.parametrize("answer", [refusal(403, "REQUEST_LIMIT_EXCEEDED"), Response("", status=503)])
def test_an_org_that_cannot_say_just_now_who_we_are_is_not_anonymous(servers, answer):
    clock = Clock()
    application, client = scripted(servers, after_login(answer), clock)
    assert client.me_at_once() is None
    asked = len(application.asked)
    assert client.me_at_once() is None
    assert len(application.asked) == asked
    with pytest.raises(Unavailable):
        client.me()
    application.script = after_login(as_json(200, {"user_id": ME}))
    clock.now += 15
    assert client.me_at_once() == ME


def test_one_thread_asks_who_we_are_and_the_others_do_not_wait(servers):
    go = threading.Event()

    def slowly(request):
        assert go.wait(5)
        return as_json(200, {"access_token": "open", "instance_url": "https://x", "id": f"https://x/id/o/{ME}"})

    application, client = scripted(servers, slowly)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(client.me_at_once)
        while not application.asked:
            time.sleep(0.01)
        assert client.me_at_once() is None
        go.set()
        assert first.result() == ME
    assert client.me_at_once() == ME
