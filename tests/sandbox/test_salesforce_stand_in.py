"""The stand-in of Salesforce: the unmodified simple-salesforce works on it, and it is as strict as the vendor."""

import hashlib
import hmac
import json
import time
from urllib.parse import urlsplit

import httpx
import jwt
import pytest
import requests
import simple_salesforce
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from simple_salesforce import format_external_id, format_soql
from simple_salesforce.exceptions import (
    SalesforceAuthenticationFailed,
    SalesforceGeneralError,
    SalesforceMalformedRequest,
    SalesforceRefusedRequest,
    SalesforceResourceNotFound,
)

from sandbox.faults import Fault, Faults
from sandbox.mailbox import Mailbox
from sandbox.salesforce import Refused, Salesforce, retries
from sandbox.salesforce.ids import checksum, full, make
from sandbox.stand_in import Server

KEY = "Caseroom_Key__c"
STAYS = {"Sforce-Auto-Assign": "FALSE"}
CASE = {"Subject": "Lamp", "Description": "It hums", "SuppliedName": "Ann", "SuppliedEmail": "ann@x.test"}
PRIVATE_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PRIVATE_PEM = PRIVATE_KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
).decode()
PUBLIC_PEM = (
    PRIVATE_KEY.public_key()
    .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    .decode()
)
DOORS = {
    "client credentials": {"consumer_key": "app", "consumer_secret": "app-secret", "domain": "acme.my"},
    "jwt bearer": {"username": "bot@acme.test", "consumer_key": "app", "privatekey": PRIVATE_PEM, "domain": "acme.my"},
    "soap": {"username": "bot@acme.test", "password": "p<&>w", "security_token": "tok", "domain": "acme.my"},
}


class Clock:
    def __init__(self, now=1_795_255_200.0):
        self.now = now

    def __call__(self):
        return self.now


class ToStandIn(requests.Session):
    """Sends what is meant for Salesforce to the stand-in, and notes it."""

    def __init__(self, url):
        super().__init__()
        self.url = url
        self.seen = []

    def request(self, method, url, *args, **kwargs):
        there = urlsplit(url)
        assert there.hostname.endswith(".salesforce.com") or self.url.endswith(there.netloc)
        self.seen.append((method, there.path))
        rest = there._replace(scheme="http", netloc=urlsplit(self.url).netloc).geturl()
        return super().request(method, rest, *args, **kwargs)


class Org:
    """A stand-in on a loopback port, with its mailbox and a clock of its own."""

    def __init__(self, **setup):
        self.clock = setup.pop("clock", Clock())
        self.sent = []
        self.mailbox = Mailbox(send=lambda outgoing: self.sent.append(outgoing) or 202, clock=self.clock)
        given = {
            "client_id": "app",
            "client_secret": "app-secret",
            "username": "bot@acme.test",
            "password": "p<&>w",
            "security_token": "tok",
            "public_key_pem": PUBLIC_PEM,
            "webhook_secret": "hook",
            "callback_key": "call",
        }
        self.salesforce = Salesforce(**given | setup, clock=self.clock, mailbox=self.mailbox)
        self.server = Server(self.salesforce)
        self.session = ToStandIn(self.server.url)

    def client(self, door="client credentials", **changes):
        return simple_salesforce.Salesforce(session=self.session, version="59.0", **DOORS[door] | changes)

    def posts(self):
        """What the org has sent since the last time, as (path, body)."""
        self.mailbox.deliver(self.clock())
        posts, self.sent = self.sent, []
        return [(outgoing.path, json.loads(outgoing.body)) for outgoing in posts]

    def events(self):
        """The events of the only request that the org has sent."""
        ((path, body),) = self.posts()
        assert path == "/salesforce/events"
        return body["events"]

    def close(self):
        self.session.close()
        self.server.close()


@pytest.fixture
def orgs():
    opened = []

    def open_one(**setup):
        opened.append(Org(**setup))
        return opened[-1]

    yield open_one
    for org in opened:
        org.close()


@pytest.fixture
def org(orgs):
    return orgs()


@pytest.fixture
def sf(org):
    return org.client()


@pytest.fixture
def ann(org):
    return org.salesforce.add_user("Agent Ann")


@pytest.fixture
def bob(org):
    return org.salesforce.add_user("Agent Bob")


@pytest.fixture
def case(org):
    case = org.salesforce.open_case("Lamp", "It hums", "Cid", "cid@x.test")
    org.posts()
    return case


def refusal(call, error=SalesforceMalformedRequest):
    with pytest.raises(error) as caught:
        call()
    (entry,) = caught.value.content
    return entry


