"""Where the service is reached: what every package has to know, and no source holds."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

PLACEHOLDER = "https://caseroom.invalid"
# Hosts of this placeholder and of the one in .env.example.
STILL_UNSET = (".invalid", "change-me.example")
ADVICE = "set it to where the service is reached from outside, such as https://chat.example.com"


def public_url(given: str) -> str:
    """The origin in PUBLIC_URL; ValueError, by the setting's name, where browsers and vendors could not go there."""
    if not given:
        raise ValueError(f"PUBLIC_URL is not set: {ADVICE}")
    try:
        parts = urlsplit(given)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise ValueError(f"PUBLIC_URL is no address: {ADVICE}") from error
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(host)):
        raise ValueError(f"PUBLIC_URL has to begin with https:// (http:// for this machine only): {ADVICE}")
    if not host or host.endswith(STILL_UNSET) or parts.username is not None:
        raise ValueError(f"PUBLIC_URL names no host that can be reached: {ADVICE}")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(f"PUBLIC_URL has to end after the host: {ADVICE}")
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + (f":{port}" if port else "")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
