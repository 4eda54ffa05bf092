"""SHOW, DESCRIBE and EXPLAIN of tables."""

from __future__ import annotations

from dataclasses import replace

from simk8s.mysql.errors import not_supported
from simk8s.mysql.sql.administrative import table_name, user_name
from simk8s.mysql.sql.lexer import Cursor
from simk8s.mysql.sql.simple import expression_in
from simk8s.mysql.sql.statement import Show, Statement

# Words after SHOW, what they show, and whether LIKE and WHERE may follow.
_PLAIN: tuple[tuple[tuple[str, ...], str, bool], ...] = (
    (("DATABASES",), "databases", True),
    (("SCHEMAS",), "databases", True),
    (("SLAVE", "STATUS"), "slave status", False),
    (("SLAVE", "HOSTS"), "slave hosts", False),
    (("MASTER", "STATUS"), "master status", False),
    (("MASTER", "LOGS"), "binary logs", False),
    (("BINARY", "LOGS"), "binary logs", False),
    (("PROCESSLIST",), "processlist", False),
    (("VARIABLES",), "variables", True),
    (("STATUS",), "status", True),
    (("STORAGE", "ENGINES"), "engines", False),
    (("ENGINES",), "engines", False),
    (("WARNINGS",), "warnings", False),
    (("ERRORS",), "errors", False),
    (("PRIVILEGES",), "privileges", False),
    (("PLUGINS",), "plugins", False),
    (("CHARACTER", "SET"), "charset", True),
    (("CHARSET",), "charset", True),
    (("COLLATION",), "collation", True),
)
_KNOWN_BUT_REFUSED = frozenset((
    "BINLOG", "RELAYLOG", "FUNCTION", "PROCEDURE", "TRIGGERS", "EVENTS", "OPEN", "PROFILE", "PROFILES", "COUNT",
    "ENGINE", "CONTRIBUTORS",
))  # fmt: skip


def show(cursor: Cursor) -> Statement:
    cursor.expect("SHOW")
    full = cursor.accept("FULL")
    scope = cursor.accept_any("GLOBAL", "SESSION", "LOCAL")
    statement = _kind(cursor)
    statement = replace(statement, full=full, scope="global" if scope == "GLOBAL" else "session")
    cursor.expect_end()
    return statement


def describe(cursor: Cursor) -> Statement:
    """DESCRIBE, DESC or EXPLAIN of a table. Plans of queries are not modelled."""
    cursor.expect_any("DESCRIBE", "DESC", "EXPLAIN")
    if cursor.token.key in ("SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE", "EXTENDED", "PARTITIONS", "FORMAT"):
        raise not_supported("EXPLAIN of a query")
    table = table_name(cursor)
    like = None
    if cursor.token.kind in ("string", "word", "quoted") and not cursor.at_end:
        like = cursor.string() if cursor.token.kind == "string" else cursor.identifier()
    return Show("columns", like, table=table)


def _kind(cursor: Cursor) -> Show:
    for words, what, filtered in _PLAIN:
        if cursor.accept(*words):
            shown = Show(what)
            if what == "slave status" and cursor.accept("FOR", "CHANNEL"):
                cursor.string()
            if what in ("warnings", "errors") and cursor.accept("LIMIT"):
                cursor.integer()
            return _filtered(cursor, shown) if filtered else shown
    if cursor.accept("CREATE"):
        return _create(cursor)
    if cursor.accept("GRANTS"):
        return Show("grants", user=user_name(cursor) if cursor.accept("FOR") else None)
    if cursor.accept("TABLES"):
        return _filtered(cursor, Show("tables", database=_of_database(cursor)))
    if cursor.accept("TABLE", "STATUS"):
        return _filtered(cursor, Show("table status", database=_of_database(cursor)))
    if cursor.accept_any("COLUMNS", "FIELDS"):
        return _filtered(cursor, _of_table(cursor, "columns"))
    if cursor.accept_any("INDEX", "INDEXES", "KEYS"):
        return _filtered(cursor, _of_table(cursor, "index"))
    if cursor.token.key in _KNOWN_BUT_REFUSED:
        raise not_supported(f"SHOW {cursor.token.key}")
    raise cursor.error()


def _create(cursor: Cursor) -> Show:
    if cursor.accept("TABLE"):
        return Show("create table", table=table_name(cursor))
    if cursor.accept_any("DATABASE", "SCHEMA"):
        cursor.accept("IF", "NOT", "EXISTS")
        return Show("create database", database=cursor.identifier())
    if cursor.accept("USER"):
        return Show("create user", user=user_name(cursor))
    if cursor.token.key in ("VIEW", "PROCEDURE", "FUNCTION", "TRIGGER", "EVENT"):
        raise not_supported(f"SHOW CREATE {cursor.token.key}")
    raise cursor.error()


def _of_database(cursor: Cursor) -> str:
    return cursor.identifier() if cursor.accept_any("FROM", "IN") else ""


def _of_table(cursor: Cursor, what: str) -> Show:
    cursor.expect_any("FROM", "IN")
    table = table_name(cursor)
    if cursor.accept_any("FROM", "IN"):
        table = replace(table, database=cursor.identifier())
    return Show(what, table=table)


def _filtered(cursor: Cursor, shown: Show) -> Show:
    if cursor.accept("LIKE"):
        return replace(shown, like=cursor.string())
    if cursor.accept("WHERE"):
        return replace(shown, where=expression_in(cursor))
    return shown