# Ids


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("001D000000IRFma", "001D000000IRFmaIAH"),
        ("5003000000D8cuI", "5003000000D8cuIAAR"),
        ("0053000000AbCdE", "0053000000AbCdEAAV"),
    ],
)
def test_an_id_has_the_checksum_that_salesforce_gives_it(short, long):
    assert short + checksum(short) == full(short) == full(long) == full(long.lower()) == long


@pytest.mark.parametrize("text", ["", "5003000000D8cu", "5003000000D8cuIBAR", "5003000000D8cuI999", "5003000000D8c-I"])
def test_what_is_no_id_is_none(text):
    assert full(text) is None


def test_neighbouring_ids_differ_by_case_alone():
    first, second = make("500", 0)[:15], make("500", 1)[:15]
    assert first != second
    assert first.lower() == second.lower()


def test_ids_begin_as_salesforces_do(org, case, ann):
    queue = org.salesforce.add_queue("Support")
    assert [one[:3] for one in (case, ann, queue, org.salesforce.setup.org_id)] == ["500", "005", "00G", "00D"]
    assert all(full(one) == one for one in (case, ann, queue, org.salesforce.setup.org_id))


# Doors


@pytest.mark.parametrize("door", DOORS)
def test_simple_salesforce_logs_in_by_every_door(orgs, door):
    org = orgs(clock=time.time)
    assert org.client(door).query("SELECT Id FROM Case")["totalSize"] == 0


@pytest.mark.parametrize(
    ("door", "wrong", "code"),
    [
        ("client credentials", {"consumer_secret": "no"}, "invalid_client"),
        ("client credentials", {"consumer_key": "no"}, "invalid_client_id"),
        ("jwt bearer", {"consumer_key": "no"}, "invalid_client_id"),
        ("soap", {"password": "no"}, "INVALID_LOGIN"),
        ("soap", {"security_token": ""}, "INVALID_LOGIN"),
        ("soap", {"version": "65.0"}, "UNSUPPORTED_API_VERSION"),
    ],
)
def test_no_door_opens_to_wrong_credentials(orgs, door, wrong, code):
    org = orgs(clock=time.time)
    given = {"session": org.session, "version": "59.0"} | DOORS[door] | wrong
    with pytest.raises(SalesforceAuthenticationFailed) as caught:
        simple_salesforce.Salesforce(**given)
    assert caught.value.code == code


def post_token(org, auth=None, **form):
    return httpx.post(f"{org.server.url}/services/oauth2/token", data=form, auth=auth)


def assertion(org, **changes):
    now = org.clock()
    claims = {"iss": "app", "sub": "bot@acme.test", "aud": "https://login.salesforce.com", "exp": now + 180} | changes
    grant = "urn:ietf:params:oauth:grant-type:jwt-bearer"
    return post_token(org, grant_type=grant, assertion=jwt.encode(claims, PRIVATE_PEM, algorithm="RS256"))


@pytest.mark.parametrize(
    ("changes", "description"),
    [
        ({"aud": "https://elsewhere.test"}, "audience is invalid"),
        ({"sub": "other@acme.test"}, "user hasn't approved this consumer"),
        ({"exp": 1}, "expired authorization code"),
        ({"exp": 9_999_999_999}, "expired authorization code"),
        ({"exp": "soon"}, "invalid assertion"),
    ],
)
def test_an_assertion_that_says_something_else_is_denied(org, changes, description):
    answer = assertion(org, **changes)
    assert answer.status_code == 400
    assert answer.json() == {"error": "invalid_grant", "error_description": description}


def test_an_assertion_signed_by_another_key_or_in_another_way_is_denied(org):
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    claims = {"iss": "app", "sub": "bot@acme.test", "aud": "https://login.salesforce.com", "exp": org.clock() + 60}
    grant = "urn:ietf:params:oauth:grant-type:jwt-bearer"
    for forged in (jwt.encode(claims, other, algorithm="RS256"), jwt.encode(claims, "k" * 32, algorithm="HS256")):
        assert post_token(org, grant_type=grant, assertion=forged).json()["error_description"] == "invalid assertion"


def test_the_token_endpoint_says_where_the_org_is_and_who_one_is(org):
    answer = post_token(org, grant_type="client_credentials", client_id="app", client_secret="app-secret").json()
    me, org_id = org.salesforce.me, org.salesforce.setup.org_id
    assert answer["instance_url"] == org.server.url
    assert answer["id"] == f"{org.server.url}/id/{org_id}/{me}"
    assert answer["token_type"] == "Bearer"
    assert answer["issued_at"] == "1795255200000"


def test_a_wrong_secret_is_401_and_an_unknown_grant_is_400(org):
    assert post_token(org, ("app", "no"), grant_type="client_credentials").status_code == 401
    answer = post_token(org, ("app", "app-secret"), grant_type="password")
    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


