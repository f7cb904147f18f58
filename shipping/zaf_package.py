"""A Zendesk app as a set of files, before it is a zip.

https://developer.zendesk.com/documentation/apps/app-developer-guide/setup/
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MANIFEST, REQUIREMENTS = "manifest.json", "requirements.json"
TRANSLATION = re.compile(r"translations/(.*)\.json")
# Places whose apps are opened by an icon: https://developer.zendesk.com/documentation/apps/app-developer-guide/styling/.
WITH_ICONS = ("top_bar", "nav_bar", "ticket_editor")


class TwiceError(ValueError):
    """A JSON object has the same name twice."""


@dataclass(frozen=True)
class Package:
    """All files of an app.

    Attributes:
        files: their bytes, by path with slashes.
        links: paths that are symbolic links.
    """

    files: Mapping[str, bytes]
    links: tuple[str, ...] = ()

    @classmethod
    def read(cls, folder: Path) -> Package:
        """The files of a folder."""
        found = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*"))}
        links = tuple(name for name, path in found.items() if path.is_symlink())
        return cls({name: path.read_bytes() for name, path in found.items() if path.is_file()}, links)

    def parse(self, name: str) -> Any:
        """What a JSON file says; ValueError where it is no JSON, KeyError where there is no such file."""
        return json.loads(self.files[name].decode("utf-8"), object_pairs_hook=_unlike)

    def fields(self, name: str) -> dict[str, Any]:
        """A JSON file's object; empty where there is none, which is another rule's to say."""
        try:
            found = self.parse(name)
        except (ValueError, KeyError):
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def manifest(self) -> dict[str, Any]:
        """The manifest."""
        return self.fields(MANIFEST)

    @property
    def is_for_people(self) -> bool:
        """Whether anything of the app is shown: it does more than to bring settings or to stand in the marketplace."""
        return not any(self.manifest.get(name) is True for name in ("requirementsOnly", "marketingOnly"))

    @property
    def parameters(self) -> list[dict[str, Any]]:
        """The settings that the app asks an admin for."""
        found = self.manifest.get("parameters")
        return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []

    @property
    def translations(self) -> dict[str, dict[str, Any]]:
        """The texts for admins, by file."""
        return {name: self.fields(name) for name in self.files if TRANSLATION.fullmatch(name)}

    def places(self) -> Iterator[tuple[str, str, Any]]:
        """Product, place and options of each location; a bare URL stands for the option of this name."""
        products = self.manifest.get("location")
        for product, places in (products if isinstance(products, dict) else {}).items():
            for place, options in (places if isinstance(places, dict) else {}).items():
                yield product, place, {"url": options} if isinstance(options, str) else options


def _unlike(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            raise TwiceError(f"{name} stands there twice")
    return dict(pairs)
