"""INSERT, REPLACE, UPDATE and DELETE."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from simk8s.mysql import myisam
from simk8s.mysql.column import Row, Special, Value
from simk8s.mysql.engine.coerce import coerce, implicit_default
from simk8s.mysql.engine.commit import commit
from simk8s.mysql.engine.compile import compile_expression, condition
from simk8s.mysql.engine.evaluation import Compiled, Environment, Evaluation, Scope, Source
from simk8s.mysql.engine.permission import require_on_table
from simk8s.mysql.engine.query import prepare
from simk8s.mysql.engine.rows import Rows, write_through
from simk8s.mysql.engine.session import Done, Result, Session
from simk8s.mysql.engine.source import table_source
from simk8s.mysql.engine.value import in_sql_order
from simk8s.mysql.errors import MySQLError
from simk8s.mysql.sql import syntax as sql
from simk8s.mysql.step import Steps
from simk8s.mysql.table import Table

Change = sql.Insert | sql.Update | sql.Delete


def change(context: Evaluation, statement: Change) -> Steps[Result]:
    """Run a statement that changes rows, in the session's transaction or in one of its own."""
    server, session = context.server, context.session
    names = {(name.database or session.database, name.name) for name in statement.tables}
    yield from server.wait_for_definitions(session, names)
    yield from server.wait_for_read_lock(session)
    yield from server.wait_for_definitions(session, names)
    table = yield from _open(context, statement)
    transaction = server.begin(session, explicit=False)
    transaction.used |= names
    if not transaction.has_changes:
        transaction.database = session.database
    mark, logged = len(transaction.undo), len(transaction.events)
    rows = Rows(server, session, transaction, table)
    try:
        result = yield from _run(context, statement, rows)
        yield from _finish_statement(rows, context)
        if not transaction.explicit and session.variables.get("autocommit", 1):
            yield from commit(server, session)
    except MySQLError as error:
        if session.transaction is not None:  # a deadlock has undone all of it already
            transaction.undo_to(mark)
            del transaction.events[logged:]
            if error.number == 1213 or (not transaction.explicit and not transaction.has_changes):
                server.end_transaction(session)
        raise
    return replace(result, warnings=len(session.warnings)) if session.warnings else result


def _open(context: Evaluation, statement: Change) -> Steps[Table]:
    server, session = context.server, context.session
    for name in dict.fromkeys(statement.tables):
        database = name.database or session.database
        is_target = name is statement.table
        for privilege in _privileges(statement) if is_target else ("SELECT",):
            require_on_table(server, session, privilege, database, name.name)
        if database.lower() != "information_schema":
            yield from server.open(session, database, name.name)
    target = statement.table
    database = target.database or session.database
    if database.lower() == "information_schema":
        return (yield from server.open(session, database, target.name))
    return server.opened(session, database, target.name)


def _run(context: Evaluation, statement: Change, rows: Rows) -> Steps[Done]:
    match statement:
        case sql.Insert():
            return (yield from _insert(context, statement, rows))
        case sql.Update():
            return (yield from _update(context, statement, rows))
        case sql.Delete():
            return (yield from _delete(context, statement, rows))


def _privileges(statement: Change) -> tuple[str, ...]:
    match statement:
        case sql.Insert(replace=True):
            return "INSERT", "DELETE"
        case sql.Insert():
            return ("INSERT",)
        case sql.Update():
            return ("UPDATE",)
        case sql.Delete():
            return ("DELETE",)


def _finish_statement(rows: Rows, context: Evaluation) -> Steps[None]:
    """Keep what goes to the binary log with the commit; a table without transactions is written and logged at once."""
    events = rows.events(context.server.timestamp())
    if rows.table.space:
        rows.transaction.events += events
    elif rows.table.definition.engine in myisam.FILES:
        yield from write_through(rows, events)


# ── INSERT and REPLACE ───────────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class _Inserting:
    """INSERT at work: what is counted for its answer."""

    affected: int = 0
    records: int = 0
    duplicates: int = 0
    first_id: int = 0
    updates: list[tuple[int, Compiled]] = field(default_factory=list)


def _insert(context: Evaluation, statement: sql.Insert, rows: Rows) -> Steps[Done]:
    table, session = rows.table, context.session
    places = _places(table, statement.columns)
    state = _Inserting()
    if statement.on_duplicate:
        state.updates = _updates(statement, table, context)
    ignore = statement.ignore or _is_lenient(session)
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
        so_far: list[Value] = [_constant_default(column.default) for column in columns]
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
            value = context.now if column.default is Special.NOW else _constant_default(column.default)
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
            after = _assigned(before, state.updates, rows.table, number, context, inserted=row)
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
        (_place(table, name), _assignment(expression, table, name, scope, context))
        for name, expression in statement.on_duplicate
    ]


