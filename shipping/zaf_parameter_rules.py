"""What Zendesk asks of the settings that an app asks an admin for.

https://developer.zendesk.com/documentation/apps/app-developer-guide/manifest/#parameters
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from shipping.zaf_package import MANIFEST, Package

TYPES = ("text", "checkbox", "url", "number", "multiline", "hidden", "oauth", "mtls")
SCOPES = {
    *("header", "body", "url", "jwt_secret_key", "jwt_claim", "basic_auth_username", "basic_auth_password"),
}
LOOKS_SECRET = re.compile(r"token|key|pwd|password", re.IGNORECASE)


def _field(parameter: dict[str, Any], name: str) -> str:
    return f"{MANIFEST}: parameters[{parameter.get('name')}].{name}"


def are_a_list(package: Package) -> Iterator[str]:
    """Parameters are a list of objects with names."""
    found = package.manifest.get("parameters", [])
    if not isinstance(found, list):
        yield f"{MANIFEST}: parameters has to be a list."
    elif not all(isinstance(one, dict) and isinstance(one.get("name"), str) for one in found):
        yield f"{MANIFEST}: parameters has to have objects with a name."


def differ_by_name(package: Package) -> Iterator[str]:
    """No two parameters have one name."""
    names = [one.get("name") for one in package.parameters]
    for name in sorted({str(name) for name in names if names.count(name) > 1}):
        yield f"{MANIFEST}: parameters has {name} twice."


def are_not_called_name(package: Package) -> Iterator[str]:
    """`name` is taken by the title that every installation has."""
    if any(one.get("name") == "name" for one in package.parameters):
        yield f"{MANIFEST}: parameters has one that is called name, which is taken."


def are_of_known_types(package: Package) -> Iterator[str]:
    """Every type is one that Zendesk has a field for."""
    for one in package.parameters:
        if one.get("type", "text") not in TYPES:
            yield f"{_field(one, 'type')} has to be one of {', '.join(TYPES)}."


def are_required_and_secure_or_not(package: Package) -> Iterator[str]:
    """`required` and `secure` are true or false."""
    for one in package.parameters:
        for name in ("required", "secure"):
            if not isinstance(one.get(name, False), bool):
                yield f"{_field(one, name)} has to be true or false."


def are_not_required_where_hidden(package: Package) -> Iterator[str]:
    """What nobody sees, nobody can fill in."""
    for one in package.parameters:
        if one.get("type") == "hidden" and one.get("required"):
            yield f"{_field(one, 'required')} cannot be true, as it is hidden."


def have_one_login_at_most(package: Package) -> Iterator[str]:
    """There is one `oauth` parameter at most, and it is not secure."""
    logins = [one for one in package.parameters if one.get("type") == "oauth"]
    if len(logins) > 1:
        yield f"{MANIFEST}: parameters has more than one of type oauth."
    for one in logins:
        if one.get("secure"):
            yield f"{_field(one, 'secure')} cannot be true, as its type is oauth."


def have_scopes_that_there_are(package: Package) -> Iterator[str]:
    """Scopes are a list of known ones, and only a secure parameter has them."""
    for one in package.parameters:
        scopes = one.get("scopes")
        if scopes is None:
            continue
        if not one.get("secure"):
            yield f"{_field(one, 'scopes')} needs secure to be true."
        if not isinstance(scopes, list) or not scopes or not all(scope in SCOPES for scope in map(str, scopes)):
            yield f"{_field(one, 'scopes')} has to be a list of {', '.join(sorted(SCOPES))}."


def have_scopes_where_secure(package: Package) -> Iterator[str]:
    """Without scopes a secure value can be put anywhere into a request. Zendesk warns; here it is refused."""
    for one in package.parameters:
        if one.get("secure") and one.get("scopes") is None:
            yield f"{_field(one, 'scopes')} is missing, as it is secure."


def have_no_default_where_secure(package: Package) -> Iterator[str]:
    """A default of what is secure or hidden can be read by everybody who has the package. Zendesk warns."""
    for one in package.parameters:
        if "default" in one and (one.get("secure") or one.get("type") == "hidden"):
            yield f"{_field(one, 'default')} cannot be given, as it is secure or hidden."


def are_secure_where_they_sound_so(package: Package) -> Iterator[str]:
    """A text that is named like a key is a secure one. Zendesk warns; here it is refused."""
    for one in package.parameters:
        is_plain = one.get("type", "text") == "text" and not one.get("secure")
        if is_plain and LOOKS_SECRET.search(str(one.get("name"))):
            yield f"{_field(one, 'secure')} has to be true, as its name sounds like a key."


def have_labels(package: Package) -> Iterator[str]:
    """Every parameter has a label in the default locale, and wherever else a translation speaks of it."""
    default = f"translations/{package.manifest.get('defaultLocale')}.json"
    wanted = {str(one.get("name")) for one in package.parameters}
    for file, texts in package.translations.items():
        app = texts.get("app")
        found = app.get("parameters", {}) if isinstance(app, dict) else {}
        found = found if isinstance(found, dict) else {}
        for name in sorted({*found, *(wanted if file == default else ())}):
            if not isinstance(found.get(name), dict) or not found[name].get("label"):
                yield f"{file}: app.parameters.{name}.label is missing."
