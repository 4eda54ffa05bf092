"""INSERT, REPLACE, UPDATE, DELETE and definitions of tables: effects, counts, errors."""

# ruff: noqa: E501  (a message is easier to find where it stands on one line)

from __future__ import annotations

from decimal import Decimal

import pytest

from simk8s.mysql.engine.session import Done
from tests.mysql.box import PRIMARY, Box


@pytest.fixture
def box() -> Box:
    box = Box(*PRIMARY).initialize().start()
    box.sql("CREATE DATABASE d")
    box.sql("USE d")
    box.sql(
        "CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(5) NOT NULL, n TINYINT DEFAULT 7, UNIQUE (name))"
    )
    return box


def done(box: Box, text: str) -> Done:
    result = box.run(text)
    assert isinstance(result, Done)
    return result


def test_numbers_are_drawn_and_last_insert_id_is_the_first_of_a_statement(box: Box) -> None:
    assert done(box, "INSERT INTO t (name) VALUES ('a'), ('b')").last_insert_id == 1
    assert box.sql("SELECT LAST_INSERT_ID(), ROW_COUNT()") == [(1, 2)]
    box.sql("INSERT INTO t (id, name) VALUES (10, 'c'), (NULL, 'd'), (0, 'e')")
    assert [row[0] for row in box.sql("SELECT id FROM t")] == [1, 2, 10, 11, 12]


def test_the_counter_of_a_restarted_server_goes_on_from_the_highest_number(box: Box) -> None:
    box.sql("INSERT INTO t (name) VALUES ('a'), ('b'), ('c')")
    box.sql("DELETE FROM t WHERE id = 3")
    box.stop().start()
    assert done(box, "INSERT INTO d.t (name) VALUES ('x')").last_insert_id == 3


def test_counts_of_replace_and_of_on_duplicate_key_update(box: Box) -> None:
    assert done(box, "INSERT INTO t (id, name) VALUES (1, 'a')").affected == 1
    assert done(box, "REPLACE INTO t (id, name) VALUES (1, 'b')").affected == 2
    assert (
        done(box, "INSERT INTO t (id, name) VALUES (1, 'x') ON DUPLICATE KEY UPDATE n = VALUES(id) + n").affected == 2
    )
    assert done(box, "INSERT INTO t (id, name) VALUES (1, 'x') ON DUPLICATE KEY UPDATE n = n").affected == 0
    assert box.sql("SELECT * FROM t") == [(1, "b", 8)]


