"""The real service in processes of its own, as `make run` starts it, with the settings of a town."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import httpx

from sandbox.town import Town, free_port

ROOT = Path(__file__).resolve().parents[1]


class Service:
    """Web server and worker, started at once and ready a little later.

    Attributes:
        settings: its environment.
        log: what it writes.
    """

    def __init__(self, town: Town, folder: Path, port: int = 0, settings: Mapping[str, str] | None = None) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "service.log"
        own = town.zendesk_screen.signed_urls.settings(folder)
        self.settings = town.settings(str(folder / "cases.db"), self.port) | own | dict(settings or {})
        self.process = self._start()
        town.serve(self.url)

    def _start(self) -> subprocess.Popen[bytes]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "caseroom.commands", "run"], cwd=ROOT, env=kept | self.settings, stderr=log
            )

    def is_ready(self) -> bool:
        """Whether it can work."""
        with suppress(httpx.TransportError):
            return httpx.get(f"{self.url}/readyz").status_code == 200
        return False

    def close(self) -> None:
        """End it; what is under way is finished."""
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(20)