# ── UPDATE and DELETE ────────────────────────────────────────────────────────────────────────────────────────────


def _update(context: Evaluation, statement: sql.Update, rows: Rows) -> Steps[Done]:
    table, session = rows.table, context.session
    scope = Scope([table_source(table, statement.table.alias or table.name, context)])
    updates = [
        (_place(table, name), _assignment(expression, table, name, scope, context))
        for name, expression in statement.assignments
    ]
    matched = changed = 0
    for number in chosen(context, statement.where, statement.order, statement.limit, rows, scope):
        before = yield from rows.lock(number)
        if before is None or not _still_chosen(context, statement, scope, before):
            continue
        matched += 1
        after = _assigned(before, updates, table, matched, context)
        if after == before:
            continue
        changed += 1
        yield from rows.update(number, before, after)
    return Done(changed, info=f"Rows matched: {matched}  Changed: {changed}  Warnings: {len(session.warnings)}")


def _delete(context: Evaluation, statement: sql.Delete, rows: Rows) -> Steps[Done]:
    scope = Scope([table_source(rows.table, statement.table.alias or rows.table.name, context)])
    deleted = 0
    for number in chosen(context, statement.where, statement.order, statement.limit, rows, scope):
        before = yield from rows.lock(number)
        if before is not None and _still_chosen(context, statement, scope, before):
            yield from rows.delete(number, before)
            deleted += 1
    return Done(deleted)


def chosen(
    context: Evaluation,
    where_clause: sql.Expression | None,
    order_clause: Sequence[sql.Order],
    limit: int | None,
    rows: Rows,
    scope: Scope,
) -> list[int]:
    """The rows that WHERE, ORDER BY and LIMIT choose, by number, as they are now."""
    scope.clause = "where clause"
    where = condition(where_clause, scope, context)
    found = [
        (number, row) for number, row in rows.transaction.scan(rows.table, current=True) if where(Environment([row]))
    ]
    scope.clause = "order clause"
    for order in reversed(order_clause):
        key = compile_expression(order.expression, scope, context)
        found = _sorted(found, key, descending=order.descending)
    return [number for number, _ in found[:limit]]


def _sorted(found: list[tuple[int, Row]], key: Compiled, *, descending: bool) -> list[tuple[int, Row]]:
    return sorted(found, key=lambda pair: in_sql_order(key(Environment([pair[1]]))), reverse=descending)


def _still_chosen(context: Evaluation, statement: sql.Update | sql.Delete, scope: Scope, row: Row) -> bool:
    """Whether WHERE still holds for a row that may have changed while we waited for its lock."""
    scope.clause = "where clause"
    return condition(statement.where, scope, context)(Environment([row]))


def _assigned(
    before: Row,
    updates: Sequence[tuple[int, Compiled]],
    table: Table,
    number: int,
    context: Evaluation,
    *,
    inserted: Row | None = None,
) -> Row:
    """A row with new values, each assignment seeing those before it."""
    lenient = context.session.warn if _is_lenient(context.session) else None
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


# ── columns ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _places(table: Table, columns: tuple[str, ...] | None) -> list[int]:
    if columns is None:
        return list(range(len(table.definition.columns)))
    places = [_place(table, name) for name in columns]
    for position, place in enumerate(places):
        if place in places[:position]:
            raise MySQLError(1110, columns[position])
    return places


def _place(table: Table, name: str) -> int:
    place = table.definition.place(name)
    if place is None:
        raise MySQLError(1054, name, "field list")
    return place


def _assignment(expression: sql.Expression, table: Table, name: str, scope: Scope, context: Evaluation) -> Compiled:
    if not isinstance(expression, sql.Default):
        return compile_expression(expression, scope, context)
    column = table.definition.columns[_place(table, name)]
    if column.default is Special.NONE:
        raise MySQLError(1364, column.name)
    value = context.now if column.default is Special.NOW else _constant_default(column.default)
    return lambda environment: value


def _constant_default(default: Value | Special) -> Value:
    return None if isinstance(default, Special) else default


def _is_lenient(session: Session) -> bool:
    """Whether the session has switched strict mode off."""
    mode = session.variables.get("sql_mode")
    return isinstance(mode, str) and "STRICT_" not in mode and mode != "TRADITIONAL"
