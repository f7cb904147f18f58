"""The environment wins over .env, and .env.example is true of the settings that there are."""

import re
from pathlib import Path

import pytest
from dotenv import dotenv_values

import app as hall
from caseroom.settings import Settings, SettingsError, environment, load

EXAMPLE = Path(__file__).parents[1] / ".env.example"
SHIPPED = ("salesforce", "zendesk", "shopify")


@pytest.fixture
def nothing_set(monkeypatch):
    for name in documented():
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def documented():
    return dotenv_values(EXAMPLE)


def test_the_environment_wins_over_the_file(tmp_path, nothing_set):
    file = tmp_path / ".env"
    file.write_text("PORT=1\nHOST=localhost\nZENDESK_CHAT_TAG=talk\nEMPTY\n", encoding="utf-8")
    nothing_set.setenv("PORT", "2")
    nothing_set.setenv("ZENDESK_CHAT_TAG", "")
    found = environment(file)
    assert (found["PORT"], found["HOST"], found["ZENDESK_CHAT_TAG"]) == ("2", "localhost", "")
    assert "EMPTY" not in found


def test_without_a_file_there_is_the_environment(tmp_path, nothing_set):
    nothing_set.setenv("PORT", "2")
    assert environment(tmp_path / "none")["PORT"] == "2"


def test_the_example_documents_every_setting_and_nothing_else():
    service = {field.upper() for field in Settings.model_fields} - {"OF"}
    vendors = {f"{name}_{field}".upper() for name in SHIPPED for field in hall.installed()[name].Settings.model_fields}
    assert documented().keys() == service | vendors


def test_the_example_says_of_every_setting_what_it_means():
    text = EXAMPLE.read_text(encoding="utf-8")
    assert all(re.fullmatch(r"#.*|[A-Z_]+=.*|", line) for line in text.splitlines())
    assert re.findall(r"\n\n[A-Z_]+=.*", text) == []


def test_the_example_as_it_is_does_not_start():
    placeholders = {name for name, value in documented().items() if "change-me" in value}
    assert {"SECRET_KEY", "TENCENT_SECRET_KEY", "TENCENT_SDK_APP_ID", "INTAKE_KEYS"} <= placeholders
    with pytest.raises(SettingsError) as caught:
        load({**documented(), "CONNECTORS": ",".join(SHIPPED)}, hall.installed())
    said = {problem.partition(":")[0] for problem in caught.value.problems if "placeholder" in problem}
    assert said == placeholders


def test_what_was_not_filled_in_for_a_connector_that_is_not_started_does_not_matter():
    service = {name: value for name, value in documented().items() if not name.startswith("ZENDESK")}
    with pytest.raises(SettingsError) as caught:
        load({**service, "CONNECTORS": "zendesk"}, hall.installed())
    assert {problem.partition("_")[0] for problem in caught.value.problems} & {"SALESFORCE", "SHOPIFY"} == set()


def test_the_example_starts_once_it_is_filled_in_and_shows_what_is_usual():
    ids = {"TENCENT_SDK_APP_ID": "1400000000", "SALESFORCE_ORG_ID": "00D5e000001AbCdEAK"}
    filled = {name: ids.get(name, value.replace("change-me", "filled-in")) for name, value in documented().items()}
    shown = load({**filled, "CONNECTORS": ",".join(SHIPPED)}, hall.installed())
    required = {
        name: value for name, value in filled.items() if "filled-in" in value or name in {*ids, "SHOPIFY_HELPDESK"}
    }
    assert shown == load({**required, "CONNECTORS": ",".join(SHIPPED)}, hall.installed())
