"""A transaction in SQL that more than one database understands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from caseroom.bridge.ports import Claim
from caseroom.bridge.records import Lane, Vendor
from caseroom.store.tables import TABLES, Table

Record = TypeVar("Record")


@dataclass(frozen=True)
class SQLTransaction:
    """What may be done within a transaction.

    Attributes:
        execute: runs SQL with named values and returns a cursor.
    """

    execute: Callable[[str, dict[str, Any]], Any]

    def get(self, kind: type[Record], /, *key: Any) -> Record | None:
        """The record with this key, or None."""
        table = TABLES[kind]
        return next(iter(self._select(table, dict(zip(table.keys, key, strict=True)))), None)

    def find(self, kind: type[Record], /, *, order: str = "", limit: int | None = None, **where: Any) -> list[Record]:
        """Records of which this is true."""
        return self._select(TABLES[kind], where, order, limit)

    def add(self, record: object) -> bool:
        """Keep a new record, unless something unique about it is taken."""
        table = TABLES[type(record)]
        return bool(self.execute(table.insert(replaces=False), table.row(record)).rowcount == 1)

    def put(self, record: object) -> None:
        """Keep a record in place of the one with its key."""
        table = TABLES[type(record)]
        self.execute(table.insert(replaces=True), table.row(record))

    def delete(self, kind: type[Any], /, **where: Any) -> int:
        """Remove records; return how many."""
        return int(self.execute(*TABLES[kind].remove(where)).rowcount)

    def claim(self, now: float, lease: float, limit: int) -> list[Claim]:
        """Take lanes that are due and free, and for each silent vendor one that may probe it."""
        found = self._due(now, limit, None)
        for vendor in self.find(Vendor, probe_at__lte=now):
            found += self._due(now, 1, vendor.name)
        return [self._claimed(lane, now + lease) for lane in found]

    def unblock(self, vendor: str) -> int:
        """Let every lane go on that waited for this vendor; return how many."""
        sql = "UPDATE lanes SET blocked_on = NULL WHERE blocked_on = :vendor"
        return int(self.execute(sql, {"vendor": vendor}).rowcount)

    def _due(self, now: float, limit: int, blocked_on: str | None) -> list[Lane]:
        return self.find(Lane, order="due", limit=limit, blocked_on=blocked_on, due__lte=now, leased_until__lte=now)

    def _claimed(self, lane: Lane, until: float) -> Claim:
        taken = replace(lane, fence=lane.fence + 1, leased_until=until)
        self.put(taken)
        return Claim(taken, took_over=lane.leased_until > 0)

    def _select(self, table: Table[Any], where: dict[str, Any], order: str = "", limit: int | None = None) -> list[Any]:
        sql, values = table.select(where, order, limit)
        return [table.record(row) for row in self.execute(sql, values).fetchall()]
