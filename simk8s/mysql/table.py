"""Tables: what a `.frm` file says about one, and its rows with their unique keys in memory."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from simk8s.machine.content import Content, padded
from simk8s.mysql.column import (
    COLLATIONS,
    Column,
    ColumnType,
    Row,
    Special,
    Value,
    from_plain,
    places_by_name,
    quoted,
    to_plain,
)
from simk8s.mysql.plain import compact

FRM_MAGIC = b"\xfe\x01\n\x0c"
_FRM_SIZE = 8556


@dataclass(frozen=True, slots=True)
class Index:
    """A key over columns, by name. The primary key is the one called PRIMARY."""

    name: str
    columns: tuple[str, ...]
    unique: bool = False

    def sql(self) -> str:
        columns = ",".join(f"`{column}`" for column in self.columns)
        if self.name == "PRIMARY":
            return f"PRIMARY KEY ({columns})"
        return f"{'UNIQUE ' if self.unique else ''}KEY `{self.name}` ({columns})"


@dataclass(frozen=True, slots=True)
class Definition:
    """What a table is: all that is in its `.frm`. `charset` is the default of its columns.

    What else it says follows from that: `unique` gives for each unique key, the primary first, the places of its
    columns; `primary_places` those of the primary key; `told` the columns whose values a data file writes otherwise.
    """

    name: str
    columns: tuple[Column, ...]
    indexes: tuple[Index, ...] = ()
    engine: str = "InnoDB"
    charset: str = "latin1"
    comment: str = ""
    types: tuple[ColumnType, ...] = field(init=False, repr=False, compare=False)
    primary: Index | None = field(init=False, repr=False, compare=False)
    primary_places: tuple[int, ...] = field(init=False, repr=False, compare=False)
    unique: tuple[tuple[int, ...], ...] = field(init=False, repr=False, compare=False)
    auto_increment: int | None = field(init=False, repr=False, compare=False)
    told: tuple[tuple[int, ColumnType], ...] = field(init=False, repr=False, compare=False)
    by_name: dict[str, tuple[int, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for name, value in _derived(self.columns, self.indexes).items():
            object.__setattr__(self, name, value)

    def place(self, name: str) -> int | None:
        """Where a column stands; names are compared without case."""
        found = self.by_name.get(name.lower())
        return found[0] if found else None

    def sql(self, next_number: int = 1) -> str:
        """What SHOW CREATE TABLE prints."""
        lines = [f"  {column.sql()}" for column in self.columns] + [f"  {index.sql()}" for index in self.indexes]
        number = f" AUTO_INCREMENT={next_number}" if self.auto_increment is not None and next_number > 1 else ""
        comment = f" COMMENT={quoted(self.comment)}" if self.comment else ""
        body = ",\n".join(lines)
        options = f"ENGINE={self.engine}{number} DEFAULT CHARSET={self.charset}{comment}"
        return f"CREATE TABLE `{self.name}` (\n{body}\n) {options}"

    def frm(self) -> Content:
        """The content of the `.frm` file: its magic, then the definition in JSON (SIM), padded to the usual size."""
        data = FRM_MAGIC + compact(_definition_to_plain(self)).encode()
        return padded(data, _FRM_SIZE + 4 * len(self.columns))


def _derived(columns: tuple[Column, ...], indexes: tuple[Index, ...]) -> dict[str, object]:
    """What follows from a table's columns and indexes (see Definition)."""
    by_name = places_by_name(columns)

    def places_of(index: Index) -> tuple[int, ...]:
        return tuple([by_name[name.lower()][0] for name in index.columns if name.lower() in by_name])

    primary = next((index for index in indexes if index.name == "PRIMARY"), None)
    return {
        "types": tuple([column.type for column in columns]),
        "primary": primary,
        "primary_places": places_of(primary) if primary is not None else (),
        "unique": tuple([places_of(index) for index in unique_indexes(indexes)]),
        "auto_increment": next((place for place, column in enumerate(columns) if column.auto_increment), None),
        "told": tuple([(place, c.type) for place, c in enumerate(columns) if not c.type.is_plain]),
        "by_name": by_name,
    }


