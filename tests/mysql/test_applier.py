"""Applying events: what converges, what stops, and what a kill does."""

# ruff: noqa: E501  (a message is easier to find where it stands on one line)

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simk8s.mysql.engine.account import SYSTEM_USER
from simk8s.mysql.errors import MySQLError
from simk8s.mysql.replication.applier import ApplyError, apply_next
from tests.mysql.box import REPLICA, SAMPLE, Box, Killed, feed, primary


def replica_of(source: Box, file: str = "mysql-0-bin.000003", position: int = 154) -> Box:
    """A fresh replica that is set to follow from a position, its data empty but for the system's."""
    box = Box(*REPLICA, "--super-read-only", hostname="mysql-1").initialize().start()
    box.sql(
        f"CHANGE MASTER TO MASTER_HOST='mysql-0.mysql', MASTER_USER='root', MASTER_LOG_FILE='{file}', "
        f"MASTER_LOG_POS={position}"
    )
    box.sql("START SLAVE")
    return box


def status(box: Box) -> dict[str, object]:
    from simk8s.mysql.replication.status import COLUMNS

    return dict(zip(COLUMNS, box.sql("SHOW SLAVE STATUS")[0], strict=True))


def stopped(box: Box) -> ApplyError:
    with pytest.raises(ApplyError) as caught:
        box.apply_all()
    return caught.value


def test_the_sample_arrives_although_the_replica_is_read_only() -> None:
    """REPL-65, SQL-45."""
    source = primary()
    box = replica_of(source)
    for statement in SAMPLE:
        source.sql(statement)
    feed(source, box)
    box.apply_all()
    assert box.sql("SELECT * FROM test.messages") == [("hello",)]
    shown = status(box)
    assert shown["Exec_Master_Log_Pos"] == shown["Read_Master_Log_Pos"] == source.position


def test_the_relay_log_position_after_a_fresh_start() -> None:
    """REPL-61: 304 + the length of the file's name, then in step with the position in the primary's log."""
    source = primary()
    box = replica_of(source)
    feed(source, box)
    box.apply_all()
    shown = status(box)
    assert (shown["Relay_Log_File"], shown["Relay_Log_Pos"]) == ("mysql-1-relay-bin.000002", 322)
    assert (shown["Relay_Master_Log_File"], shown["Exec_Master_Log_Pos"]) == ("mysql-0-bin.000003", 154)
    source.sql(SAMPLE[0])
    feed_live(source, box)
    box.apply_all()
    shown = status(box)
    assert (shown["Relay_Log_Pos"], shown["Exec_Master_Log_Pos"]) == (322 + 159, 313)


def feed_live(source: Box, box: Box) -> None:
    """What an established connection brings: the events alone."""
    from simk8s.mysql.binlog import Follower

    master = box.server.replica.master
    assert source.server.binlog is not None
    follower = Follower(source.server.binlog, master.log_file, master.log_pos, _announced=True)
    for event in follower.read():
        box.drive(box.server.replica.queue(event))


def test_a_restarted_primary_is_followed_into_its_next_file() -> None:
    """REPL-72."""
    source = primary()
    box = replica_of(source)
    source.sql(SAMPLE[0])
    feed(source, box)
    source.kill().start()
    source.sql(SAMPLE[1])
    feed(source, box)
    box.apply_all()
    assert box.sql("SHOW TABLES FROM test") == [("messages",)]
    assert status(box)["Relay_Master_Log_File"] == "mysql-0-bin.000004"
    files = [name for name in box.files() if name.startswith("mysql-1-relay-bin.0")]
    assert len(files) == 1  # applied ones are purged (DIR-39)


def test_events_of_ones_own_are_not_applied_again() -> None:
    source = primary()
    box = Box("--server-id=100", hostname="mysql-1").initialize().start()
    box.sql("CHANGE MASTER TO MASTER_HOST='mysql-0', MASTER_LOG_FILE='mysql-0-bin.000003', MASTER_LOG_POS=154")
    box.sql("START SLAVE")
    source.sql(SAMPLE[0])
    feed(source, box)
    box.apply_all()
    assert box.sql("SHOW DATABASES LIKE 'test'") == []


