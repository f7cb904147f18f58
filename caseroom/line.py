"""An HTTP line for vendors' own libraries: one address, a deadline, no surprises; bad answers become Trouble.

The libraries that use it (zenpy, simple-salesforce) bring no time limits or wait for ever; here none can.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import requests

from caseroom.bridge import deadline
from caseroom.bridge.errors import Refused, Trouble, Unanswered, Unavailable

CONNECT, READ = 3.0, 8.0
ALTOGETHER = 11.0
LARGEST_ANSWER = 8_000_000
CHUNK = 65_536
REDIRECTS = range(300, 400)

Sort = Callable[[requests.Response], Trouble | None]


class Line(requests.Session):
    """Sends every request to one address, whatever address a library has made up.

    Attributes:
        sort: says what an answer means that is not simply good; None where the library may see it.
    """

    def __init__(self, base_url: str, sort: Sort) -> None:
        super().__init__()
        self.base_url = base_url
        self.sort = sort

    def request(self, method: str, url: str, **options: Any) -> requests.Response:  # type: ignore[override]
        """Send, within the deadline; raises Trouble."""
        parts = urlsplit(url)
        pinned = f"{self.base_url}{parts.path}{'?' + parts.query if parts.query else ''}"
        options.update(allow_redirects=False, stream=True)
        try:
            with deadline.within(ALTOGETHER):
                seconds = deadline.left()
                options.update(timeout=(min(CONNECT, seconds), min(READ, seconds)))
                response = _whole(super().request(method, pinned, **options))
        except requests.exceptions.ConnectTimeout as error:
            raise Unavailable("unreachable") from error
        except requests.exceptions.RequestException as error:
            raise (Unavailable("unreachable") if _never_sent(error) else Unanswered("no_answer")) from error
        response.request.url = url  # zenpy recognises its own answers by the address that it asked for
        trouble = Refused("redirected") if response.status_code in REDIRECTS else self.sort(response)
        if trouble is not None:
            raise trouble
        return response


def _whole(response: requests.Response) -> requests.Response:
    received = bytearray()
    # Not iter_content: it waits for a full chunk, however slowly its bytes drip in.
    while part := response.raw.read1(CHUNK, decode_content=True):
        received += part
        if len(received) > LARGEST_ANSWER or deadline.is_over():
            response.close()
            raise Unanswered("endless_answer")
    response._content = bytes(received)  # noqa: SLF001 -- requests offers no other way to read with a deadline
    response._content_consumed = True  # type: ignore[attr-defined]  # noqa: SLF001 -- as above
    response.raw.release_conn()
    return response


def _never_sent(error: Exception) -> bool:
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    return type(reason).__name__ in {"NewConnectionError", "NameResolutionError"}


def retry_after(response: requests.Response, default: float) -> float:
    """Seconds that the vendor asks to be left alone."""
    text = response.headers.get("Retry-After", "")
    return float(text) if text.isdigit() else default
