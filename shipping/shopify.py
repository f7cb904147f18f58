"""Packs the theme app extension and its app's settings for Shopify: for one service's address, built and checked.

https://shopify.dev/docs/apps/build/online-store/theme-app-extensions; `shopify app deploy` takes what comes out.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from chat_ui import build
from shipping import node
from shipping.address import PLACEHOLDER
from shipping.shopify_rules import problems_of

SOURCE = Path(__file__).parents[1] / "shopify_widget"
EXTENSION = Path("extensions") / "caseroom-chat"
CHECKER = Path(__file__).with_name("theme_check.js")
BUILT = ("launcher.js", "widget.js", "sdk.js")


class ShopifyPackageError(ValueError):
    """What Shopify would refuse."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def pack(public_url: str, into: Path) -> Path:
    """Write shopify/ for the service at this address; ShopifyPackageError says what Shopify would refuse."""
    if not public_url.startswith("https://"):
        raise ShopifyPackageError(["PUBLIC_URL: has to begin with https://, or Shopify's app proxy does not go there."])
    build.build()
    target = into / "shopify"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(SOURCE, target)
    settings = target / "shopify.app.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace(PLACEHOLDER, public_url), encoding="utf-8")
    bring_assets(target / EXTENSION)
    problems = check(target / EXTENSION)
    if problems:
        raise ShopifyPackageError(problems)
    return target


def bring_assets(extension: Path) -> None:
    """Put what is built, and the chat SDK from npm, into the extension."""
    assets = extension / "assets"
    assets.mkdir(exist_ok=True)
    texts = [path.name for path in build.DIST.glob("locale.*.json")]
    for name in (*BUILT, *texts):
        shutil.copyfile(build.DIST / name, assets / name)


def check(extension: Path) -> list[str]:
    """What our own rules and Shopify's theme-check find; the latter looks at nothing unless the path is absolute."""
    return [*problems_of(extension), *theme_check(extension.resolve())]


def theme_check(extension: Path) -> list[str]:
    """A line for each thing that theme-check refuses; ShopifyPackageError where it cannot run."""
    done = node.ready().run(CHECKER, extension)
    if done.returncode and not done.stdout:
        raise ShopifyPackageError([f"theme-check did not run: {done.stderr[-800:]}"])
    return done.stdout.splitlines()
