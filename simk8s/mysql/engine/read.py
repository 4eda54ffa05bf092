"""SELECT as a statement: tables opened, snapshots taken, rows locked where FOR UPDATE asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from simk8s.mysql.column import Row
from simk8s.mysql.engine.catalog import INFORMATION_SCHEMA
from simk8s.mysql.engine.evaluation import Evaluation, Scope
from simk8s.mysql.engine.permission import require_on_table
from simk8s.mysql.engine.query import Prepared, prepare
from simk8s.mysql.engine.rows import Rows
from simk8s.mysql.engine.session import Result, ResultSet
from simk8s.mysql.engine.source import table_source
from simk8s.mysql.engine.typing import type_of
from simk8s.mysql.sql import syntax as sql
from simk8s.mysql.sql.parse import parse
from simk8s.mysql.step import Steps


def read(context: Evaluation, query: sql.Query, text: str) -> Steps[Result]:
    """Answer a query, which came as `text`."""
    session = context.session
    if query.tables or session.transaction is not None or not session.variables.get("autocommit", 1):
        yield from open_tables(context, query)
    if isinstance(query, sql.Select):
        if query.is_literal:
            session.found_rows = 1
            return _literals(text)
        if query.for_update and isinstance(query.source, sql.TableName):
            yield from _lock_rows(context, query, query.source)
    prepared = prepare(query, context)
    rows = prepared.rows(None)
    session.found_rows = len(rows)
    return result_set(prepared, rows)


@lru_cache(maxsize=64)
def _literals(text: str) -> ResultSet:
    """The answer to a query that asks for nothing else: always the same, and probes ask again and again."""
    query = parse(text)
    assert isinstance(query, sql.Select)
    return ResultSet(
        tuple([item.label for item in query.items]),
        (tuple([item.expression.value for item in query.items if isinstance(item.expression, sql.Literal)]),),
        tuple([type_of(item.expression, _NO_SCOPE).is_numeric for item in query.items]),
    )


_NO_SCOPE = Scope()


def open_tables(context: Evaluation, query: sql.Query) -> Steps[None]:
    """Open every table of a query and see to what a REPEATABLE READ transaction may see of them."""
    server, session = context.server, context.session
    names: set[tuple[str, str]] = set()
    if query.tables:
        tables = dict.fromkeys(query.tables)
        names = {(name.database or session.database, name.name) for name in tables}
        yield from server.wait_for_definitions(session, names)
        for name in tables:
            database = name.database or session.database
            if database.lower() == INFORMATION_SCHEMA:
                continue
            require_on_table(server, session, "SELECT", database, name.name)
            yield from server.open(session, database, name.name)
    if session.transaction is None and not session.variables.get("autocommit", 1):
        server.begin(session, explicit=False)
    transaction = session.transaction
    if transaction is not None:
        transaction.used |= names
        if transaction.snapshot is None and keeps_snapshot(context):
            server.take_snapshot(transaction)


def keeps_snapshot(context: Evaluation) -> bool:
    """Whether the session's isolation level shows the same rows all through a transaction."""
    session = context.session
    level = session.isolation_next or session.variables.get("tx_isolation", "REPEATABLE-READ")
    return level in ("REPEATABLE-READ", "SERIALIZABLE")


def result_set(prepared: Prepared, rows: Sequence[Row]) -> ResultSet:
    return ResultSet(
        prepared.names,
        tuple(rows),
        tuple([type.is_numeric for type in prepared.types]),
    )


def _lock_rows(context: Evaluation, query: sql.Select, name: sql.TableName) -> Steps[None]:
    from simk8s.mysql.engine.change import chosen

    server, session = context.server, context.session
    table = yield from server.open(session, name.database or session.database, name.name)
    context.reads_current = True
    if session.transaction is None:
        return  # in autocommit mode the locks would be gone with the statement
    rows = Rows(server, session, session.transaction, table)
    scope = Scope([table_source(table, name.alias or name.name, context)])
    if not query.joins:
        for number in chosen(context, query.where, (), None, rows, scope):
            yield from rows.lock(number)
