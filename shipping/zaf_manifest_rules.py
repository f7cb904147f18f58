"""What Zendesk asks of an app's manifest.

https://developer.zendesk.com/documentation/apps/app-developer-guide/manifest/ and, where that page is silent, what
Zendesk's own validator (github.com/zendesk/zendesk_apps_support) refuses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from shipping.zaf_package import MANIFEST, Package, TwiceError

LOCALE = re.compile(r"[a-z]{2,3}(-\w{2,3})?")
HOST = re.compile(r"(\*\.)?[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*")
FRAMEWORK = "2.0"
BOOLEANS = ("private", "singleInstall", "signedUrls", "requirementsOnly", "marketingOnly")
TEXTS = ("name", "version", "frameworkVersion", "defaultLocale", "remoteInstallationURL", "termsConditionsURL", "gaID")
PLACES = {
    "support": {
        *("ticket_sidebar", "new_ticket_sidebar", "ticket_editor", "user_sidebar", "organization_sidebar"),
        *("custom_object_record_sidebar", "nav_bar", "top_bar", "modal", "background"),
    }
}
OPTIONS = ("autoLoad", "autoHide", "flexible")
SETTING = "{{setting."


def is_at_the_root(package: Package) -> Iterator[str]:
    """The manifest lies beside the folders, not in one."""
    if MANIFEST not in package.files:
        nested = [name for name in package.files if name.endswith(f"/{MANIFEST}")]
        yield f"{MANIFEST}: is missing at the root" + (f"; there is {nested[0]}" if nested else "") + "."


def is_an_object(package: Package) -> Iterator[str]:
    """The manifest is a JSON object."""
    try:
        found = package.parse(MANIFEST) if MANIFEST in package.files else {}
    except TwiceError:
        return
    except ValueError as error:
        yield f"{MANIFEST}: is no JSON ({error})."
        return
    if not isinstance(found, dict):
        yield f"{MANIFEST}: is no JSON object."


def says_nothing_twice(package: Package) -> Iterator[str]:
    """No name stands twice in an object."""
    for name in package.files:
        if name.endswith(".json"):
            try:
                package.parse(name)
            except TwiceError as error:
                yield f"{name}: {error}."
            except ValueError:
                continue


def names_its_author(package: Package) -> Iterator[str]:
    """Author with name, e-mail address and address on the web."""
    author = package.manifest.get("author")
    if not isinstance(author, dict):
        yield f"{MANIFEST}: author has to be an object with name, email and url."
        return
    for field in ("name", "email", "url"):
        if not isinstance(author.get(field), str) or not author[field].strip():
            yield f"{MANIFEST}: author.{field} has to be a text."
    if not _is_web_address(author.get("url")):
        yield f"{MANIFEST}: author.url has to be a web address."


def _is_web_address(value: Any) -> bool:
    parts = urlsplit(value) if isinstance(value, str) else None
    return parts is not None and parts.scheme in {"http", "https"} and bool(parts.hostname)


def has_a_default_locale(package: Package) -> Iterator[str]:
    """The default locale is one, such as en or zh-cn."""
    locale = package.manifest.get("defaultLocale")
    if not isinstance(locale, str) or not LOCALE.fullmatch(locale):
        yield f"{MANIFEST}: defaultLocale has to be a locale such as en or zh-cn."


def has_texts_of_its_default_locale(package: Package) -> Iterator[str]:
    """The default locale has its translations."""
    file = f"translations/{package.manifest.get('defaultLocale')}.json"
    if file not in package.files:
        yield f"{MANIFEST}: defaultLocale needs the file {file}."


def is_of_the_present_framework(package: Package) -> Iterator[str]:
    """The framework's version is the one that is served; an app without a face has none."""
    wanted = FRAMEWORK if package.is_for_people else None
    if package.manifest.get("frameworkVersion") != wanted:
        yield f"{MANIFEST}: frameworkVersion has to be {'absent' if wanted is None else f'the text {wanted}'}."


def has_true_or_false(package: Package) -> Iterator[str]:
    """What is a switch is on or off."""
    for field in BOOLEANS:
        if not isinstance(package.manifest.get(field, False), bool):
            yield f"{MANIFEST}: {field} has to be true or false."


def has_texts(package: Package) -> Iterator[str]:
    """What is a text is one."""
    for field in TEXTS:
        if not isinstance(package.manifest.get(field, ""), str):
            yield f"{MANIFEST}: {field} has to be a text."


def lists_hosts(package: Package) -> Iterator[str]:
    """The white list has hosts, without scheme and path."""
    hosts = package.manifest.get("domainWhitelist", [])
    if not isinstance(hosts, list):
        yield f"{MANIFEST}: domainWhitelist has to be a list."
        return
    for host in hosts:
        if not isinstance(host, str) or not HOST.fullmatch(host):
            yield f"{MANIFEST}: domainWhitelist has {host!r}, which is no host (no scheme, no path)."


def has_a_location(package: Package) -> Iterator[str]:
    """An app with a face has a place; one without has none."""
    has_one = any(True for _ in package.places())
    if has_one != package.is_for_people:
        yield f"{MANIFEST}: location has to be {'given' if package.is_for_people else 'absent'}."


def stands_in_known_places(package: Package) -> Iterator[str]:
    """Every place is one of Zendesk Support."""
    location = package.manifest.get("location", {})
    for product in location if isinstance(location, dict) else ():
        if product not in PLACES:
            yield f"{MANIFEST}: location.{product} is no product that we know places of."
    for product, place, _ in package.places():
        if place not in PLACES.get(product, {place}):
            yield f"{MANIFEST}: location.{product}.{place} is no place."


def has_addresses_that_load(package: Package) -> Iterator[str]:
    """A place's page is a file of the package, or comes over https, from localhost, or from a setting."""
    for product, place, options in package.places():
        url = options.get("url", "") if isinstance(options, dict) else None
        field = f"{MANIFEST}: location.{product}.{place}.url"
        if not isinstance(url, str) or (not url and options.get("autoLoad", True)):
            yield f"{field} is missing."
        elif url and not _loads(package, url):
            yield f"{field} has to be a file below assets/, or begin with https://: {url}"


def _loads(package: Package, url: str) -> bool:
    parts = urlsplit(url)
    if SETTING in url or parts.hostname == "localhost":
        return True
    if parts.scheme:
        return parts.scheme == "https" and bool(parts.hostname)
    return parts.path.startswith("assets/") and parts.path in package.files


def has_options_that_fit(package: Package) -> Iterator[str]:
    """Switches of a place are on or off; its size has a height, a width, or both."""
    for product, place, options in package.places():
        field = f"{MANIFEST}: location.{product}.{place}"
        if not isinstance(options, dict):
            yield f"{field} has to be an address or an object."
            continue
        for name in OPTIONS:
            if not isinstance(options.get(name, False), bool):
                yield f"{field}.{name} has to be true or false."
        size = options.get("size", {})
        if not isinstance(size, dict) or size.keys() - {"height", "width"}:
            yield f"{field}.size has to be an object with height and width."
