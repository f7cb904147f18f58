"""The app for Zendesk as it is uploaded: for one address, the same each time, and with all that the service needs."""

import json
import re
import tomllib
import zipfile
from pathlib import Path

import pytest

from connectors.zendesk.webhook import SUBSCRIPTIONS, wanted
from shipping import zendesk as packer
from shipping.zaf_package import Package
from shipping.zaf_rules import PackageError
from shipping.zendesk import SOURCE, pack

ROOT = Path(__file__).parents[2]
URL = "https://chat.shop.example"


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    with zipfile.ZipFile(pack(URL, tmp_path_factory.mktemp("dist"))) as opened:
        yield opened


def parsed(archive, name):
    return json.loads(archive.read(name))


def places(archive):
    return parsed(archive, "manifest.json")["location"]["support"]


def test_the_manifest_lies_at_the_root(archive):
    assert archive.testzip() is None
    assert {"manifest.json", "requirements.json", "translations/en.json", "LICENSE"} <= set(archive.namelist())
    assert archive.read("LICENSE").startswith(b"MIT License\n\nCopyright 2026 the Caseroom authors")


def test_every_address_is_that_of_the_service(archive):
    assert {options["url"] for options in places(archive).values()} == {f"{URL}/zendesk/agent"}
    assert parsed(archive, "manifest.json")["domainWhitelist"] == ["chat.shop.example"]
    for name in archive.namelist():
        assert b".invalid" not in archive.read(name)


def test_a_port_is_part_of_addresses_and_not_of_hosts(tmp_path):
    with zipfile.ZipFile(pack(f"{URL}:8443", tmp_path)) as archive:
        assert places(archive)["top_bar"]["url"] == f"{URL}:8443/zendesk/agent"
        assert parsed(archive, "manifest.json")["domainWhitelist"] == ["chat.shop.example"]


def test_zendesk_signs_who_opens_the_app(archive):
    assert parsed(archive, "manifest.json")["signedUrls"] is True
    assert all(options["url"].startswith("https://") for options in places(archive).values())


def test_it_stands_beside_tickets_and_in_the_top_bar_which_the_background_loads(archive):
    assert places(archive).keys() == {"ticket_sidebar", "top_bar", "background"}
    assert places(archive)["ticket_sidebar"]["flexible"] is True


def test_the_pane_knows_exactly_the_places_where_the_app_stands(archive):
    source = (ROOT / "chat_ui/pane/zendesk.js").read_text(encoding="utf-8")
    (table,) = re.findall(r"const PLACES = \{(.*?)\}", source)
    assert set(re.findall(r"(\w+):", table)) == places(archive).keys()


def test_it_asks_the_admin_for_nothing_and_holds_no_secret(archive):
    assert parsed(archive, "manifest.json")["parameters"] == []


def test_its_version_is_the_project_s(archive):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert parsed(archive, "manifest.json")["version"] == project["version"]


def test_it_brings_the_webhook_that_the_command_would_make(archive):
    (webhook,) = parsed(archive, "requirements.json")["webhooks"].values()
    assert webhook == wanted(f"{URL}/zendesk/events")
    assert webhook["subscriptions"] == SUBSCRIPTIONS


@pytest.mark.parametrize("locale", ["en", "zh-cn", "ja", "ar"])
def test_admins_read_about_it_in_their_language(archive, locale):
    texts, english = (parsed(archive, f"translations/{name}.json")["app"] for name in (locale, "en"))
    assert texts.keys() == english.keys()
    assert all(texts.values())
    assert locale == "en" or texts["long_description"] != english["long_description"]


def test_the_icon_has_a_drawing_for_each_count_that_the_pane_shows(archive):
    drawn = set(re.findall(r'<symbol id="([^"]+)"', archive.read("assets/icon_top_bar.svg").decode()))
    source = (ROOT / "chat_ui/pane/zendesk.js").read_text(encoding="utf-8")
    assert {"default", "unread-more", *(f"unread-{n}" for n in range(1, 10))} == drawn
    assert all(name in source for name in ("'default'", "'unread-more'", "`unread-${"))


def test_the_same_source_and_address_give_the_same_bytes(tmp_path):
    first, second = (pack(URL, tmp_path / name).read_bytes() for name in "ab")
    assert first == second
    assert pack("https://other.example", tmp_path).read_bytes() != first


def test_it_takes_the_place_of_what_was_packed_before(tmp_path):
    (tmp_path / "zendesk.zip").write_bytes(b"old")
    assert pack(URL, tmp_path) == tmp_path / "zendesk.zip"
    assert zipfile.is_zipfile(tmp_path / "zendesk.zip")


@pytest.mark.parametrize("url", ["", "http://127.0.0.1:8000", "chat.shop.example"])
def test_an_address_that_zendesk_cannot_load_is_refused(tmp_path, url):
    with pytest.raises(PackageError) as refused:
        pack(url, tmp_path)
    assert refused.value.problems[0].startswith("PUBLIC_URL: ")
    assert list(tmp_path.iterdir()) == []


def test_a_package_that_zendesk_would_refuse_is_not_written(tmp_path, monkeypatch):
    source, into = tmp_path / "source", tmp_path / "dist"
    for name, data in Package.read(SOURCE).files.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes(data)
    (source / "app/assets/logo.png").unlink()
    (source / "app/assets/run.sh").write_bytes(b"x")
    monkeypatch.setattr(packer, "SOURCE", source)
    with pytest.raises(PackageError) as refused:
        pack(URL, into)
    assert {problem.partition(":")[0] for problem in refused.value.problems} == {"assets/logo.png", "assets/run.sh"}
    assert not into.exists()
