"""What SQLite is told, so that what was answered stays and what was erased goes."""

import sqlite3

import pytest

from caseroom.bridge.records import Value
from caseroom.store.sqlite import SQLiteStore

SAID = "my card is 4111-1111 " * 40


@pytest.fixture
def file(tmp_path):
    return tmp_path / "cases.db"


@pytest.fixture
def store(file):
    found = SQLiteStore(str(file))
    found.migrate()
    yield found
    found.close()


def test_what_is_committed_is_on_disk_before_anybody_is_answered(store):
    connection = store._connection()
    assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2
    assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


def test_every_thread_writes_as_safely(store):
    store.local.connection = None
    assert store._connection().execute("PRAGMA synchronous").fetchone()[0] == 2


def test_what_was_committed_is_read_by_whoever_comes_after_a_kill(store, file):
    with store.transaction() as tx:
        tx.put(Value(name="kept", value="1"))
    # Nothing is closed here, as after a kill.
    with sqlite3.connect(file) as later:
        assert later.execute("SELECT count(*) FROM \"values\" WHERE name = 'kept'").fetchone()[0] == 1
    later.close()


def test_what_was_erased_is_not_to_be_found_in_the_file_any_more(store, file):
    with store.transaction() as tx:
        tx.put(Value(name="said", value=SAID))
    store.close()
    assert SAID.encode() in file.read_bytes()
    with store.transaction() as tx:
        tx.delete(Value, name="said")
    store.close()
    assert b"4111-1111" not in file.read_bytes()
