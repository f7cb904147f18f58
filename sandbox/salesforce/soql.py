"""The few queries that a client needs: SELECT ... FROM ... WHERE ... AND ... ORDER BY ... LIMIT ...

Salesforce, SOQL and SOSL Reference. It is strict about types, as there; text disregards case, ids do not.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import Any

from sandbox.salesforce.ids import full
from sandbox.salesforce.records import Field, Fields, Refused, Values, column, written

VALUE = r"(?:'(?:[^'\\]|\\.)*'|[\w.:+-]+)"
VALUES = rf"(?:\(\s*{VALUE}(?:\s*,\s*{VALUE})*\s*\))"
SIGN = r"(?:<=|>=|!=|<>|[=<>])"
TEST = rf"\w+(?:\s*{SIGN}\s*{VALUE}|\s+(?:NOT\s+)?IN\s*{VALUES})"
ORDER = r"\w+(?:\s+(?:ASC|DESC))?"
QUERY = re.compile(
    rf"\s*SELECT\s+(?P<names>\w+(?:\s*,\s*\w+)*)\s+FROM\s+(?P<source>\w+)"
    rf"(?:\s+WHERE\s+(?P<where>{TEST}(?:\s+AND\s+{TEST})*))?"
    rf"(?:\s+ORDER\s+BY\s+(?P<order>{ORDER}(?:\s*,\s*{ORDER})*))?(?:\s+LIMIT\s+(?P<limit>\d+))?\s*",
    re.IGNORECASE,
)
PART = re.compile(rf"(\w+)\s*({SIGN}|(?:NOT\s+)?\bIN\b)\s*({VALUE}|{VALUES})", re.IGNORECASE)
ORDERED = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
UNQUOTED = {"boolean": re.compile("true|false"), "dateTime": re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:?\d\d)")}


def select(text: str, tables: dict[str, tuple[Fields, Iterable[Values]]]) -> tuple[str, list[str], list[Values]]:
    """The object, the fields asked for, and the rows that a query finds; Refused when there is no such query."""
    query = QUERY.fullmatch(text)
    if query is None:
        raise Refused(400, "MALFORMED_QUERY", "unexpected token")
    source = proper(query["source"], tables)
    if source not in tables:
        raise Refused(400, "INVALID_TYPE", f"sObject type '{source}' is not supported.")
    fields, rows = tables[source]
    names = [known(source, fields, name) for name in re.findall(r"\w+", query["names"])]
    tests = [test(source, fields, *part.groups()) for part in PART.finditer(query["where"] or "")]
    found = [row for row in rows if all(passes(row) for passes in tests)]
    for part in reversed(re.findall(ORDER, query["order"] or "", re.IGNORECASE)):
        key = known(source, fields, part.split()[0])
        found.sort(key=partial(sortable, key), reverse=part.upper().endswith(" DESC"))
    return source, names, found[: int(query["limit"])] if query["limit"] else found


def proper(name: str, names: Iterable[str]) -> str:
    """The name as the org spells it: its case does not count."""
    return next((other for other in names if other.casefold() == name.casefold()), name)


def known(source: str, fields: Fields, name: str) -> str:
    """The proper name of a field; Refused when the object has none."""
    column(source, fields, proper(name, fields))
    return proper(name, fields)


def sortable(name: str, row: Values) -> str:
    """What a row is sorted by; rows without a value come first."""
    return str(row[name] or "")


def test(source: str, fields: Fields, given: str, sign: str, rest: str) -> Callable[[Values], bool]:
    """One comparison, as a test of a row."""
    name, sign = known(source, fields, given), " ".join(sign.upper().split())
    field = fields[name]
    if not field.is_filterable:
        raise Refused(400, "INVALID_FIELD", f"field '{name}' can not be filtered in a query call")
    values = [literal(name, field, word) for word in re.findall(VALUE, rest)]
    if sign in ORDERED:
        return lambda row: None not in {row[name], values[0]} and ORDERED[sign](folded(field, row[name]), values[0])
    return lambda row: (folded(field, row[name]) in values) is (sign in {"=", "IN"})


def literal(name: str, field: Field, word: str) -> Any:
    """A value of the field's type, as it is compared."""
    if word.casefold() == "null":
        return None
    shape = UNQUOTED.get(field.type)
    if not (shape.fullmatch(word) if shape else word.startswith("'")):
        quotes = "should not be" if shape else "should be"
        message = f"value of filter criterion for field '{name}' must be of type {field.type} and {quotes} enclosed in"
        raise Refused(400, "INVALID_FIELD", f"{message} quotes")
    if field.type == "boolean":
        return word == "true"
    if field.type == "dateTime":
        return moment(word)
    text = re.sub(r"\\(.)", lambda match: ESCAPES.get(match[1], match[1]), word[1:-1])
    if field.type == "id" and full(text) is None:
        raise Refused(400, "INVALID_QUERY_FILTER_OPERATOR", f"invalid ID field: {text}")
    return full(text) if field.type == "id" else folded(field, text)


def moment(word: str) -> str:
    """A time as records hold it, without milliseconds."""
    try:
        return written(datetime.fromisoformat(word).timestamp())
    except ValueError as error:
        raise Refused(400, "MALFORMED_QUERY", f"unexpected token: {word}") from error


def folded(field: Field, value: Any) -> Any:
    """A value of a record as it is compared."""
    return value.casefold() if isinstance(value, str) and field.type in {"string", "email"} else value
