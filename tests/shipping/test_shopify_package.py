"""The app for Shopify as it is deployed: for one address, with all assets, and refused where something is wrong."""

import json
import re
import shutil
import tomllib
from pathlib import Path

import pytest

from chat_ui.build import DIST
from shipping import shopify
from shipping.shopify_rules import problems_of, schema_of

URL = "https://chat.shop.example"
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    return shopify.pack(URL, tmp_path_factory.mktemp("dist"))


@pytest.fixture
def extension(package, tmp_path):
    """A copy that a test may break."""
    return Path(shutil.copytree(package / shopify.EXTENSION, tmp_path / "extension"))


def block(extension):
    return extension / "blocks" / "chat.liquid"


def change(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_the_app_asks_for_the_proxy_alone_and_tells_where_everything_goes(package):
    app = tomllib.loads((package / "shopify.app.toml").read_text(encoding="utf-8"))
    assert app["access_scopes"]["scopes"] == "write_app_proxy"
    assert app["app_proxy"] == {"url": f"{URL}/shopify/proxy", "prefix": "apps", "subpath": "chat"}
    topics = [
        topic
        for one in app["webhooks"]["subscriptions"]
        for kind in ("topics", "compliance_topics")
        for topic in one.get(kind, [])
    ]
    assert sorted(topics) == ["app/uninstalled", "customers/data_request", "customers/redact", "shop/redact"]
    assert {one["uri"] for one in app["webhooks"]["subscriptions"]} == {f"{URL}/shopify/webhooks"}


def test_nothing_still_names_the_placeholder_and_nothing_is_secret(package):
    for path in package.rglob("*"):
        if path.is_file() and path.name != "sdk.js":
            assert "caseroom.invalid" not in path.read_text(encoding="utf-8")


def test_the_extension_brings_the_launcher_the_widget_the_sdk_and_every_language(package):
    assets = {path.name for path in (package / shopify.EXTENSION / "assets").iterdir()}
    assert assets == {"launcher.js", "widget.js", "sdk.js", *(path.name for path in DIST.glob("locale.*.json"))}
    assert (package / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")


def test_every_attribute_that_the_widget_reads_can_come_from_the_block(package):
    liquid = block(package / shopify.EXTENSION).read_text(encoding="utf-8")
    read = set(re.findall(r"\bdata\.(\w+)", (ROOT / "chat_ui/widget/settings.js").read_text(encoding="utf-8")))
    given = {re.sub(r"-(\w)", lambda found: found[1].upper(), name) for name in re.findall(r"data-([\w-]+)=", liquid)}
    assert read - given == {"code", "seconds"}


def test_a_sound_extension_passes(extension):
    assert shopify.check(extension) == []


BREAKAGES = [
    ("></caseroom-chat>", "></caseroom-talk>", "LiquidHTMLSyntaxError"),
    ("'launcher.js' | asset_url", "'missing.js' | asset_url", "MissingAsset"),
    ("'bubble.open' | t", "'bubble.gone' | t", "TranslationKeyExists"),
    (
        "<script src=\"{{ 'launcher.js' | asset_url }}\" defer>",
        "<script src=\"{{ 'launcher.js' | asset_url }}\">",
        "ParserBlockingScript",
    ),
    ("shop.name", "sho.name", "UndefinedObject"),
]


@pytest.mark.parametrize(("old", "new", "named"), BREAKAGES, ids=[named for *_, named in BREAKAGES])
def test_a_broken_extension_is_refused_by_shopifys_own_check(extension, old, new, named):
    change(block(extension), old, new)
    assert any(named in line for line in shopify.theme_check(extension))


def test_a_relative_path_is_not_taken_for_an_extension_without_faults(extension, monkeypatch):
    change(block(extension), "shop.name", "sho.name")
    monkeypatch.chdir(extension.parent)
    assert shopify.check(Path("extension")) != []
    with pytest.raises(shopify.ShopifyPackageError, match="did not run"):
        shopify.theme_check(Path("extension"))


OUR_RULES = [
    ('"type": "checkbox", "id": "form"', '"type": "tickbox", "id": "form"', "no setting of type 'tickbox'"),
    ('"default": "right"', '"default": "top"', "none of the options"),
    ('"default": 30', '"default": 31', "no step of the range"),
    ('"max": 120', '"max": 900', "more than 101 steps"),
    ('"id": "line2"', '"id": "line1"', "stands twice"),
    ('"default": true', '"default": "yes"', "true or false"),
    ('"t:form.label"', '"t:form.gone"', "form.gone is missing"),
    ('"t:form.label"', '"Ask first"', "'Ask first' is not translated"),
    ('"id": "policy"', '"id": "policy", "default": "/pages/x"', "only be /collections"),
]


@pytest.mark.parametrize(("old", "new", "said"), OUR_RULES, ids=[said for *_, said in OUR_RULES])
def test_what_shopifys_check_lets_pass_is_refused_by_ours(extension, old, new, said):
    change(block(extension), old, new)
    assert any(said in problem for problem in problems_of(extension))


def test_what_is_too_large_or_out_of_place_is_refused(extension):
    (extension / "assets" / "launcher.js").write_text("/" * 10_001)
    (extension / "assets" / "readme.md").write_text("no asset")
    (extension / "assets" / "more").mkdir()
    (extension / "assets" / "more" / "deep.js").write_text("")
    said = "\n".join(problems_of(extension))
    for part in ("launcher.js is larger", "readme.md", "more/deep.js"):
        assert part in said


def test_the_storefront_and_the_theme_editor_speak_the_same_languages(package):
    locales = package / shopify.EXTENSION / "locales"
    tables = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in locales.iterdir()}
    for end in ("", ".schema"):
        keys = {name: sorted(tables[name + end + ".json"]) for name in ("en.default", "zh-CN", "ja", "ar")}
        assert len({tuple(value) for value in keys.values()}) == 1


def test_the_schema_offers_what_a_merchant_is_promised(package):
    ids = {one["id"] for one in schema_of(block(package / shopify.EXTENSION))["settings"] if "id" in one}
    assert ids >= {"sdk_app_id", "usersig_url", "agent", "logo_url", "line1", "line2", "accent", "side", "form"}


def test_an_address_that_shopify_does_not_reach_is_refused(tmp_path):
    with pytest.raises(shopify.ShopifyPackageError, match="https"):
        shopify.pack("http://127.0.0.1:8000", tmp_path)
