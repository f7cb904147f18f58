"""What Shopify refuses of a theme app extension and its theme-check does not look for.

https://shopify.dev/docs/storefronts/themes/architecture/settings/input-settings
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SCHEMA = re.compile(r"\{%-?\s*schema\s*-?%\}(.*?)\{%-?\s*endschema\s*-?%\}", re.DOTALL)
INPUTS = frozenset(
    {
        "article",
        "blog",
        "checkbox",
        "collection",
        "collection_list",
        "color",
        "color_background",
        "color_scheme",
        "font_picker",
        "html",
        "image_picker",
        "inline_richtext",
        "link_list",
        "liquid",
        "metaobject",
        "metaobject_list",
        "number",
        "page",
        "product",
        "product_list",
        "radio",
        "range",
        "richtext",
        "select",
        "text",
        "text_alignment",
        "textarea",
        "url",
        "video",
        "video_url",
    }
)
STATIC = frozenset({"header", "paragraph"})
CHOICES = frozenset({"select", "radio"})
FOLDERS = frozenset({"assets", "blocks", "snippets", "locales"})
ASSETS = frozenset({".jpg", ".jpeg", ".json", ".js", ".css", ".png", ".svg", ".wasm"})
TRANSLATED = ("name", "label", "info", "content", "unit", "placeholder")
LAUNCHER, LAUNCHER_BYTES = "launcher.js", 10_000
LIQUID_BYTES, EXTENSION_BYTES = 100_000, 10_000_000
MOST_STEPS = 101


def problems_of(extension: Path) -> list[str]:
    """A sentence for everything that is wrong; empty if nothing is."""
    checks = (_misplaced, _too_large, _settings, _untranslated)
    return [problem for check in checks for problem in check(extension)]


def schema_of(block: Path) -> dict[str, Any]:
    """The JSON in a block's schema; ValueError where there is none."""
    found = SCHEMA.search(block.read_text(encoding="utf-8"))
    if found is None:
        raise ValueError(f"{block.name}: has no schema")
    schema: dict[str, Any] = json.loads(found[1])
    return schema


def _blocks(extension: Path) -> list[Path]:
    return sorted(extension.glob("blocks/*.liquid"))


def _misplaced(extension: Path) -> Iterator[str]:
    for path in sorted(path for path in extension.rglob("*") if path.is_file()):
        place = path.relative_to(extension)
        if len(place.parts) > 2 or (len(place.parts) == 2 and place.parts[0] not in FOLDERS):  # noqa: PLR2004 -- folder and file
            yield f"{place}: only files right in {', '.join(sorted(FOLDERS))} are taken"
        elif place.parts[0] == "assets" and path.suffix not in ASSETS:
            yield f"{place}: an asset of this kind is not taken"


def _too_large(extension: Path) -> Iterator[str]:
    sizes = {path: path.stat().st_size for path in extension.rglob("*") if path.is_file()}
    if sum(sizes.values()) > EXTENSION_BYTES:
        yield f"the extension is larger than {EXTENSION_BYTES:,} bytes"
    if sum(size for path, size in sizes.items() if path.suffix == ".liquid") > LIQUID_BYTES:
        yield f"its Liquid is larger than {LIQUID_BYTES:,} bytes"
    if sizes.get(extension / "assets" / LAUNCHER, 0) > LAUNCHER_BYTES:
        yield f"{LAUNCHER} is larger than {LAUNCHER_BYTES:,} bytes"


def _settings(extension: Path) -> Iterator[str]:
    for block in _blocks(extension):
        settings = schema_of(block)["settings"]
        names = [setting["id"] for setting in settings if "id" in setting]
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield f"{block.name}: the id {name!r} stands twice"
        for setting in settings:
            yield from (f"{block.name}: {setting.get('id', setting['type'])}: {wrong}" for wrong in _wrong(setting))


def _wrong(setting: dict[str, Any]) -> Iterator[str]:
    kind, default = setting["type"], setting.get("default")
    if kind not in INPUTS | STATIC:
        yield f"there is no setting of type {kind!r}"
    if kind in INPUTS and not ("id" in setting and "label" in setting):
        yield "an input needs an id and a label"
    if kind in CHOICES and default not in {None, *(option["value"] for option in setting["options"])}:
        yield "the default is none of the options"
    if kind == "checkbox" and not isinstance(default, bool):
        yield "the default has to be true or false"
    if kind == "url" and default is not None and not str(default).startswith(("/collections", "/products")):
        yield "the default may only be /collections or /products"
    if kind in {"text", "textarea"} and default == "":
        yield "an empty default is refused: leave it out"
    if kind == "range":
        yield from _wrong_range(setting)


def _wrong_range(setting: dict[str, Any]) -> Iterator[str]:
    low, high, step, default = (setting[name] for name in ("min", "max", "step", "default"))
    if (high - low) / step + 1 > MOST_STEPS:
        yield f"more than {MOST_STEPS} steps"
    if not low <= default <= high or (default - low) % step:
        yield "the default is no step of the range"


def _untranslated(extension: Path) -> Iterator[str]:
    wanted = {key for block in _blocks(extension) for key in _keys(schema_of(block))}
    for path in sorted(extension.glob("locales/*.schema.json")):
        texts = json.loads(path.read_text(encoding="utf-8"))
        yield from (f"{path.name}: {key} is missing" for key in sorted(wanted) if not _text(texts, key))
    for block in _blocks(extension):
        yield from (f"{block.name}: {plain!r} is not translated" for plain in _plain(schema_of(block)))


def _keys(schema: Any) -> Iterator[str]:
    yield from (text[2:] for text in _shown(schema) if text.startswith("t:"))


def _plain(schema: Any) -> Iterator[str]:
    yield from (text for text in _shown(schema) if not text.startswith("t:"))


def _shown(part: Any) -> Iterator[str]:
    """Every text of a schema that a merchant reads."""
    if isinstance(part, list):
        for item in part:
            yield from _shown(item)
    if isinstance(part, dict):
        yield from (str(part[name]) for name in TRANSLATED if name in part)
        yield from _shown([value for name, value in part.items() if name not in TRANSLATED])


def _text(texts: Any, key: str) -> Any:
    for name in key.split("."):
        texts = texts.get(name) if isinstance(texts, dict) else None
    return texts
