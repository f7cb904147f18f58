"""All stand-ins together on loopback, and the settings with which a service finds them."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field

from werkzeug.middleware.dispatcher import DispatcherMiddleware

from sandbox.faults import Faults
from sandbox.mailbox import Mailbox, Outgoing, OverHTTP, Postman
from sandbox.salesforce import Salesforce, retries
from sandbox.screens.salesforce import SalesforceScreen
from sandbox.screens.zendesk import ZendeskScreen
from sandbox.shopify import Shop
from sandbox.stand_in import Server
from sandbox.tencent_chat import AskOverHTTP, TencentChat
from sandbox.zendesk import Zendesk

SDK_APP_ID = 1_400_000_000
TENCENT_KEY = "0123456789abcdef" * 4
SHOP = "sunny-teapots.myshopify.com"
ORIGIN = "https://www.sunny-teapots.example"
INTAKE_KEY = "sandbox-intake-key"
WEBHOOK_SECRET = "sandbox-webhook-secret"
CALLBACK_KEY = "sandbox-callback-key"
AGENT_SECRET = "sandbox-agent-secret"
SHOPIFY_SECRET = "sandbox-shopify-secret"
ORG_ID = "00D5e000001AbCdEAK"
TENCENT_PATIENCE, HELPDESK_PATIENCE, APEX_PATIENCE = 2.0, 12.0, 10.0


def not_yet(outgoing: Outgoing) -> int:
    """Where callbacks go before there is a service: nowhere, and their senders try again."""
    return 0


@dataclass
class Town:
    """The vendors, each on a port of its own.

    Attributes:
        faults: what goes wrong with calls to the vendors.
        roads: to the service, one for each vendor that sends callbacks.
    """

    faults: Faults = field(default_factory=Faults)
    service_url: str = ""
    lines: list[OverHTTP | AskOverHTTP] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.boxes = {
            "tencent_chat": Mailbox(send=not_yet, retry=lambda status: False),
            "zendesk": Mailbox(send=not_yet),
            "salesforce": Mailbox(send=not_yet, retry=retries),
        }
        self.tencent_chat = TencentChat(
            sdk_app_id=SDK_APP_ID,
            secret_key=TENCENT_KEY,
            callback_token="sandbox-token",
            faults=self.faults,
            mailbox=self.boxes["tencent_chat"],
        )
        self.zendesk = Zendesk(
            client_id="caseroom",
            client_secret="sandbox-secret",
            webhook_secret=WEBHOOK_SECRET,
            mute_mail_tag="caseroom",
            faults=self.faults,
            mailbox=self.boxes["zendesk"],
        )
        self.salesforce = Salesforce(
            client_id="caseroom",
            client_secret="sandbox-secret",
            org_id=ORG_ID,
            webhook_secret=WEBHOOK_SECRET,
            callback_key=CALLBACK_KEY,
            faults=self.faults,
            mailbox=self.boxes["salesforce"],
        )
        self.shop = Shop(SHOP, SHOPIFY_SECRET)
        self.zendesk_screen = ZendeskScreen(self.zendesk)
        self.salesforce_screen = SalesforceScreen(self.salesforce, AGENT_SECRET)
        applications = {
            "tencent_chat": self.tencent_chat,
            "zendesk": DispatcherMiddleware(self.zendesk, {"/agent": self.zendesk_screen}),
            "salesforce": DispatcherMiddleware(self.salesforce, {"/lightning": self.salesforce_screen}),
            "shop": self.shop,
        }
        self.servers = {name: Server(application) for name, application in applications.items()}
        self.postman = Postman(*self.boxes.values())

    @property
    def urls(self) -> dict[str, str]:
        """Where each vendor is looked at."""
        return {name: server.url for name, server in self.servers.items()}

    def settings(self, database: str, port: int) -> dict[str, str]:
        """The environment of a service that lives here."""
        return {
            "CONNECTORS": "salesforce,zendesk,shopify",
            "HOST": "127.0.0.1",
            "PORT": str(port),
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
            "DATABASE_URL": f"sqlite:///{database}",
            "SECRET_KEY": "sandbox-secret-key",
            "INTAKE_KEYS": INTAKE_KEY,
            "ALLOWED_ORIGINS": ORIGIN,
            "TENCENT_SDK_APP_ID": str(SDK_APP_ID),
            "TENCENT_SECRET_KEY": TENCENT_KEY,
            "TENCENT_API_URL": self.urls["tencent_chat"],
            "TENCENT_SDK_URL": f"{self.urls['tencent_chat']}/sdk.js",
            "TENCENT_CALLBACK_TOKEN": "sandbox-token",
            "ZENDESK_URL": self.urls["zendesk"],
            "ZENDESK_CLIENT_ID": "caseroom",
            "ZENDESK_CLIENT_SECRET": "sandbox-secret",
            "ZENDESK_WEBHOOK_SECRETS": WEBHOOK_SECRET,
            "ZENDESK_CALLBACK_KEYS": CALLBACK_KEY,
            "ZENDESK_APP_SDK_URL": f"{self.urls['zendesk']}/agent/static/zaf_sdk.js",
            "SALESFORCE_URL": self.urls["salesforce"],
            "SALESFORCE_CLIENT_ID": "caseroom",
            "SALESFORCE_CLIENT_SECRET": "sandbox-secret",
            "SALESFORCE_ORG_ID": ORG_ID,
            "SALESFORCE_WEBHOOK_SECRETS": WEBHOOK_SECRET,
            "SALESFORCE_AGENT_SECRETS": AGENT_SECRET,
            "SALESFORCE_CALLBACK_KEYS": CALLBACK_KEY,
            "SHOPIFY_API_SECRETS": SHOPIFY_SECRET,
            "SHOPIFY_SHOPS": SHOP,
            "SHOPIFY_HELPDESK": "zendesk",
        }

    def serve(self, service_url: str) -> None:
        """Tell every vendor where the service is."""
        self.service_url = self.shop.service_url = service_url
        self.zendesk_screen.service_url = self.salesforce_screen.service_url = service_url
        patience = {"tencent_chat": TENCENT_PATIENCE, "zendesk": HELPDESK_PATIENCE, "salesforce": APEX_PATIENCE}
        for name, box in self.boxes.items():
            box.send = line = OverHTTP(service_url, patience[name])
            self.lines.append(line)
        self.tencent_chat.callbacks.ask = asking = AskOverHTTP(service_url, TENCENT_PATIENCE)
        self.lines.append(asking)

    def close(self) -> None:
        """Close every vendor."""
        self.postman.close()
        for line in self.lines:
            line.close()
        for server in self.servers.values():
            server.close()


def free_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return int(line.getsockname()[1])
