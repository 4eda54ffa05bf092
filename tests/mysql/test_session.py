"""Sessions: transactions, locks, variables, read-only modes, accounts."""

# ruff: noqa: E501  (a message is easier to find where it stands on one line)

from __future__ import annotations

from typing import Any

import pytest

from simk8s.mysql.engine.session import Session
from simk8s.mysql.errors import MySQLError
from simk8s.mysql.step import Blocked, Steps
from tests.mysql.box import PRIMARY, Box


@pytest.fixture
def box() -> Box:
    box = Box(*PRIMARY).initialize().start()
    box.sql("CREATE DATABASE d")
    box.sql("USE d")
    box.sql("CREATE TABLE t (id INT PRIMARY KEY, n INT)")
    box.sql("INSERT INTO t VALUES (1, 10), (2, 20)")
    return box


def begun(box: Box, text: str, session: Session) -> tuple[Steps[Any], Blocked]:
    """A statement that has come to where it must wait."""
    steps = box.server.execute(session, text)
    for step in steps:
        if isinstance(step, Blocked):
            return steps, step
        box.take(step)
    raise AssertionError("it does not wait")


# ── transactions ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_others_see_a_transaction_only_after_its_commit(box: Box) -> None:
    other = box.login(database="d")
    box.sql("BEGIN")
    box.sql("UPDATE t SET n = 11 WHERE id = 1")
    assert box.sql("SELECT n FROM t WHERE id = 1") == [(11,)]
    assert box.sql("SELECT n FROM t WHERE id = 1", other) == [(10,)]
    box.sql("COMMIT")
    assert box.sql("SELECT n FROM t WHERE id = 1", other) == [(11,)]


def test_a_repeatable_read_goes_on_seeing_what_it_saw(box: Box) -> None:
    other = box.login(database="d")
    box.sql("START TRANSACTION", other)
    assert box.sql("SELECT COUNT(*) FROM t", other) == [(2,)]
    box.sql("INSERT INTO t VALUES (3, 30)")
    assert box.sql("SELECT COUNT(*) FROM t", other) == [(2,)]
    assert box.sql("SELECT COUNT(*) FROM t FOR UPDATE", other) == [(3,)]
    box.sql("COMMIT", other)
    assert box.sql("SELECT COUNT(*) FROM t", other) == [(3,)]


def test_rollback_and_lost_connections_undo(box: Box) -> None:
    box.sql("BEGIN")
    box.sql("DELETE FROM t")
    assert box.sql("SELECT COUNT(*) FROM t") == [(0,)]
    box.sql("ROLLBACK")
    other = box.login(database="d")
    box.sql("SET autocommit = 0", other)
    box.sql("INSERT INTO t VALUES (9, 9)", other)
    box.server.disconnect(other)
    assert box.sql("SELECT * FROM t") == [(1, 10), (2, 20)]


def test_a_failed_statement_undoes_itself_and_not_its_transaction(box: Box) -> None:
    box.sql("BEGIN")
    box.sql("INSERT INTO t VALUES (3, 30)")
    assert box.error("INSERT INTO t VALUES (4, 40), (1, 0)").startswith("ERROR 1062")
    box.sql("COMMIT")
    assert [row[0] for row in box.sql("SELECT id FROM t")] == [1, 2, 3]


def test_definitions_commit_what_is_open(box: Box) -> None:
    box.sql("BEGIN")
    box.sql("INSERT INTO t VALUES (3, 30)")
    box.sql("CREATE TABLE u (a INT)")
    box.sql("ROLLBACK")
    assert box.sql("SELECT COUNT(*) FROM t") == [(3,)]


def test_a_transaction_is_one_group_in_the_binary_log(box: Box) -> None:
    """REPL-5."""
    before = box.position
    box.sql("BEGIN")
    box.sql("INSERT INTO t VALUES (3, 30)")
    box.sql("INSERT INTO t VALUES (4, 40)")
    assert box.position == before
    box.sql("COMMIT")
    row = 34 + 1 + 1 + 8
    assert box.position - before == 65 + 69 + 2 * (37 + 1 + 1 + 2 + 0 + 1 + row) + 31


# ── locks ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_row_that_is_locked_is_waited_for(box: Box) -> None:
    other = box.login(database="d")
    box.sql("BEGIN")
    box.sql("UPDATE t SET n = n + 1 WHERE id = 1")
    steps, blocked = begun(box, "UPDATE t SET n = n * 2 WHERE id = 1", other)
    assert blocked.state == "updating"
    assert round(blocked.timeout_seconds) == 50
    box.sql("COMMIT")
    box.drive(steps)
    assert box.sql("SELECT n FROM t WHERE id = 1") == [(22,)]