def test_a_door_without_a_secret_stays_shut(orgs):
    org = orgs(client_secret="", password="")
    assert post_token(org, ("app", ""), grant_type="client_credentials").status_code == 401
    with pytest.raises(SalesforceAuthenticationFailed):
        org.client("soap", password="", security_token="tok")


def test_a_session_ends_and_simple_salesforce_opens_another(org, sf):
    org.clock.now += 7201
    headers = {"Authorization": f"Bearer {sf.session_id}"}
    answer = httpx.get(f"{org.server.url}/services/data/v59.0/limits", headers=headers)
    assert answer.status_code == 401
    assert answer.json() == [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]
    assert sf.Case.create(CASE)["success"]


def test_no_session_opens_nothing(org):
    for path in ("/", "/limits", "/query?q=x", "/sobjects/Case/500", "/sobjects/User/005"):
        assert httpx.get(f"{org.server.url}/services/data/v59.0{path}").status_code == 401
    assert httpx.get(f"{org.server.url}/services/oauth2/userinfo").status_code == 401


def test_a_client_learns_as_whom_it_works(org, sf):
    assert sf.oauth2("userinfo")["user_id"] == org.salesforce.me
    assert sf.restful("")["identity"].endswith(org.salesforce.me)
    assert sf.User.get(org.salesforce.me)["Username"] == "bot@acme.test"


# Limits


def test_every_answer_says_how_many_calls_were_made(org, sf):
    sf.limits()
    assert (sf.api_usage["api-usage"].used, sf.api_usage["api-usage"].total) == (1, 15000)
    headers = {"Authorization": f"Bearer {sf.session_id}"}
    missing = httpx.get(f"{org.server.url}/services/data/v59.0/sobjects/Case/{make('500', 7)}", headers=headers)
    assert missing.headers["Sforce-Limit-Info"] == "api-usage=2/15000"


def test_the_days_calls_run_out_and_come_back(orgs):
    org = orgs(daily_calls=2)
    sf = org.client()
    assert sf.limits()["DailyApiRequests"] == {"Max": 2, "Remaining": 1}
    sf.limits()
    assert refusal(sf.limits, SalesforceRefusedRequest)["errorCode"] == "REQUEST_LIMIT_EXCEEDED"
    org.clock.now += 24 * 3600
    assert org.client().limits()["DailyApiRequests"]["Remaining"] == 1


def test_a_busy_org_is_unavailable(orgs):
    org = orgs(faults=Faults(rates={}))
    sf = org.client()
    org.salesforce.faults.rates[Fault.BUSY] = 1.0
    assert refusal(sf.limits, SalesforceGeneralError)["errorCode"] == "SERVER_UNAVAILABLE"


def test_faults_are_decided_by_the_case_that_a_call_is_about(org, sf):
    case = sf.Case.create(CASE | {KEY: "k1"})["id"]
    sf.Case.get(case[:15])
    sf.Case.get_by_custom_id(KEY, "k1")
    sf.Case.upsert(f"{KEY}/k1", CASE)
    about = [(call, subject) for call, subject in org.salesforce.calls if call != "token"]
    assert about == [("create", "k1"), ("read", "k1"), ("read_by_key", "k1"), ("upsert", "k1")]


def test_a_call_whose_answer_is_lost_was_done_all_the_same(org, sf):
    org.salesforce.faults.rates[Fault.UNANSWERED] = 1.0
    with pytest.raises(requests.ConnectionError):
        sf.Case.upsert(f"{KEY}/k1", CASE)
    org.salesforce.faults.rates.clear()
    assert sf.Case.upsert(f"{KEY}/k1", CASE) == 200
    assert [event["type"] for _, body in org.posts() for event in body["events"]] == ["case.created", "case.updated"]


def test_a_creation_without_a_key_is_known_again_by_its_body(orgs):
    org = orgs(key_field=None)
    sf = org.client()
    for subject in ("one", "two", "one"):
        sf.Case.create(CASE | {"Subject": subject})
    first, second, again = (subject for call, subject in org.salesforce.calls if call == "create")
    assert first == again != second


# Cases over REST


def test_a_case_is_created_and_read(org, sf):
    created = sf.Case.create(CASE | {KEY: "k1", "Origin": "Chat"})
    assert dict(created) == {"id": make("500", 0), "success": True, "errors": []}
    case = sf.Case.get(created["id"])
    assert case["attributes"] == {
        "type": "Case",
        "url": f"/services/data/v59.0/sobjects/Case/{created['id']}",
    }
    assert {name: case[name] for name in CASE} == CASE
    assert case["OwnerId"] == case["CreatedById"] == org.salesforce.me
    assert case["IsClosed"] is False
    assert case["SystemModstamp"] == "2026-11-21T10:00:00.000+0000"


