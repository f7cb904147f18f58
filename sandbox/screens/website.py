"""A web page of no shop system, on which the chat is one script tag."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from werkzeug.wrappers import Request, Response

from sandbox.screens.templates import page


@dataclass
class Website:
    """A WSGI application of one page.

    Attributes:
        service_url: where the script comes from.
        attributes: of the script tag, without `data-`; the page's query adds to them.
    """

    service_url: str = ""
    attributes: dict[str, str] = field(default_factory=lambda: {"connector": "zendesk", "line1": "Hello!"})

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer with the page."""
        request = Request(environ)
        if request.path != "/":
            return Response(status=404)(environ, start_response)
        attributes = self.attributes | request.args.to_dict()
        return page("website.html", service=self.service_url, attributes=attributes)(environ, start_response)
