"""The environment is read once; whatever is wrong is said at once, by the setting's name."""

import pytest

import app as hall
from caseroom.connector import ConnectorSettings
from caseroom.settings import SettingsError, data_centre, load

SHIPPED = ("salesforce", "zendesk", "shopify")
GIVEN = {
    "CONNECTORS": "salesforce,zendesk,shopify",
    "SECRET_KEY": "s",
    "TENCENT_SDK_APP_ID": "1400000000",
    "TENCENT_SECRET_KEY": "t",
    "SALESFORCE_URL": "https://acme.my.salesforce.com",
    "SALESFORCE_CLIENT_ID": "a",
    "SALESFORCE_CLIENT_SECRET": "b",
    "SALESFORCE_WEBHOOK_SECRETS": "c",
    "ZENDESK_URL": "https://acme.zendesk.com",
    "ZENDESK_CLIENT_ID": "a",
    "ZENDESK_CLIENT_SECRET": "b",
    "ZENDESK_WEBHOOK_SECRETS": "c",
    "SHOPIFY_API_SECRETS": "d",
    "SHOPIFY_SHOPS": "acme.myshopify.com",
    "SHOPIFY_HELPDESK": "zendesk",
}


def loaded(**changes):
    return load({**GIVEN, **changes}, hall.installed())


def problems(values):
    with pytest.raises(SettingsError) as caught:
        load(values, hall.installed())
    return caught.value.problems


def wrong(**changes):
    """Names of the settings that are reported."""
    return {problem.partition(":")[0] for problem in problems({**GIVEN, **changes})}


# Problems


@pytest.mark.parametrize(
    "name",
    [
        *("CONNECTORS", "SECRET_KEY", "TENCENT_SDK_APP_ID", "TENCENT_SECRET_KEY", "SALESFORCE_URL", "ZENDESK_URL"),
        *("SALESFORCE_WEBHOOK_SECRETS", "ZENDESK_WEBHOOK_SECRETS", "SHOPIFY_API_SECRETS", "SHOPIFY_SHOPS"),
    ],
)
@pytest.mark.parametrize("value", [None, "", "  ", ","])
def test_what_is_needed_stops_the_start_where_it_is_missing(name, value):
    values = {key: text for key, text in {**GIVEN, name: value}.items() if text is not None}
    assert [problem.partition(":")[0] for problem in problems(values)] == [name]


@pytest.mark.parametrize("connector", ["SALESFORCE", "ZENDESK"])
@pytest.mark.parametrize("half", ["CLIENT_ID", "CLIENT_SECRET"])
def test_half_a_login_stops_the_start(connector, half):
    assert wrong(**{f"{connector}_{half}": ""}) == {connector}


def test_a_connector_that_is_not_started_may_miss_everything():
    assert set(loaded(CONNECTORS="zendesk", SALESFORCE_URL="", SHOPIFY_SHOPS="").of) == {"zendesk"}


WRONG = {
    "PORT": "eighty",
    "DATABASE_URL": "postgresql://db/caseroom",
    "SECRET_KEY": "",
    "LOG_LEVEL": "LOUD",
    "TRUSTED_PROXIES": "10.0.0.1/8",
    "ALLOWED_ORIGINS": "*",
    "TENCENT_SDK_APP_ID": "mine",
    "TENCENT_SECRET_KEY": "change-me",
    "TENCENT_API_URL": "http://console.tim.qq.com",
    "TENCENT_SDK_URL": "http://cdn.example/sdk.js",
    "SUPERVISORS": "ann",
    "CANNED_REPLIES_FILE": "nowhere/replies.md",
    "CASE_LINK_DAYS": "0",
    "ZENDESK_LINK_FIELD": "Chat link",
    "SALESFORCE_LINK_FIELD": "Chat link",
    "TENCENT_CALLS_PER_SECOND": "0",
    "TENCENT_GROUP_TYPE": "Private",
    "CLOSE_GRACE": "-1",
    "USERSIG_SECONDS": "10",
    "REQUESTS_PER_MINUTE": "many",
    "WEB_PROCESSES": "0",
    "WEB_THREADS": "3",
    "WORKER_THREADS": "0",
    "SALESFORCE_URL": "acme",
    "SALESFORCE_JOIN_ON": "both",
    "SALESFORCE_CASE_FIELDS": "{",
    "ZENDESK_WEBHOOK_SECRETS": "",
    "ZENDESK_TICKET_FIELDS": "[]",
    "ZENDESK_APP_PUBLIC_KEY_FILE": "no/such/file.pem",
    "SHOPIFY_SHOPS": "acme.example",
    "SHOPIFY_HELPDESK": "intercom",
}