def test_a_case_is_found_by_15_characters_in_their_case_and_18_in_any(sf):
    first, second = (sf.Case.create(CASE | {"Subject": subject})["id"] for subject in ("one", "two"))
    assert sf.Case.get(second[:15])["Subject"] == "two"
    assert sf.Case.get(first.lower())["Subject"] == "one"
    with pytest.raises(SalesforceResourceNotFound):
        sf.Case.get(first[:15].lower())


def test_fields_are_read_as_asked_for(sf):
    case = sf.Case.create(CASE | {KEY: "k1"})["id"]
    found = sf.Case.get(case, params={"fields": "Subject,OwnerId"})
    assert set(found) == {"attributes", "Id", "Subject", "OwnerId"}
    assert found == sf.Case.get_by_custom_id(KEY, "k1", params={"fields": "Subject,OwnerId"})
    assert refusal(lambda: sf.Case.get(case, params={"fields": "Nope__c"}))["errorCode"] == "INVALID_FIELD"


def test_an_upsert_creates_once_and_then_changes(org, sf):
    first = sf.Case.upsert(f"{KEY}/k1", CASE, raw_response=True)
    again = sf.Case.upsert(f"{KEY}/k1", {"Subject": "Other"}, raw_response=True)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == {"id": first.json()["id"], "success": True, "errors": [], "created": True}
    assert again.json() == first.json() | {"created": False}
    (case,) = org.salesforce.find_by_key("k1")
    assert (case["Subject"], case["Description"]) == ("Other", "It hums")
    assert sf.Case.get_by_custom_id(KEY, "k1")["Id"] == case["Id"]


def test_a_key_is_unique_whatever_its_case(sf):
    case = sf.Case.create(CASE | {KEY: "k1"})["id"]
    entry = refusal(lambda: sf.Case.create(CASE | {KEY: "K1"}))
    assert entry["errorCode"] == "DUPLICATE_VALUE"
    assert case in entry["message"]
    other = sf.Case.create(CASE | {KEY: "k2"})["id"]
    assert refusal(lambda: sf.Case.update(other, {KEY: "k1"}))["errorCode"] == "DUPLICATE_VALUE"


def test_a_key_changed_away_is_free_again(org, sf):
    case = sf.Case.create(CASE | {KEY: "k1"})["id"]
    sf.Case.update(case, {KEY: "k2"})
    assert org.salesforce.find_by_key("k1") == []
    assert sf.Case.create(CASE | {KEY: "k1"})["success"]


def test_the_key_of_an_upsert_does_not_stand_in_its_body(sf):
    entry = refusal(lambda: sf.Case.upsert(f"{KEY}/k1", CASE | {KEY: "k1"}))
    assert (entry["errorCode"], entry["fields"]) == ("INVALID_FIELD", [KEY])


def test_without_the_package_there_is_no_key(orgs):
    org = orgs(key_field=None)
    sf = org.client()
    assert refusal(lambda: sf.Case.create(CASE | {KEY: "k1"}))["message"].startswith(f"No such column '{KEY}'")
    entry = refusal(lambda: sf.Case.upsert(f"{KEY}/k1", CASE), SalesforceResourceNotFound)
    assert entry["errorCode"] == "NOT_FOUND"
    assert org.salesforce.find_by_key("") == []


@pytest.mark.parametrize(
    ("body", "code", "fields"),
    [
        ({"Nope__c": "x"}, "INVALID_FIELD", None),
        ({"Subject": "x" * 256}, "STRING_TOO_LONG", ["Subject"]),
        ({"Description": "x" * 32001}, "STRING_TOO_LONG", ["Description"]),
        ({"SuppliedName": "x" * 81}, "STRING_TOO_LONG", ["SuppliedName"]),
        ({"SuppliedEmail": "x" * 75 + "@x.test"}, "STRING_TOO_LONG", ["SuppliedEmail"]),
        ({"SuppliedEmail": "nobody"}, "INVALID_EMAIL_ADDRESS", ["SuppliedEmail"]),
        ({"SuppliedEmail": "a@b"}, "INVALID_EMAIL_ADDRESS", ["SuppliedEmail"]),
        ({"IsClosed": True}, "INVALID_FIELD_FOR_INSERT_UPDATE", ["IsClosed"]),
        ({"OwnerId": "somebody"}, "MALFORMED_ID", ["OwnerId"]),
        ({"OwnerId": make("005", 99)}, "INVALID_CROSS_REFERENCE_KEY", ["OwnerId"]),
        ({"Subject": 7}, "JSON_PARSER_ERROR", None),
        ([], "JSON_PARSER_ERROR", None),
    ],
)
def test_a_creation_that_salesforce_would_refuse_is_refused(org, sf, body, code, fields):
    entry = refusal(lambda: sf.Case.create(body))
    assert entry["errorCode"] == code
    assert entry.get("fields") == fields
    assert org.salesforce.cases == {}


