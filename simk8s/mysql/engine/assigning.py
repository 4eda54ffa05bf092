"""Values for columns: where they go, what they become, and what an assignment in SQL gives a row."""

from __future__ import annotations

from collections.abc import Sequence

from simk8s.mysql.column import Row, Special, Value
from simk8s.mysql.engine.coerce import coerce, implicit_default
from simk8s.mysql.engine.compile import compile_expression
from simk8s.mysql.engine.evaluation import Compiled, Environment, Evaluation, Scope
from simk8s.mysql.engine.session import Session
from simk8s.mysql.errors import MySQLError
from simk8s.mysql.sql import syntax as sql
from simk8s.mysql.table import Table


def place_of(table: Table, name: str) -> int:
    """Where the column of that name stands. Raises 1054."""
    place = table.definition.place(name)
    if place is None:
        raise MySQLError(1054, name, "field list")
    return place


def assignment(expression: sql.Expression, table: Table, name: str, scope: Scope, context: Evaluation) -> Compiled:
    """The value that `name = expression` gives the column; DEFAULT is its own. Raises 1364 where it has none."""
    if not isinstance(expression, sql.Default):
        return compile_expression(expression, scope, context)
    column = table.definition.columns[place_of(table, name)]
    if column.default is Special.NONE:
        raise MySQLError(1364, column.name)
    value = context.now if column.default is Special.NOW else constant_default(column.default)
    return lambda environment: value


def constant_default(default: Value | Special) -> Value:
    """The default of a column, where it is a constant."""
    return None if isinstance(default, Special) else default


def is_lenient(session: Session) -> bool:
    """Whether the session has switched strict mode off."""
    mode = session.variables.get("sql_mode")
    return isinstance(mode, str) and "STRICT_" not in mode and mode != "TRADITIONAL"


def assigned(
    before: Row,
    updates: Sequence[tuple[int, Compiled]],
    table: Table,
    number: int,
    context: Evaluation,
    *,
    inserted: Row | None = None,
) -> Row:
    """A row with new values, each assignment seeing those before it."""
    lenient = context.session.warn if is_lenient(context.session) else None
    row = list(before)
    for place, expression in updates:
        column = table.definition.columns[place]
        rows = [tuple(row)] if inserted is None else [tuple(row), inserted]
        value = expression(Environment(rows))
        if value is None and not column.nullable:
            if lenient is None:
                raise MySQLError(1048, column.name)
            lenient(MySQLError(1048, column.name))
            value = implicit_default(column.type)
        row[place] = coerce(value, column, number, lenient=lenient)
    if tuple(row) != before:
        assigned = {place for place, _ in updates}
        for place, column in enumerate(table.definition.columns):
            if column.updates_itself and place not in assigned:
                row[place] = coerce(context.now, column, number)
    return tuple(row)
