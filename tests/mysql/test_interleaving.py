"""Several sessions at once, their steps taken in any order."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from simk8s.mysql.engine.session import Session
from simk8s.mysql.errors import MySQLError
from simk8s.mysql.event import iterate
from simk8s.mysql.replication.applier import apply_next
from simk8s.mysql.step import Blocked, Steps
from tests.mysql.box import REPLICA, Box, feed, primary

WRITERS = (
    "INSERT INTO d.t (v) VALUES ('a'), ('b')",
    "UPDATE d.t SET v = CONCAT(v, 'x') WHERE id < 3",
    "DELETE FROM d.t WHERE id = 1",
    "INSERT INTO d.t VALUES (1, 'one') ON DUPLICATE KEY UPDATE v = 'again'",
    "BEGIN",
    "COMMIT",
    "FLUSH LOGS",
    "FLUSH ENGINE LOGS",
    "FLUSH TABLES WITH READ LOCK",
    "UNLOCK TABLES",
    "CREATE TABLE IF NOT EXISTS d.u (a INT)",
    "CREATE TABLE d.u (a INT)",
    "DROP TABLE IF EXISTS d.u",
    "ALTER TABLE d.t ADD COLUMN w INT",
    "ALTER TABLE d.t DROP COLUMN w",
    "INSERT INTO d.u VALUES (7)",
    "SELECT * FROM d.t",
    "CREATE USER IF NOT EXISTS app",
)


def prepared() -> Box:
    box = primary()
    box.sql("CREATE DATABASE d")
    box.sql("CREATE TABLE d.t (id INT AUTO_INCREMENT PRIMARY KEY, v VARCHAR(200))")
    return box


class Client:
    """A session with statements to run, one step at a time."""

    def __init__(self, box: Box, statements: list[str]) -> None:
        self.box = box
        self.session: Session = box.login()
        self.statements = list(statements)
        self.steps: Steps[Any] | None = None
        self.is_blocked = False

    @property
    def is_done(self) -> bool:
        return self.steps is None and not self.statements

    def advance(self) -> None:
        if self.steps is None:
            self.steps = self.box.server.execute(self.session, self.statements.pop(0))
        try:
            step = next(self.steps)
        except (StopIteration, MySQLError):
            self.steps = None
            self.is_blocked = False
            return
        self.is_blocked = isinstance(step, Blocked)
        if not self.is_blocked:
            self.box.take(step)

    def hang_up(self) -> None:
        """What happens to a client whose patience is at an end."""
        self.session.killed = True
        while self.steps is not None:
            self.advance()
        self.statements.clear()
        self.box.server.disconnect(self.session)


def run(box: Box, scripts: list[list[str]], order: list[int]) -> None:
    clients = [Client(box, script) for script in scripts]
    for choice in order:
        waiting = [client for client in clients if not client.is_done]
        if not waiting:
            break
        waiting[choice % len(waiting)].advance()
    rounds = 0
    while any(not client.is_done for client in clients):
        for client in clients:
            if not client.is_done:
                client.advance()
        rounds += 1
        if rounds > 400:  # everybody waits for somebody who will never let go
            next(client for client in clients if client.is_blocked).hang_up()
            rounds = 0
    for client in clients:
        box.server.disconnect(client.session)


def contents(box: Box) -> dict[str, list[tuple[Any, ...]]]:
    return {str(name): sorted(box.sql(f"SELECT * FROM d.{name}")) for (name,) in box.sql("SHOW TABLES FROM d")}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from(WRITERS), max_size=5), min_size=2, max_size=3),
    st.lists(st.integers(0, 5), max_size=60),
)
def test_in_any_order_of_steps_log_and_tables_agree(scripts: list[list[str]], order: list[int]) -> None:
    """MYSQLD-52, SQL-31: the log is whole, a replica gets the same rows, and so does a restart after a kill."""
    box = prepared()
    run(box, scripts, order)
    assert box.server.committing == 0
    assert box.server.defining is None
    assert not box.server.read_locks
    assert not box.server.transactions
    assert box.server.binlog is not None
    for name in box.server.binlog.files:
        position = 4
        for event in iterate(box.server.binlog.data(name), verify=True):
            assert event.end_position == position + event.size
            position = event.end_position
    expected = contents(box)
    replica = Box(*REPLICA, hostname="mysql-1").initialize().start()
    replica.sql("CHANGE MASTER TO MASTER_HOST='mysql-0', MASTER_LOG_FILE='mysql-0-bin.000003', MASTER_LOG_POS=154")
    feed(box, replica)
    applier = replica.server.open_session("system user", "", applies=True)
    while replica.drive(apply_next(replica.server, applier)):
        pass
    assert contents(replica) == expected
    box.kill().start()
    assert contents(box) == expected


def test_pages_are_written_back_when_they_are_a_second_old() -> None:
    """MYSQLD-62: what an unprepared backup finds in the files is what an idle server has had time to write."""
    box = prepared()
    box.sql("INSERT INTO d.t (v) VALUES ('kept')")
    box.sql("SELECT 1")
    assert b"kept" not in bytes(box.directory.read("d/t.ibd")[:300])
    box.time = box.time.replace(second=30)
    box.sql("SELECT 1")
    assert b"kept" in bytes(box.directory.read("d/t.ibd")[:300])
    assert box.server.innodb.redo.entries == []


def test_nobody_writes_into_a_file_that_is_being_left() -> None:
    """REPL-4: the Rotate event is the last of its file."""
    box = prepared()
    one, other = box.login(), box.login()
    flushing = box.server.execute(one, "FLUSH LOGS")
    box.take(next(flushing))
    box.take(next(flushing))
    inserting = box.server.execute(other, "INSERT INTO d.t (v) VALUES ('late')")
    box.take(next(inserting))
    assert isinstance(next(inserting), Blocked)
    box.drive(flushing)
    box.drive(inserting)
    log = box.server.binlog
    assert log is not None
    assert list(iterate(log.data("mysql-0-bin.000003")))[-1].type == 4
    assert log.size("mysql-0-bin.000004") > 154
