"""Statements that change rows: how each is begun and ended; UPDATE and DELETE. INSERT has a room of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from simk8s.mysql import myisam
from simk8s.mysql.column import Row
from simk8s.mysql.engine.assigning import assigned, assignment, place_of
from simk8s.mysql.engine.commit import commit
from simk8s.mysql.engine.compile import compile_expression, condition
from simk8s.mysql.engine.evaluation import Compiled, Environment, Evaluation, Scope
from simk8s.mysql.engine.insert import insert
from simk8s.mysql.engine.permission import require_on_table
from simk8s.mysql.engine.rows import Rows, write_through
from simk8s.mysql.engine.session import Done, Result
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
            return (yield from insert(context, statement, rows))
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


def _update(context: Evaluation, statement: sql.Update, rows: Rows) -> Steps[Done]:
    table, session = rows.table, context.session
    scope = Scope([table_source(table, statement.table.alias or table.name, context)])
    updates = [
        (place_of(table, name), assignment(expression, table, name, scope, context))
        for name, expression in statement.assignments
    ]
    matched = changed = 0
    for number in chosen(context, statement.where, statement.order, statement.limit, rows, scope):
        before = yield from rows.lock(number)
        if before is None or not _still_chosen(context, statement, scope, before):
            continue
        matched += 1
        after = assigned(before, updates, table, matched, context)
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
