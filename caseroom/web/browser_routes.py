"""What browsers load: the launcher for any web page, and the built files behind it. They hold nobody's data."""

from __future__ import annotations

import gzip
import re
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, Field

from caseroom.bridge.errors import NotFound, Rejected
from caseroom.web.bodies import PROBLEMS
from caseroom.web.doors import Keys, locked, nobody

# Beside the package, in a clone as well as where both are installed.
BUILT = Path(__file__).parents[2] / "chat_ui" / "dist"
LAUNCHER = "launcher.js"
SDK = "sdk.js"
SECONDS = 300
NAME = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.(js|json)")
TYPES = {".js": "text/javascript", ".json": "application/json"}
SCRIPT: dict[Any, Any] = {"description": "The file", "content": {"text/javascript": {"schema": {"type": "string"}}}}
TAG = Tag(name="browsers", description="What browsers load. Open to all; nothing here is anybody's.")


class NotBuilt(Rejected):
    """There is nothing for browsers here yet."""

    status = 503
    code = "not_built"

    def __init__(self) -> None:
        super().__init__("What browsers load was not built here; run make browser.", retry_after=60)


class FilePath(BaseModel):
    """Which file."""

    file: str = Field(max_length=100)


def built(name: str) -> Response:
    """A built file, compressed for whoever takes that; NotBuilt where there are none, NotFound where not this one."""
    path = BUILT / name
    if not NAME.fullmatch(name) or not path.is_file():
        raise NotFound("There is no such file.") if (BUILT / LAUNCHER).is_file() else NotBuilt
    is_packed = request.accept_encodings.quality("gzip") > 0
    response = Response(_content(path, path.stat().st_mtime_ns, is_packed=is_packed), mimetype=TYPES[path.suffix])
    if is_packed:
        response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    response.cache_control.public = True
    response.cache_control.max_age = SECONDS
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.add_etag()
    response.make_conditional(request)
    return response


@lru_cache(maxsize=64)
def _content(path: Path, changed_at: int, *, is_packed: bool) -> bytes:  # noqa: ARG001 -- a file that changed is read anew
    content = path.read_bytes()
    return gzip.compress(content, 9, mtime=0) if is_packed else content


def routes(keys: Keys) -> APIBlueprint:
    """The files, each by its name."""
    blueprint = APIBlueprint("browsers", __name__, abp_tags=[TAG], abp_responses=PROBLEMS)

    @blueprint.get("/widget.js", summary="The launcher, for one script tag on any web page", responses={200: SCRIPT})
    @locked(nobody)
    def launcher() -> Response:
        return built(LAUNCHER)

    @blueprint.get("/ui/<file>", summary="What the launcher and the pages load", responses={200: SCRIPT})
    @locked(nobody)
    def file(path: FilePath) -> Response:
        sdk_url = keys.house.settings.tencent_sdk_url
        if path.file == SDK and sdk_url:
            return Response(status=HTTPStatus.FOUND, headers={"Location": sdk_url})
        return built(path.file)

    return blueprint
