"""Shopify storefronts."""

from connectors.shopify.connector import Shopify

CONNECTOR = Shopify
