"""The app embed of our theme app extension, rendered as a theme does it, and its assets.

https://shopify.dev/docs/apps/build/online-store/theme-app-extensions/configuration
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

if TYPE_CHECKING:
    from liquid import Environment

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / "chat_ui/dist"
SCHEMA = re.compile(r"\{%-?\s*schema\s*-?%\}(.*?)\{%-?\s*endschema\s*-?%\}", re.DOTALL)
CDN = "/cdn/shop/extensions/caseroom/assets"


class Embed:
    """One app embed block, with the settings that a merchant chose in the theme editor.

    Attributes:
        settings: those that differ from the defaults of the block's schema.
    """

    def __init__(self, folder: Path, settings: dict[str, Any] | None = None) -> None:
        self.folder = folder
        self.settings = settings or {}

    def html(self, locale: str, **objects: Any) -> Markup:
        """The block in a page; `objects` are the theme's global ones: shop, customer, request, routes."""
        (block,) = self.folder.glob("blocks/*.liquid")
        source = block.read_text(encoding="utf-8")
        template = self.environment(locale).from_string(SCHEMA.sub("", source))
        settings = self.defaults(source) | self.settings
        about = {"id": "caseroom", "settings": settings, "shopify_attributes": 'data-shopify-editor-block="caseroom"'}
        return Markup(template.render(block=about, **objects))  # noqa: S704 -- it is the page's own source

    def environment(self, locale: str) -> Environment:
        """Liquid with the filters that the block uses: asset_url, and t with the locale's texts."""
        from liquid import DictLoader, Environment  # noqa: PLC0415 -- it takes its time, and few towns need it

        snippets = {path.stem: path.read_text(encoding="utf-8") for path in self.folder.glob("snippets/*.liquid")}
        found = Environment(loader=DictLoader(snippets))
        texts = self.texts(locale)
        found.add_filter("asset_url", lambda name: f"{CDN}/{name}")
        found.add_filter("stylesheet_tag", lambda url: f'<link rel="stylesheet" href="{url}">')
        found.add_filter("script_tag", lambda url: f'<script src="{url}"></script>')
        found.add_filter("t", lambda key: read(texts, key))
        return found

    def texts(self, locale: str) -> dict[str, Any]:
        """The extension's texts in a language, or in the default one."""
        files = [self.folder / f"locales/{locale}.json", *self.folder.glob("locales/*.default.json")]
        found = next(path for path in files if path.exists())
        texts: dict[str, Any] = json.loads(found.read_text(encoding="utf-8"))
        return texts

    @staticmethod
    def defaults(source: str) -> dict[str, Any]:
        """What the settings are before a merchant touches them."""
        schema = SCHEMA.search(source)
        settings = json.loads(schema[1])["settings"] if schema else []
        return {one["id"]: one.get("default", "") for one in settings if "id" in one}

    def asset(self, name: str) -> Path | None:
        """A file of the extension: its own, or one that is built into it."""
        if not re.fullmatch(r"[\w.-]+", name):
            return None
        return next((path for path in (self.folder / "assets" / name, BUILT / name) if path.is_file()), None)


def read(texts: dict[str, Any], key: str) -> str:
    """A text by its dotted key."""
    found: Any = texts
    for part in key.split("."):
        found = found[part]
    return str(found)
