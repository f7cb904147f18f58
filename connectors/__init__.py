"""Interpreters: one folder tells everything about one vendor. Adding one adds it to this list."""

from connectors.shopify import CONNECTOR as SHOPIFY
from connectors.zendesk import CONNECTOR as ZENDESK

SHIPPED = (ZENDESK, SHOPIFY)