def test_patience_ends_after_fifty_seconds(box: Box) -> None:
    other = box.login(database="d")
    box.sql("BEGIN")
    box.sql("INSERT INTO t VALUES (5, 5)")
    steps, _ = begun(box, "INSERT INTO t VALUES (5, 6)", other)
    box.time = box.time.replace(minute=5)
    with pytest.raises(MySQLError) as caught:
        box.drive(steps)
    assert caught.value.line() == "ERROR 1205 (HY000): Lock wait timeout exceeded; try restarting transaction"


def test_a_circle_of_waiting_is_a_deadlock(box: Box) -> None:
    other = box.login(database="d")
    for session, row in ((box.session, 1), (other, 2)):
        box.sql("BEGIN", session)
        box.sql(f"UPDATE t SET n = 0 WHERE id = {row}", session)
    steps, _ = begun(box, "UPDATE t SET n = 1 WHERE id = 2", box.session)
    assert box.error("UPDATE t SET n = 1 WHERE id = 1", other).startswith("ERROR 1213 (40001): Deadlock found")
    box.drive(steps)
    box.sql("COMMIT")
    assert box.sql("SELECT n FROM t") == [(0,), (1,)]


def test_the_global_read_lock_holds_writers_off_and_lets_readers_go_on(box: Box) -> None:
    """SQL-31."""
    holder, writer = box.login(), box.login(database="d")
    box.sql("FLUSH TABLES WITH READ LOCK", holder)
    assert box.sql("SELECT COUNT(*) FROM t", writer) == [(2,)]
    steps, blocked = begun(box, "INSERT INTO t VALUES (3, 30)", writer)
    assert blocked.state == "Waiting for global read lock"
    assert ("Waiting for global read lock", "INSERT INTO t VALUES (3, 30)") in [
        row[6:] for row in box.sql("SHOW PROCESSLIST")
    ]
    assert box.error("CREATE DATABASE e", holder) == (
        "ERROR 1223 (HY000): Can't execute the query because you have a conflicting read lock"
    )
    woken: list[int] = []
    box.server.when_released(lambda: woken.append(1))
    box.sql("UNLOCK TABLES", holder)
    assert woken == [1]
    box.drive(steps)
    assert box.sql("SELECT COUNT(*) FROM t") == [(3,)]


def test_the_lock_goes_with_its_session(box: Box) -> None:
    """XB-42."""
    holder = box.login()
    box.sql("FLUSH TABLES WITH READ LOCK", holder)
    box.server.disconnect(holder)
    box.sql("INSERT INTO t VALUES (3, 30)")


def test_an_open_transaction_cannot_commit_under_the_lock(box: Box) -> None:
    holder = box.login()
    box.sql("BEGIN")
    box.sql("INSERT INTO t VALUES (3, 30)")
    box.sql("FLUSH TABLES WITH READ LOCK", holder)
    steps, blocked = begun(box, "COMMIT", box.session)
    assert blocked.state == "Waiting for commit lock"
    box.sql("UNLOCK TABLES", holder)
    box.drive(steps)


def test_kill_ends_a_waiting_statement(box: Box) -> None:
    victim = box.login(database="d")
    box.sql("BEGIN")
    box.sql("DELETE FROM t WHERE id = 1")
    steps, _ = begun(box, "DELETE FROM t WHERE id = 1", victim)
    box.sql(f"KILL QUERY {victim.id}")
    with pytest.raises(MySQLError, match="Query execution was interrupted"):
        box.drive(steps)
    assert box.error("KILL 999") == "ERROR 1094 (HY000): Unknown thread id: 999"


# ── read-only modes and variables ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "text",
    [
        "INSERT INTO t VALUES (3, 3)",
        "UPDATE t SET n = 0",
        "DELETE FROM t",
        "REPLACE INTO t VALUES (1, 1)",
        "CREATE DATABASE d",
        "DROP DATABASE nope",
        "CREATE TABLE u (a INT)",
        "ALTER TABLE t ADD COLUMN x INT",
        "DROP TABLE t",
        "TRUNCATE TABLE t",
        "CREATE USER u",
        "GRANT ALL ON *.* TO root@localhost",
    ],
)
def test_super_read_only_stops_root_too(box: Box, text: str) -> None:
    """SQL-30."""
    box.sql("SET GLOBAL super_read_only = ON")
    root = box.login(database="d")
    assert box.error(text, root) == (
        "ERROR 1290 (HY000): The MySQL server is running with the --super-read-only option so it cannot execute this "
        "statement"
    )


