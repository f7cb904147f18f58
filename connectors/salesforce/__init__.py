"""Salesforce cases."""

from connectors.salesforce.connector import Salesforce

CONNECTOR = Salesforce
