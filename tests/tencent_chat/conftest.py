"""Our telephone, and a strict Tencent Chat at the other end of a real line."""

import json

import pytest
from werkzeug.wrappers import Response

from caseroom.tencent_chat.client import Client
from caseroom.tencent_chat.gateway import TencentChat
from caseroom.tencent_chat.user_sig import AdminSig
from sandbox.stand_in import Server
from sandbox.tencent_chat import TencentChat as StandIn
from sandbox.town import SDK_APP_ID, TENCENT_KEY


class Switchboard:
    """One server for all tests; each plugs in whom it wants to talk to."""

    def __call__(self, environ, start_response):
        return self.application(environ, start_response)


@pytest.fixture(scope="session")
def switchboard():
    return Switchboard()


@pytest.fixture(scope="session")
def line(switchboard):
    server = Server(switchboard)
    yield server.url
    server.close()


@pytest.fixture
def cloud(switchboard):
    """Tencent Chat; groups may be large."""
    switchboard.application = StandIn(sdk_app_id=SDK_APP_ID, secret_key=TENCENT_KEY, members_per_group=0)
    return switchboard.application


@pytest.fixture
def client(line):
    return Client(line, SDK_APP_ID, AdminSig(SDK_APP_ID, TENCENT_KEY, "administrator"))


@pytest.fixture
def chat(client, cloud):
    return TencentChat(client, "Public")


@pytest.fixture
def known(cloud):
    """Make accounts known, as an import does."""

    def make(*accounts):
        for account in accounts:
            cloud.people.add(account, imported=True)
        return accounts

    return make


@pytest.fixture
def answered(switchboard):
    """Have every call answered with this."""

    def answer(**body):
        envelope = {"ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": "", **body}
        switchboard.application = Response(json.dumps(envelope))

    return answer