@lru_cache(maxsize=1024)  # every server has the same system tables, and opens them at each start
def read_frm(data: bytes) -> Definition:
    """The definition in what is written in a `.frm` file. Raises ValueError where it is none."""
    if not data.startswith(FRM_MAGIC):
        raise ValueError("not a table definition")
    return _definition_from_plain(json.loads(data[len(FRM_MAGIC) :]))


class TableRows:
    """The committed rows of one table, by a hidden row number, with one dictionary for each unique key."""

    __slots__ = ("_order", "by_number", "definition", "keys", "next_row", "places", "shared")

    def __init__(self, definition: Definition, rows: dict[int, Row] | None = None, next_row: int = 1) -> None:
        self.definition = definition
        self.by_number: dict[int, Row] = rows if rows is not None else {}
        self.next_row = next_row
        self.places = definition.unique
        self.keys: list[dict[tuple[Value, ...], int]] = [{} for _ in self.places]
        self.shared = False  # a snapshot holds `by_number`: copy before changing
        self._order: list[int] | None = None
        for number, row in self.by_number.items():
            self._index(number, row)

    def apply(self, changes: dict[int, Row | None]) -> None:
        """Make rows be as `changes` has them (None: gone)."""
        if self.shared:
            self.by_number = dict(self.by_number)
            self.shared = False
        for number in changes:
            old = self.by_number.get(number)
            if old is not None:
                self._unindex(number, old)
        for number, row in changes.items():
            if row is None:
                self.by_number.pop(number, None)
            else:
                self.by_number[number] = row
                self._index(number, row)
                self.next_row = max(self.next_row, number + 1)
        self._order = None

    def scan(self) -> Iterator[tuple[int, Row]]:
        """Row numbers and rows in the order of the clustered index: by primary key, else as they were inserted."""
        if self._order is None:
            self._order = in_order(self.definition, self.by_number)
        rows = self.by_number
        return ((number, rows[number]) for number in self._order)

    def snapshot(self) -> dict[int, Row]:
        """The rows as they are now, which later changes leave alone."""
        self.shared = True
        return self.by_number

    def find(self, key: int, values: tuple[Value, ...]) -> int | None:
        """The number of the row that has these (folded) values in a unique key."""
        return self.keys[key].get(values)

    def _index(self, number: int, row: Row) -> None:
        for places, keys in zip(self.places, self.keys, strict=True):
            values = key_values(row, places)
            if values is not None:
                keys[values] = number

    def _unindex(self, number: int, row: Row) -> None:
        for places, keys in zip(self.places, self.keys, strict=True):
            values = key_values(row, places)
            if values is not None and keys.get(values) == number:
                del keys[values]


def in_order(definition: Definition, rows: dict[int, Row]) -> list[int]:
    """Row numbers in the order of the clustered index."""
    places = definition.primary_places
    if not places:
        return sorted(rows)
    return sorted(rows, key=lambda number: [sort_key(rows[number][place]) for place in places])


def unique_indexes(indexes: Iterable[Index]) -> list[Index]:
    """The unique keys, the primary first."""
    return sorted((i for i in indexes if i.unique), key=lambda index: index.name != "PRIMARY")


def key_values(row: Row, places: tuple[int, ...]) -> tuple[Value, ...] | None:
    """A row's values for a unique key, folded as the collation compares them; None where a NULL makes it distinct."""
    values = tuple([fold(row[place]) for place in places])
    return None if None in values else values


def fold(value: Value) -> Value:
    """Text as `latin1_swedish_ci` compares it: without case and without spaces at the end."""
    return value.rstrip(" ").casefold() if isinstance(value, str) else value


def sort_key(value: Value) -> tuple[int, Any]:
    """A key that sorts values of one column: NULL first."""
    return (0, 0) if value is None else (1, fold(value))


# ── as JSON ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _definition_to_plain(definition: Definition) -> dict[str, Any]:
    return {
        "name": definition.name,
        "engine": definition.engine,
        "charset": definition.charset,
        "comment": definition.comment,
        "columns": [_column_to_plain(column) for column in definition.columns],
        "indexes": [[index.name, list(index.columns), index.unique] for index in definition.indexes],
    }


