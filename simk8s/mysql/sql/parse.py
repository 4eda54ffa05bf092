"""The text of one statement, turned into a statement."""

from __future__ import annotations

from functools import lru_cache

from simk8s.mysql.errors import MySQLError, not_supported, syntax_error
from simk8s.mysql.sql import account, administrative, definition, replication, show
from simk8s.mysql.sql.administrative import Parser
from simk8s.mysql.sql.lexer import Cursor
from simk8s.mysql.sql.simple import simple_insert, simple_select
from simk8s.mysql.sql.statement import Statement

_ORDINARY = frozenset(("SELECT", "INSERT", "REPLACE", "UPDATE", "DELETE", "("))

# Statements of MySQL 5.7 that the model does not have: refused by name rather than as errors of syntax.
_REFUSED = frozenset((
    "ANALYZE", "BINLOG", "CACHE", "CALL", "CHECK", "CHECKSUM", "DEALLOCATE", "DECLARE", "EXECUTE", "GET", "HANDLER",
    "HELP", "INSTALL", "LOAD", "LOCK", "OPTIMIZE", "PREPARE", "RELEASE", "REPAIR", "RESIGNAL", "SAVEPOINT", "SIGNAL",
    "UNINSTALL", "XA",
))  # fmt: skip

_PARSERS: dict[str, Parser] = {
    **administrative.PARSERS,
    "CHANGE": replication.change_master,
    "STOP": replication.stop,
    "RESET": replication.reset,
    "PURGE": replication.purge,
    "GRANT": account.grant,
    "REVOKE": account.revoke,
    "SHOW": show.show,
    "DESCRIBE": show.describe,
    "DESC": show.describe,
    "EXPLAIN": show.describe,
    "TRUNCATE": definition.truncate,
}


def parse(text: str) -> Statement:
    """One statement. Raises 1065 for none, 1064 with the place of the error, 1235 for what is not modelled.

    >>> parse("SELECT 1").items[0].label
    '1'
    """
    result = _parse(text)
    if isinstance(result, MySQLError):
        raise MySQLError(result.number, *result.arguments)
    return result


@lru_cache(maxsize=4096)
def _parse(text: str) -> Statement | MySQLError:
    try:
        return _parsed(text)
    except MySQLError as error:
        return error


def _parsed(text: str) -> Statement:
    cursor = Cursor(text)
    first = cursor.token
    if cursor.at_end:
        raise MySQLError(1065)
    if first.key in _ORDINARY:
        return _ordinary(cursor)
    parser = _parser_of(cursor)
    if parser is None:
        if first.key in _REFUSED:
            raise not_supported(first.key)
        raise syntax_error(text, first.start)
    statement = parser(cursor)
    cursor.expect_end()
    return statement


def _ordinary(cursor: Cursor) -> Statement:
    quick: Statement | None = simple_select(cursor)
    if quick is None:
        cursor.place = 0
        quick = simple_insert(cursor)
    if quick is not None:
        return quick
    from simk8s.mysql.sql import ordinary  # sqlglot: not before it is needed

    return ordinary.statement(cursor.text)


def _parser_of(cursor: Cursor) -> Parser | None:
    key, following = cursor.token.key, cursor.tokens[1].key
    is_database, is_user = following in ("DATABASE", "SCHEMA"), following == "USER"
    match key:
        case "CREATE":
            return (
                administrative.create_database if is_database else account.create_user if is_user else definition.create
            )
        case "DROP":
            return administrative.drop_database if is_database else account.drop_user if is_user else definition.drop
        case "ALTER":
            return account.alter_user if is_user else definition.alter
        case "START":
            return administrative.start_transaction if following == "TRANSACTION" else replication.start
        case _:
            return _PARSERS.get(key)
