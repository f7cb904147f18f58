"""Which record lives in which table, and how a record becomes a row and a row a record."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Generic, TypeVar, get_type_hints

from pydantic import TypeAdapter

from caseroom.bridge import model, records

Record = TypeVar("Record")

PLAIN = {str, int, float, str | None, int | None, float | None}

NAMES_AND_KEYS: dict[type[Any], tuple[str, tuple[str, ...]]] = {
    model.Case: ("cases", ("key",)),
    model.Account: ("accounts", ("id",)),
    model.Message: ("messages", ("group_id", "seq")),
    records.Lane: ("lanes", ("subject", "name")),
    records.Group: ("groups", ("id",)),
    records.Assignment: ("assignments", ("account", "case")),
    records.Intake: ("intakes", ("connector", "account", "key")),
    records.DeliveryNote: ("deliveries", ("connector", "id")),
    records.EarlyFacts: ("early_facts", ("helpdesk", "ref")),
    records.Parked: ("parked", ("id",)),
    records.Once: ("once", ("kind", "id")),
    records.Vendor: ("vendors", ("name",)),
    records.Pace: ("paces", ("name",)),
    records.Allowance: ("allowances", ("name", "window")),
    records.Shop: ("shops", ("domain",)),
    records.Block: ("blocks", ("account",)),
    records.Value: ("values", ("name",)),
}
OPERATORS = {"lt": "<", "lte": "<=", "gt": ">", "gte": ">="}


@dataclass(frozen=True)
class Table(Generic[Record]):
    """One kind of record and its table.

    Attributes:
        documents: columns that hold JSON, with what reads and writes them.
        flags: columns that hold yes or no.
    """

    kind: type[Record]
    name: str
    keys: tuple[str, ...]
    columns: tuple[str, ...]
    documents: dict[str, TypeAdapter[Any]]
    flags: frozenset[str]

    @classmethod
    def of(cls, kind: type[Record]) -> Table[Record]:
        """Work the table out from the record's own annotations."""
        name, keys = NAMES_AND_KEYS[kind]
        hints = get_type_hints(kind)
        columns = tuple(field.name for field in fields(kind))  # type: ignore[arg-type]
        flags = frozenset(column for column in columns if hints[column] is bool)
        documents = {
            column: TypeAdapter(hints[column])
            for column in columns
            if column not in flags and hints[column] not in PLAIN
        }
        return cls(kind, name, keys, columns, documents, flags)

    def row(self, record: Record) -> dict[str, Any]:
        """The record as values for its columns."""
        values = {column: getattr(record, column) for column in self.columns}
        for column, adapter in self.documents.items():
            values[column] = adapter.dump_json(values[column]).decode()
        return values

    def record(self, row: tuple[Any, ...]) -> Record:
        """The record that a row holds."""
        values = dict(zip(self.columns, row, strict=True))
        for column, adapter in self.documents.items():
            values[column] = adapter.validate_json(values[column])
        for column in self.flags:
            values[column] = bool(values[column])
        return self.kind(**values)

    def select(self, where: dict[str, Any], order: str = "", limit: int | None = None) -> tuple[str, dict[str, Any]]:
        """SQL and values that find records."""
        condition, values = self._condition(where)
        sql = f"SELECT {_names(self.columns)} FROM {_name(self.name)}{condition}"  # noqa: S608 -- names are our own
        if order:
            sql += " ORDER BY " + ", ".join(_direction(column) for column in order.split(","))
        return (f"{sql} LIMIT {limit:d}" if limit is not None else sql), values

    def insert(self, *, replaces: bool) -> str:
        """SQL that keeps a record; where one is there already it is replaced or left."""
        values = ", ".join(f":{column}" for column in self.columns)
        sql = f"INSERT INTO {_name(self.name)} ({_names(self.columns)}) VALUES ({values})"  # noqa: S608 -- as above
        changes = ", ".join(
            f"{_name(column)} = excluded.{_name(column)}" for column in self.columns if column not in self.keys
        )
        if not replaces or not changes:
            return f"{sql} ON CONFLICT DO NOTHING"
        return f"{sql} ON CONFLICT ({_names(self.keys)}) DO UPDATE SET {changes}"

    def remove(self, where: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """SQL and values that remove records."""
        condition, values = self._condition(where)
        return f"DELETE FROM {_name(self.name)}{condition}", values  # noqa: S608 -- as above

    def _condition(self, where: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        parts, values = [], {}
        for term, value in where.items():
            column, _, operator = term.partition("__")
            if column not in self.columns:
                raise KeyError(term)
            if operator == "in":
                names = {f"{term}_{number}": item for number, item in enumerate(value)}
                parts.append(f"{_name(column)} IN ({', '.join(f':{name}' for name in names)})")
                values.update(names)
            elif value is None:
                parts.append(f"{_name(column)} IS NULL")
            else:
                parts.append(f"{_name(column)} {OPERATORS.get(operator, '=')} :{term}")
                values[term] = value
        return (" WHERE " + " AND ".join(parts) if parts else ""), values


TABLES: dict[type[Any], Table[Any]] = {kind: Table.of(kind) for kind in NAMES_AND_KEYS}


def _name(name: str) -> str:
    return f'"{name}"'


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(map(_name, names))


def _direction(column: str) -> str:
    column = column.strip()
    return f"{_name(column[1:])} DESC" if column.startswith("-") else _name(column)
