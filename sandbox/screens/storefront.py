"""The pages of the stand-in shop: its front, its products, and the app embed at the end of each."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from sandbox.screens.embed import CDN, Embed
from sandbox.screens.templates import page
from sandbox.screens.wares import LANGUAGES, PRODUCTS, SAYS

ROOT = Path(__file__).resolve().parents[2]
EXTENSIONS = ROOT / "shopify_widget/extensions"
CUSTOMER = {"name": "Mei Lin", "email": "mei@customer.example"}


@dataclass
class Storefront:
    """A shop's pages.

    Attributes:
        embed: our app embed; None where the merchant has not switched it on.
        sdk_url: where the extension's asset `sdk.js` really is: here with the stand-in of the chat cloud.
    """

    domain: str
    embed: Embed | None = None
    sdk_url: str = ""

    def switch_on(self, sdk_url: str, **settings: Any) -> None:
        """Switch the app embed on, with these settings in the theme editor."""
        (folder,) = EXTENSIONS.glob("*/")
        self.embed, self.sdk_url = Embed(folder, settings), sdk_url

    def answer(self, request: Request) -> Response | None:
        """A page or an asset; None where there is none."""
        if request.path.startswith(f"{CDN}/"):
            return self.asset(request.path.removeprefix(f"{CDN}/"))
        product = next((one for one in PRODUCTS if request.path == f"/products/{one['handle']}"), None)
        if product is None and request.path != "/":
            return None
        locale = request.args.get("locale") or request.cookies.get("locale") or "en"
        response = self.page(request, locale if locale in LANGUAGES else "en", product)
        if "locale" in request.args:
            response.set_cookie("locale", locale, samesite="Lax")
        return response

    def page(self, request: Request, locale: str, product: dict[str, Any] | None) -> Response:
        """A page of the shop; `design` is the theme editor's view of it, `hostile` a theme at its worst."""
        customer, design = request.cookies.get("customer", ""), "design" in request.args
        name = product["names"][locale] if product else SAYS[locale]["shop"]
        return page(
            "shop.html",
            title=f"{name} – {SAYS[locale]['brand']}",
            shop=self.domain,
            locale=locale,
            customer=customer,
            design=design,
            hostile="hostile" in request.args,
            product=product,
            products=PRODUCTS,
            say=SAYS[locale],
            languages=LANGUAGES,
            embed=self.embedded(locale, customer, design),
        )

    def embedded(self, locale: str, customer: str, design: bool) -> Markup:
        """The app embed, with the objects that Shopify gives it."""
        if self.embed is None:
            return Markup()
        return self.embed.html(
            locale,
            shop={
                "permanent_domain": self.domain,
                "name": SAYS[locale]["brand"],
                "privacy_policy": {"url": "/policies/privacy-policy"},
            },
            customer=CUSTOMER | {"id": customer} if customer else None,
            request={"locale": {"iso_code": locale}, "design_mode": design, "host": self.domain, "path": "/"},
            localization={"language": {"iso_code": locale}},
            routes={"root_url": "/", "account_login_url": "/account/login"},
        )

    def asset(self, name: str) -> Response:
        """A file of the extension, from the shop's own address; the SDK comes from the stand-in of the chat cloud."""
        if name == "sdk.js" and self.sdk_url:
            return redirect(self.sdk_url)
        path = self.embed.asset(name) if self.embed else None
        if path is None:
            return Response(status=404)
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        headers = {"Cache-Control": "no-cache", "Access-Control-Allow-Origin": "*"}
        return Response(path.read_bytes(), mimetype=kind, headers=headers)
