"""The grant tables: mysql.user, mysql.db and mysql.tables_priv, read into memory and written back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from simk8s.mysql import myisam
from simk8s.mysql.column import Special, Value
from simk8s.mysql.engine.account import DATABASE_COLUMNS, PRIVILEGES, Accounts, accounts_of
from simk8s.mysql.step import Steps
from simk8s.mysql.table import Definition, Table

if TYPE_CHECKING:
    from simk8s.mysql.engine.server import Server

_TABLE_PRIVILEGES = {"Show view": "SHOW VIEW", "Create View": "CREATE VIEW", "Grant": "GRANT OPTION"}


def read_grants(server: Server) -> Steps[None]:
    """FLUSH PRIVILEGES, and part of every start. Raises 1146 or 1017 where a grant table is missing (MYSQLD-61)."""
    user = yield from server.catalog.open("mysql", "user")
    database = yield from server.catalog.open("mysql", "db")
    tables = yield from server.catalog.open("mysql", "tables_priv")
    accounts = Accounts(accounts_of(user.definition, (row for _, row in user.rows.scan())))
    for row in _dictionaries(database):
        privileges = frozenset(PRIVILEGES[column] for column in DATABASE_COLUMNS if row[column] == "Y")
        accounts.databases[str(row["Host"]), str(row["User"]), str(row["Db"])] = privileges
    for row in _dictionaries(tables):
        key = (str(row["Host"]), str(row["User"]), str(row["Db"]), str(row["Table_name"]))
        words = [word for word in str(row["Table_priv"]).split(",") if word]
        accounts.tables[key] = frozenset(_TABLE_PRIVILEGES.get(word, word.upper()) for word in words)
    server.accounts = accounts


def put_row(server: Server, name: str, values: dict[str, Value]) -> Steps[None]:
    """Insert a row into a grant table or replace the one with the same key, and read the tables anew."""
    table: Table = yield from server.catalog.open("mysql", name)
    row = tuple(
        values[column.name] if column.name in values else _default(column.default)
        for column in table.definition.columns
    )
    key = _key(table.definition, dict(zip((c.name for c in table.definition.columns), row, strict=True)))
    number = next((n for n, r in _numbered(table) if _key(table.definition, r) == key), table.rows.next_row)
    table.rows.apply({number: row})
    yield from myisam.save(server.directory, table)
    yield from read_grants(server)


def delete_rows(server: Server, name: str, doomed: Callable[[dict[str, Value]], bool]) -> Steps[int]:
    """Delete rows of a grant table; returns how many."""
    table: Table = yield from server.catalog.open("mysql", name)
    numbers = [number for number, row in _numbered(table) if doomed(row)]
    if numbers:
        table.rows.apply(dict.fromkeys(numbers))
        yield from myisam.save(server.directory, table)
        yield from read_grants(server)
    return len(numbers)


def row_of(server: Server, name: str, **key: Value) -> Steps[dict[str, Value] | None]:
    """The row of a grant table with these values."""
    table: Table = yield from server.catalog.open("mysql", name)
    rows = _dictionaries(table)
    return next((row for row in rows if all(row[column] == value for column, value in key.items())), None)


def table_words(privileges: Iterable[str]) -> str:
    """Privileges as the SET column of mysql.tables_priv has them."""
    written = {privilege: word for word, privilege in _TABLE_PRIVILEGES.items()}
    return ",".join(written.get(privilege, privilege.capitalize()) for privilege in sorted(privileges))


def _dictionaries(table: Table) -> list[dict[str, Value]]:
    return [row for _, row in _numbered(table)]


def _numbered(table: Table) -> list[tuple[int, dict[str, Value]]]:
    names = [column.name for column in table.definition.columns]
    return [(number, dict(zip(names, row, strict=True))) for number, row in table.rows.scan()]


def _key(definition: Definition, row: dict[str, Value]) -> tuple[Any, ...]:
    primary = definition.primary
    assert primary is not None
    return tuple(row[column] for column in primary.columns)


def _default(default: Value | Special) -> Value:
    return "" if isinstance(default, Special) else default