def test_what_super_read_only_lets_through(box: Box) -> None:
    """SQL-30, REPL-30, REPL-43."""
    box.sql("SET GLOBAL super_read_only = ON")
    root = box.login(database="d")
    for text in (
        "SELECT * FROM t",
        "SHOW TABLES",
        "CHANGE MASTER TO MASTER_HOST='mysql-0.mysql'",
        "START SLAVE",
        "STOP SLAVE",
        "RESET SLAVE ALL",
        "FLUSH TABLES WITH READ LOCK",
        "UNLOCK TABLES",
        "SET GLOBAL super_read_only = OFF",
    ):
        box.run(text, root)


def test_read_only_stops_those_without_super_alone(box: Box) -> None:
    box.sql("CREATE USER app")
    box.sql("GRANT ALL ON d.* TO app")
    box.sql("SET GLOBAL read_only = ON")
    app = box.login("app", "10.0.0.9", database="d")
    assert "running with the --read-only option" in box.error("DELETE FROM t", app)
    box.sql("DELETE FROM t", box.login(database="d"))


def test_the_two_read_only_switches_pull_each_other() -> None:
    """SQL-43."""
    box = Box(*PRIMARY).initialize().start()
    box.sql("SET GLOBAL super_read_only = ON")
    assert box.sql("SELECT @@read_only") == [(1,)]
    box.sql("SET GLOBAL read_only = OFF")
    assert box.sql("SELECT @@super_read_only") == [(0,)]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("SET nope = 1", "ERROR 1193 (HY000): Unknown system variable 'nope'"),
        ("SET GLOBAL server_uuid = 'x'", "ERROR 1238 (HY000): Variable 'server_uuid' is a read only variable"),
        ("SET read_only = 1", "ERROR 1229 (HY000): Variable 'read_only' is a GLOBAL variable and should be set with SET GLOBAL"),
        ("SET GLOBAL sql_log_bin = 0", "ERROR 1228 (HY000): Variable 'sql_log_bin' is a SESSION variable and can't be used with SET GLOBAL"),
        ("SET autocommit = 'maybe'", "ERROR 1231 (42000): Variable 'autocommit' can't be set to the value of 'maybe'"),
        ("SET wait_timeout = 'x'", "ERROR 1232 (42000): Incorrect argument type to variable 'wait_timeout'"),
    ],
)  # fmt: skip
def test_errors_of_set(box: Box, text: str, error: str) -> None:
    assert box.error(text) == error


def test_variables_of_the_lessons(box: Box) -> None:
    """SQL-40, SQL-42."""
    assert box.sql("SELECT @@server_id, @@hostname, @@gtid_mode, @@log_bin, @@port, @@datadir, @@version") == [
        (100, "mysql-0", "OFF", 1, 3306, "/var/lib/mysql/", "5.7.42-log")
    ]
    assert box.sql("SHOW VARIABLES LIKE 'super_read_only'") == [("super_read_only", "OFF")]
    assert box.sql("SHOW GLOBAL VARIABLES WHERE Variable_name = 'innodb_log_file_size'") == [
        ("innodb_log_file_size", "50331648")
    ]
    box.sql("SET @a = 1, @b = 'x'")
    assert box.sql("SELECT @a, @b") == [(1, "x")]


# ── accounts ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_most_specific_host_wins() -> None:
    """SQL-1, SQL-3."""
    box = Box(*PRIMARY).initialize().start()
    box.sql("CREATE USER 'root'@'%' IDENTIFIED BY 'far'")
    assert box.server.connect("root", ["localhost", "127.0.0.1"]).account.name == "root@localhost"
    far = box.server.connect("root", ["mysql-1.mysql.default.svc.cluster.local", "10.0.0.2"], "far")
    assert far.account.name == "root@%"
    assert box.sql("SELECT USER(), CURRENT_USER()", far) == [("root@mysql-1.mysql.default.svc.cluster.local", "root@%")]


