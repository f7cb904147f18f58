"""The session that all threads share: opened by simple-salesforce, once for many threads, and again when it has ended.

Salesforce Help, "OAuth 2.0 Client Credentials Flow" and "OAuth 2.0 JWT Bearer Flow for Server-to-Server Integration";
SOAP API Developer Guide, "login()". Nothing that a login was given or answered gets into an error.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from typing import Any
from xml.parsers.expat import ExpatError

import jwt
import requests
from requests.adapters import BaseAdapter
from requests.auth import AuthBase
from simple_salesforce.exceptions import SalesforceError
from simple_salesforce.login import SalesforceLogin

from caseroom.bridge.errors import LockedOut, Refused, Trouble, Unanswered, Unavailable
from caseroom.line import Line, retry_after
from connectors.salesforce import ids

LOOK_AGAIN = 15.0
BUSY = {requests.codes.too_many_requests, requests.codes.service_unavailable}
CODE = re.compile(r"[A-Za-z_]{1,64}")
SOAP_CODE = re.compile(r"exceptionCode>([A-Z_]{1,64})<")
SOAP_USER = re.compile(r"<userId>(\w{15,18})</userId>")
# What the library raises over an answer or a key that it cannot use.
BAFFLED = (SalesforceError, jwt.PyJWTError, ExpatError, ValueError, TypeError, AttributeError, OSError)


def sort(response: requests.Response) -> Trouble | None:
    """What an answer to a login means. Whatever went wrong, what the session was wanted for has not been done."""
    status = response.status_code
    if status < requests.codes.bad_request:
        return None
    code = _reason(response)
    if status in BUSY or code == "SERVER_UNAVAILABLE":
        return Unavailable(code or status, seconds=retry_after(response, 1.0))
    if not code and status >= requests.codes.server_error:
        return Unavailable(status)
    return LockedOut(code or status, seconds=LOOK_AGAIN)


def _reason(response: requests.Response) -> str:
    soap = SOAP_CODE.search(response.text)
    code = soap[1] if soap else fields_of(response).get("error")
    return code if isinstance(code, str) and CODE.fullmatch(code) else ""


def fields_of(response: requests.Response) -> dict[str, Any]:
    """What a JSON answer says; nothing where it is no object, or a list whose first entry is none."""
    try:
        said = response.json()
    except (ValueError, RecursionError):
        return {}
    first = said[0] if isinstance(said, list) and said else said
    return first if isinstance(first, dict) else {}


def user_in(address: object) -> str:
    """The user whom an identity address (.../id/<org>/<user>) or a bare id names; empty for none."""
    try:
        return ids.clean(address.rpartition("/")[2], ids.USER) if isinstance(address, str) else ""
    except ValueError:
        return ""


class AsItIs(AuthBase):
    """Leaves a request as the library made it, whatever a .netrc file says."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Change nothing."""
        return request


class LoginLine(Line):
    """The line for logging in. `user` is as whom that was, where the answer says so."""

    def __init__(self, base_url: str) -> None:
        super().__init__(base_url, sort)
        self.user = ""

    def request(self, method: str, url: str, **options: Any) -> requests.Response:  # type: ignore[override]
        """Send, and note who we are as the answer passes."""
        response = super().request(method, url, auth=AsItIs(), **options)
        soap = SOAP_USER.search(response.text)
        self.user = user_in(soap[1] if soap else fields_of(response).get("id")) or self.user
        return response


class Login:
    """Keeps the session. Whoever waited for a login that failed shares its trouble, so that no account gets locked.

    Attributes:
        way: arguments of SalesforceLogin.
        user: as whom we are logged in; empty where the answer did not say.
    """

    def __init__(self, base_url: str, way: Mapping[str, Any], adapter: BaseAdapter | None = None) -> None:
        self.way = way
        self.line = LoginLine(base_url)
        if adapter is not None:
            self.line.mount("http://", adapter)
            self.line.mount("https://", adapter)
        self.lock = threading.Lock()
        self.session = ""
        self.user = ""
        self.failures = 0
        self.trouble = Trouble()

    def ensure(self, refused: str = "") -> str:
        """A session that is not the refused one; raises Unavailable."""
        failures = self.failures
        with self.lock:
            if self.session and self.session != refused:
                return self.session
            if self.failures > failures:
                raise self.trouble
            try:
                self.session = self._open()
            except Trouble as trouble:
                self.failures, self.trouble = self.failures + 1, trouble
                raise
            self.user = self.line.user or self.user
            return self.session

    def _open(self) -> str:
        try:
            session, _ = SalesforceLogin(session=self.line, **self.way)
        except Unavailable:
            raise
        except Unanswered as trouble:
            raise Unavailable(trouble.code) from None
        except Refused as trouble:
            raise LockedOut(trouble.code, seconds=LOOK_AGAIN) from None
        except BAFFLED:
            raise LockedOut("login_failed", seconds=LOOK_AGAIN) from None
        if not isinstance(session, str) or not session:
            raise LockedOut("login_failed", seconds=LOOK_AGAIN)
        return session
