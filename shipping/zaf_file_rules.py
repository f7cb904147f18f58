"""What Zendesk asks of an app's files: pictures, types, and what must not be in them.

https://developer.zendesk.com/documentation/apps/app-developer-guide/styling/
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from xml.etree import ElementTree as ET

from shipping.zaf_package import WITH_ICONS, Package

PNG = b"\x89PNG\r\n\x1a\n"
LOGOS = {"assets/logo.png": (320, 320), "assets/logo-small.png": (128, 128)}
BANNER = "assets/banner.png"
BANNER_SIZES = ((830, 200), (1660, 400))
ASSET_TYPES = {
    *("png", "jpg", "jpeg", "gif", "svg", "js", "htm", "html", "css", "map", "eot", "woff", "woff2", "otf", "ttf"),
    *("json", "xml", "hbs", "hdbs"),
}
FORBIDDEN_TYPES = {
    *("rar", "zip", "gz", "gzip", "bz", "bz2", "7z", "tar", "tgz", "jar", "bin", "exe", "msi", "dll", "com", "bat"),
    *("sh", "csh", "pdf", "doc", "docx", "odt", "ppt", "pptx", "xls", "xlsx", "avi", "mp3", "mpeg"),
}
PLAIN_ADDRESS = re.compile(r"http://[^\s\"'`<>)]+")
# The words are those that Zendesk's own check looks for.
SECRETS = re.compile(
    r"password|secret(_?[tT]oken)?|auth_?[kK]ey|auth_?[pP]ass|auth_?[uU]ser|AuthUser|api_key"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY|[tT][oO][kK][eE][nN] ?[:=-]\s*[\"']?[0-9a-zA-Z+_.-]{4}"
)
SVG = "{http://www.w3.org/2000/svg}"
SHAPES = {
    *("svg", "symbol", "defs", "g", "title", "desc", "path", "rect", "circle", "ellipse", "line", "polyline"),
    *("polygon", "text", "tspan", "use", "linearGradient", "radialGradient", "stop", "clipPath", "mask"),
}


def _extension(name: str) -> str:
    return PurePosixPath(name).suffix.lower().removeprefix(".")


def _png_size(data: bytes) -> tuple[int, int] | None:
    """Width and height as the header has them: https://www.w3.org/TR/png/#11IHDR."""
    if not data.startswith(PNG) or data[12:16] != b"IHDR":
        return None
    return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")


def have_logos(package: Package) -> Iterator[str]:
    """Both logos are there, in their sizes."""
    for name, (width, height) in LOGOS.items():
        if _png_size(package.files.get(name, b"")) != (width, height):
            yield f"{name}: has to be a PNG of {width} by {height}."


def have_icons(package: Package) -> Iterator[str]:
    """A place that is opened by an icon has one."""
    for product, place, _ in package.places():
        icon = f"assets/icon_{place}.svg"
        if place in WITH_ICONS and icon not in package.files:
            yield f"{icon}: is missing, for location.{product}.{place} of manifest.json."


def have_a_banner_that_fits(package: Package) -> Iterator[str]:
    """The banner of the marketplace, where there is one, has its size."""
    if BANNER in package.files and _png_size(package.files[BANNER]) not in BANNER_SIZES:
        yield f"{BANNER}: has to be a PNG of 830 by 200, or twice that."


def are_assets_that_are_served(package: Package) -> Iterator[str]:
    """Zendesk serves some types of files only."""
    for name in package.files:
        if name.startswith("assets/") and _extension(name) not in ASSET_TYPES:
            yield f"{name}: its type is none that Zendesk serves."


def are_not_forbidden(package: Package) -> Iterator[str]:
    """No archives, no programs, no office documents."""
    for name in package.files:
        if _extension(name) in FORBIDDEN_TYPES:
            yield f"{name}: its type is forbidden in a package."


def are_not_links(package: Package) -> Iterator[str]:
    """No symbolic links."""
    for name in package.links:
        yield f"{name}: is a symbolic link."


def _text(package: Package, *extensions: str) -> Iterator[tuple[str, str]]:
    for name, data in package.files.items():
        if _extension(name) in extensions:
            yield name, data.decode("utf-8", "replace")


def ask_for_nothing_in_plain(package: Package) -> Iterator[str]:
    """Scripts and pages name no address that begins with http://. Zendesk warns; here it is refused."""
    for name, text in _text(package, "js", "jsx", "htm", "html"):
        for address in PLAIN_ADDRESS.findall(text):
            yield f"{name}: has {address}, which is not https."


def keep_no_secret(package: Package) -> Iterator[str]:
    """Nothing looks like a secret: everybody who has the package can read it. Zendesk warns; here it is refused."""
    for name, text in _text(package, "htm", "html", "xml", "js", "jsx", "json"):
        match = SECRETS.search(text)
        if match:
            yield f"{name}: has {match[0][:12]!r}, which looks like a secret."


def are_drawings_only(package: Package) -> Iterator[str]:
    """An SVG has shapes, and no script, picture or foreign part, which Zendesk would cut out."""
    for name, text in _text(package, "svg"):
        try:
            root = ET.fromstring(text)  # noqa: S314 -- our own files
        except ET.ParseError as error:
            yield f"{name}: is no SVG ({error})."
            continue
        foreign = "<!DOCTYPE" in text or any(not _is_drawing(part) for part in root.iter())
        if foreign or root.tag != f"{SVG}svg":
            yield f"{name}: has more than shapes."


def _is_drawing(part: ET.Element) -> bool:
    names = {name.rpartition("}")[2]: value for name, value in part.attrib.items()}
    return (
        part.tag.startswith(SVG)
        and part.tag.removeprefix(SVG) in SHAPES
        and not any(name.lower().startswith("on") for name in names)
        and names.get("href", "#").startswith("#")
    )
