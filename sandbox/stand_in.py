"""What every stand-in shares: routing, faults, an off switch, and a thread to serve from."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, ClassVar

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from sandbox.faults import Fault, Faults, NoAnswer

Endpoint = Callable[..., Response]


class StandIn:
    """A WSGI application that answers like one vendor.

    A subclass lists its routes as (method, rule, name of a method of its own) and writes the methods; each takes
    the request and the rule's arguments. All state is changed under one lock.
    """

    name: ClassVar[str]
    routes: ClassVar[tuple[tuple[str, str, str], ...]]

    def __init__(self, *, clock: Callable[[], float] = time.time, faults: Faults | None = None) -> None:
        self.clock = clock
        self.faults = faults or Faults()
        self.down = False
        self.slow_seconds = 0.05
        self.lock = threading.RLock()
        self.calls: list[tuple[str, str]] = []
        self.map = Map([Rule(rule, methods=[method], endpoint=endpoint) for method, rule, endpoint in self.routes])

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request; close the line where a fault says so."""
        try:
            response = self.answer(Request(environ))
        except NoAnswer:
            line = environ.get("werkzeug.socket")
            if line is None:
                raise
            hang_up(line)
            raise ConnectionAbortedError from None  # the server takes it as the end of the line, and is silent
        return response(environ, start_response)

    def answer(self, request: Request) -> Response:
        """Route the request and meet the fault that the seed has for it."""
        if self.down:
            raise NoAnswer
        try:
            endpoint, arguments = self.map.bind_to_environ(request.environ).match()
        except HTTPException as error:
            return self.unknown_route(request, error)
        subject = self.subject(request, arguments)
        self.calls.append((endpoint, subject))
        return self.with_fault(self.faults.decide(self.name, endpoint, subject), endpoint, request, arguments)

    def with_fault(self, fault: Fault | None, endpoint: str, request: Request, arguments: Any) -> Response:
        """Do what the endpoint does, before, after or instead of the fault."""
        if fault is Fault.LOST:
            raise NoAnswer
        if fault is Fault.BROKEN:
            return Response("<html>502 Bad Gateway</html>", status=502, mimetype="text/html")
        if fault is Fault.BUSY:
            return self.busy(request)
        with self.lock:
            response = self.run(endpoint, request, arguments)
        if fault is Fault.UNANSWERED:
            raise NoAnswer
        if fault is Fault.SLOW:
            time.sleep(self.slow_seconds)
        return response

    def run(self, endpoint: str, request: Request, arguments: Any) -> Response:
        """Call the method that the route names; a vendor with one envelope for all answers wraps it here."""
        response: Response = getattr(self, endpoint)(request, **arguments)
        return response

    def subject(self, request: Request, arguments: Any) -> str:
        """What the call is about, so that faults do not depend on the order of calls."""
        return "/".join(map(str, arguments.values())) or request.path

    def busy(self, request: Request) -> Response:
        """The vendor's way to say "too many requests"."""
        return Response("", status=429, headers={"Retry-After": "1"})

    def unknown_route(self, request: Request, error: HTTPException) -> Response:
        """The vendor's way to say that there is no such route."""
        return Response("", status=error.code)


def hang_up(line: Any) -> None:
    """Close a connection without an answer."""
    with suppress(OSError):
        line.shutdown(2)


class _QuietHandler(WSGIRequestHandler):
    def log(self, *_: Any) -> None:
        """Say nothing: the story is told elsewhere."""

    def run_wsgi(self) -> None:
        with suppress(ConnectionError):
            super().run_wsgi()


class Server:
    """Serves a WSGI application on a loopback port from threads, until it is closed."""

    def __init__(self, application: Any, port: int = 0) -> None:
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self.server: BaseWSGIServer = make_server(
            "127.0.0.1", port, application, threaded=True, request_handler=_QuietHandler
        )
        self.server.daemon_threads = True  # type: ignore[attr-defined]
        self.url = f"http://127.0.0.1:{self.server.port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def close(self) -> None:
        """Stop serving; open connections end with their requests."""
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
