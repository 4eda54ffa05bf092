"""MyISAM and CSV tables: written through at once, without transactions. The grant tables are such (MYSQLD-6)."""

from __future__ import annotations

import json

from simk8s.machine.content import dense, padded
from simk8s.mysql.directory import DataDirectory
from simk8s.mysql.errors import MySQLError
from simk8s.mysql.plain import compact, parse
from simk8s.mysql.step import Steps
from simk8s.mysql.table import Definition, Table, TableRows, path_of, rows_from_plain, rows_to_plain

FILES = {"MyISAM": (".MYD", ".MYI"), "CSV": (".CSV", ".CSM")}
_INDEX_SIZE = {".MYI": 4096, ".CSM": 35}


def load(directory: DataDirectory, database: str, definition: Definition) -> Table:
    """Open a table's files. Raises 1017 where one is missing, 1033 where it cannot be read."""
    path = path_of(database, definition.name)
    data, index = (path + ending for ending in FILES[definition.engine])
    contents = []
    for file in (index, data):
        try:
            contents.append(dense(directory.read(file)))
        except FileNotFoundError:
            raise MySQLError(1017, f"./{file}") from None
    try:
        head = parse((contents[0] or b"{}").decode())
        rows = parse((contents[1] or b"[]").decode())
    except ValueError as problem:
        raise MySQLError(1033, f"./{data}") from problem
    by_number = rows_from_plain(rows, definition)
    number = head.get("next_number", 1)
    return Table(
        database, definition, TableRows(definition, by_number, max(by_number, default=0) + 1), next_number=number
    )


def create(directory: DataDirectory, database: str, definition: Definition) -> Steps[Table]:
    """Make the two files of an empty table."""
    table = Table(database, definition, TableRows(definition))
    yield from save(directory, table)
    return table


def save(directory: DataDirectory, table: Table) -> Steps[None]:
    """Write data, then index: a kill in between leaves the two apart (ENTRY-44)."""
    data, index = FILES[table.definition.engine]
    rows = rows_to_plain(table.rows.by_number)
    content = compact(rows).encode() if rows else b""
    yield from directory.write(table.path + data, content, sync=False)
    head = json.dumps({"next_number": table.next_number}).encode()
    yield from directory.write(table.path + index, padded(head, _INDEX_SIZE[index]), sync=False)


def drop(directory: DataDirectory, path: str, engine: str) -> Steps[None]:
    for ending in FILES[engine]:
        yield from directory.unlink(path + ending)


def rename(directory: DataDirectory, path: str, target: str, engine: str) -> Steps[None]:
    for ending in FILES[engine]:
        yield from directory.rename(path + ending, target + ending)
