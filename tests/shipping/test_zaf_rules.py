"""Every rule of Zendesk's for an app refuses a package that breaks it, and names the file and the field."""

import json
from dataclasses import replace

import pytest

from shipping.zaf_package import Package
from shipping.zaf_rules import RULES, problems_of
from shipping.zendesk import SOURCE, addressed

GOOD = addressed(Package.read(SOURCE / "app"), "https://chat.shop.example")
SECURE = {"name": "shared", "secure": True, "scopes": ["header"]}
HOOK = {"name": "n", "status": "active", "endpoint": "https://a.example", "http_method": "POST"}
HOOK |= {"request_format": "json"}


def with_files(**files):
    """The good package with other files; None takes one away."""
    renamed = {name.replace("__", "/").replace("_dot_", "."): data for name, data in files.items()}
    merged = {**GOOD.files, **renamed}
    return replace(GOOD, files={name: data for name, data in merged.items() if data is not None})


def with_json(file, change):
    """The good package with one of its JSON files changed by a function."""
    fields = json.loads(GOOD.files[file])
    change(fields)
    return replace(GOOD, files={**GOOD.files, file: json.dumps(fields).encode()})


def with_manifest(**fields):
    """The good package with other fields in its manifest; None takes one away."""
    package = with_json("manifest.json", lambda manifest: manifest.update(fields))
    found = {name: value for name, value in package.manifest.items() if value is not None}
    return replace(GOOD, files={**GOOD.files, "manifest.json": json.dumps(found).encode()})


def with_place(place, options, product="support"):
    """The good package, in another place."""
    return with_manifest(location={product: {place: options}})


def with_parameters(*parameters):
    """The good package that asks for settings, with labels for those that have names."""
    package = with_manifest(parameters=list(parameters))
    labels = {one["name"]: {"label": "x"} for one in parameters if isinstance(one, dict) and "name" in one}
    english = json.loads(GOOD.files["translations/en.json"])
    english["app"]["parameters"] = labels
    return replace(package, files={**package.files, "translations/en.json": json.dumps(english).encode()})


def with_requirements(requirements):
    """The good package that brings other things."""
    return with_files(requirements_dot_json=json.dumps(requirements).encode())


def with_asset(name, data=b"x"):
    """The good package with one more file below assets/."""
    return replace(GOOD, files={**GOOD.files, f"assets/{name}": data})


def svg(inside):
    return with_asset("more.svg", f'<svg xmlns="http://www.w3.org/2000/svg">{inside}</svg>'.encode())


def png(width, height):
    return b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + width.to_bytes(4, "big") + height.to_bytes(4, "big")


