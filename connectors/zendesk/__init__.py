"""Zendesk tickets."""

from connectors.zendesk.connector import Zendesk

CONNECTOR = Zendesk
