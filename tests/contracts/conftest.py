"""Every chat cloud that there is: our gateway to it, and the same cloud as people see it."""

from dataclasses import dataclass
from typing import ClassVar

import pytest

from caseroom.bridge.identity import ReservedNames
from caseroom.tencent_chat.client import Client
from caseroom.tencent_chat.gateway import TencentChat
from caseroom.tencent_chat.user_sig import AdminSig, UserSigs
from sandbox.stand_in import Server
from sandbox.tencent_chat import TencentChat as TencentStandIn
from sandbox.tencent_chat import TencentError
from sandbox.town import SDK_APP_ID, TENCENT_KEY


@dataclass
class TencentOutside:
    """Tencent Chat from outside: what is there, and what people do with it."""

    cloud: TencentStandIn
    Refusal: ClassVar = TencentError

    def members(self, group_id):
        return set(self.cloud.groups[group_id].members)

    def is_there(self, group_id):
        return group_id in self.cloud.groups

    def name(self, group_id):
        return self.cloud.groups[group_id].name

    def owner(self, group_id):
        return self.cloud.groups[group_id].owner

    def texts(self, group_id):
        return [message.text for message in self.cloud.groups[group_id].messages if not message.recalled]

    def nick(self, account):
        return self.cloud.accounts[account].nick if account in self.cloud.accounts else None

    def speak(self, group_id, account, text):
        return self.cloud.say(group_id, account, text)

    def apply(self, group_id, account):
        return self.cloud.apply(group_id, account)

    def invite(self, group_id, account, others):
        return self.cloud.invite(group_id, account, others)

    def let_all_leave(self, group_id):
        for account in self.members(group_id):
            self.cloud.leave(group_id, account)

    def ticket(self, account):
        return UserSigs(SDK_APP_ID, TENCENT_KEY, 3600, ReservedNames.of([], [])).issue(account).text

    def login(self, account, ticket):
        return self.cloud.login(account, ticket)

    def switch_off(self):
        self.cloud.down = True


@pytest.fixture(params=["tencent_chat"])
def both(request):
    cloud = TencentStandIn(sdk_app_id=SDK_APP_ID, secret_key=TENCENT_KEY, messages_per_second=0)
    server = Server(cloud)
    client = Client(server.url, SDK_APP_ID, AdminSig(SDK_APP_ID, TENCENT_KEY, "administrator"))
    yield TencentChat(client, "Public"), TencentOutside(cloud)
    server.close()


@pytest.fixture
def chat(both):
    return both[0]


@pytest.fixture
def outside(both):
    return both[1]


@pytest.fixture
def group(chat):
    """A group with Mei and Ann in it."""
    for account, name in (("mei", "Mei Lin"), ("zendesk_1", "Ann"), ("noor", "Noor")):
        chat.import_account(account, name)
    chat.open_group("g", "The teapot drips", ["mei", "zendesk_1"])
    return "g"