PUBLIC = {"private": False}
MANIFEST = GOOD.files["manifest.json"]
# By rule: packages that break it, and with what the sentence about each begins.
BROKEN = {
    "is_at_the_root": [
        (with_files(manifest_dot_json=None), "manifest.json: is missing"),
        (with_files(manifest_dot_json=None, app__manifest_dot_json=MANIFEST), "manifest.json: is missing at the root;"),
    ],
    "is_an_object": [
        (with_files(manifest_dot_json=b"{"), "manifest.json: is no JSON"),
        (with_files(manifest_dot_json=b"[]"), "manifest.json: is no JSON object"),
    ],
    "says_nothing_twice": [
        (with_files(manifest_dot_json=b'{"version": "1", "version": "2"}'), "manifest.json: version"),
        (with_files(requirements_dot_json=b'{"webhooks": {"a": {}, "a": {}}}'), "requirements.json: a "),
    ],
    "names_its_author": [
        (with_manifest(author=None), "manifest.json: author "),
        (with_manifest(author={"name": "A", "url": "https://a.example"}), "manifest.json: author.email"),
        (
            with_manifest(author={"name": 1, "email": "a@a.example", "url": "https://a.example"}),
            "manifest.json: author.name",
        ),
        (with_manifest(author={"name": "A", "email": "a@a.example", "url": "a.example"}), "manifest.json: author.url"),
    ],
    "has_a_default_locale": [
        (with_manifest(defaultLocale=None), "manifest.json: defaultLocale"),
        (with_manifest(defaultLocale="English"), "manifest.json: defaultLocale"),
        (with_manifest(defaultLocale="en\n"), "manifest.json: defaultLocale"),
    ],
    "has_texts_of_its_default_locale": [(with_manifest(defaultLocale="fr"), "manifest.json: defaultLocale needs")],
    "is_of_the_present_framework": [
        (with_manifest(frameworkVersion=None), "manifest.json: frameworkVersion"),
        (with_manifest(frameworkVersion="1.0"), "manifest.json: frameworkVersion"),
        (with_manifest(requirementsOnly=True, location=None), "manifest.json: frameworkVersion has to be absent"),
    ],
    "has_true_or_false": [
        (with_manifest(**{name: "true"}), f"manifest.json: {name}")
        for name in ("private", "singleInstall", "signedUrls", "requirementsOnly", "marketingOnly")
    ],
    "has_texts": [(with_manifest(version=1), "manifest.json: version")],
    "lists_hosts": [
        (with_manifest(domainWhitelist="a.example"), "manifest.json: domainWhitelist"),
        (with_manifest(domainWhitelist=["https://a.example"]), "manifest.json: domainWhitelist"),
        (with_manifest(domainWhitelist=["a.example/x"]), "manifest.json: domainWhitelist"),
        (with_manifest(domainWhitelist=[1]), "manifest.json: domainWhitelist"),
    ],
    "has_a_location": [
        (with_manifest(location=None), "manifest.json: location"),
        (with_manifest(location={"support": {}}), "manifest.json: location"),
        (with_manifest(marketingOnly=True, frameworkVersion=None), "manifest.json: location has to be absent"),
    ],
    "stands_in_known_places": [
        (with_place("sidebar", "https://a.example"), "manifest.json: location.support.sidebar"),
        (with_place("top_bar", "https://a.example", product="zendesk"), "manifest.json: location.zendesk"),
    ],
    "has_addresses_that_load": [
        (with_place("modal", "http://a.example"), "manifest.json: location.support.modal.url"),
        (with_place("modal", "//a.example/x"), "manifest.json: location.support.modal.url"),
        (with_place("modal", "assets/none.html"), "manifest.json: location.support.modal.url"),
        (with_place("modal", "translations/en.json"), "manifest.json: location.support.modal.url"),
        (with_place("modal", {"url": 1}), "manifest.json: location.support.modal.url"),
        (with_place("modal", {}), "manifest.json: location.support.modal.url is missing"),
    ],
    "has_options_that_fit": [
        *(
            (
                with_place("modal", {"url": "https://a.example", name: 1}),
                f"manifest.json: location.support.modal.{name}",
            )
            for name in ("autoLoad", "autoHide", "flexible")
        ),
        (
            with_place("modal", {"url": "https://a.example", "size": "big"}),
            "manifest.json: location.support.modal.size",
        ),
        (
            with_place("modal", {"url": "https://a.example", "size": {"depth": "1px"}}),
            "manifest.json: location.support",
        ),
        (with_place("modal", 1), "manifest.json: location.support.modal "),
    ],
    "are_a_list": [
        (with_manifest(parameters={}), "manifest.json: parameters"),
        (with_parameters("shared"), "manifest.json: parameters"),
        (with_parameters({"type": "text"}), "manifest.json: parameters"),
    ],
    "differ_by_name": [(with_parameters({"name": "a"}, {"name": "a"}), "manifest.json: parameters has a twice")],
    "are_not_called_name": [(with_parameters({"name": "name"}), "manifest.json: parameters has one")],
    "are_of_known_types": [
        (with_parameters({"name": "a", "type": "dropdown"}), "manifest.json: parameters[a].type"),
    ],
    "are_required_and_secure_or_not": [
        (with_parameters({"name": "a", "required": "yes"}), "manifest.json: parameters[a].required"),
        (with_parameters({**SECURE, "secure": "yes"}), "manifest.json: parameters[shared].secure"),
    ],
    "are_not_required_where_hidden": [
        (with_parameters({"name": "a", "type": "hidden", "required": True}), "manifest.json: parameters[a].required"),
    ],
    "have_one_login_at_most": [
        (with_parameters(*({"name": name, "type": "oauth"} for name in "ab")), "manifest.json: parameters has more"),
        (with_parameters({**SECURE, "type": "oauth"}), "manifest.json: parameters[shared].secure"),
    ],
    "have_scopes_that_there_are": [
        (with_parameters({"name": "a", "scopes": ["header"]}), "manifest.json: parameters[a].scopes needs"),
        *(
            (with_parameters({**SECURE, "scopes": scopes}), "manifest.json: parameters[shared].scopes")
            for scopes in ("header", [], ["footer"], [["header"]])
        ),
    ],
    "have_scopes_where_secure": [
        (with_parameters({"name": "a", "secure": True}), "manifest.json: parameters[a].scopes is missing"),
    ],
    "have_no_default_where_secure": [
        (with_parameters({**SECURE, "default": "x"}), "manifest.json: parameters[shared].default"),
        (with_parameters({"name": "a", "type": "hidden", "default": "x"}), "manifest.json: parameters[a].default"),
    ],
    "are_secure_where_they_sound_so": [
        (with_parameters({"name": name}), f"manifest.json: parameters[{name}].secure")
        for name in ("apiToken", "api_key", "pwd", "Password")
    ],
    "have_labels": [
        (with_manifest(parameters=[{"name": "a"}]), "translations/en.json: app.parameters.a.label"),
        (
            with_json("translations/ja.json", lambda texts: texts["app"].update(parameters={"a": {"helpText": "x"}})),
            "translations/ja.json: app.parameters.a.label",
        ),
    ],
    "are_objects": [
        (with_files(**{"translations/ja.json": b"{"}), "translations/ja.json: is no JSON"),
        (with_files(**{"translations/ja.json": b"[]"}), "translations/ja.json: is no JSON object"),
        (with_files(requirements_dot_json=b"[]"), "requirements.json: is no JSON object"),
        (with_files(requirements_dot_json=b"\xff"), "requirements.json: is no JSON"),
    ],
    "are_called_by_locale": [(with_files(**{"translations/Japan.json": b"{}"}), "translations/Japan.json: ")],
    "name_the_app": [
        (with_json("translations/en.json", lambda texts: texts["app"].pop("name")), "translations/en.json: app.name"),
        (with_files(**{"translations/en.json": b'{"app": "x"}'}), "translations/en.json: app.name"),
        (
            replace(
                with_manifest(**PUBLIC),
                files={**with_manifest(**PUBLIC).files, "translations/en.json": b'{"app": {"name": "Caseroom"}}'},
            ),
            "translations/en.json: app.short_description",
        ),
    ],
    "are_of_known_kinds": [
        (with_requirements({"hooks": {}}), "requirements.json: hooks"),
        (with_requirements({"webhooks": [HOOK]}), "requirements.json: webhooks "),
    ],
    "are_not_too_many": [
        (with_requirements({"macros": {str(n): {"title": "x"} for n in range(5001)}}), "requirements.json: has more"),
    ],
    "have_titles": [
        (with_requirements({"triggers": {"a": {}}}), "requirements.json: triggers.a.title"),
        (with_requirements({"user_fields": {"a": {"title": "x"}}}), "requirements.json: user_fields.a.key"),
    ],
    "bring_no_ended_target": [
        (
            with_requirements({"targets": {"a": {"title": "x", "type": "http_target"}}}),
            "requirements.json: targets.a.type",
        ),
    ],
    "have_whole_webhooks": [
        (with_requirements({"webhooks": {"a": {**HOOK, name: ""}}}), f"requirements.json: webhooks.a.{name}")
        for name in HOOK
    ],
    "have_webhooks_of_one_kind": [
        (with_requirements({"webhooks": {"a": {**HOOK, **wrong}}}), "requirements.json: webhooks.a.")
        for wrong in (
            {"subscriptions": "zen:event-type:ticket.created"},
            {"subscriptions": ["ticket.created"]},
            {"subscriptions": ["zen:event-type:ticket.created", "conditional_ticket_events"]},
            {"subscriptions": ["zen:event-type:ticket.created"], "http_method": "PUT"},
            {"subscriptions": ["zen:event-type:ticket.created"], "request_format": "xml"},
        )
    ],
    "have_logos": [
        (with_files(**{"assets/logo.png": None}), "assets/logo.png: "),
        (with_asset("logo.png", png(320, 321)), "assets/logo.png: "),
        (with_asset("logo-small.png", b"GIF89a"), "assets/logo-small.png: "),
    ],
    "have_icons": [
        (with_files(**{"assets/icon_top_bar.svg": None}), "assets/icon_top_bar.svg: is missing"),
        (with_place("nav_bar", "https://a.example"), "assets/icon_nav_bar.svg: is missing"),
        (with_place("ticket_editor", "https://a.example"), "assets/icon_ticket_editor.svg: is missing"),
    ],
    "have_a_banner_that_fits": [(with_asset("banner.png", png(830, 201)), "assets/banner.png: ")],
    "are_assets_that_are_served": [(with_asset(name), f"assets/{name}: ") for name in ("page.php", "x.webp", "plain")],
    "are_not_forbidden": [
        *((with_asset(f"x.{kind}"), f"assets/x.{kind}: ") for kind in ("zip", "SH", "pdf", "docx", "exe")),
        (with_files(**{"more.jar": b"x"}), "more.jar: "),
    ],
    "are_not_links": [(replace(GOOD, links=("assets/logo.png",)), "assets/logo.png: is a symbolic link")],
    "ask_for_nothing_in_plain": [
        (with_asset("x.js", b"fetch('http://a.example/x')"), "assets/x.js: has http://a.example/x"),
        (with_asset("x.html", b"<img src=http://a.example>"), "assets/x.html: has http://a.example"),
    ],
    "keep_no_secret": [
        *(
            (with_asset("x.js", line.encode()), "assets/x.js: ")
            for line in ("password = 1", "api_key", "authKey", "Token: abcd1", "-----BEGIN RSA PRIVATE KEY-----")
        ),
        (with_requirements({"webhooks": {"a": {**HOOK, "name": "a secret"}}}), "requirements.json: "),
    ],
    "are_drawings_only": [
        (svg(part), "assets/more.svg: ")
        for part in (
            "<script>1</script>",
            '<image href="x.png"/>',
            '<path onclick="x()" d="M0 0"/>',
            '<use href="https://a.example/x.svg#a"/>',
            "<style>a{}</style>",
            '<a xmlns="http://www.w3.org/1999/xhtml"/>',
            "<path",
        )
    ]
    + [(with_asset("more.svg", b"<html/>"), "assets/more.svg: ")],
}
CASES = [(rule, package, begins) for rule, broken in BROKEN.items() for package, begins in broken]


