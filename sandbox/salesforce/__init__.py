"""A stand-in of a Salesforce org: login, cases over REST, a little SOQL, and what the org's triggers send."""

from sandbox.salesforce.apex import retries
from sandbox.salesforce.records import Case, Refused
from sandbox.salesforce.stand_in import Salesforce

__all__ = ["Case", "Refused", "Salesforce", "retries"]
