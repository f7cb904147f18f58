"""Logs: one JSON object a line, ids and codes only.

Nothing that a person wrote and nothing secret is ever handed to a logger; libraries that would do so are told to be
quiet (httpx logs whole addresses, in which Tencent's UserSig stands).
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import structlog

LOUD = ("httpx", "httpcore", "urllib3", "requests", "zenpy", "simple_salesforce", "zeep", "werkzeug", "_granian")


def _where_it_broke(_: Any, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An exception's type and the lines that it came through; its text may hold what somebody wrote."""
    error = entry.pop("exc_info", None)
    error = sys.exc_info()[1] if error is True else error[1] if isinstance(error, tuple) else error
    if isinstance(error, BaseException):
        frames = traceback.extract_tb(error.__traceback__)
        entry["exception"] = type(error).__name__
        entry["frames"] = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    return entry


def install(level: str) -> None:
    """Write logs to standard error from now on."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _where_it_broke,
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, structlog.processors.JSONRenderer()],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name in LOUD:
        logging.getLogger(name).setLevel(logging.WARNING)