def test_texts_of_the_longest_length_are_taken(sf):
    body = {"Subject": "x" * 255, "Description": "x" * 32000, "SuppliedName": "x" * 80, "SuppliedEmail": ""}
    case = sf.Case.get(sf.Case.create(body)["id"])
    assert len(case["Description"]) == 32000
    assert case["SuppliedEmail"] is None


def test_a_case_that_is_deleted_or_never_was_is_not_found(org, sf, case):
    org.salesforce.delete(case)
    assert refusal(lambda: sf.Case.get(case), SalesforceResourceNotFound)["errorCode"] == "ENTITY_IS_DELETED"
    assert refusal(lambda: sf.Case.update(case, {}), SalesforceResourceNotFound)["errorCode"] == "ENTITY_IS_DELETED"
    missing = [lambda: sf.Case.get(make("500", 99)), lambda: sf.User.get(make("005", 99)), lambda: sf.Case.get("x")]
    missing += [lambda: sf.Contact.get(make("003", 1)), lambda: sf.Case.get_by_custom_id(KEY, "none")]
    assert {refusal(call, SalesforceResourceNotFound)["errorCode"] for call in missing} == {"NOT_FOUND"}
    assert refusal(lambda: sf.Case.delete(case), SalesforceGeneralError)["errorCode"] == "METHOD_NOT_ALLOWED"


def test_the_assignment_rule_runs_unless_told_not_to_and_at_updates_too(orgs):
    org = orgs(assignment_owner=make("00G", 50))
    sf = org.client()
    mine = sf.Case.create(CASE, headers=STAYS)["id"]
    assert sf.Case.get(mine)["OwnerId"] == org.salesforce.me
    assert sf.Case.get(sf.Case.create(CASE)["id"])["OwnerId"] == make("00G", 50)
    assert sf.Case.update(mine, {"Subject": "x"}, headers=STAYS) == 204
    assert sf.Case.get(mine)["OwnerId"] == org.salesforce.me
    sf.Case.update(mine, {"Subject": "y"})
    assert sf.Case.get(mine)["OwnerId"] == make("00G", 50)


def test_the_rule_may_give_cases_to_a_user_made_later(org, sf, ann):
    org.salesforce.assignment_owner = ann
    assert sf.Case.get(sf.Case.create(CASE)["id"])["OwnerId"] == ann
    assert org.salesforce.cases[org.salesforce.open_case("s", "d", "n", "n@x.test")]["OwnerId"] == ann


# Queries


def test_queries_find_what_they_ask_for(org, sf):
    early = sf.Case.create(CASE | {KEY: "k1", "Origin": "Chat"})["id"]
    org.clock.now += 60
    late = sf.Case.create(CASE | {KEY: "k2", "Subject": 'it\'s \\ "quoted"\nhere'})["id"]
    found = {
        format_soql("SELECT Id FROM Case WHERE Id = {}", early[:15]): [early],
        format_soql("SELECT Id FROM Case WHERE Id IN {}", [early, late]): [early, late],
        format_soql("SELECT Id FROM Case WHERE Id NOT IN {}", [early]): [late],
        format_soql("select id from case where caseroom_key__c = {}", "K2"): [late],
        format_soql("SELECT Id FROM Case WHERE Subject = {}", 'it\'s \\ "quoted"\nhere'): [late],
        format_soql("SELECT Id FROM Case WHERE Subject != {}", "Lamp"): [late],
        format_soql("SELECT Id FROM Case WHERE Origin = {}", None): [late],
        format_soql("SELECT Id FROM Case WHERE Origin < {} AND IsClosed = {}", "D", False): [early],
        "SELECT Id FROM Case WHERE SystemModstamp > 2026-11-21T10:00:00Z": [late],
        "SELECT Id FROM Case WHERE SystemModstamp >= 2026-11-21T11:00:00.000+0100": [early, late],
        "SELECT Id FROM Case WHERE CreatedDate <= 2026-11-21T10:00:00.900Z": [early],
        "SELECT Id FROM Case ORDER BY SystemModstamp DESC": [late, early],
        "SELECT Id FROM Case ORDER BY Origin, Id LIMIT 1": [late],
        format_soql("SELECT Id FROM Case WHERE CreatedById = {} ORDER BY Id ASC LIMIT 1", org.salesforce.me): [early],
        "SELECT Id FROM Case WHERE Subject = 'a AND b ORDER BY c LIMIT 1'": [],
    }
    assert {soql: [row["Id"] for row in sf.query(soql)["records"]] for soql in found} == found


