"""Zendesk's signed URLs: a frame of the app is opened by a POST, with a token that says which agent it is.

https://developer.zendesk.com/documentation/apps/app-developer-guide/using-signed-urls/
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

INSTALLATION, TOKEN_SECONDS = 7001, 300


class SignedURLs:
    """Those of one uploaded app; its key pair is made when it is first needed."""

    def __init__(self, host: str, clock: Callable[[], float]) -> None:
        self.host = host
        self.clock = clock
        self.audience = f"https://{host}/api/v2/apps/installations/{INSTALLATION}.json"

    @cached_property
    def key(self) -> RSAPrivateKey:
        """What Zendesk signs with."""
        return generate_private_key(65537, 2048)

    def token(self, agent_id: int, location: str) -> str:
        """A proof of who the agent is, good for one opening of a frame."""
        now = int(self.clock())
        times = {"iat": now, "nbf": now, "exp": now + TOKEN_SECONDS, "jti": str(uuid.uuid4())}
        who = {"iss": self.host, "aud": self.audience, "sub": f"https://{self.host}/api/v2/users/{agent_id}.json"}
        context = {"context": {"product": "support", "location": location}}
        return jwt.encode(times | who | context, self.key, algorithm="RS256")

    def settings(self, folder: Path) -> dict[str, str]:
        """The settings with which a service knows these proofs; the public key goes into a file in the folder."""
        path = folder / "zendesk_app.pem"
        path.write_bytes(self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        return {"ZENDESK_APP_PUBLIC_KEY_FILE": str(path), "ZENDESK_APP_AUDIENCE": self.audience}