def test_the_good_package_breaks_none():
    assert problems_of(GOOD) == []


def test_every_rule_has_a_package_that_breaks_it():
    assert list(BROKEN) == [rule.__name__ for rule in RULES]
    assert all(BROKEN.values())


@pytest.mark.parametrize(
    ("rule", "package", "begins"), CASES, ids=[f"{n}-{rule}" for n, (rule, *_) in enumerate(CASES)]
)
def test_a_package_that_breaks_a_rule_is_refused_by_file_and_field(rule, package, begins):
    (found,) = [one for one in RULES if one.__name__ == rule]
    said = list(found(package))
    assert any(sentence.startswith(begins) for sentence in said), said
    assert all(sentence.endswith(".") or "https://" in sentence for sentence in said)
    assert set(said) <= set(problems_of(package))


@pytest.mark.parametrize(
    "package",
    [
        Package({}),
        with_files(manifest_dot_json=b'"x"', requirements_dot_json=b"1"),
        with_manifest(author=1, location=1, parameters=1, domainWhitelist=1, defaultLocale=1),
        with_manifest(location={"support": 1}, parameters=[1, {"name": 1, "scopes": 1}]),
        with_requirements({"webhooks": 1, "macros": {"a": 1}, "targets": {"a": 1}}),
        with_requirements({"webhooks": {"a": 1, "b": {"subscriptions": 1}}}),
        with_files(**{"translations/en.json": b'{"app": {"parameters": 1}}'}),
    ],
    ids=["empty", "no objects", "no lists", "no parts", "no entries", "no fields", "no labels"],
)
def test_a_package_that_is_wrong_all_over_is_refused_in_sentences(package):
    said = problems_of(package)
    assert said
    assert all(sentence.partition(":")[0].endswith((".json", ".png", ".svg")) for sentence in said)