def test_a_query_answers_in_the_vendors_shape(org, sf, ann):
    answer = sf.query(format_soql("SELECT id, name FROM user WHERE Id = {}", ann))
    url = f"/services/data/v59.0/sobjects/User/{ann}"
    records = [{"attributes": {"type": "User", "url": url}, "Id": ann, "Name": "Agent Ann"}]
    assert json.loads(json.dumps(answer)) == {"totalSize": 1, "done": True, "records": records}


@pytest.mark.parametrize(
    ("soql", "code"),
    [
        ("SELECT FROM Case", "MALFORMED_QUERY"),
        ("SELECT Id FROM Case WHERE Id = 'x' OR Id = 'y'", "MALFORMED_QUERY"),
        ("SELECT Id FROM Case WHERE Subject = 'it's'", "MALFORMED_QUERY"),
        ("SELECT Id FROM Case LIMIT many", "MALFORMED_QUERY"),
        ("SELECT Id FROM Case WHERE CreatedDate > 2026-13-41T10:00:00Z", "MALFORMED_QUERY"),
        ("", "MALFORMED_QUERY"),
        ("SELECT Nope__c FROM Case", "INVALID_FIELD"),
        ("SELECT Id FROM Case WHERE Nope__c = 'x'", "INVALID_FIELD"),
        ("SELECT Id FROM Case ORDER BY Nope__c", "INVALID_FIELD"),
        ("SELECT Id FROM Case WHERE Subject = 7", "INVALID_FIELD"),
        ("SELECT Id FROM Case WHERE CreatedDate > '2026-11-21T10:00:00Z'", "INVALID_FIELD"),
        ("SELECT Id FROM Case WHERE IsClosed = 'false'", "INVALID_FIELD"),
        ("SELECT IsDeleted FROM User", "INVALID_FIELD"),
        ("SELECT Id FROM Case WHERE Id = 'x'", "INVALID_QUERY_FILTER_OPERATOR"),
        ("SELECT Id FROM Contact", "INVALID_TYPE"),
        ("SELECT Id FROM AgentWork", "INVALID_TYPE"),
    ],
)
def test_a_query_that_salesforce_would_refuse_is_refused(sf, soql, code):
    assert refusal(lambda: sf.query(soql))["errorCode"] == code


def test_a_description_cannot_be_filtered(sf):
    entry = refusal(lambda: sf.query("SELECT Id FROM Case WHERE Description = 'x'"))
    assert entry["errorCode"] == "INVALID_FIELD"
    assert "can not be filtered" in entry["message"]


def test_only_query_all_sees_the_recycle_bin(org, sf, case):
    org.salesforce.delete(case)
    soql = "SELECT Id, IsDeleted FROM Case"
    assert sf.query(soql)["totalSize"] == 0
    assert sf.query_all(soql, include_deleted=True)["records"][0]["IsDeleted"] is True


# What the org sends


def test_a_case_made_over_rest_is_told_before_its_answer_can_be(org, sf):
    created = sf.Case.create(CASE | {KEY: "k1", "Origin": "Chat"})
    (event,) = org.events()
    assert event == {
        "id": f"{created['id']}-2026-11-21T10:00:00.000Z-case.created",
        "type": "case.created",
        "caseId": created["id"],
        "ownerId": org.salesforce.me,
        "ownerIsUser": True,
        "ownerName": "Integration User",
        "origin": "Chat",
        "isClosed": False,
        "masterCaseId": None,
        "modifiedAt": "2026-11-21T10:00:00.000Z",
        "externalId": "k1",
    }


def test_events_are_dated_and_signed_when_they_go_out(org, case):
    org.salesforce.close(case)
    org.clock.now += 40.5
    org.mailbox.deliver(org.clock())
    (outgoing,) = org.sent
    signature = hmac.new(b"hook", outgoing.body, hashlib.sha256).hexdigest()
    assert outgoing.headers == {"Content-Type": "application/json", "X-Caseroom-Signature": signature}
    body = json.loads(outgoing.body)
    assert body["orgId"] == "00D000000000001EAA"
    assert body["sentAt"] == "2026-11-21T10:00:40.500Z"
    assert body["events"][0]["modifiedAt"] == "2026-11-21T10:00:00.000Z"