@pytest.mark.parametrize(("name", "value"), WRONG.items())
def test_a_wrong_setting_is_named(name, value):
    assert wrong(**{name: value}) == {name}


def test_everything_that_is_wrong_is_said_at_once():
    everything = {name: value for name, value in WRONG.items() if name != "SHOPIFY_SHOPS"}
    assert wrong(**everything, CONNECTORS="salesforce,zendesk,shopify,talk") == everything.keys() | {"CONNECTORS"}


def test_one_connectors_problems_do_not_hide_anothers():
    assert wrong(ZENDESK_URL="", SALESFORCE_URL="", SECRET_KEY="", SHOPIFY_HELPDESK="intercom") == {
        *("SALESFORCE_URL", "ZENDESK_URL", "SECRET_KEY", "SHOPIFY_HELPDESK")
    }


def test_a_problem_says_what_to_do_and_repeats_no_secret():
    text = "\n".join(problems({**GIVEN, "SECRET_KEY": "", "TENCENT_SECRET_KEY": "change-me-hush", "PORT": "hush"}))
    assert "SECRET_KEY: is missing" in text
    assert "TENCENT_SECRET_KEY: still holds the placeholder of .env.example" in text
    assert "hush" not in text


def test_an_unknown_connector_is_named_together_with_those_that_there_are():
    (problem,) = problems({**GIVEN, "CONNECTORS": "zendesk,intercom"})
    assert problem.startswith("CONNECTORS: there is no connector 'intercom'")
    assert all(name in problem for name in SHIPPED)


@pytest.mark.parametrize(
    "url", ["postgresql://db/caseroom", "postgres://db", "mysql://db", "caseroom.db", "sqlite:///"]
)
def test_another_database_than_a_file_is_refused(url):
    assert wrong(DATABASE_URL=url) == {"DATABASE_URL"}


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "https://*.shop.example",
        "null",
        "shop.example",
        "https://shop.example/",
        "https://Shop.example",
        "https://",
    ],
)
def test_an_origin_that_no_browser_sends_is_refused(origin):
    assert wrong(ALLOWED_ORIGINS=f"https://www.shop.example,{origin}") == {"ALLOWED_ORIGINS"}


@pytest.mark.parametrize("origin", ["https://shop.example", "http://localhost:5173", "capacitor://localhost"])
def test_an_origin_as_browsers_send_it_is_taken(origin):
    assert loaded(ALLOWED_ORIGINS=origin).allowed_origins == (origin,)


# Addresses


@pytest.mark.parametrize("name", ["TENCENT_API_URL", "SALESFORCE_URL", "ZENDESK_URL"])
@pytest.mark.parametrize(
    "url", ["https://vendor.example", "http://localhost:1", "http://127.0.0.1:1/", "http://[::1]:1", "http://127.0.0.1"]
)
def test_a_vendor_is_reached_by_https_or_on_loopback(name, url):
    settings = loaded(**{name: url})
    connector, _, field = name.lower().partition("_")
    found = settings.tencent_url if connector == "tencent" else getattr(settings.of[connector], field)
    assert found == url.rstrip("/")


@pytest.mark.parametrize("name", ["TENCENT_API_URL", "SALESFORCE_URL", "ZENDESK_URL"])
@pytest.mark.parametrize(
    "url",
    [
        *("http://vendor.example", "http://127.0.0.1.vendor.example", "http://localhost.example", "http://127.0.0.2"),
        *("http://localhost@vendor.example", "http://10.0.0.1", "ftp://localhost", "localhost:1", "https://", "//x"),
        *("http://[::2]", "http://[", "vendor"),
    ],
)
def test_a_vendor_is_not_reached_otherwise(name, url):
    assert wrong(**{name: url}) == {name}