@pytest.mark.parametrize(
    ("user", "host", "password", "error"),
    [
        ("root", "10.0.0.2", None, "ERROR 1130 (HY000): Host '10.0.0.2' is not allowed to connect to this MySQL server"),
        ("root", "localhost", "x", "ERROR 1045 (28000): Access denied for user 'root'@'localhost' (using password: YES)"),
        ("nobody", "localhost", None, "ERROR 1045 (28000): Access denied for user 'nobody'@'localhost' (using password: NO)"),
        ("mysql.sys", "localhost", None, "ERROR 1045 (28000): Access denied for user 'mysql.sys'@'localhost' (using password: NO)"),
    ],
)  # fmt: skip
def test_who_is_not_let_in(user: str, host: str, password: str | None, error: str) -> None:
    """ENTRY-43, SQL-1."""
    box = Box(*PRIMARY).initialize().start()
    with pytest.raises(MySQLError) as caught:
        box.server.connect(user, [host], password)
    assert caught.value.line() == error


def test_too_many_connections() -> None:
    box = Box(*PRIMARY, "--max-connections=2").initialize().start()
    box.sql("CREATE USER app")
    box.login("app", "10.0.0.1")
    with pytest.raises(MySQLError, match="Too many connections"):
        box.login("app", "10.0.0.1")
    box.login()  # one more for those with SUPER
    with pytest.raises(MySQLError, match="Too many connections"):
        box.login()


def test_privileges_are_needed_and_can_be_given_and_taken(box: Box) -> None:
    box.sql("CREATE USER 'app'@'10.0.%' IDENTIFIED BY 'pw'")
    app = box.login("app", "10.0.0.1", password="pw")
    assert box.sql("SHOW DATABASES", app) == [("information_schema",)]
    assert box.error("USE d", app) == "ERROR 1044 (42000): Access denied for user 'app'@'10.0.%' to database 'd'"
    assert box.error("SELECT * FROM d.t", app) == (
        "ERROR 1142 (42000): SELECT command denied to user 'app'@'10.0.0.1' for table 't'"
    )
    assert box.error("SET GLOBAL read_only = 1", app) == (
        "ERROR 1227 (42000): Access denied; you need (at least one of) the SUPER privilege(s) for this operation"
    )
    assert box.error("CREATE DATABASE x", app).startswith("ERROR 1044")
    box.sql("GRANT SELECT, INSERT ON d.* TO 'app'@'10.0.%'")
    assert box.sql("SELECT COUNT(*) FROM d.t", app) == [(2,)]
    assert box.error("DELETE FROM d.t", app).startswith("ERROR 1142 (42000): DELETE command denied")
    box.sql("REVOKE SELECT ON d.* FROM 'app'@'10.0.%'")
    assert box.error("SELECT * FROM d.t", app).startswith("ERROR 1142")
    box.sql("GRANT SELECT ON d.t TO 'app'@'10.0.%'")
    assert box.sql("SELECT COUNT(*) FROM d.t", app) == [(2,)]
    assert box.sql("SHOW GRANTS FOR 'app'@'10.0.%'") == [
        ("GRANT USAGE ON *.* TO 'app'@'10.0.%'",),
        ("GRANT INSERT ON `d`.* TO 'app'@'10.0.%'",),
        ("GRANT SELECT ON `d`.`t` TO 'app'@'10.0.%'",),
    ]


def test_accounts_survive_a_kill_since_their_tables_are_written_at_once(box: Box) -> None:
    """ENTRY-44."""
    box.sql("CREATE USER app")
    box.kill().start()
    assert box.login("app", "elsewhere").account.name == "app@%"
    box.sql("DROP USER app")
    assert box.error("DROP USER app") == "ERROR 1396 (HY000): Operation DROP USER failed for 'app'@'%'"


def test_rows_put_into_the_grant_tables_count_after_flush_privileges(box: Box) -> None:
    box.sql("UPDATE mysql.user SET Host = '%' WHERE User = 'root'")
    with pytest.raises(MySQLError, match="is not allowed to connect"):
        box.login("root", "10.0.0.3")
    box.sql("FLUSH PRIVILEGES")
    box.login("root", "10.0.0.3")


def test_a_new_password_counts_at_once(box: Box) -> None:
    box.sql("ALTER USER 'root'@'localhost' IDENTIFIED BY 'new'")
    with pytest.raises(MySQLError, match="using password: NO"):
        box.login()
    box.login(password="new")
    box.sql("SET PASSWORD FOR 'root'@'localhost' = ''")
    box.login()
