"""Expressions, queries and changes of rows as data: what the parsers make and the engine executes."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from functools import cache
from typing import TypeAlias

from simk8s.mysql.column import ColumnType, Value

# ── expressions ──────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Literal:
    value: Value


@dataclass(frozen=True, slots=True)
class Name:
    """A column, perhaps with its table and database."""

    name: str
    table: str = ""
    database: str = ""

    def __str__(self) -> str:
        return ".".join(part for part in (self.database, self.table, self.name) if part)


@dataclass(frozen=True, slots=True)
class Star:
    """All columns, of one table or of every one."""

    table: str = ""


@dataclass(frozen=True, slots=True)
class SystemVariable:
    """`@@name`; scope is global, session or empty."""

    name: str
    scope: str = ""


@dataclass(frozen=True, slots=True)
class UserVariable:
    name: str


@dataclass(frozen=True, slots=True)
class Assign:
    """`@name := value`."""

    name: str
    value: Expression


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator by its MySQL sign: `+`, `=`, `AND`, `NOT`, `LIKE`, `IS`, ..."""

    operator: str
    operands: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A function by its name in capitals; `typed` is the name as it was written."""

    name: str
    arguments: tuple[Expression, ...] = ()
    typed: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Aggregate:
    """COUNT, SUM, MIN, MAX, AVG or GROUP_CONCAT over the rows of a group. COUNT(*) has no arguments."""

    name: str
    arguments: tuple[Expression, ...] = ()
    distinct: bool = False
    order: tuple[Order, ...] = ()
    separator: str = ","


@dataclass(frozen=True, slots=True)
class In:
    """Membership in a list or in the only column of a query."""

    operand: Expression
    choices: tuple[Expression, ...] | Query


@dataclass(frozen=True, slots=True)
class Exists:
    query: Query


@dataclass(frozen=True, slots=True)
class Scalar:
    """A query used as a value."""

    query: Query


@dataclass(frozen=True, slots=True)
class Case:
    branches: tuple[tuple[Expression, Expression], ...]
    otherwise: Expression
    operand: Expression | None = None


@dataclass(frozen=True, slots=True)
class Cast:
    operand: Expression
    type: ColumnType


@dataclass(frozen=True, slots=True)
class Shift:
    """A date moved by an interval: `sign` is 1 or -1."""

    operand: Expression
    amount: Expression
    unit: str
    sign: int


@dataclass(frozen=True, slots=True)
class Default:
    """DEFAULT as a value of INSERT or UPDATE."""


@dataclass(frozen=True, slots=True)
class Inserted:
    """VALUES(column) of ON DUPLICATE KEY UPDATE."""

    column: str


Expression: TypeAlias = (
    Literal
    | Name
    | Star
    | SystemVariable
    | UserVariable
    | Assign
    | Operation
    | Call
    | Aggregate
    | In
    | Exists
    | Scalar
    | Case
    | Cast
    | Shift
    | Default
    | Inserted
)


@dataclass(frozen=True, slots=True)
class Order:
    expression: Expression
    descending: bool = False


# ── queries ──────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class TableName:
    name: str
    database: str = ""
    alias: str = ""


@dataclass(frozen=True, slots=True)
class Derived:
    """A query in FROM."""

    query: Query
    alias: str


@dataclass(frozen=True, slots=True)
class Join:
    """One more source of rows. kind: inner, left, right."""

    source: TableName | Derived
    kind: str = "inner"
    on: Expression | None = None
    using: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """One expression of a select list. `label` is the header of its column."""

    expression: Expression
    label: str


@dataclass(frozen=True, slots=True)
class Select:
    """`tables` are all that it names, those of its subqueries included. `is_literal` where it asks for literals alone,
    as `SELECT 1` does: then its answer stands in it."""

    items: tuple[Item, ...]
    source: TableName | Derived | None = None
    joins: tuple[Join, ...] = ()
    where: Expression | None = None
    group: tuple[Expression, ...] = ()
    having: Expression | None = None
    order: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int = 0
    distinct: bool = False
    for_update: bool = False
    tables: tuple[TableName, ...] = field(init=False, repr=False, compare=False)
    is_literal: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "tables", _tables_of_parts(self))
        nothing_else = not (self.source or self.where or self.group or self.having or self.order or self.distinct)
        is_literal = nothing_else and self.limit is None and all(type(i.expression) is Literal for i in self.items)
        object.__setattr__(self, "is_literal", is_literal)


@dataclass(frozen=True, slots=True)
class Union:
    """Queries one after the other; duplicates stay with `all`. `tables` are all that they name."""

    first: Query
    second: Query
    all: bool = False
    order: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int = 0
    tables: tuple[TableName, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "tables", _tables_of_parts(self))


Query: TypeAlias = Select | Union


# ── data ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Insert:
    """INSERT or REPLACE. `columns` is None where none were named; `tables` are all that it names, as for Update and
    Delete."""

    table: TableName
    columns: tuple[str, ...] | None
    rows: tuple[tuple[Expression, ...], ...] = ()
    query: Query | None = None
    ignore: bool = False
    replace: bool = False
    on_duplicate: tuple[tuple[str, Expression], ...] = ()
    tables: tuple[TableName, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "tables", _tables_of_parts(self))


@dataclass(frozen=True, slots=True)
class Update:
    table: TableName
    assignments: tuple[tuple[str, Expression], ...]
    where: Expression | None = None
    order: tuple[Order, ...] = ()
    limit: int | None = None
    tables: tuple[TableName, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "tables", _tables_of_parts(self))


@dataclass(frozen=True, slots=True)
class Delete:
    table: TableName
    where: Expression | None = None
    order: tuple[Order, ...] = ()
    limit: int | None = None
    tables: tuple[TableName, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "tables", _tables_of_parts(self))


# ── tables ───────────────────────────────────────────────────────────────────────────────────────────────────────


def tables_in(node: object) -> tuple[TableName, ...]:
    """Every table that a statement or a part of one names, subqueries included."""
    if isinstance(node, Select | Union | Insert | Update | Delete):
        return node.tables
    if isinstance(node, TableName):
        return (node,)
    if isinstance(node, tuple):
        return tuple([table for part in node for table in tables_in(part)])
    return _tables_of_parts(node)


def _tables_of_parts(node: object) -> tuple[TableName, ...]:
    return tuple(table for name in _parts(type(node)) for table in tables_in(getattr(node, name)))  # type: ignore[arg-type]  # mypy takes classes for unhashable


_TEXTS_AND_NUMBERS = ("str", "str | None", "int", "int | None", "bool")


@cache
def _parts(kind: type) -> tuple[str, ...]:
    """The fields of a piece of syntax in which a table may stand."""
    if not dataclasses.is_dataclass(kind) or kind in (Literal, Name):
        return ()
    return tuple(
        field.name for field in dataclasses.fields(kind) if field.init and field.type not in _TEXTS_AND_NUMBERS
    )
