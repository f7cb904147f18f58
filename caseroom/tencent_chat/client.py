"""One call to Tencent's REST API: signed, sent, and its answer sorted.

https://www.tencentcloud.com/document/product/1047/34620. The HTTP status is nearly always 200; what counts is
`ActionStatus` and `ErrorCode`. The query carries the UserSig and is never logged.
"""

from __future__ import annotations

import json
import random
import threading
from dataclasses import dataclass, field
from typing import Any

import httpx

from caseroom.bridge import deadline
from caseroom.bridge.errors import Trouble, Unanswered, Unavailable
from caseroom.connector import read_json
from caseroom.tencent_chat.codes import RE_SIGN, trouble
from caseroom.tencent_chat.user_sig import AdminSig

# Tencent gives up after 3 seconds itself; a longer silence is no answer.
CONNECT, READ = 3.0, 6.0
ALTOGETHER = 10.0
LARGEST_ANSWER = 4_000_000
HTTP_OK = 200
TOO_MANY_REQUESTS = 429


@dataclass
class Client:
    """Makes calls as the app's administrator.

    Attributes:
        base_url: of the data centre that the app was created in.
        transport: replaces the network in a simulation.
    """

    base_url: str
    sdk_app_id: int
    admin: AdminSig
    transport: httpx.BaseTransport | None = None
    local: threading.local = field(default_factory=threading.local)

    def call(self, service: str, command: str, body: dict[str, Any]) -> dict[str, Any]:
        """The answer to a call that succeeded; otherwise a Trouble with Tencent's code."""
        user_sig = self.admin.current()
        answer = self._post(service, command, body, user_sig)
        if answer["ErrorCode"] in RE_SIGN:
            answer = self._post(service, command, body, self.admin.renew(user_sig))
        if answer["ErrorCode"] != 0 or answer.get("ActionStatus") != "OK":
            raise trouble(answer["ErrorCode"], command)
        return answer

    def _post(self, service: str, command: str, body: dict[str, Any], user_sig: str) -> dict[str, Any]:
        query = {
            "sdkappid": str(self.sdk_app_id),
            "identifier": self.admin.admin_id,
            "usersig": user_sig,
            "random": str(random.getrandbits(32)),
            "contenttype": "json",
        }
        try:
            with deadline.within(ALTOGETHER):
                return _read(self._send(f"/v4/{service}/{command}", query, json.dumps(body).encode()))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise Unavailable("unreachable") from error
        except (httpx.TransportError, httpx.StreamError) as error:
            raise Unanswered("no_answer") from error

    def _send(self, path: str, query: dict[str, str], content: bytes) -> bytes:
        seconds = deadline.left()
        limits = httpx.Timeout(min(READ, seconds), connect=min(CONNECT, seconds))
        headers = {"Content-Type": "application/json"}
        line = self._line()
        with line.stream("POST", path, params=query, content=content, headers=headers, timeout=limits) as response:
            if response.status_code != HTTP_OK:
                raise _http_trouble(response.status_code)
            received = bytearray()
            for chunk in response.iter_bytes():
                received += chunk
                if len(received) > LARGEST_ANSWER or deadline.is_over():
                    raise Unanswered("endless_answer")
            return bytes(received)

    def _line(self) -> httpx.Client:
        # A client for each thread: one shared by many threads can close a connection under a waiting call
        # (https://github.com/encode/httpcore/issues/1110).
        line: httpx.Client | None = getattr(self.local, "line", None)
        if line is None:
            limits = httpx.Limits(max_connections=1, keepalive_expiry=20.0)
            line = httpx.Client(base_url=self.base_url, limits=limits, transport=self.transport)
            self.local.line = line
        return line


def _read(received: bytes) -> dict[str, Any]:
    try:
        answer = read_json(received)
        return {**answer, "ErrorCode": int(answer["ErrorCode"])}
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise Unanswered("unreadable") from error


def _http_trouble(status: int) -> Trouble:
    return Unavailable(status, seconds=1.0) if status == TOO_MANY_REQUESTS else Unanswered(status)