def test_the_answer_to_an_update_tells_matched_and_changed(box: Box) -> None:
    box.sql("INSERT INTO t (name) VALUES ('a'), ('b'), ('c')")
    result = done(box, "UPDATE t SET n = 9 WHERE id > 1")
    assert (result.affected, result.info) == (2, "Rows matched: 2  Changed: 2  Warnings: 0")
    result = done(box, "UPDATE t SET n = 9")
    assert (result.affected, result.info) == (1, "Rows matched: 3  Changed: 1  Warnings: 0")
    assert done(box, "DELETE FROM t ORDER BY id DESC LIMIT 2").affected == 2
    assert done(box, "DELETE FROM t").affected == 1


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("INSERT INTO t (id, name) VALUES (1, 'z')", "ERROR 1062 (23000): Duplicate entry '1' for key 'PRIMARY'"),
        ("INSERT INTO t (name) VALUES ('A ')", "ERROR 1062 (23000): Duplicate entry 'A ' for key 'name'"),
        ("UPDATE t SET id = 1 WHERE id = 2", "ERROR 1062 (23000): Duplicate entry '1' for key 'PRIMARY'"),
        ("INSERT INTO t VALUES (1)", "ERROR 1136 (21S01): Column count doesn't match value count at row 1"),
        ("INSERT INTO t (n) VALUES (1)", "ERROR 1364 (HY000): Field 'name' doesn't have a default value"),
        ("INSERT INTO t (name) VALUES (NULL)", "ERROR 1048 (23000): Column 'name' cannot be null"),
        ("INSERT INTO t (name) VALUES ('toolong')", "ERROR 1406 (22001): Data too long for column 'name' at row 1"),
        ("INSERT INTO t (name, n) VALUES ('x', 1), ('y', 300)", "ERROR 1264 (22003): Out of range value for column 'n' at row 2"),
        ("INSERT INTO t (name, n) VALUES ('x', 'abc')", "ERROR 1366 (HY000): Incorrect integer value: 'abc' for column 'n' at row 1"),
        ("INSERT INTO t (nope) VALUES (1)", "ERROR 1054 (42S22): Unknown column 'nope' in 'field list'"),
        ("INSERT INTO t (id, id) VALUES (1, 1)", "ERROR 1110 (42000): Column 'id' specified twice"),
        ("UPDATE t SET nope = 1", "ERROR 1054 (42S22): Unknown column 'nope' in 'field list'"),
        ("INSERT INTO nope VALUES (1)", "ERROR 1146 (42S02): Table 'd.nope' doesn't exist"),
        ("CREATE DATABASE d", "ERROR 1007 (HY000): Can't create database 'd'; database exists"),
        ("DROP DATABASE nope", "ERROR 1008 (HY000): Can't drop database 'nope'; database doesn't exist"),
        ("CREATE TABLE t (a INT)", "ERROR 1050 (42S01): Table 't' already exists"),
        ("DROP TABLE nope", "ERROR 1051 (42S02): Unknown table 'd.nope'"),
        ("USE nope", "ERROR 1049 (42000): Unknown database 'nope'"),
        ("CREATE TABLE u (a INT, A INT)", "ERROR 1060 (42S21): Duplicate column name 'A'"),
        ("CREATE TABLE u (a INT AUTO_INCREMENT)", "ERROR 1075 (42000): Incorrect table definition; there can be only one auto column and it must be defined as a key"),
        ("CREATE TABLE u (a TEXT, PRIMARY KEY (a))", "ERROR 1170 (42000): BLOB/TEXT column 'a' used in key specification without a key length"),
        ("CREATE TABLE u (a VARCHAR(70000))", "ERROR 1074 (42000): Column length too big for column 'a' (max = 65535); use BLOB or TEXT instead"),
        ("CREATE TABLE u (a INT DEFAULT 'x')", "ERROR 1067 (42000): Invalid default value for 'a'"),
        ("CREATE TABLE u (a INT) ENGINE=Foo", "ERROR 1286 (42000): Unknown storage engine 'Foo'"),
        ("CREATE TABLE u (KEY (b), a INT)", "ERROR 1072 (42000): Key column 'b' doesn't exist in table"),
        ("ALTER TABLE t DROP nope", "ERROR 1091 (42000): Can't DROP 'nope'; check that column/key exists"),
        ("ALTER TABLE t ADD UNIQUE (n)", "ERROR 1062 (23000): Duplicate entry '7' for key 'n'"),
        ("CREATE TABLE nope.t (a INT)", "ERROR 1049 (42000): Unknown database 'nope'"),
    ],
)  # fmt: skip
def test_errors_and_that_nothing_is_left_of_the_statement(box: Box, text: str, error: str) -> None:
    box.sql("INSERT INTO t (name) VALUES ('a'), ('b')")
    before, position = box.sql("SELECT * FROM t"), box.position
    assert box.error(text) == error
    assert box.sql("SELECT * FROM t") == before
    assert box.position == position


def test_ignore_turns_errors_into_warnings(box: Box) -> None:
    box.sql("INSERT INTO t (name) VALUES ('a')")
    result = done(box, "INSERT IGNORE INTO t (id, name, n) VALUES (1, 'b', 1), (2, 'toolong', 300)")
    assert result.affected == 1
    assert result.info == "Records: 2  Duplicates: 1  Warnings: 3"
    assert {row[1] for row in box.sql("SHOW WARNINGS")} == {1062, 1406, 1264}
    assert box.sql("SELECT * FROM t") == [(1, "a", 7), (2, "toolo", 127)]


def test_values_are_converted_to_the_columns_type(box: Box) -> None:
    box.sql("CREATE TABLE v (a DECIMAL(5,2), b DATETIME, c ENUM('x','y'), e CHAR(4), f DOUBLE, g BOOL, h YEAR)")
    box.sql("INSERT INTO v VALUES ('1.005', '2024-2-3', 'Y', 'ab  ', '2', TRUE, 24)")
    row = box.sql("SELECT * FROM v")[0]
    assert row[0] == Decimal("1.01")
    assert str(row[1]) == "2024-02-03 00:00:00"
    assert row[2:] == ("y", "ab", 2.0, 1, 2024)


