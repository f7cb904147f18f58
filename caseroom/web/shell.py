"""The pages that the service serves: shells without anybody's data, and what their scripts may reach."""

from __future__ import annotations

import html
import json
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from flask import Response

PAGES = Path(__file__).parent / "pages"
# https://www.tencentcloud.com/document/product/1047/78627: hosts of the chat SDK; the last line for apps in China.
SDK_LINES = (
    *("wss://*.im.qcloud.com", "wss://*.my-imcloud.com", "wss://*.my-cpaas.com"),
    *("https://*.im.qcloud.com", "https://*.my-imcloud.com", "https://*.qcloud.com"),
    *("https://*.myqcloud.com", "https://*.tencentcos.cn"),
    *("wss://wss.tim.qq.com", "wss://wss.im.tencent.cn"),
)
SDK_MEDIA = ("https://*.qcloud.com", "https://*.my-imcloud.com", "https://*.myqcloud.com", "https://*.tencentcos.cn")


def page(
    name: str, told: Mapping[str, str], *, sdk_url: str = "", frames: Iterable[str], scripts: Iterable[str] = ()
) -> Response:
    """A page with what its script is told; it may be shown in these frames and load scripts of these hosts too.

    A page has it as JSON or as data attributes, as its script wants it.
    """
    nonce = secrets.token_urlsafe(16)
    text = (PAGES / name).read_text(encoding="utf-8").replace("{nonce}", nonce)
    text = text.replace("{told}", _as_json(told)).replace("{data}", _as_attributes(told))
    response = Response(text, mimetype="text/html")
    response.headers["Content-Security-Policy"] = policy(nonce, _origin(sdk_url), frames, scripts)
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def policy(nonce: str, sdk_origin: str, frames: Iterable[str], scripts: Iterable[str]) -> str:
    """What the page may load and reach; everything else is shut."""
    own = ("'self'", *filter(None, [sdk_origin]))
    rules: dict[str, Iterable[str]] = {
        "default-src": ("'none'",),
        "script-src": (f"'nonce-{nonce}'", *own, *scripts),
        "style-src": (f"'nonce-{nonce}'",),
        "connect-src": (*own, *SDK_LINES),
        "img-src": (*own, "data:", "blob:", *SDK_MEDIA),
        "media-src": (*own, "data:", "blob:", *SDK_MEDIA),
        "worker-src": ("'self'", "blob:"),
        "base-uri": ("'none'",),
        "form-action": ("'none'",),
        "frame-ancestors": frames,
    }
    return "; ".join(" ".join((name, *sources)) for name, sources in rules.items())


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def _as_json(told: Mapping[str, str]) -> str:
    """JSON that no value in it can end."""
    return json.dumps(dict(told)).replace("<", "\\u003c")


def _as_attributes(told: Mapping[str, str]) -> str:
    return " ".join(f'data-{name}="{html.escape(value)}"' for name, value in told.items())
