"""A stand-in of a Zendesk account: login, tickets over HTTP, and the signed events of its webhooks."""

from sandbox.zendesk.answers import Refused
from sandbox.zendesk.stand_in import Zendesk
from sandbox.zendesk.tickets import Ticket, User
from sandbox.zendesk.webhooks import sign

__all__ = ["Refused", "Ticket", "User", "Zendesk", "sign"]
