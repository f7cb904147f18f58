"""Lines without a network: the real client libraries call the stand-ins directly, and may be cut."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import httpx
import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse
from werkzeug.test import Client, EnvironBuilder
from werkzeug.wrappers import Response

from sandbox.faults import NoAnswer
from sandbox.stand_in import StandIn


class Inline(Executor):
    """Does at once, in the same thread, what is handed to it; a crash goes through."""

    def submit(self, deed: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:
        """Do it."""
        future: Future[Any] = Future()
        try:
            future.set_result(deed(*args, **named))
        except Exception as error:  # noqa: BLE001 -- as executors do
            future.set_exception(error)
        return future


class Crash(BaseException):
    """The process ends here and now; nothing after this is done."""


@dataclass
class Cut:
    """Decides about each call whether the process ends before or after it."""

    strikes: Callable[[], str]

    def call(self, stand_in: StandIn, builder: EnvironBuilder) -> Response:
        """Make the call; NoAnswer where the stand-in gives none."""
        when = self.strikes()
        if when == "before":
            raise Crash
        response = Client(stand_in, Response).open(builder)
        if when == "after":
            raise Crash
        return response


@dataclass
class Transport(httpx.BaseTransport):
    """httpx to a stand-in."""

    stand_in: StandIn
    cut: Cut

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One call."""
        builder = EnvironBuilder.from_environ(
            _environ(request.method, str(request.url), request.read(), request.headers)
        )
        try:
            response = self.cut.call(self.stand_in, builder)
        except NoAnswer as error:
            kind = httpx.ConnectError if self.stand_in.down else httpx.ReadTimeout
            raise kind("no answer", request=request) from error
        return httpx.Response(response.status_code, headers=list(response.headers), content=response.get_data())


class Adapter(HTTPAdapter):
    """requests to a stand-in."""

    def __init__(self, stand_in: StandIn, cut: Cut) -> None:
        super().__init__()
        self.stand_in = stand_in
        self.cut = cut

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        """One call."""
        body = request.body or b""
        raw = body.encode() if isinstance(body, str) else bytes(body)
        builder = EnvironBuilder.from_environ(_environ(str(request.method), str(request.url), raw, request.headers))
        try:
            response = self.cut.call(self.stand_in, builder)
        except NoAnswer as error:
            if self.stand_in.down:
                raise requests.exceptions.ConnectTimeout from error
            raise requests.exceptions.ReadTimeout from error
        answer = HTTPResponse(
            body=BytesIO(response.get_data()),
            headers=dict(response.headers),
            status=response.status_code,
            preload_content=False,
        )
        return self.build_response(request, answer)


def _environ(method: str, url: str, body: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
    parts = httpx.URL(url)
    builder = EnvironBuilder(
        path=parts.path,
        base_url=f"{parts.scheme}://{parts.host}:{parts.port or 80}/",
        query_string=parts.query.decode(),
        method=method,
        data=body,
        headers=[(name, value) for name, value in _pairs(headers) if name.lower() != "content-length"],
    )
    return builder.get_environ()


def _pairs(headers: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    return headers.items()
