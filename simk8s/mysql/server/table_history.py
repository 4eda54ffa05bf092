"""The tables of a running server for history: all of them when it opens, then those that a definition has changed.

System databases are left out: they come with every server. Rows that a transaction changes are told with its commit.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from simk8s.mysql import myisam
from simk8s.mysql.column import to_plain
from simk8s.mysql.engine.catalog import Catalog
from simk8s.mysql.engine.server import Server
from simk8s.mysql.errors import MySQLError
from simk8s.mysql.table import Definition, Table

SYSTEM_DATABASES = frozenset({"mysql", "sys", "performance_schema", "information_schema"})

PlainRows: TypeAlias = dict[str, "list[Any] | None"]
"""Rows by their hidden numbers; None: deleted."""


class TableHistory:
    """Remembers what history knows of the tables."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._known: dict[str, tuple[Definition, PlainRows]] = {}

    def changes(self) -> dict[str, Any]:
        """Tables that history does not know as they are: columns and rows; None for those that are gone."""
        told: dict[str, Any] = {}
        present = _tables(self._server.catalog)
        for name, table in present.items():
            rows = _plain(table.rows.by_number)
            if self._known.get(name) != (table.definition, rows):
                self._known[name] = (table.definition, rows)
                told[name] = {"columns": [column.name for column in table.definition.columns], "rows": dict(rows)}
        for name in sorted(self._known.keys() - present.keys()):
            del self._known[name]
            told[name] = None
        return told

    def rows(self, changed: dict[Table, dict[int, tuple[Any, ...] | None]]) -> dict[str, PlainRows]:
        """The rows of a commit."""
        told = {}
        for table, rows in changed.items():
            name = f"{table.database}.{table.name}"
            told[name] = _plain(rows)
            if name in self._known:
                kept = self._known[name][1]
                for number, row in told[name].items():
                    if row is None:
                        kept.pop(number, None)
                    else:
                        kept[number] = row
        return told


def _tables(catalog: Catalog) -> dict[str, Table]:
    """Every table that can be read, without opening it for anybody: looking must change nothing."""
    found = {}
    for database in catalog.databases():
        if database in SYSTEM_DATABASES:
            continue
        for name in catalog.tables(database):
            table = catalog.open_tables.get((database, name)) or _peek(catalog, database, name)
            if table is not None:
                found[f"{database}.{name}"] = table
    return found


def _peek(catalog: Catalog, database: str, name: str) -> Table | None:
    try:
        definition = catalog.definition(database, name)
    except MySQLError:
        return None
    if definition.engine in myisam.FILES:
        try:
            return myisam.load(catalog.directory, database, definition)
        except MySQLError:
            return None
    if definition.engine != "InnoDB":
        return None
    loading = catalog.innodb.load(database, definition)
    try:
        while True:
            next(loading)
    except StopIteration as end:
        table: Table = end.value
        return catalog.innodb.dirty.get(table.path, table)
    except MySQLError:
        return None


def _plain(rows: Any) -> PlainRows:
    return {str(number): None if row is None else [to_plain(value) for value in row] for number, row in rows.items()}
