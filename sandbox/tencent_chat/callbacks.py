"""Tencent's callbacks, signed (269/1522, 269/32431): some ask before something happens, the others tell after it."""

from __future__ import annotations

import hashlib
import itertools
import json
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx

from sandbox.mailbox import Callback, Mailbox, Outgoing
from sandbox.tencent_chat.rules import By, Json
from sandbox.user_sig import TencentError

Ask = Callable[[Outgoing], Json | None]
"""Sends a before-callback and returns the answer; None when there was none in time, or none that can be read."""

REFUSALS = {"Group": (10016, range(10100, 10201)), "C2C": (20006, range(120001, 130001))}


@dataclass
class Callbacks:
    """Makes the callbacks of one app; without a token they go unsigned, as with an app that has switched it off."""

    sdk_app_id: int
    token: str
    clock: Callable[[], float]
    mailbox: Mailbox | None
    ask: Ask | None
    lock: threading.RLock
    told: Counter[str] = field(default_factory=Counter)
    turns: itertools.count[int] = field(default_factory=itertools.count)

    def after(self, command: str, by: By, known: Json) -> None:
        """Tell of something; EventTime is a number one time and a string the next, as the vendor has it."""
        if self.mailbox is None:
            return
        moment = int(self.clock() * 1000)
        body = {"CallbackCommand": command, **known, "EventTime": str(moment) if next(self.turns) % 2 else moment}
        subject = f"{command}/{known['GroupId']}"
        self.told[subject] += 1
        self.mailbox.post(Callback(f"{subject}/{self.told[subject]}", lambda: self.outgoing(command, by, body)))

    def before(self, command: str, by: By, known: Json) -> Json:
        """Ask about something, and return the answer; a refusal is raised, and no proper answer refuses nothing.

        The lock is let go meanwhile: the service may call us, or others may, before it answers.
        """
        if self.ask is None:
            return {}
        self.lock.release()
        try:
            answer = self.ask(self.outgoing(command, by, {"CallbackCommand": command, **known}))
        finally:
            self.lock.acquire()
        if not answer or answer.get("ActionStatus") != "OK":
            return {}
        refused, own_codes = REFUSALS[command.partition(".")[0]]
        code: Any = answer.get("ErrorCode")
        if code == 1 or code in own_codes:
            raise TencentError(refused if code == 1 else code, answer.get("ErrorInfo") or "refused by the app")
        return answer

    def outgoing(self, command: str, by: By, body: Json) -> Outgoing:
        """Return the request as of now; what is signed is the time, and nothing else."""
        query = {"SdkAppid": self.sdk_app_id, "CallbackCommand": command, "contenttype": "json"}
        query |= {"ClientIP": "127.0.0.1", "OptPlatform": by.platform}
        if self.token:
            now = int(self.clock())
            query |= {"RequestTime": now, "Sign": hashlib.sha256(f"{self.token}{now}".encode()).hexdigest()}
        path = f"/tencent/callback?{urlencode(query)}"
        return Outgoing(path, json.dumps(body, ensure_ascii=False).encode(), {"Content-Type": "application/json"})


class AskOverHTTP:
    """An Ask that really goes over HTTP, and waits no longer than Tencent does; its line stays open until closed."""

    def __init__(self, base_url: str, seconds: float = 2.0) -> None:
        self.client = httpx.Client(base_url=base_url, timeout=seconds)

    def __call__(self, outgoing: Outgoing) -> Json | None:
        """Ask; None where no answer came that is one."""
        try:
            response = self.client.post(outgoing.path, content=outgoing.body, headers=outgoing.headers)
            answer = response.json() if response.is_success else None
        except (httpx.TransportError, ValueError):
            return None
        return answer if isinstance(answer, dict) else None

    def close(self) -> None:
        """Close the line."""
        self.client.close()
