"""The org as a server: the REST resources that a client needs, and the doors to them.

https://developer.salesforce.com/docs/platform/api-rest/guide/errorcodes.html
https://developer.salesforce.com/docs/platform/api-rest/guide/dome-upsert.html
"""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, ClassVar

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from sandbox.faults import Faults
from sandbox.mailbox import Outgoing
from sandbox.salesforce.ids import full
from sandbox.salesforce.logins import FAULT, WELCOME, Logins
from sandbox.salesforce.page import page
from sandbox.salesforce.people import People
from sandbox.salesforce.records import AGENT_WORK, USER, Case, Refused, Values, checked, column, missing
from sandbox.salesforce.setup import Setup
from sandbox.salesforce.soql import select

DATA = "/services/data/v<int:version>.0"
DAY = 24 * 3600

Answer = tuple[int, Any]


def rest(call: Callable[..., Answer]) -> Callable[..., Response]:
    """A resource of the REST API: it needs a session, counts as one of the day's calls, and answers JSON."""

    @wraps(call)
    def answer(self: Salesforce, request: Request, **arguments: Any) -> Response:
        arguments.pop("version", None)
        try:
            self.admit(request)
            response = as_json(*call(self, request, **arguments))
        except Refused as refused:
            response = as_json(refused.status, [refused.entry])
        response.headers["Sforce-Limit-Info"] = f"api-usage={len(self.today)}/{self.most}"
        return response

    return answer


