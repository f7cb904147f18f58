"""Tencent Cloud Chat over HTTP: who may come in, what is asked for, and the envelope around the answer."""

from __future__ import annotations

import itertools
import json
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from sandbox.faults import Faults
from sandbox.mailbox import Mailbox
from sandbox.stand_in import StandIn
from sandbox.tencent_chat.callbacks import Ask, Callbacks
from sandbox.tencent_chat.clients import Clients
from sandbox.tencent_chat.commands import GroupCommands
from sandbox.tencent_chat.group import Group
from sandbox.tencent_chat.page import page
from sandbox.tencent_chat.people import People
from sandbox.tencent_chat.rules import By, Json, Limits, is_uint32, too_fast
from sandbox.tencent_chat.sdk import SDKDoor
from sandbox.user_sig import TencentError

QUERY: tuple[tuple[str, int, Callable[[str], bool]], ...] = (
    ("sdkappid", 60012, bool),
    ("sdkappid", 60006, str.isdecimal),
    ("identifier", 60004, bool),
    ("random", 60002, lambda text: text.isdecimal() and is_uint32(int(text))),
    ("contenttype", 60002, lambda text: text == "json"),
)
SERVICES = {
    "im_open_login_svc": "account_import account_delete kick",
    "profile": "portrait_set",
    "group_open_http_svc": "create_group add_group_member delete_group_member destroy_group modify_group_base_info "
    "get_group_info get_group_member_info get_appid_group_list send_group_msg group_msg_get_simple "
    "delete_group_msg_by_sender",
}
SLOWER = {"account_delete": 100}
SUBJECTS = ("GroupId", "UserID", "From_Account", "GroupIdList", "DeleteItem")


class TencentChat(Clients, StandIn):
    """Tencent Cloud Chat (1047/34620); answers HTTP 200 whatever happens, and says in the envelope what did.

    Attributes:
        people: the accounts, and the console's switch `deletable`.
        cloud: the groups, and what can happen in them.
        callbacks: the way to the service; `mailbox` and `ask` may be set once it is there.
        limits: what the plan allows; the constructor takes each by name, and each may change at any time.
        troubles: error codes that the next calls of a command answer with, one each.
    """

    name = "tencent_chat"
    routes = (
        *(("POST", f"/v4/{service}/{name}", name) for service, names in SERVICES.items() for name in names.split()),
    )

    def __init__(
        self,
        *,
        sdk_app_id: int,
        secret_key: str,
        admin_id: str = "administrator",
        other_admins: tuple[str, ...] = (),
        callback_token: str = "",
        clock: Callable[[], float] = time.time,
        faults: Faults | None = None,
        mailbox: Mailbox | None = None,
        ask: Ask | None = None,
        **limits: int,
    ) -> None:
        super().__init__(clock=clock, faults=faults)
        self.limits = Limits(**limits)
        self.people = People(sdk_app_id, secret_key, (admin_id, *other_admins), clock)
        self.callbacks = Callbacks(sdk_app_id, callback_token, clock, mailbox, ask, self.lock)
        self.cloud = GroupCommands(self.people, self.callbacks, self.limits, clock)
        self.sdk = SDKDoor(self.cloud, self.cloud.lines, self.lock)
        self.accounts = self.people.accounts
        self.groups = self.cloud.live
        self.destroyed = self.cloud.past
        self.created_count = self.cloud.created
        self.letters = []
        self.randoms = itertools.count(1)
        self.troubles: defaultdict[str, list[int]] = defaultdict(list)
        self.call_times: defaultdict[str, list[float]] = defaultdict(list)

    def group(self, group_id: str) -> Group:
        """Return a live group."""
        return self.cloud.find(group_id)

    def answer(self, request: Request) -> Response:
        """Answer a call; what pages ask is none, nor is a look at the page, and they meet no fault."""
        if request.path.startswith("/sdk") and not self.down:
            return self.sdk.answer(request)
        if (request.method, request.path) == ("GET", "/"):
            with self.lock:
                return Response(page(self.cloud), mimetype="text/html")
        return super().answer(request)

    def run(self, endpoint: str, request: Request, arguments: Any) -> Response:
        """Let the caller in, do as the command says, and put what comes of it into the envelope."""
        try:
            by = By(self.admit(request), "RESTAPI")
            self.check_pace(endpoint)
            command = getattr(self.people, endpoint, None) or getattr(self.cloud, endpoint)
            return envelope(reply=command(body_of(request), by))
        except TencentError as error:
            return envelope(error.code, error.info)

    def admit(self, request: Request) -> str:
        """Hold the query to 1047/34620, and its UserSig to the caller; return which admin it is."""
        for name, code, rule in QUERY:
            if not rule(request.args.get(name, "")):
                raise TencentError(code, f"invalid {name}")
        if int(request.args["sdkappid"]) != self.people.sdk_app_id:
            raise TencentError(70020, "no such sdkappid here")
        identifier = request.args["identifier"]
        self.people.check_login(identifier, request.args.get("usersig", ""))
        if identifier not in self.people.admins:
            raise TencentError(60010, "the identifier is no app admin")
        return identifier

    def check_pace(self, command: str) -> None:
        """Count a call; 60007 when there were too many within a second, or the code that a test has set."""
        times, now, most = self.call_times[command], self.clock(), self.limits.calls_per_second
        if too_fast(times, min(most, SLOWER.get(command, most)), now):
            raise TencentError(60007, "too many calls in a second")
        times.append(now)
        if self.troubles[command]:
            raise TencentError(self.troubles[command].pop(0), "set by a test")

    def subject(self, request: Request, arguments: Any) -> str:
        """The group or the account that the call is about."""
        body = request.get_json(force=True, silent=True)
        about = next((body[name] for name in SUBJECTS if body.get(name)), None) if isinstance(body, dict) else None
        about = about[0] if isinstance(about, list) else about
        return str(about.get("UserID") if isinstance(about, dict) else about or request.path)

    def busy(self, request: Request) -> Response:
        """Tencent's way to say "too many requests"."""
        return envelope(60007, "too many calls in a second")

    def unknown_route(self, request: Request, error: HTTPException) -> Response:
        """Tencent's way to say that there is no such command."""
        return envelope(60009, "no such command")


def body_of(request: Request) -> Json:
    """The JSON object that every command wants, an empty one if nothing else."""
    body = request.get_json(force=True, silent=True)
    if not isinstance(body, dict):
        raise TencentError(60003, "the body is no JSON object")
    return body


def envelope(code: int = 0, info: str = "", reply: Json | None = None) -> Response:
    """Wrap up an answer, good or bad."""
    status = "FAIL" if code else "OK"
    answer = {"ActionStatus": status, "ErrorCode": code, "ErrorInfo": info} | (reply or {})
    return Response(json.dumps(answer, ensure_ascii=False), mimetype="application/json")