def test_each_thing_that_people_do_is_told(org, case, ann):
    queue = org.salesforce.add_queue("Support")
    told = []
    for act in (
        lambda: org.salesforce.assign(case, ann[:15]),
        lambda: org.salesforce.assign(case, queue),
        lambda: org.salesforce.touch(case),
        lambda: org.salesforce.close(case),
        lambda: org.salesforce.reopen(case[:15]),
        lambda: org.salesforce.delete(case),
        lambda: org.salesforce.undelete(case),
    ):
        org.clock.now += 1
        act()
        (event,) = org.events()
        told.append((event["type"], event["ownerName"], event["ownerIsUser"], event["isClosed"]))
    assert told == [
        ("case.updated", "Agent Ann", True, False),
        ("case.updated", "Support", False, False),
        ("case.updated", "Support", False, False),
        ("case.updated", "Support", False, True),
        ("case.updated", "Support", False, False),
        ("case.deleted", "Support", False, False),
        ("case.undeleted", "Support", False, False),
    ]


def test_two_changes_within_a_second_have_equal_stamps(org, case, ann, bob):
    org.salesforce.assign(case, ann)
    org.clock.now += 0.9
    org.salesforce.assign(case, bob)
    (_, first), (_, second) = org.posts()
    assert first["events"][0]["modifiedAt"] == second["events"][0]["modifiedAt"]
    assert first["events"][0]["ownerId"] != second["events"][0]["ownerId"]


def test_merged_cases_are_deleted_and_name_their_master_in_one_request(org, sf, case):
    losers = [org.salesforce.open_case("Lamp", "again", "Cid", "cid@x.test") for _ in range(2)]
    org.posts()
    org.salesforce.merge(case, *losers)
    assert [(event["type"], event["caseId"], event["masterCaseId"]) for event in org.events()] == [
        ("case.deleted", losers[0], case),
        ("case.deleted", losers[1], case),
        ("case.updated", case, None),
    ]
    soql = format_soql("SELECT Id FROM Case WHERE MasterRecordId = {}", case)
    rows = sf.query_all(soql, include_deleted=True)["records"]
    assert [row["Id"] for row in rows] == losers


def test_merged_cases_may_be_kept_instead(org, sf, case):
    loser = org.salesforce.open_case("Lamp", "again", "Cid", "cid@x.test")
    org.posts()
    org.salesforce.merge(case, loser, keep=True)
    assert [(event["type"], event["caseId"], event["isClosed"]) for event in org.events()] == [
        ("case.updated", loser, True),
        ("case.updated", case, False),
    ]
    assert sf.Case.get(loser)["Status"] == "Merged"


def test_a_case_back_from_a_merge_has_no_master(org, sf, case):
    loser = org.salesforce.open_case("Lamp", "again", "Cid", "cid@x.test")
    org.salesforce.merge(case, loser)
    org.salesforce.undelete(loser)
    assert sf.Case.get(loser)["MasterRecordId"] is None


def test_a_case_whose_key_another_has_taken_does_not_come_back(org, sf):
    case = sf.Case.create(CASE | {KEY: "k1"})["id"]
    org.salesforce.delete(case)
    assert sf.Case.upsert(f"{KEY}/k1", CASE) == 201
    with pytest.raises(Refused, match="DUPLICATE_VALUE"):
        org.salesforce.undelete(case)


def test_a_transaction_of_many_changes_is_told_200_at_a_time(org, ann):
    with org.salesforce.transaction():
        cases = [org.salesforce.open_case("s", "d", "n", "n@x.test", owner=ann) for _ in range(201)]
    bodies = [body["events"] for _, body in org.posts()]
    assert sorted(map(len, bodies)) == [1, 200]
    assert {event["caseId"] for events in bodies for event in events} == set(cases)


def test_work_is_offered_accepted_and_ended(orgs):
    org = orgs(omni=True)
    sf = org.client()
    case, ann = org.salesforce.open_case("s", "d", "n", "n@x.test"), org.salesforce.add_user("Agent Ann")
    org.posts()
    work = org.salesforce.push_work(case, ann)
    assert work.startswith("0Bz")
    assert [(event["type"], event["ownerId"]) for event in org.events()] == [("case.updated", ann)]
    org.salesforce.assign(case, org.salesforce.me)
    org.posts()
    for act, kind, status in (
        (org.salesforce.accept_work, "work.opened", "Opened"),
        (org.salesforce.end_work, "work.closed", "Closed"),
    ):
        act(work)
        (event,) = org.events()
        assert (event["type"], event["workId"], event["ownerId"], event["caseId"]) == (kind, work, ann, case)
        soql = format_soql("SELECT Id, UserId, Status FROM AgentWork WHERE WorkItemId = {}", case)
        (row,) = sf.query(soql)["records"]
        assert (row["Id"], row["UserId"], row["Status"]) == (work, ann, status)


def test_work_that_was_never_accepted_is_declined(org, case, ann):
    work = org.salesforce.push_work(case, ann)
    org.salesforce.end_work(work)
    assert org.salesforce.works[work]["Status"] == "Declined"