class Salesforce(People):
    """A Salesforce org; its keyword arguments are those of Setup.

    Attributes:
        today: when each call of the last 24 hours was made.
    """

    name: ClassVar[str] = "salesforce"
    routes: ClassVar[tuple[tuple[str, str, str], ...]] = (
        ("GET", "/", "front"),
        ("POST", "/services/oauth2/token", "token"),
        ("POST", "/services/Soap/u/<float:version>", "soap_login"),
        ("GET", "/services/oauth2/userinfo", "user_info"),
        ("GET", f"{DATA}", "resources"),
        ("GET", f"{DATA}/limits", "limits"),
        ("GET", f"{DATA}/<any(query, queryAll):kind>", "query"),
        ("GET", f"{DATA}/sobjects/<any(Case, User):source>/<record>", "read"),
        ("GET", f"{DATA}/sobjects/Case/<field>/<path:value>", "read_by_key"),
        ("POST", f"{DATA}/sobjects/Case", "create"),
        ("PATCH", f"{DATA}/sobjects/Case/<record>", "update"),
        ("PATCH", f"{DATA}/sobjects/Case/<field>/<path:value>", "upsert"),
    )

    def __init__(self, *, faults: Faults | None = None, **setup: Any) -> None:
        self.setup = Setup(**setup)
        super().__init__(self.setup, faults)
        for rule in self.map.iter_rules():
            rule.strict_slashes = False
        if self.setup.assignment_owner:
            self.assignment_owner = self.add_owner(full(self.setup.assignment_owner) or "", "Assigned by rule")
        self.logins = Logins(self.setup)
        self.most = self.setup.daily_calls or 15000
        self.today: deque[float] = deque()

    def agent_code_request(self, agent_id: str, name: str, nonce: str, secret: str) -> Outgoing:
        """What Apex sends when an agent opens the pane."""
        body = {"nonce": nonce, "agentId": agent_id, "name": name}
        return self.apex.signed("/salesforce/agent/code", secret, body)

    def subject(self, request: Request, arguments: Any) -> str:
        """The case that a call is about: its key, else its id. A creation without a key goes by its frozen body."""
        if "value" in arguments:
            return str(arguments["value"])
        if "record" in arguments:
            case = self.cases.get(full(arguments["record"]) or "") or {}
            return str(case.get(self.key_field) or arguments["record"])
        body = request.get_json(force=True, silent=True)
        if isinstance(body, dict):
            return str(body.get(self.key_field) or hashlib.sha256(request.get_data()).hexdigest()[:16])
        return request.path

    def busy(self, request: Request) -> Response:
        """Salesforce does not say "too many": it is unavailable."""
        return as_json(503, [Refused(503, "SERVER_UNAVAILABLE", "The server is unavailable").entry])

    def unknown_route(self, request: Request, error: HTTPException) -> Response:
        """No such resource, or not with this method."""
        status, code = (405, "METHOD_NOT_ALLOWED") if error.code == 405 else (404, "NOT_FOUND")
        return as_json(status, [missing().entry | {"errorCode": code}])

    def admit(self, request: Request) -> None:
        """Refused without a session, and beyond the day's calls."""
        if not self.logins.has(request.headers.get("Authorization", "")):
            raise Refused(401, "INVALID_SESSION_ID", "Session expired or invalid")
        now = self.clock()
        while self.today and self.today[0] <= now - DAY:
            self.today.popleft()
        if self.setup.daily_calls and len(self.today) >= self.most:
            raise Refused(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
        self.today.append(now)

    def front(self, request: Request) -> Response:
        """The page for people."""
        return Response(page(self), mimetype="text/html")

    def token(self, request: Request) -> Response:
        """A session for an app."""
        try:
            session = self.logins.token(request)
        except Refused as refused:
            error = {"error": refused.entry["errorCode"], "error_description": refused.entry["message"]}
            return as_json(refused.status, error)
        answer = {"access_token": session, "instance_url": request.host_url.rstrip("/"), "id": self.identity(request)}
        return as_json(200, answer | {"token_type": "Bearer", "issued_at": str(int(self.clock() * 1000))})

    def soap_login(self, request: Request, version: float) -> Response:
        """A session for somebody with a password."""
        try:
            session = self.logins.soap(version, request.get_data(as_text=True))
        except Refused as refused:
            return Response(FAULT.format(**refused.entry), status=refused.status, mimetype="text/xml")
        url = f"{request.host_url}services/Soap/u/{version}/{self.setup.org_id[:15]}"
        return Response(WELCOME.format(url=url, session=session, user=self.me), mimetype="text/xml")

    @rest
    def user_info(self, request: Request) -> Answer:
        """Whose session this is."""
        user = self.users[self.me]
        names = {"name": user["Name"], "preferred_username": user["Username"]}
        return 200, {"sub": self.identity(request), "user_id": self.me, "organization_id": self.setup.org_id} | names

    @rest
    def resources(self, request: Request) -> Answer:
        """What there is, and who asks."""
        there = {name: f"{request.path.rstrip('/')}/{name}" for name in ("sobjects", "query", "queryAll", "limits")}
        return 200, there | {"identity": self.identity(request)}

    @rest
    def limits(self, request: Request) -> Answer:
        """What is left of the day's calls."""
        return 200, {"DailyApiRequests": {"Max": self.most, "Remaining": max(0, self.most - len(self.today))}}

    @rest
    def query(self, request: Request, kind: str) -> Answer:
        """What a query finds; queryAll looks into the recycle bin too."""
        cases = [case for case in self.cases.values() if kind == "queryAll" or not case["IsDeleted"]]
        tables: Any = {"Case": (self.case_fields, cases), "User": (USER, self.users.values())}
        if self.setup.omni:
            tables["AgentWork"] = (AGENT_WORK, self.works.values())
        source, names, rows = select(request.args.get("q", ""), tables)
        records = [shown(request, source, row, names) for row in rows]
        return 200, {"totalSize": len(records), "done": True, "records": records}

    @rest
    def read(self, request: Request, source: str, record: str) -> Answer:
        """A case or a user, by the id."""
        row = self.find(record) if source == "Case" else self.users.get(full(record) or "")
        if row is None:
            raise missing()
        return 200, self.asked(request, source, row)

    @rest
    def read_by_key(self, request: Request, field: str, value: str) -> Answer:
        """A case by its key."""
        case = self.keyed(field, value)
        if case is None:
            raise missing()
        return 200, self.asked(request, "Case", case)

    @rest
    def create(self, request: Request) -> Answer:
        """A new case."""
        case = self.insert(self.values(request), self.me)
        return 201, {"id": case["Id"], "success": True, "errors": []}

    @rest
    def update(self, request: Request, record: str) -> Answer:
        """A change to a case, unless it was changed after the time that the request names."""
        since = request.if_unmodified_since
        modified = datetime.strptime(self.find(record)["LastModifiedDate"], "%Y-%m-%dT%H:%M:%S.%f%z")
        if since is not None and modified > since:
            raise Refused(412, "PRECONDITION_FAILED", "The record was changed after this time")
        self.change(record, **self.values(request))
        return 204, None

    @rest
    def upsert(self, request: Request, field: str, value: str) -> Answer:
        """A new case with this key, or a change to the one that has it."""
        old, values = self.keyed(field, value), self.values(request)
        if field in values:
            message = f"The {field} field should not be specified in the sobject data."
            raise Refused(400, "INVALID_FIELD", message, [field])
        values |= checked(self.case_fields, {field: value})
        case = self.change(old["Id"], **values) if old else self.insert(values, self.me)
        return 200 if old else 201, {"id": case["Id"], "success": True, "errors": [], "created": not old}

    def keyed(self, field: str, value: str) -> Case | None:
        """The case with this key; Refused when the field is not the external id of cases."""
        if field != self.key_field:
            message = f"Provided external ID field does not exist or is not accessible: {field}"
            raise Refused(404, "NOT_FOUND", message)
        return next(iter(self.find_by_key(value)), None)

    def values(self, request: Request) -> Values:
        """What a request writes; unless it says FALSE, the assignment rule runs, at updates too."""
        values = checked(self.case_fields, request.get_json(force=True, silent=True))
        runs = request.headers.get("Sforce-Auto-Assign", "TRUE").upper() != "FALSE"
        return values | ({"OwnerId": self.assignment_owner} if runs and self.assignment_owner else {})

    def asked(self, request: Request, source: str, row: Values) -> Values:
        """A record with the fields that the request asks for, or with all."""
        fields = self.case_fields if source == "Case" else USER
        names = request.args.get("fields", ",".join(fields)).split(",")
        for name in names:
            column(source, fields, name)
        return shown(request, source, row, ["Id", *names])

    def identity(self, request: Request) -> str:
        """The address of the user as whom the service works."""
        return f"{request.host_url}id/{self.setup.org_id}/{self.me}"


def shown(request: Request, source: str, row: Values, names: list[str]) -> Values:
    """A record as the REST API shows it."""
    url = f"{'/'.join(request.path.split('/')[:4])}/sobjects/{source}/{row['Id']}"
    return {"attributes": {"type": source, "url": url}} | {name: row[name] for name in names}


def as_json(status: int, body: Any) -> Response:
    """An answer in JSON; with nothing to say, an empty one."""
    return Response("" if body is None else json.dumps(body), status=status, mimetype="application/json")
