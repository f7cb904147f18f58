"""What Zendesk asks of an app's translations and of its requirements.

https://developer.zendesk.com/documentation/apps/app-developer-guide/translations/
https://developer.zendesk.com/documentation/apps/app-developer-guide/apps_requirements/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from shipping.zaf_manifest_rules import LOCALE
from shipping.zaf_package import REQUIREMENTS, TRANSLATION, Package, TwiceError

PUBLIC_TEXTS = ("short_description", "long_description", "installation_instructions")
KINDS = {
    *("automations", "channel_integrations", "custom_objects", "custom_objects_v2", "macros", "targets", "views"),
    *("ticket_fields", "triggers", "user_fields", "organization_fields", "webhooks"),
}
UNTITLED = {"channel_integrations", "custom_objects", "custom_objects_v2", "webhooks"}
ENDED_TARGETS = ("http_target", "url_target_v2")
WEBHOOK_FIELDS = ("name", "status", "endpoint", "http_method", "request_format")
MOST = 5000
EVENT, CONDITIONAL = "zen:event-type:", "conditional_ticket_events"


def are_objects(package: Package) -> Iterator[str]:
    """Translations and requirements are JSON objects."""
    for file in package.files:
        if not (TRANSLATION.fullmatch(file) or file == REQUIREMENTS):
            continue
        try:
            found = package.parse(file)
        except TwiceError:
            continue
        except ValueError as error:
            yield f"{file}: is no JSON ({error})."
            continue
        if not isinstance(found, dict):
            yield f"{file}: is no JSON object."


def are_called_by_locale(package: Package) -> Iterator[str]:
    """A translation's file is called by its locale."""
    for file in package.files:
        match = TRANSLATION.fullmatch(file)
        if match and not LOCALE.fullmatch(match[1]):
            yield f"{file}: its name is no locale such as en or zh-cn."


def name_the_app(package: Package) -> Iterator[str]:
    """The default locale names the app; that of a public app describes it as well."""
    file = f"translations/{package.manifest.get('defaultLocale')}.json"
    app = package.fields(file).get("app")
    fields = app if isinstance(app, dict) else {}
    is_public = package.manifest.get("private", True) is False
    for field in ("name", *(PUBLIC_TEXTS if is_public else ())):
        if not fields.get(field):
            yield f"{file}: app.{field} is missing."


def _entries(package: Package) -> Iterator[tuple[str, str, Any]]:
    for kind, entries in package.fields(REQUIREMENTS).items():
        for name, fields in (entries if isinstance(entries, dict) else {}).items():
            yield kind, name, fields


def are_of_known_kinds(package: Package) -> Iterator[str]:
    """Everything required is of a kind that an app can bring."""
    for kind, entries in package.fields(REQUIREMENTS).items():
        if kind not in KINDS:
            yield f"{REQUIREMENTS}: {kind} is no kind of requirement."
        elif not isinstance(entries, dict):
            yield f"{REQUIREMENTS}: {kind} has to be an object of entries by name."


def are_not_too_many(package: Package) -> Iterator[str]:
    """An app brings no more than five thousand things."""
    if sum(1 for _ in _entries(package)) > MOST:
        yield f"{REQUIREMENTS}: has more than {MOST} entries."


def have_titles(package: Package) -> Iterator[str]:
    """What admins see in a list has a title; fields of users and organizations have a key too."""
    for kind, name, fields in _entries(package):
        wanted = () if kind in UNTITLED else ("title", *(("key",) if kind.endswith(("r_fields", "n_fields")) else ()))
        for field in wanted:
            if not isinstance(fields, dict) or not fields.get(field):
                yield f"{REQUIREMENTS}: {kind}.{name}.{field} is missing."


def bring_no_ended_target(package: Package) -> Iterator[str]:
    """Targets that call addresses have ended; webhooks do that."""
    for kind, name, fields in _entries(package):
        if kind == "targets" and isinstance(fields, dict) and fields.get("type") in ENDED_TARGETS:
            yield f"{REQUIREMENTS}: targets.{name}.type has ended; use a webhook."


def have_whole_webhooks(package: Package) -> Iterator[str]:
    """A webhook says where and how it sends."""
    for kind, name, fields in _entries(package):
        for field in WEBHOOK_FIELDS if kind == "webhooks" else ():
            if not isinstance(fields, dict) or not isinstance(fields.get(field), str) or not fields[field]:
                yield f"{REQUIREMENTS}: webhooks.{name}.{field} is missing."


def have_webhooks_of_one_kind(package: Package) -> Iterator[str]:
    """A webhook that is subscribed to events posts JSON, and no trigger uses it."""
    for kind, name, fields in _entries(package):
        if kind != "webhooks" or not isinstance(fields, dict):
            continue
        names = fields.get("subscriptions", [])
        names = [str(one) for one in names] if isinstance(names, list) else [""]
        if not all(one == CONDITIONAL or one.startswith(EVENT) for one in names) or (
            CONDITIONAL in names and len(names) > 1
        ):
            yield f"{REQUIREMENTS}: webhooks.{name}.subscriptions has to be a list of events, or {CONDITIONAL} alone."
        sends = {"http_method": "POST", "request_format": "json"}
        if any(one.startswith(EVENT) for one in names) and not sends.items() <= fields.items():
            yield f"{REQUIREMENTS}: webhooks.{name}.http_method has to be POST and request_format json, for events."