def test_events_have_no_key_where_the_package_is_not_installed(orgs):
    org = orgs(key_field=None)
    org.salesforce.open_case("s", "d", "n", "n@x.test")
    assert "externalId" not in org.events()[0]


def test_the_tutorials_triggers_join_at_every_update_and_leave_and_delete(org, case, ann, bob):
    org.salesforce.speaks = "tutorial"
    org.salesforce.assign(case, ann)
    org.salesforce.touch(case)
    org.salesforce.assign(case, bob)
    org.salesforce.delete(case)
    posts = org.posts()
    me = org.salesforce.me
    assert sorted((path, body.get("userId")) for path, body in posts if path != "/salesforce/deletegroup") == sorted(
        [
            ("/salesforce/joingroup", ann),
            ("/salesforce/joingroup", ann),
            ("/salesforce/joingroup", bob),
            ("/salesforce/leavegroup", ann),
            ("/salesforce/leavegroup", org.salesforce.admin),
        ]
    )
    assert [body for path, body in posts if path == "/salesforce/deletegroup"] == [{"groupId": case}]
    assert me not in json.dumps(posts)


def test_the_tutorials_triggers_carry_the_callback_key(org, case, ann):
    org.salesforce.speaks = "tutorial"
    org.salesforce.assign(case, ann)
    org.mailbox.deliver(org.clock())
    assert {outgoing.headers["Authorization"] for outgoing in org.sent} == {"Bearer call"}


def test_the_tutorials_calls_come_in_no_fixed_order(orgs):
    orders = set()
    for seed in range(8):
        org = orgs()
        org.mailbox.seed = seed
        org.salesforce.speaks = "tutorial"
        agents = [org.salesforce.add_user(name) for name in ("Ann", "Bob")]
        case = org.salesforce.open_case("s", "d", "n", "n@x.test", owner=agents[0])
        org.salesforce.assign(case, agents[1])
        orders.add(tuple(path for path, _ in org.posts()))
    assert len(orders) == 2


def test_an_agents_pane_asks_for_a_code_with_a_signature(org, ann):
    outgoing = org.salesforce.agent_code_request(ann, "Agent Ann", "n1", "agents")
    assert outgoing.path == "/salesforce/agent/code"
    assert outgoing.headers["X-Caseroom-Signature"] == hmac.new(b"agents", outgoing.body, hashlib.sha256).hexdigest()
    assert json.loads(outgoing.body) == {
        "orgId": "00D000000000001EAA",
        "sentAt": "2026-11-21T10:00:00.000Z",
        "nonce": "n1",
        "agentId": ann,
        "name": "Agent Ann",
    }


def test_the_package_tries_again_what_the_service_could_not_take():
    assert [status for status in (0, 202, 400, 401, 422, 429, 500, 503) if retries(status)] == [0, 429, 500, 503]


def test_an_org_without_a_mailbox_says_nothing():
    salesforce = Salesforce()
    case = salesforce.open_case("s", "d", "n", "n@x.test")
    assert salesforce.cases[case]["Status"] == "New"


def test_the_page_shows_cases_and_escapes_what_people_typed(org):
    assert "No cases yet" in httpx.get(org.server.url).text
    org.salesforce.open_case("<script>alert(1)</script> {x}", "d", "<b>", "n@x.test")
    page = httpx.get(org.server.url).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {x}" in page
    assert "<script" not in page
    assert "Org Administrator" in page
    assert 'http-equiv="refresh"' in page


def test_simple_salesforce_uses_the_paths_that_are_listed_here(org, sf):
    case = sf.Case.create(CASE)["id"]
    sf.Case.upsert(format_external_id(KEY, "k 1/2"), CASE)
    sf.Case.update(case, {"Subject": "x"})
    sf.Case.get(case)
    sf.User.get(org.salesforce.me)
    sf.query("SELECT Id FROM Case")
    sf.query("SELECT Id FROM Case", include_deleted=True)
    sf.limits()
    data = "/services/data/v59.0"
    assert org.session.seen == [
        ("POST", "/services/oauth2/token"),
        ("POST", f"{data}/sobjects/Case/"),
        ("PATCH", f"{data}/sobjects/Case/{KEY}/k%201%2F2"),
        ("PATCH", f"{data}/sobjects/Case/{case}"),
        ("GET", f"{data}/sobjects/Case/{case}"),
        ("GET", f"{data}/sobjects/User/{org.salesforce.me}"),
        ("GET", f"{data}/query/"),
        ("GET", f"{data}/queryAll/"),
        ("GET", f"{data}/limits/"),
    ]
    assert org.salesforce.find_by_key("k 1/2")
