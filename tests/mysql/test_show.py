"""SHOW in its forms, DESCRIBE, and the system tables."""

from __future__ import annotations

import pytest

from simk8s.mysql.engine.server import ReplicaHost
from simk8s.mysql.engine.session import ResultSet
from tests.mysql.box import Box, primary


@pytest.fixture(scope="module")
def box() -> Box:
    box = primary()
    for statement in (
        "CREATE DATABASE d",
        "USE d",
        "CREATE TABLE t (id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY, v VARCHAR(9) NOT NULL, n INT, KEY k (v, n))",
        "ALTER TABLE t ADD UNIQUE (n)",
        "INSERT INTO t (v) VALUES ('a'), ('b')",
    ):
        box.sql(statement)
    return box


def names(box: Box, text: str) -> tuple[str, ...]:
    result = box.run(text)
    assert isinstance(result, ResultSet)
    assert all(len(row) == len(result.names) for row in result.rows)
    return result.names


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SHOW DATABASES", "Database"),
        ("SHOW TABLES", "Tables_in_d"),
        ("SHOW FULL TABLES", "Tables_in_d Table_type"),
        ("SHOW MASTER STATUS", "File Position Binlog_Do_DB Binlog_Ignore_DB Executed_Gtid_Set"),
        ("SHOW BINARY LOGS", "Log_name File_size"),
        ("SHOW SLAVE HOSTS", "Server_id Host Port Master_id Slave_UUID"),
        ("SHOW PROCESSLIST", "Id User Host db Command Time State Info"),
        ("SHOW VARIABLES", "Variable_name Value"),
        ("SHOW GLOBAL STATUS", "Variable_name Value"),
        ("SHOW WARNINGS", "Level Code Message"),
        ("SHOW ERRORS", "Level Code Message"),
        ("SHOW ENGINES", "Engine Support Comment Transactions XA Savepoints"),
        ("SHOW PLUGINS", "Name Status Type Library License"),
        ("DESCRIBE t", "Field Type Null Key Default Extra"),
        ("SHOW FULL COLUMNS FROM t", "Field Type Collation Null Key Default Extra Privileges Comment"),
    ],
)
def test_the_columns_of_each_form(box: Box, text: str, expected: str) -> None:
    """REPL-8, SQL-41, SQL-42."""
    assert names(box, text) == tuple(expected.split())


def test_what_the_forms_say(box: Box) -> None:
    assert box.sql("SHOW VARIABLES LIKE 'innodb_log_file%'") == [
        ("innodb_log_file_size", "50331648"),
        ("innodb_log_files_in_group", "2"),
    ]
    assert box.sql("SHOW TABLES FROM mysql LIKE 'time%'")[0] == ("time_zone",)
    assert box.sql("SHOW COLUMNS FROM t LIKE 'v'") == [("v", "varchar(9)", "NO", "MUL", None, "")]
    assert box.sql("DESC t id") == [("id", "int(10) unsigned", "NO", "PRI", None, "auto_increment")]
    assert [row[2:5] for row in box.sql("SHOW INDEX FROM t")] == [
        ("PRIMARY", 1, "id"),
        ("n", 1, "n"),
        ("k", 1, "v"),
        ("k", 2, "n"),
    ]
    assert box.sql("SHOW CREATE DATABASE d") == [("d", "CREATE DATABASE `d` /*!40100 DEFAULT CHARACTER SET latin1 */")]
    assert box.sql("SHOW TABLE STATUS LIKE 't'")[0][:5] == ("t", "InnoDB", 10, "Dynamic", 2)
    assert box.sql("SHOW GLOBAL STATUS LIKE 'Threads_connected'") == [("Threads_connected", "1")]
    assert box.sql("SHOW CREATE USER root@localhost")[0][0] == (
        "CREATE USER 'root'@'localhost' IDENTIFIED WITH 'mysql_native_password' REQUIRE NONE PASSWORD EXPIRE DEFAULT "
        "ACCOUNT UNLOCK"
    )
    assert [row[0] for row in box.sql("SHOW CHARACTER SET")] == ["ascii", "binary", "latin1", "utf8", "utf8mb4"]


def test_registered_replicas_are_listed_by_server_id(box: Box) -> None:
    """SQL-42, REPL-18."""
    box.server.replica_hosts[102] = ReplicaHost(102, "", 3306, "uuid-2")
    box.server.replica_hosts[101] = ReplicaHost(101, "", 3306, "uuid-1")
    assert box.sql("SHOW SLAVE HOSTS") == [(101, "", 3306, 100, "uuid-1"), (102, "", 3306, 100, "uuid-2")]


def test_every_system_table_can_be_read(box: Box) -> None:
    """MYSQLD-6: what has no rows in the model has its columns all the same."""
    tables = [str(name) for (name,) in box.sql("SHOW TABLES FROM mysql")]
    assert len(tables) == 31
    for name in tables:
        assert names(box, f"SELECT * FROM mysql.{name}")
        assert names(box, f"DESCRIBE mysql.{name}")
    assert box.sql("SELECT User, Host FROM mysql.user WHERE account_locked = 'Y'") == [
        ("mysql.session", "localhost"),
        ("mysql.sys", "localhost"),
    ]


def test_processes_show_who_does_what(box: Box) -> None:
    session = box.login("root", "10.0.0.7", port=40000, database="d")
    row = next(row for row in box.sql("SHOW FULL PROCESSLIST", session) if row[0] == session.id)
    assert row == (session.id, "root", "10.0.0.7:40000", "d", "Query", 0, "starting", "SHOW FULL PROCESSLIST")
    box.server.disconnect(session)
