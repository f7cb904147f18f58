"""The doors: client credentials, JWT bearer, and the SOAP login that API versions from 65 on do not have.

Salesforce Help, "OAuth 2.0 Client Credentials Flow" and "OAuth 2.0 JWT Bearer Flow for Server-to-Server Integration";
SOAP API Developer Guide, "login()".
"""

from __future__ import annotations

import hmac
import re
import secrets
from html import unescape
from typing import Any

import jwt
from werkzeug.wrappers import Request

from sandbox.salesforce.records import Refused
from sandbox.salesforce.setup import Setup

AUDIENCE = re.compile(r"https://[a-z0-9.-]+\.salesforce\.com")
LONGEST_ASSERTION = 300

SOAP = """<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns="urn:partner.soap.sforce.com"
 xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:sf="urn:fault.partner.soap.sforce.com"><soapenv:Body>
{}</soapenv:Body></soapenv:Envelope>"""
FAULT = SOAP.format("""<soapenv:Fault><faultcode>sf:{errorCode}</faultcode><faultstring>{message}</faultstring><detail>
<sf:LoginFault><sf:exceptionCode>{errorCode}</sf:exceptionCode><sf:exceptionMessage>{message}</sf:exceptionMessage>
</sf:LoginFault></detail></soapenv:Fault>""")
WELCOME = SOAP.format("""<loginResponse><result><passwordExpired>false</passwordExpired><serverUrl>{url}</serverUrl>
<sessionId>{session}</sessionId><userId>{user}</userId></result></loginResponse>""")


class Logins:
    """Checks who asks, and keeps the sessions, each with the time when it ends."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.sessions: dict[str, float] = {}

    def token(self, request: Request) -> str:
        """A session for a request to the token endpoint; Refused otherwise."""
        grant = GRANTS.get(request.form.get("grant_type", ""))
        if grant is None:
            raise Refused(400, "unsupported_grant_type", "grant type not supported")
        grant(self, request)
        return self.open()

    def client_credentials(self, request: Request) -> None:
        """The app's own id and secret, by HTTP Basic or in the body."""
        basic, form = request.authorization, request.form
        given = (basic.username, basic.password) if basic else (form.get("client_id"), form.get("client_secret"))
        if not same(given[0], self.setup.client_id):
            raise Refused(400, "invalid_client_id", "client identifier invalid")
        if not same(given[1], self.setup.client_secret):
            raise Refused(401, "invalid_client", "invalid client credentials")

    def jwt_bearer(self, request: Request) -> None:
        """An assertion that the key uploaded to the app has signed, for the user who may use the app."""
        options: Any = {"verify_exp": False, "verify_aud": False, "require": ["iss", "sub", "aud", "exp"]}
        try:
            claims = jwt.decode(request.form.get("assertion", ""), self.setup.public_key_pem, ["RS256"], options)
            ahead = float(claims["exp"]) - self.setup.clock()
        except (jwt.PyJWTError, ValueError) as error:
            raise Refused(400, "invalid_grant", "invalid assertion") from error
        if not same(claims["iss"], self.setup.client_id):
            raise Refused(400, "invalid_client_id", "client identifier invalid")
        if not AUDIENCE.fullmatch(str(claims["aud"])):
            raise Refused(400, "invalid_grant", "audience is invalid")
        if not 0 < ahead <= LONGEST_ASSERTION:
            raise Refused(400, "invalid_grant", "expired authorization code")
        if not same(claims["sub"], self.setup.username):
            raise Refused(400, "invalid_grant", "user hasn't approved this consumer")

    def soap(self, version: float, envelope: str) -> str:
        """A session for a SOAP login; Refused otherwise."""
        if version >= 65:
            raise Refused(500, "UNSUPPORTED_API_VERSION", f"login() does not exist in API version {version}")
        given = dict(re.findall(r"<(?:\w+:)?(username|password)>([^<]*)<", envelope))
        password = self.setup.password and self.setup.password + self.setup.security_token
        expected = {"username": self.setup.username, "password": password}
        if not all(same(unescape(given.get(name, "")), value) for name, value in expected.items()):
            raise Refused(500, "INVALID_LOGIN", "Invalid username, password, security token; or user locked out.")
        return self.open()

    def open(self) -> str:
        """A new session."""
        session = f"{self.setup.org_id[:15]}!{secrets.token_urlsafe(48)}"
        self.sessions[session] = self.setup.clock() + self.setup.session_seconds
        return session

    def has(self, authorization: str) -> bool:
        """Whether the header names a session that has not ended."""
        return self.setup.clock() < self.sessions.get(authorization.removeprefix("Bearer "), 0)


GRANTS = {
    "client_credentials": Logins.client_credentials,
    "urn:ietf:params:oauth:grant-type:jwt-bearer": Logins.jwt_bearer,
}


def same(given: object, expected: str) -> bool:
    """Whether a credential is the expected one; what is not set up fits nothing."""
    return bool(expected) and hmac.compare_digest(str(given).encode(), expected.encode())
