"""Interpreters: one folder tells everything about one vendor. Adding one adds it to this list."""

from connectors.salesforce import CONNECTOR as SALESFORCE
from connectors.shopify import CONNECTOR as SHOPIFY
from connectors.zendesk import CONNECTOR as ZENDESK

SHIPPED = (SALESFORCE, ZENDESK, SHOPIFY)
