"""Interpreters: one folder tells everything about one vendor. Adding one adds it to this list."""

from connectors.zendesk import CONNECTOR as ZENDESK

SHIPPED = (ZENDESK,)
