"""Pages from templates, in which everything that people typed is escaped, and the files that go with them."""

from __future__ import annotations

import json
import mimetypes
import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from werkzeug.wrappers import Response

HERE = Path(__file__).parent
PAGES = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined)


def page(name: str, /, **values: Any) -> Response:
    """A page."""
    return Response(PAGES.get_template(name).render(values), mimetype="text/html")


def static(name: str) -> Response:
    """A script or a style sheet; 404 where there is none of this name."""
    path = HERE / "static" / name
    if not re.fullmatch(r"[\w-]+\.(js|css|svg)", name) or not path.is_file():
        return Response(status=404)
    return Response(path.read_bytes(), mimetype=mimetypes.guess_type(name)[0] or "text/plain")


def as_json(answer: Any, status: int = 200) -> Response:
    """An answer for a page's script."""
    return Response(json.dumps(answer, ensure_ascii=False), status, mimetype="application/json")
