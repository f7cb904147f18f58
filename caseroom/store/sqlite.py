"""The store on SQLite: one file, several threads and processes of one machine."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from caseroom.bridge.errors import NotKept
from caseroom.bridge.ports import Transaction
from caseroom.store.sql import SQLTransaction

BUSY_SECONDS = 10.0
LOOK_EVERY = 0.004
SCHEMA = Path(__file__).parent / "schema"

log = logging.getLogger("caseroom.store")


def migrations() -> Migrations:
    """The schema's files, in the order of their names, as sqlite-utils keeps account of them."""
    found = Migrations("caseroom")
    for file in sorted(SCHEMA.glob("*.sql")):

        def run(db: Database, sql: str = file.read_text(encoding="utf-8")) -> None:
            for statement in sql.split(";\n"):
                db.execute(statement)

        found(name=file.stem)(run)
    return found


class SQLiteStore:
    """Keeps everything in one file, with a connection for each thread.

    Writers of this process queue for a lock, which is fair and quick; those of others wait in SQLite itself.

    Attributes:
        busy_seconds: how long each of the two is waited for.
    """

    def __init__(self, path: str, busy_seconds: float | None = None) -> None:
        self.path = path
        self.busy_seconds = BUSY_SECONDS if busy_seconds is None else busy_seconds
        self.local = threading.local()
        self.turn = threading.Lock()
        self.connections: list[sqlite3.Connection] = []

    def migrate(self) -> None:
        """Bring the schema to its present form; two processes may try at once."""
        database = Database(self._connection())
        database.enable_wal()
        database.execute("BEGIN IMMEDIATE")
        try:
            migrations().apply(database)
        except BaseException:
            database.rollback()
            raise
        database.commit()

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """All or nothing; within another one of the same thread it would wait for itself, so that is refused."""
        if self._connection().in_transaction:
            raise RuntimeError("a transaction within a transaction")
        if not self.turn.acquire(timeout=self.busy_seconds):
            raise _not_kept(sqlite3.OperationalError("the queue of this process is too long"))
        try:
            with self._within("BEGIN IMMEDIATE") as transaction:
                yield transaction
        finally:
            self.turn.release()

    @contextmanager
    def snapshot(self) -> Iterator[Transaction]:
        """A consistent view; it waits for nobody."""
        with self._within("BEGIN") as transaction:
            yield transaction

    def wait(self, seconds: float) -> None:
        """Return when another connection has committed something, or after this time."""
        connection = self._connection()
        seen = self._version(connection)
        end = time.monotonic() + seconds
        while time.monotonic() < end and self._version(connection) == seen:
            time.sleep(LOOK_EVERY)

    def close(self) -> None:
        """Close every thread's connection."""
        while self.connections:
            self.connections.pop().close()
        self.local = threading.local()

    @contextmanager
    def _within(self, begin: str) -> Iterator[Transaction]:
        connection = self._connection()
        try:
            connection.execute(begin)
        except sqlite3.OperationalError as error:
            raise _not_kept(error) from error
        try:
            yield SQLTransaction(connection.execute)
            connection.execute("COMMIT")
        except sqlite3.OperationalError as error:
            _undo(connection)
            raise _not_kept(error) from error
        except BaseException:
            _undo(connection)
            raise

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self.local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(
                self.path, timeout=self.busy_seconds, isolation_level=None, check_same_thread=False
            )
            # Whatever was answered is on disk, and not only in the machine's memory.
            connection.execute("PRAGMA synchronous = FULL")
            # What was erased is not to be found in the file either.
            connection.execute("PRAGMA secure_delete = ON")
            self.local.connection = connection
            self.connections.append(connection)
        return connection

    def _version(self, connection: sqlite3.Connection) -> int:
        return int(connection.execute("PRAGMA data_version").fetchone()[0])


def _not_kept(error: sqlite3.OperationalError) -> NotKept:
    log.error("the store cannot be written", exc_info=error)
    return NotKept("The store is busy or cannot be written; send the same request again.", retry_after=5)


def _undo(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:
        connection.execute("ROLLBACK")