def test_alter_table_changes_columns_and_keeps_rows(box: Box) -> None:
    box.sql("INSERT INTO t (name) VALUES ('a'), ('b')")
    box.sql(
        "ALTER TABLE t ADD COLUMN x INT NOT NULL DEFAULT 4 FIRST, CHANGE name label VARCHAR(30) NOT NULL, DROP COLUMN n"
    )
    assert box.sql("SELECT * FROM t") == [(4, 1, "a"), (4, 2, "b")]
    box.sql("ALTER TABLE t DROP PRIMARY KEY, MODIFY id BIGINT, RENAME TO u")
    assert box.sql("SHOW TABLES") == [("u",)]
    box.stop().start()
    assert box.sql("SELECT * FROM d.u") == [(4, 1, "a"), (4, 2, "b")]
    assert box.sql("SHOW CREATE TABLE d.u")[0][1] == (
        "CREATE TABLE `u` (\n  `x` int(11) NOT NULL DEFAULT '4',\n  `id` bigint(20) DEFAULT NULL,\n"
        "  `label` varchar(30) NOT NULL,\n  UNIQUE KEY `name` (`label`)\n) ENGINE=InnoDB DEFAULT CHARSET=latin1"
    )


def test_truncate_and_drop_and_rename(box: Box) -> None:
    box.sql("INSERT INTO t (name) VALUES ('a')")
    box.sql("TRUNCATE TABLE t")
    assert done(box, "INSERT INTO t (name) VALUES ('b')").last_insert_id == 1
    box.sql("CREATE DATABASE e")
    box.sql("RENAME TABLE t TO e.t")
    assert box.directory.names("e") == ["db.opt", "t.frm", "t.ibd"]
    assert box.sql("SELECT name FROM e.t") == [("b",)]
    box.sql("DROP DATABASE e")
    assert "e" not in box.files()


def test_a_database_is_a_directory(box: Box) -> None:
    """MYSQLD-9, MYSQLD-14, MYSQLD-16, SQL-41."""
    assert box.directory.names("d") == ["db.opt", "t.frm", "t.ibd"]
    box.drive(box.directory.mkdir("xtrabackup_backupfiles"))
    box.drive(box.directory.mkdir("lost+found"))
    box.drive(box.directory.mkdir(".hidden"))
    assert [name for (name,) in box.sql("SHOW DATABASES")] == [
        "information_schema",
        "d",
        "#mysql50#lost+found",
        "mysql",
        "performance_schema",
        "sys",
        "xtrabackup_backupfiles",
    ]
    box.sql("CREATE DATABASE `web-shop`")
    assert "web@002dshop" in box.files()


def test_a_table_of_another_engine_is_written_at_once(box: Box) -> None:
    box.sql("CREATE TABLE m (a INT PRIMARY KEY) ENGINE=MyISAM")
    before = box.position
    box.sql("INSERT INTO m VALUES (1), (2)")
    assert box.error("INSERT INTO m VALUES (3), (1)").startswith("ERROR 1062")
    box.kill().start()
    assert box.sql("SELECT * FROM d.m") == [(1,), (2,)]
    assert before > 0


def test_statements_are_logged_as_the_server_writes_them(box: Box) -> None:
    """REPL-7."""
    from simk8s.mysql.event import Query, iterate, parse

    box.sql("DROP TABLE t")
    box.sql("CREATE USER u IDENTIFIED BY 'secret'")
    assert box.server.binlog is not None
    events = [parse(raw) for raw in iterate(box.server.binlog.data(box.server.binlog.current))]
    texts = [event.text for event in events if isinstance(event, Query)]
    assert texts[-2:] == [
        "DROP TABLE `t` /* generated by server */",
        "CREATE USER 'u'@'%' IDENTIFIED WITH 'mysql_native_password' AS '*14E65567ABDB5135D0CFD9A70B3032C179A49EE7'",
    ]


def test_a_temporary_table_belongs_to_its_session_and_is_not_logged(box: Box) -> None:
    """SQL-30."""
    box.sql("SET GLOBAL super_read_only = ON")
    session = box.login(database="d")
    before = box.position
    box.sql("CREATE TEMPORARY TABLE tmp (a INT)", session)
    box.sql("INSERT INTO tmp VALUES (1)", session)
    assert box.sql("SELECT * FROM tmp", session) == [(1,)]
    assert box.error("SELECT * FROM d.tmp") == "ERROR 1146 (42S02): Table 'd.tmp' doesn't exist"
    assert box.position == before
