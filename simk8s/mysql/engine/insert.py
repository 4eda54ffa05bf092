"""INSERT and REPLACE."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from simk8s.mysql.column import Row, Special, Value
from simk8s.mysql.engine.assigning import assigned, assignment, constant_default, is_lenient, place_of
from simk8s.mysql.engine.coerce import coerce, implicit_default
from simk8s.mysql.engine.compile import compile_expression
from simk8s.mysql.engine.evaluation import Compiled, Environment, Evaluation, Scope, Source
from simk8s.mysql.engine.query import prepare
from simk8s.mysql.engine.rows import Rows
from simk8s.mysql.engine.session import Done
from simk8s.mysql.engine.source import table_source
from simk8s.mysql.errors import MySQLError
from simk8s.mysql.sql import syntax as sql
from simk8s.mysql.step import Steps
from simk8s.mysql.table import Table


@dataclass(slots=True)
class _Inserting:
    """INSERT at work: what is counted for its answer."""

    affected: int = 0
    records: int = 0
    duplicates: int = 0
    first_id: int = 0
    updates: list[tuple[int, Compiled]] = field(default_factory=list)


def insert(context: Evaluation, statement: sql.Insert, rows: Rows) -> Steps[Done]:
    """Put in the rows of a statement, or deal with those that have their keys already."""
    table, session = rows.table, context.session
    places = _places(table, statement.columns)
    state = _Inserting()
    if statement.on_duplicate:
        state.updates = _updates(statement, table, context)
    ignore = statement.ignore or is_lenient(session)
    for number, given in enumerate(_given_rows(statement, places, table, context), 1):
        state.records += 1
        row = _completed(given, places, rows, number, context, session.warn if ignore else None, state)
        if row is not None:
            yield from _store(row, rows, statement, state, number, context)
    if state.first_id:
        session.last_insert_id = state.first_id
    info = ""
    if state.records > 1 or statement.query is not None:
        info = f"Records: {state.records}  Duplicates: {state.duplicates}  Warnings: {len(session.warnings)}"
    return Done(state.affected, state.first_id, info=info)


def _given_rows(
    statement: sql.Insert, places: Sequence[int], table: Table, context: Evaluation
) -> Iterator[Sequence[Value | sql.Default]]:
    """The values of each row as they were written or selected. Raises 1136 where their number does not fit."""
    if statement.query is not None:
        prepared = prepare(statement.query, context)
        if len(prepared.names) != len(places):
            raise MySQLError(1136, 1)
        yield from prepared.rows(None)
        return
    definition = table.definition
    columns = definition.columns
    source = Source(table.name, columns, lambda: iter(()), table.database, by_name=definition.by_name)
    scope = Scope([source])
    for number, expressions in enumerate(statement.rows, 1):
        if not expressions and statement.columns is None:
            yield [sql.Default()] * len(places)
            continue
        if len(expressions) != len(places):
            raise MySQLError(1136, number)
        so_far: list[Value] = [constant_default(column.default) for column in columns]
        values: list[Value | sql.Default] = []
        for place, expression in zip(places, expressions, strict=True):
            if isinstance(expression, sql.Default):
                values.append(expression)
                continue
            if isinstance(expression, sql.Literal):
                value = expression.value
            else:
                value = compile_expression(expression, scope, context)(Environment([tuple(so_far)]))
            so_far[place] = value
            values.append(value)
        yield values


def _completed(
    given: Sequence[Value | sql.Default],
    places: Sequence[int],
    rows: Rows,
    number: int,
    context: Evaluation,
    lenient: Callable[[MySQLError], None] | None,
    state: _Inserting,
) -> Row | None:
    """A whole row: values converted, defaults filled in, the AUTO_INCREMENT number drawn."""
    table = rows.table
    values: list[Value | sql.Default] = [sql.Default()] * len(table.definition.columns)
    for place, value in zip(places, given, strict=True):
        values[place] = value
    explicit = frozenset(places)
    row: list[Value] = []
    for place, (column, value) in enumerate(zip(table.definition.columns, values, strict=True)):
        if column.auto_increment:
            row.append(_auto_increment(value, rows, place, number, context, state))
            continue
        if isinstance(value, sql.Default):
            if column.default is Special.NONE:
                if column.type.name == "enum" and not column.nullable:
                    row.append(column.type.values[0])
                    continue
                if lenient is None:
                    raise MySQLError(1364, column.name)
                lenient(MySQLError(1364, column.name))
                row.append(implicit_default(column.type))
                continue
            value = context.now if column.default is Special.NOW else constant_default(column.default)
        elif value is None and column.type.name == "timestamp" and not column.nullable and place in explicit:
            value = context.now
        if value is None and not column.nullable:
            if lenient is None or len(given) == 0:
                raise MySQLError(1048, column.name)
            lenient(MySQLError(1048, column.name))
            value = implicit_default(column.type)
        row.append(coerce(value, column, number, lenient=lenient))
    return tuple(row)


def _auto_increment(
    value: Value | sql.Default, rows: Rows, place: int, number: int, context: Evaluation, state: _Inserting
) -> Value:
    table, column = rows.table, rows.table.definition.columns[place]
    given = None if isinstance(value, sql.Default) else coerce(value, column, number)
    keeps_zero = "NO_AUTO_VALUE_ON_ZERO" in str(context.session.variables.get("sql_mode", ""))
    if given is None or (given == 0 and not keeps_zero):
        given = table.next_number
        state.first_id = state.first_id or given
        coerce(given, column, number)
    assert isinstance(given, int)
    table.next_number = max(table.next_number, given + 1)
    return given


def _store(
    row: Row, rows: Rows, statement: sql.Insert, state: _Inserting, number: int, context: Evaluation
) -> Steps[None]:
    """Put one row in, or deal with the row that has its key already."""
    while True:
        conflict = yield from rows.conflict(row)
        if conflict is None:
            yield from rows.insert(row)
            state.affected += 1
            return
        key, existing, before = conflict
        if statement.replace:
            yield from rows.delete(existing, before)
            state.affected += 1
            state.duplicates += 1
            continue
        if statement.on_duplicate:
            state.duplicates += 1
            after = assigned(before, state.updates, rows.table, number, context, inserted=row)
            if after != before:
                yield from rows.update(existing, before, after)
                state.affected += 2
            return
        error = rows.duplicate(row, key)
        if not statement.ignore:
            raise error
        state.duplicates += 1
        context.session.warn(error)
        return


def _new_value(place: int) -> Compiled:
    return lambda environment: environment.rows[1][place]


def _updates(statement: sql.Insert, table: Table, context: Evaluation) -> list[tuple[int, Compiled]]:
    scope = Scope([table_source(table, table.name, context)], clause="field list")
    scope.inserted = {column.name.lower(): _new_value(place) for place, column in enumerate(table.definition.columns)}
    return [
        (place_of(table, name), assignment(expression, table, name, scope, context))
        for name, expression in statement.on_duplicate
    ]


def _places(table: Table, columns: tuple[str, ...] | None) -> list[int]:
    if columns is None:
        return list(range(len(table.definition.columns)))
    places = [place_of(table, name) for name in columns]
    for position, place in enumerate(places):
        if place in places[:position]:
            raise MySQLError(1110, columns[position])
    return places