# https://www.tencentcloud.com/document/product/1047/34620 and the browser SDK 3.6.6.
REGIONS = {"sgp": 2, "kr": 3, "ger": 4, "ind": 5, "jpn": 6, "usa": 7, "idn": 8}


@pytest.mark.parametrize(("region", "digit"), REGIONS.items())
@pytest.mark.parametrize("base", [0, 1_700_000_000])
@pytest.mark.parametrize("within", [0, 1, 9_999_999])
def test_an_app_is_looked_for_where_its_id_says(region, digit, base, within):
    number = base + digit * 10_000_000 + within
    assert data_centre(number) == f"https://adminapi{region}.im.qcloud.com"
    assert loaded(TENCENT_SDK_APP_ID=str(number)).tencent_url == data_centre(number)


@pytest.mark.parametrize(
    "number",
    [
        1,
        19_999_999,
        90_000_000,
        1_400_000_000,
        1_600_012_345,
        1_699_999_999,
        1_719_999_999,
        1_790_000_000,
        2_000_000_000,
    ],
)
def test_all_other_apps_are_in_mainland_china(number):
    assert data_centre(number) == "https://console.tim.qq.com"


def test_an_address_that_is_given_counts_more_than_the_id():
    assert (
        loaded(TENCENT_API_URL="https://adminapisgp.my-imcloud.com/").tencent_url
        == "https://adminapisgp.my-imcloud.com"
    )


@pytest.mark.parametrize(
    ("public", "own"), [("https://chat.shop.example/", "https://chat.shop.example"), ("", "http://127.0.0.1:8000")]
)
def test_the_service_knows_its_own_address(public, own):
    assert loaded(PUBLIC_URL=public).own_url == own


# Values


def test_lists_are_parted_by_commas_and_blanks_around_them_do_not_count():
    settings = loaded(INTAKE_KEYS=" one, two ,,three,", OPERATOR_KEYS="", ZENDESK_WEBHOOK_SECRETS="new,old")
    assert settings.intake_keys == ("one", "two", "three")
    assert settings.operator_keys == ()
    assert settings.of["zendesk"].webhook_secrets == ("new", "old")


def test_networks_are_read_as_networks():
    proxies = loaded(TRUSTED_PROXIES="10.0.0.0/8, 2001:db8::/32,192.0.2.7").trusted_proxies
    assert [str(network) for network in proxies] == ["10.0.0.0/8", "2001:db8::/32", "192.0.2.7/32"]


@pytest.mark.parametrize(
    "name", ["SALESFORCE_KEY_FIELD", "SALESFORCE_CHAT_ORIGIN", "ZENDESK_CHAT_TAG"], ids=lambda name: name.lower()
)
def test_a_blank_switches_off_what_can_be_switched_off(name):
    connector, _, field = name.lower().partition("_")
    assert getattr(loaded(**{name: " "}).of[connector], field) == ""
    assert getattr(loaded().of[connector], field) != ""


@pytest.mark.parametrize(
    ("name", "value"),
    [("HOST", "127.0.0.1"), ("PORT", 8000), ("TENCENT_ADMIN_ID", "administrator"), ("LOG_LEVEL", "INFO")],
)
def test_a_blank_elsewhere_is_what_is_usual(name, value):
    assert getattr(loaded(**{name: "  "}), name.lower()) == value


def test_settings_do_not_change():
    with pytest.raises(ValueError, match="frozen"):
        loaded().port = 1


def test_a_placeholder_of_somebody_elses_does_not_matter():
    assert loaded(SOME_OTHER_PROGRAM="change-me")


def test_every_connector_that_is_shipped_may_be_called_back_with_keys():
    assert all(issubclass(hall.installed()[name].Settings, ConnectorSettings) for name in SHIPPED)
    assert loaded(ZENDESK_CALLBACK_KEYS="a,b").of["zendesk"].callback_keys == ("a", "b")