KEYED = ("CREATE DATABASE test", "CREATE TABLE test.t (id INT PRIMARY KEY, v VARCHAR(9))")
PLAIN = ("CREATE DATABASE test", "CREATE TABLE test.t (id INT, v VARCHAR(9))")


def applied_twice(tables: tuple[str, ...], *statements: str) -> Box:
    """A replica that has applied everything and is set back to before the last statement."""
    source = primary()
    for statement in (*tables, *statements[:-1]):
        source.sql(statement)
    position = source.position
    source.sql(statements[-1])
    box = replica_of(source)
    feed(source, box)
    box.apply_all()
    box.sql("STOP SLAVE")
    box.sql(f"CHANGE MASTER TO MASTER_LOG_FILE='mysql-0-bin.000003', MASTER_LOG_POS={position}")
    box.sql("START SLAVE")
    feed(source, box)
    return box


def test_an_insert_applied_again_stops_at_a_key_and_doubles_without() -> None:
    """REPL-67, REPL-69."""
    box = applied_twice(KEYED, "INSERT INTO test.t VALUES (1, 'a')")
    error = stopped(box)
    end = status(box)["Read_Master_Log_Pos"]
    assert isinstance(end, int)
    assert error.number == 1062
    assert error.text == (
        "Could not execute Write_rows event on table test.t; Duplicate entry '1' for key 'PRIMARY', Error_code: 1062; "
        f"handler error HA_ERR_FOUND_DUPP_KEY; the event's master log mysql-0-bin.000003, end_log_pos {end - 31}"
    )
    box = applied_twice(PLAIN, "INSERT INTO test.t VALUES (1, 'a')")
    box.apply_all()
    assert box.sql("SELECT * FROM test.t") == [(1, "a"), (1, "a")]


def test_an_update_applied_again_is_harmless_with_a_key_and_stops_without() -> None:
    """REPL-69."""
    statements = ("INSERT INTO test.t VALUES (1, 'a')", "UPDATE test.t SET v = 'b'")
    box = applied_twice(KEYED, *statements)
    box.apply_all()
    assert box.sql("SELECT * FROM test.t") == [(1, "b")]
    error = stopped(applied_twice(PLAIN, *statements))
    assert error.number == 1032
    assert error.text.startswith(
        "Could not execute Update_rows event on table test.t; Can't find record in 't', Error_code: 1032; handler error "
    )


@pytest.mark.parametrize("tables", [KEYED, PLAIN])
def test_a_delete_applied_again_stops(tables: tuple[str, ...]) -> None:
    """REPL-67, REPL-69."""
    error = stopped(applied_twice(tables, "INSERT INTO test.t VALUES (1, 'a')", "DELETE FROM test.t"))
    assert error.number == 1032
    assert error.text.startswith("Could not execute Delete_rows event on table test.t; Can't find record in 't'")


@pytest.mark.parametrize(
    ("statement", "number", "text"),
    [
        (
            "CREATE DATABASE again",
            1007,
            (
                "Error 'Can't create database 'again'; database exists' on query. Default database: 'again'. Query: "
                "'CREATE DATABASE again'"
            ),
        ),
        (
            "CREATE TABLE test.u (a INT)",
            1050,
            "Error 'Table 'u' already exists' on query. Default database: ''. Query: 'CREATE TABLE test.u (a INT)'",
        ),
    ],
)
def test_definitions_applied_again_stop(statement: str, number: int, text: str) -> None:
    """REPL-68, REPL-69."""
    error = stopped(applied_twice(KEYED, statement))
    assert (error.number, error.text) == (number, text)


