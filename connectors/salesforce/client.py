"""Calls to Salesforce, through simple-salesforce: logged in, in time, and with errors sorted by what to do next.

https://developer.salesforce.com/docs/platform/api-rest/guide/errorcodes.html. simple-salesforce knows no time limit,
insists on https, and logs in again for each thread by itself; so it is handed a line that does all three our way.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

import requests
from requests.adapters import BaseAdapter
from requests.auth import AuthBase
from simple_salesforce.api import Salesforce
from simple_salesforce.format import format_soql

from caseroom.bridge import deadline
from caseroom.bridge.errors import Gone, LockedOut, Refused, Trouble, Unanswered, Unavailable
from caseroom.line import Line, retry_after
from connectors.salesforce.login import CODE, LOOK_AGAIN, Login, fields_of, user_in

VERSION = "62.0"
EXPIRED, QUOTA = "INVALID_SESSION_ID", "REQUEST_LIMIT_EXCEEDED"
PATIENCE = 3.0

# A callback's sender waits ten seconds altogether.
AT_ONCE = 3.0

log = logging.getLogger("caseroom.salesforce")

Meaning = Callable[[str, requests.Response], Trouble]


def _locked_out(code: str, response: requests.Response) -> Trouble:  # noqa: ARG001 -- every meaning takes both
    return LockedOut(code, seconds=LOOK_AGAIN)


def _busy(code: str, response: requests.Response) -> Trouble:
    return Unavailable(code, seconds=retry_after(response, 1.0))


# By the errorCode first, then by the HTTP status. A used-up quota is 403 and comes back: nothing is parked for it.
CODES: dict[str, Meaning] = {
    QUOTA: _locked_out,
    "NOT_FOUND": lambda code, _: Gone(code),
    "ENTITY_IS_DELETED": lambda code, _: Gone(code),
    "SERVER_UNAVAILABLE": _busy,
    "UNABLE_TO_LOCK_ROW": lambda code, _: Unavailable(code, counts_as_outage=False),
}
STATUSES: dict[int, Meaning] = {
    401: _locked_out,
    403: _locked_out,
    404: lambda code, _: Gone(code),
    410: _locked_out,  # the API version was retired
    412: lambda code, _: Unavailable(code, counts_as_outage=False),  # somebody else was quicker
    429: _busy,
    503: _busy,
}


def sort(response: requests.Response) -> Trouble | None:
    """What an answer of Salesforce's means."""
    status = response.status_code
    if status < requests.codes.bad_request:
        return None if not response.content or _is_json(response) else Unanswered("unreadable_answer")
    code = _error_code(response)
    meaning = CODES.get(code) or STATUSES.get(status)
    if meaning is not None:
        return meaning(code, response)
    return Refused(code) if status < requests.codes.server_error else Unanswered(code)


def _is_json(response: requests.Response) -> bool:
    with suppress(ValueError, RecursionError):
        response.json()
        return True
    return False


def _error_code(response: requests.Response) -> str:
    code = fields_of(response).get("errorCode")
    return code if isinstance(code, str) and CODE.fullmatch(code) else str(response.status_code)


class _Bearer(AuthBase):
    def __init__(self, session: str) -> None:
        self.session = session

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self.session}"
        return request


class SalesforceLine(Line):
    """The line with the session that all threads share."""

    def __init__(self, base_url: str, login: Login) -> None:
        super().__init__(base_url, sort)
        self.login = login

    def request(self, method: str, url: str, **options: Any) -> requests.Response:  # type: ignore[override]
        """Send; a session that has ended is renewed once."""
        session = self._session()
        try:
            return super().request(method, url, auth=_Bearer(session), **options)
        except LockedOut as locked:
            if locked.code != EXPIRED:
                raise
        return super().request(method, url, auth=_Bearer(self._session(refused=session)), **options)

    def _session(self, refused: str = "") -> str:
        began = time.monotonic()
        session = self.login.ensure(refused)
        if time.monotonic() - began > PATIENCE:  # what is left of the caller's lease is for another try
            raise Unavailable("slow_login", counts_as_outage=False)
        return session


class Client:
    """simple-salesforce, one for each thread, and who we are."""

    def __init__(
        self,
        base_url: str,
        login: Mapping[str, Any],
        *,
        adapter: BaseAdapter | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.base_url = base_url
        self.adapter = adapter
        self.clock = clock
        self.login = Login(base_url, login, adapter)
        self.local = threading.local()
        self.asking = threading.Lock()
        self.quiet_until = 0.0
        self.is_anonymous = False

    def salesforce(self) -> Any:
        """simple-salesforce on this thread's line, which has the session."""
        if not hasattr(self.local, "salesforce"):
            line = SalesforceLine(self.base_url, self.login)
            if self.adapter is not None:
                line.mount("http://", self.adapter)
                line.mount("https://", self.adapter)
            self.local.salesforce = Salesforce(
                session_id="the line has it", instance_url=self.base_url, session=line, version=VERSION
            )
        return self.local.salesforce

    def rows(self, soql: str, /, *values: object, with_deleted: bool = False) -> Iterator[Mapping[str, Any]]:
        """What a query finds. That there is no place to ask does not mean that there is nothing."""
        try:
            yield from self.salesforce().query_all_iter(format_soql(soql, *values), include_deleted=with_deleted)
        except Gone as gone:
            raise LockedOut(gone.code, seconds=LOOK_AGAIN) from gone

    def me(self) -> str:
        """The user as whom we work; empty where Salesforce does not tell."""
        self.login.ensure()
        if not self.login.user and not self.is_anonymous:
            self.login.user = self._asked()
            self.is_anonymous = not self.login.user
            if self.is_anonymous:
                log.warning("Salesforce does not tell as whom we work: cases that nobody took may seem to be owned")
        return self.login.user

    def me_at_once(self) -> str | None:
        """The same for a caller who must not wait for an org that is down; None: it could not be asked just now."""
        if self.login.user or self.is_anonymous:
            return self.login.user
        if self.clock() < self.quiet_until or not self.asking.acquire(blocking=False):
            return None
        try:
            with deadline.within(AT_ONCE):
                return self.me()
        except Trouble:
            self.quiet_until = self.clock() + LOOK_AGAIN
            return None
        finally:
            self.asking.release()

    def _asked(self) -> str:
        """Where the login's answer did not say."""
        org = self.salesforce()
        user = user_in(_said(lambda: org.oauth2("userinfo")).get("user_id"))
        return user or user_in(_said(lambda: org.restful("")).get("identity"))


def _said(ask: Callable[[], Any]) -> Mapping[str, Any]:
    try:
        answer = ask()
    except (Gone, Refused, LockedOut) as trouble:
        if trouble.code == QUOTA:
            raise
        return {}
    return answer if isinstance(answer, Mapping) else {}