def _definition_from_plain(plain: dict[str, Any]) -> Definition:
    return Definition(
        plain["name"],
        tuple(_column_from_plain(column) for column in plain["columns"]),
        tuple(Index(name, tuple(columns), unique) for name, columns, unique in plain["indexes"]),
        plain["engine"],
        plain["charset"],
        plain["comment"],
    )


def _column_to_plain(column: Column) -> list[Any]:
    type, default = column.type, column.default
    return [
        column.name,
        [type.name, type.length, type.scale, type.unsigned, type.charset, list(type.values)],
        column.nullable,
        default.value if isinstance(default, Special) else None,
        None if isinstance(default, Special) else to_plain(default),
        column.auto_increment,
        column.updates_itself,
        column.comment,
    ]


def _column_from_plain(plain: list[Any]) -> Column:
    name, (kind, length, scale, unsigned, charset, values), nullable, special, default, counts, updates, comment = plain
    type = ColumnType(kind, length, scale, unsigned, charset, tuple(values))
    value = Special(special) if special is not None else from_plain(default, type)
    return Column(name, type, nullable, value, counts, updates, comment)


@lru_cache(maxsize=1024)
def path_of(database: str, table: str) -> str:
    """The path of a table's files without ending, below the data directory."""
    return f"{file_name(database)}/{file_name(table)}"


def file_name(name: str) -> str:
    """How a database or table is called on disk: what is no letter, digit or underscore becomes `@` and its code.

    >>> file_name("web-shop")
    'web@002dshop'
    """
    if name.isidentifier() and name.isascii():
        return name
    if name.startswith(_OLD_PREFIX):
        return name[len(_OLD_PREFIX) :]
    return "".join(c if (c.isalnum() and c.isascii()) or c == "_" else f"@{ord(c):04x}" for c in name)


def name_of_file(name: str) -> str:
    """The database or table that a file or directory is; with a prefix where no name would be written so (MYSQLD-16).

    >>> name_of_file("lost+found")
    '#mysql50#lost+found'
    """
    if name.isidentifier() and name.isascii():
        return name
    decoded = _ENCODED.sub(lambda match: chr(int(match[1], 16)), name)
    return decoded if file_name(decoded) == name else _OLD_PREFIX + name


_OLD_PREFIX = "#mysql50#"
_ENCODED = re.compile(r"@([0-9a-f]{4})")


def renamed(definition: Definition, name: str) -> Definition:
    """The same table under another name."""
    return replace(definition, name=name)


def collation(charset: str) -> str:
    return COLLATIONS[charset]


def rows_to_plain(rows: dict[int, Row]) -> list[Any]:
    """Rows as a data file keeps them."""
    return [[number, [to_plain(value) for value in row]] for number, row in rows.items()]


def rows_from_plain(rows: Iterable[tuple[int, list[Any]]], definition: Definition) -> dict[int, Row]:
    """The rows of a data file. Columns that were added to the definition since are not in it: they are NULL."""
    width = len(definition.columns)
    result = {}
    for number, row in rows:
        values = row[:width]
        for place, type in definition.told:
            if place < len(values):
                values[place] = from_plain(values[place], type)
        result[number] = tuple(values)
    return result


@dataclass(slots=True, eq=False)
class Table:
    """An open table: its definition and its rows, with what its storage engine remembers about it.

    `lsn` is how far the file on disk has come (InnoDB); `map_id` is the number that row events know the table by.
    """

    database: str
    definition: Definition
    rows: TableRows
    map_id: int = 0
    space: int = 0
    lsn: int = 0
    next_number: int = 1
    dirty: bool = False
    locks: dict[int, object] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.definition.name

    @property
    def path(self) -> str:
        """The files' path without ending, and InnoDB's name for the table: `test/messages`."""
        return path_of(self.database, self.definition.name)

    @property
    def full_name(self) -> str:
        return f"{self.database}.{self.definition.name}"

    def count_up(self) -> None:
        """Find the next AUTO_INCREMENT number from the rows, as InnoDB of 5.7 does when it opens a table."""
        place = self.definition.auto_increment
        if place is not None:
            numbers = [row[place] for row in self.rows.by_number.values()]
            self.next_number = max((n for n in numbers if isinstance(n, int)), default=0) + 1