def test_definitions_with_if_exists_go_on() -> None:
    """REPL-68."""
    for statement in ("CREATE TABLE IF NOT EXISTS test.u (a INT)", "DROP TABLE IF EXISTS test.t"):
        applied_twice(KEYED, statement).apply_all()


def test_skipped_definitions_are_noticed_at_first_use_and_skipped_rows_never() -> None:
    """REPL-66, REPL-70."""
    source = primary()
    for statement in KEYED:
        source.sql(statement)
    position = source.position
    box = replica_of(source, position=position)
    source.sql("INSERT INTO test.t VALUES (1, 'a')")
    feed(source, box)
    error = stopped(box)
    assert (error.number, error.text) == (1049, "Error executing row event: 'Unknown database 'test''")
    assert status(box)["Exec_Master_Log_Pos"] == position
    box.server.variables["super_read_only"] = box.server.variables["read_only"] = 0
    box.sql("CREATE DATABASE test")
    error = stopped(box)
    assert (error.number, error.text) == (1146, "Error executing row event: 'Table 'test.t' doesn't exist'")


def test_the_skip_counter_steps_over_one_group() -> None:
    box = applied_twice(KEYED, "INSERT INTO test.t VALUES (1, 'a')")
    stopped(box)
    box.sql("SET GLOBAL sql_slave_skip_counter = 1")
    box.apply_all()
    assert status(box)["Skip_Counter"] == 0


def test_a_kill_between_commit_and_relay_log_info_applies_the_group_again() -> None:
    """REPL-71."""
    results = set()
    for number in range(4):
        source = primary()
        for statement in (*PLAIN, "INSERT INTO test.t VALUES (1, 'a')"):
            source.sql(statement)
        box = replica_of(source)
        feed(source, box)
        session = box.server.open_session("system user", "", SYSTEM_USER, applies=True)
        while not box.server.catalog.has_table("test", "t"):
            box.drive(apply_next(box.server, session))
        box.kill_at = len(box.changes) + number
        with suppress(Killed):
            box.drive(apply_next(box.server, session))
        box.kill_at = None
        box.kill().start()
        box.apply_all()
        results.add(len(box.sql("SELECT * FROM test.t")))
    assert results == {1, 2}


def test_a_replica_that_logs_its_updates_can_be_followed_in_turn() -> None:
    source = primary()
    box = Box("--server-id=101", "--log-bin", "--log-slave-updates", hostname="mysql-1").initialize().start()
    box.sql("CHANGE MASTER TO MASTER_HOST='mysql-0', MASTER_LOG_FILE='mysql-0-bin.000003', MASTER_LOG_POS=154")
    for statement in SAMPLE:
        source.sql(statement)
    feed(source, box)
    before = box.position
    box.apply_all()
    assert box.position - before == source.position - 154
    from simk8s.mysql.event import iterate

    assert box.server.binlog is not None
    events = list(iterate(box.server.binlog.data(box.server.binlog.current), before))
    assert {event.server_id for event in events} == {100}


# ── convergence ──────────────────────────────────────────────────────────────────────────────────────────────────

