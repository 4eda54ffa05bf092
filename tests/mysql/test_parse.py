"""The parsers: what they make, and that the quick one and `sqlglot` agree."""

# ruff: noqa: E501  (one case, one line)

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simk8s.mysql.errors import MySQLError
from simk8s.mysql.sql import ordinary
from simk8s.mysql.sql import statement as stm
from simk8s.mysql.sql import syntax as sql
from simk8s.mysql.sql.lexer import Cursor
from simk8s.mysql.sql.parse import parse
from simk8s.mysql.sql.simple import simple_insert, simple_select

literals = st.sampled_from(
    ["1", "-1", "2.50", "'a'", "'it''s'", '"q"', "NULL", "TRUE", "@x", "@@server_id", "@@global.port", "NOW()", "1e3"]
)


@given(st.lists(literals, min_size=1, max_size=4))
def test_the_quick_parser_and_sqlglot_read_selects_alike(items: list[str]) -> None:
    text = "SELECT " + ", ".join(items)
    quick = simple_select(Cursor(text))
    assert quick is not None
    assert quick == ordinary.statement(text)


@given(st.lists(st.lists(st.one_of(literals, st.just("DEFAULT")), min_size=2, max_size=2), min_size=1, max_size=4))
def test_the_quick_parser_and_sqlglot_read_inserts_alike(rows: list[list[str]]) -> None:
    text = "INSERT INTO d.t (a, `b c`) VALUES " + ", ".join(f"({', '.join(row)})" for row in rows)
    quick = simple_insert(Cursor(text))
    assert quick is not None
    assert quick == ordinary.statement(text)


def test_sqlglot_is_not_imported_for_what_a_start_up_script_sends() -> None:
    code = (
        "import sys; from simk8s.mysql.sql.parse import parse\n"
        "for text in ('SELECT 1', 'SELECT @@server_id,NOW()', \"INSERT INTO t VALUES (1, 'a')\", 'CREATE DATABASE d',\n"
        "             'CREATE TABLE d.t (a INT PRIMARY KEY)', 'SHOW SLAVE STATUS', 'START SLAVE', 'SET GLOBAL read_only=1'):\n"
        "    parse(text)\n"
        "sys.exit('sqlglot' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("START SLAVE", stm.StartSlave()),
        ("start slave io_thread", stm.StartSlave(True, False)),
        ("STOP SLAVE SQL_THREAD", stm.StopSlave(False, True)),
        ("RESET SLAVE ALL FOR CHANNEL ''", stm.ResetSlave(True)),
        ("SHOW SLAVE STATUS", stm.Show("slave status")),
        ("show full processlist", stm.Show("processlist", full=True)),
        ("SHOW GLOBAL VARIABLES LIKE 'a%'", stm.Show("variables", "a%", scope="global")),
        ("DESC d.t", stm.Show("columns", table=sql.TableName("t", "d"))),
        ("FLUSH NO_WRITE_TO_BINLOG ENGINE LOGS, PRIVILEGES", stm.Flush(("engine logs", "privileges"), True)),
        ("FLUSH TABLES WITH READ LOCK", stm.Flush(("tables with read lock",))),
        ("USE `my db`;", stm.Use("my db")),
        ("BEGIN WORK", stm.Begin()),
        ("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY", stm.Begin(True, True)),
        ("KILL QUERY 7", stm.Kill(sql.Literal(7), True)),
        ("PURGE MASTER LOGS TO 'b.000002'", stm.PurgeLogs("b.000002")),
        ("DROP USER 'a'@'h', b", stm.DropUser((stm.UserName("a", "h"), stm.UserName("b")))),
        ("CREATE DATABASE IF NOT EXISTS x CHARACTER SET = utf8", stm.CreateDatabase("x", True, "utf8")),
        ("SET GLOBAL super_read_only=ON", stm.Set((stm.Assignment(sql.SystemVariable("super_read_only", "global"), sql.Literal("ON")),))),
        ("SET @@session.sql_log_bin = DEFAULT", stm.Set((stm.Assignment(sql.SystemVariable("sql_log_bin", "session"), None),))),
        ("SET NAMES 'utf8mb4'", stm.Set((stm.Assignment(sql.SystemVariable("names"), sql.Literal("utf8mb4")),))),
        (
            "GRANT SELECT, REPLICATION SLAVE ON *.* TO r@'%' WITH GRANT OPTION",
            stm.Grant(("SELECT", "REPLICATION SLAVE"), "*", "*", (stm.UserSpec(stm.UserName("r", "%")),), True),
        ),
        ("/* hint */ SELECT /*!40101 1 */ -- end", sql.Select((sql.Item(sql.Literal(1), "1"),))),
        ("REPLACE INTO t SET a = 1", sql.Insert(sql.TableName("t"), ("a",), ((sql.Literal(1),),), replace=True)),
    ],
)  # fmt: skip
def test_statements_become_data(text: str, expected: object) -> None:
    assert parse(text) == expected


def test_change_master_keeps_its_options_in_order() -> None:
    """SQL-17, DIR-35."""
    statement = parse("CHANGE MASTER TO MASTER_LOG_FILE='f', MASTER_LOG_POS=154,\n MASTER_HOST='h', MASTER_PASSWORD=''")
    assert statement == stm.ChangeMaster(
        (("MASTER_LOG_FILE", "f"), ("MASTER_LOG_POS", 154), ("MASTER_HOST", "h"), ("MASTER_PASSWORD", ""))
    )


def test_the_first_timestamp_keeps_itself_up_to_date_and_the_others_do_not() -> None:
    statement = parse("CREATE TABLE t (a TIMESTAMP, b TIMESTAMP NULL, c TIMESTAMP DEFAULT CURRENT_TIMESTAMP)")
    assert isinstance(statement, stm.CreateTable)
    assert [column.sql() for column in statement.columns] == [
        "`a` timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP",
        "`b` timestamp NULL DEFAULT NULL",
        "`c` timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP",
    ]


def check(text: str) -> None:
    try:
        parse(text)
    except MySQLError as error:
        assert error.number in (1054, 1064, 1065, 1113, 1115, 1235, 1248, 1582)


@given(st.text(max_size=60))
def test_any_text_is_a_statement_or_one_of_mysqls_errors(text: str) -> None:
    check(text)


WORDS = """
SELECT FROM WHERE t a , ( ) * = 1 'x' AND ORDER BY LIMIT INSERT INTO VALUES UPDATE SET DELETE CREATE TABLE INT ; @x @@y SHOW
SLAVE STATUS CHANGE MASTER TO MASTER_HOST NOT NULL KEY PRIMARY JOIN ON GROUP AS IN COUNT( + - . UNION ALTER ADD COLUMN GRANT
"""


@given(st.lists(st.sampled_from(WORDS.split()), max_size=12))
def test_any_words_are_a_statement_or_one_of_mysqls_errors(words: list[str]) -> None:
    check(" ".join(words))
