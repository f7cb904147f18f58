"""What the SDK in a page asks the chat cloud: `POST /sdk/<verb>`, events by a long poll, and files.

The SDK's own line is not documented; this one is ours, and so is the module that speaks it (sdk.js).
"""

from __future__ import annotations

import json
import secrets
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from werkzeug.wrappers import Request, Response

from sandbox.faults import NoAnswer
from sandbox.tencent_chat.group import Group, Message, tiny_id
from sandbox.tencent_chat.groups import Groups
from sandbox.tencent_chat.lines import Line, Lines
from sandbox.tencent_chat.rules import By, Json, need, whole
from sandbox.user_sig import TencentError, read_user_sig

MODULES = {f"/{name}": Path(__file__).with_name(name) for name in ("sdk.js", "sdk_words.js", "sdk_elements.js")}
PAGE_LENGTH = 15
POLL_SECONDS = 20.0
FILE_BYTES = 100 * 1024 * 1024
ANY_ORIGIN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "*",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}


@dataclass
class SDKDoor:
    """Answers the pages of one app; `files` are those that people have sent, by id."""

    cloud: Groups
    lines: Lines
    lock: threading.RLock
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    def answer(self, request: Request) -> Response:
        """Answer any origin, also one that is `null`; no request carries credentials of the browser's."""
        response = self._answer(request)
        response.headers.update(ANY_ORIGIN)
        return response

    def _answer(self, request: Request) -> Response:
        method, path = request.method, request.path
        if method == "OPTIONS":
            return Response()
        if method == "GET" and path in MODULES:
            return Response(MODULES[path].read_bytes(), mimetype="text/javascript")
        if method == "GET" and path.startswith("/sdk/files/"):
            return self.file(path.split("/")[3])
        verb = DOORS.get((method, path.removeprefix("/sdk/")))
        if verb is None:
            return Response(status=404)
        try:
            return as_json(verb(self, request))
        except TencentError as error:
            return as_json({"code": error.code, "message": error.info})

    def login(self, request: Request) -> Json:
        """Let an account in by its UserSig; the answer's `line` is what all further requests carry."""
        body, people = body_of(request), self.cloud.people
        user_id, user_sig = str(body.get("userID", "")), str(body.get("userSig", ""))
        self.check_line(user_id)
        with self.lock:
            people.check_login(user_id, user_sig)
            account = people.add(user_id, imported=False)
            fields = read_user_sig(user_sig, people.secret_key)
            line = self.lines.open(user_id, fields["TLS.time"], fields["TLS.time"] + fields["TLS.expire"])
        return {"line": line.key, "tinyID": tiny_id(user_id), "nick": account.nick}

    def logout(self, request: Request) -> Json:
        """End a line."""
        self.lines.close(str(body_of(request).get("line", "")))
        return {}

    def send(self, request: Request) -> Json:
        """Say something in a group; with `onlineUserOnly` only those who are there hear it, and nobody keeps it."""
        line, group, body = self.asked(request)
        message = {"Random": need(body, "random", whole(2**32 - 1)), "MsgBody": body.get("elements")}
        message |= {"CloudCustomData": body.get("cloudCustomData", ""), "ClientTime": body.get("clientTime", 0)}
        message |= {"OnlineOnlyFlag": int(bool(body.get("onlineUserOnly")))}
        with self.lock:
            said = self.cloud.send(group, line.user_id, message, By(line.user_id, "Web"))
        return {"sequence": said.seq, "time": int(said.time)}

    def history(self, request: Request) -> Json:
        """A page before, or from, a sequence that is in it; the oldest message first, and none that is not for him."""
        line, group, body = self.asked(request)
        top, least = body.get("upTo") or len(group.messages), body.get("from") or 0
        seen = [message for message in visible(group, line.user_id) if least <= message.seq <= top]
        page = seen[:PAGE_LENGTH] if least else seen[-PAGE_LENGTH:]
        shown = [self.lines.shown(group, message) for message in page]
        return {"messages": shown, "isCompleted": len(page) == len(seen)}

    def read(self, request: Request) -> Json:
        """Note that everything so far is read."""
        line, group, _ = self.asked(request)
        group.read[line.user_id] = len(group.messages)
        return {}

    def members(self, request: Request) -> Json:
        """Who is in a group."""
        _, group, _ = self.asked(request)
        shown = [
            self.lines.person(one["Member_Account"]) | {"role": one["Role"], "joinTime": one["JoinTime"]}
            for one in group.members_shown(None)
        ]
        return {"memberList": shown}

    def events(self, request: Request) -> Json:
        """What has happened since; a page whose line was dead begins anew, with what happens from now on."""
        line = self.lines.of.get(request.args.get("line", ""))
        if line is None:
            return {"events": [{"n": 1, "kicked": "REST_API_Kick"}]}
        self.check_line(line.user_id)
        after = int(request.args.get("after", 0))
        if request.args.get("anew"):
            return {"events": [], "after": line.events[-1]["n"] if line.events else after}
        events = self.lines.wait(line, after, POLL_SECONDS)
        self.check_line(line.user_id)
        return {"events": events}

    def take_file(self, request: Request) -> Json:
        """Keep a file, and say where it is."""
        self.lines.find(request.args.get("line", ""))
        content, number = request.get_data(), secrets.token_hex(8)
        if len(content) > FILE_BYTES:
            raise TencentError(2402, "the file is too big")
        self.files[number] = (request.mimetype or "application/octet-stream", content)
        return {"url": f"{request.host_url}sdk/files/{number}/{quote(request.args.get('name', 'file'))}"}

    def file(self, number: str) -> Response:
        """A file that somebody has sent; it runs nothing where it is opened."""
        if number not in self.files:
            return Response(status=404)
        kind, content = self.files[number]
        return Response(content, mimetype=kind, headers={"Content-Security-Policy": "sandbox; default-src 'none'"})

    def cut(self, request: Request) -> Json:
        """Cut somebody's line for so many seconds; what a test asks for, and no page."""
        body = body_of(request)
        self.lines.cut(body["userID"], float(body["seconds"]))
        return {}

    def asked(self, request: Request) -> tuple[Line, Group, Json]:
        """Whose line it is, the group that he asks about and is in, and everything that he said."""
        body = body_of(request)
        line = self.lines.find(str(body.get("line", "")))
        self.check_line(line.user_id)
        group = self.cloud.find(body.get("groupID"))
        if line.user_id not in group.members:
            raise TencentError(10007, "not a member of the group")
        return line, group, body

    def check_line(self, user_id: str) -> None:
        """Hang up where the line is cut."""
        if self.lines.is_cut(user_id):
            raise NoAnswer


DOORS: dict[tuple[str, str], Any] = {
    ("POST", "login"): SDKDoor.login,
    ("POST", "logout"): SDKDoor.logout,
    ("POST", "send"): SDKDoor.send,
    ("POST", "history"): SDKDoor.history,
    ("POST", "read"): SDKDoor.read,
    ("POST", "members"): SDKDoor.members,
    ("GET", "events"): SDKDoor.events,
    ("POST", "files"): SDKDoor.take_file,
    ("POST", "cut"): SDKDoor.cut,
}


def visible(group: Group, account: str) -> list[Message]:
    """What a member sees: in a ChatRoom everything, elsewhere what was said since he came (269/1502)."""
    since = 0 if group.type == "ChatRoom" else group.since.get(account, 0)
    return [message for message in group.messages if message.seq > since and not message.recalled]


def body_of(request: Request) -> Json:
    """The JSON object in a request, which comes as plain text so that browsers ask nobody first."""
    body = request.get_json(force=True, silent=True)
    if not isinstance(body, dict):
        raise TencentError(2903, "the body is no JSON object")
    return body


def as_json(answer: Json) -> Response:
    """An answer in JSON."""
    return Response(json.dumps(answer, ensure_ascii=False), mimetype="application/json")