@pytest.mark.parametrize(
    "package",
    [
        with_place("ticket_sidebar", "assets/logo.png"),
        with_place("ticket_sidebar", "http://localhost:4567/x.html"),
        with_place("ticket_sidebar", "{{setting.address}}/x"),
        with_place("background", {"autoLoad": False}),
        with_parameters(SECURE, {"name": "a", "type": "checkbox", "default": True}),
        with_manifest(**PUBLIC),
        with_manifest(requirementsOnly=True, frameworkVersion=None, location=None),
        with_manifest(domainWhitelist=["*.example.com", "127.0.0.1"]),
        with_requirements({"webhooks": {"a": {**HOOK, "subscriptions": ["conditional_ticket_events"]}}}),
        with_requirements({"ticket_fields": {"a": {"title": "x", "type": "text"}}}),
        with_asset("banner.png", png(1660, 400)),
        with_asset("x.html", b"<script src='https://a.example'></script> tokens"),
        svg('<defs><path id="a" d="M0 0"/></defs><use href="#a"/>'),
        with_files(requirements_dot_json=None),
    ],
)
def test_what_zendesk_takes_is_taken(package):
    assert problems_of(package) == []


def test_files_and_links_are_read_from_a_folder(tmp_path):
    (tmp_path / "assets").mkdir()
    (tmp_path / "manifest.json").write_bytes(b"{}")
    (tmp_path / "assets" / "link.svg").symlink_to(tmp_path / "manifest.json")
    package = Package.read(tmp_path)
    assert package.links == ("assets/link.svg",)
    assert sorted(package.files) == ["assets/link.svg", "manifest.json"]