TABLES = (
    "CREATE DATABASE a",
    "CREATE TABLE a.k (id INT AUTO_INCREMENT PRIMARY KEY, v VARCHAR(8), n DECIMAL(6,2), t TIMESTAMP, e ENUM('x','y'))",
    "CREATE TABLE a.u (v VARCHAR(8) UNIQUE, b BLOB, d DATETIME, y YEAR)",
    "CREATE TABLE a.p (i BIGINT UNSIGNED, f DOUBLE, c CHAR(3))",
)
words = st.sampled_from(["NULL", "'a'", "'b'", "'B '", "''", "'zz'", "'ä'"])
small = st.integers(0, 4)
STATEMENTS = st.one_of(
    st.builds("INSERT INTO a.k (v, n, e) VALUES ({}, {}, 'y'), ({}, NULL, 'x')".format, words, small, words),
    st.builds("INSERT INTO a.k (id, v) VALUES ({}, {})".format, small, words),
    st.builds("REPLACE INTO a.k (id, v, n) VALUES ({}, {}, {})".format, small, words, small),
    st.builds(
        "INSERT INTO a.k (id) VALUES ({0}) ON DUPLICATE KEY UPDATE id = id + {1}, v = 'dup'".format, small, small
    ),
    st.builds(
        "INSERT IGNORE INTO a.u VALUES ({}, x'0{}', '2024-0{}-01', 1999)".format,
        words,
        small,
        small.map(lambda n: n + 1),
    ),
    st.builds("UPDATE a.k SET v = {}, n = n + 1 WHERE id > {}".format, words, small),
    st.builds("UPDATE a.k SET id = id + {} ORDER BY id DESC".format, small),
    st.builds("DELETE FROM a.k WHERE id = {} OR v = {}".format, small, words),
    st.builds("INSERT INTO a.p VALUES ({}, {}.5, {})".format, small, small, words),
    st.builds("UPDATE a.p SET i = i + 1 WHERE i = {} LIMIT 1".format, small),
    st.builds("DELETE FROM a.p WHERE i = {} LIMIT 1".format, small),
    st.builds("INSERT INTO a.p SELECT id, n, 'sel' FROM a.k WHERE id < {}".format, small),
    st.builds("DELETE FROM a.u WHERE v = {}".format, words),
    st.sampled_from(
        [
            "BEGIN",
            "COMMIT",
            "ROLLBACK",
            "TRUNCATE TABLE a.p",
            "FLUSH LOGS",
            "ALTER TABLE a.k ADD COLUMN extra INT DEFAULT 3",
            "ALTER TABLE a.k DROP COLUMN extra",
            "DROP TABLE a.u",
            "CREATE TABLE a.u (v VARCHAR(8) UNIQUE, b BLOB, d DATETIME, y YEAR)",
            "CREATE TABLE IF NOT EXISTS a.s AS SELECT id, v FROM a.k",
            "RENAME TABLE a.p TO a.q, a.q TO a.p",
        ]
    ),
)


def content(box: Box) -> dict[str, list[object]]:
    """Every table's rows, in no order."""
    tables = [name for (name,) in box.sql("SHOW TABLES FROM a")]
    return {str(name): sorted(box.sql(f"SELECT * FROM a.{name}"), key=repr) for name in tables}


@settings(max_examples=60, deadline=None)
@given(st.lists(STATEMENTS, max_size=14))
def test_a_replica_has_the_rows_of_its_primary_whatever_was_executed(statements: list[str]) -> None:
    """REPL-7: the state is the replay of the binary log."""
    source = primary()
    box = replica_of(source)
    for statement in (*TABLES, *statements, "COMMIT"):
        with suppress(MySQLError):
            source.run(statement)
        if statement == "FLUSH LOGS":
            feed(source, box)
    feed(source, box)
    box.apply_all()
    assert content(box) == content(source)
    assert status(box)["Exec_Master_Log_Pos"] == source.position
    box.kill().start()
    assert content(box) == content(source)


@settings(max_examples=25, deadline=None)
@given(st.lists(STATEMENTS, max_size=8), st.integers(0, 120))
def test_a_keyed_table_converges_even_if_the_replica_is_killed_while_it_applies(
    statements: list[str], number: int
) -> None:
    """REPL-71: a group applied twice stops at 1062 or 1032, or changes nothing."""
    source = primary()
    for statement in (*TABLES[:2], *[s for s in statements if "a.k " in s and "SELECT" not in s]):
        with suppress(MySQLError):
            source.run(statement)
    box = replica_of(source)
    feed(source, box)
    box.kill_at = len(box.changes) + number
    with suppress(Killed):
        box.apply_all()
    box.kill_at = None
    box.kill().start()
    try:
        box.apply_all()
    except ApplyError as error:
        assert error.number in (1007, 1008, 1050, 1051, 1060, 1062, 1032, 1091, 1146)
    else:
        assert content(box) == content(source)
