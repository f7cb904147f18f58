"""Calls to Zendesk, through zenpy: logged in, in time, and with what zenpy leaves out.

https://developer.zendesk.com/api-reference/introduction/requests/. zenpy knows no Idempotency-Key, repeats itself for
ever when told to slow down, and keeps old answers: all three are dealt with here.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter
from requests.auth import AuthBase, HTTPBasicAuth
from zenpy import Zenpy

from caseroom.bridge.errors import Gone, LockedOut, Refused, Trouble, Unanswered, Unavailable
from caseroom.line import Line, retry_after

LOOK_AGAIN = 15.0
RENEW_EARLY = 60.0
DEFAULT_LIFE = 1_800.0
ONE_RECORD = re.compile(r"/[0-9]+(\.json)?$")
CREATE_PATHS = ("/api/v2/tickets.json", "/api/v2/tickets")

# zenpy writes request bodies to its log.
logging.getLogger("zenpy").setLevel(logging.WARNING)


def sort(response: requests.Response) -> Trouble | None:
    """What an answer of Zendesk's means: https://developer.zendesk.com/api-reference/introduction/requests/#response-format."""
    status = response.status_code
    if status < requests.codes.bad_request:
        return None
    if status in TROUBLES:
        return TROUBLES[status](response)
    return Refused(_error(response)) if status < requests.codes.server_error else Unanswered(status)


def _forbidden(response: requests.Response) -> Trouble:
    """One record may be hidden from us while the others are not."""
    is_about_one = ONE_RECORD.search(urlsplit(str(response.url)).path)
    return Refused(403) if is_about_one else LockedOut(403, seconds=LOOK_AGAIN)


TROUBLES: dict[int, Callable[[requests.Response], Trouble]] = {
    401: lambda _: LockedOut(401, seconds=LOOK_AGAIN),
    403: _forbidden,
    404: lambda _: Gone(404),
    409: lambda _: Unavailable(409, counts_as_outage=False),
    429: lambda response: Unavailable(429, seconds=retry_after(response, 1.0)),
    503: lambda response: Unavailable(503, seconds=retry_after(response, 1.0)),
}


def _error(response: requests.Response) -> str:
    try:
        error = response.json().get("error", response.status_code)
    except (ValueError, AttributeError):
        return str(response.status_code)
    return str(error if isinstance(error, str) else response.status_code)


class AccessToken(AuthBase):
    """The access token that all threads share; asked for again before it ends, or when it was refused.

    https://developer.zendesk.com/documentation/api-basics/authentication/oauth-authentication/ (client credentials).
    """

    def __init__(self, base_url: str, client_id: str, client_secret: str, clock: Callable[[], float]) -> None:
        self.base_url = base_url
        self.grant = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
        self.clock = clock
        self.lock = threading.Lock()
        self.text = ""
        self.ends_at = 0.0

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Put the token into a request."""
        request.headers["Authorization"] = f"Bearer {self.text}"
        return request

    def ensure(self, line: Line, refused: str = "") -> str:
        """A token that is good for a while and is not the refused one."""
        with self.lock:
            if not self.text or self.text == refused or self.clock() > self.ends_at - RENEW_EARLY:
                self._ask(line)
            return self.text

    def _ask(self, line: Line) -> None:
        body = {**self.grant, "scope": "read write"}
        try:
            answer = line.request("POST", f"{self.base_url}/oauth/tokens", json=body, auth=_NoAuth()).json()
            self.text = str(answer["access_token"])
        except (Refused, Gone, ValueError, KeyError, TypeError) as error:
            raise LockedOut("no_access_token", seconds=LOOK_AGAIN) from error
        self.ends_at = self.clock() + float(answer.get("expires_in") or DEFAULT_LIFE)


class _NoAuth(AuthBase):
    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


class ZendeskLine(Line):
    """The line with a login, and with our key on whatever creates a ticket."""

    authorized = True

    def __init__(self, base_url: str, login: AuthBase) -> None:
        super().__init__(base_url, sort)
        self.login = login
        self.creating = ""

    def request(self, method: str, url: str, **options: Any) -> requests.Response:  # type: ignore[override]
        """Send; a token that has ended is renewed once."""
        if "auth" in options:
            return super().request(method, url, **options)
        if method.upper() == "POST" and url.endswith(CREATE_PATHS):
            options["headers"] = {**(options.get("headers") or {}), "Idempotency-Key": self.creating}
        token = self.login if isinstance(self.login, AccessToken) else None
        used = token.ensure(self) if token else ""
        try:
            return super().request(method, url, auth=self.login, **options)
        except LockedOut as locked:
            if token is None or locked.code != str(requests.codes.unauthorized):
                raise
        token.ensure(self, refused=used)
        return super().request(method, url, auth=self.login, **options)


class Client:
    """zenpy, one for each thread (it keeps the object that it is sending in itself)."""

    def __init__(
        self,
        base_url: str,
        *,
        oauth: tuple[str, str] | None,
        legacy: tuple[str, str] | None,
        adapter: BaseAdapter | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.base_url = base_url
        self.adapter = adapter
        self.local = threading.local()
        self.login: AuthBase = HTTPBasicAuth(f"{legacy[0]}/token", legacy[1]) if legacy else _NoAuth()
        if oauth is not None:
            self.login = AccessToken(base_url, *oauth, clock)

    def zenpy(self, creating: str = "") -> Zenpy:
        """Zenpy on this thread's line; `creating` names the ticket that is about to be made."""
        line: ZendeskLine | None = getattr(self.local, "line", None)
        if line is None:
            line = ZendeskLine(self.base_url, self.login)
            if self.adapter is not None:
                line.mount("http://", self.adapter)
                line.mount("https://", self.adapter)
            self.local.line = line
            self.local.zenpy = Zenpy(subdomain="pinned", session=line, disable_cache=True, ratelimit_budget=1)
        line.creating = creating
        return self.local.zenpy
