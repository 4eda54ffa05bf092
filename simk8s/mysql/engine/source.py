"""Where a query's rows come from: tables, derived tables, and the virtual ones of information_schema."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from simk8s.mysql.column import Row
from simk8s.mysql.engine.catalog import INFORMATION_SCHEMA
from simk8s.mysql.engine.evaluation import Evaluation, Source
from simk8s.mysql.engine.virtual import virtual_table
from simk8s.mysql.errors import MySQLError
from simk8s.mysql.sql import syntax as sql
from simk8s.mysql.table import Table


def source_of(node: sql.TableName | sql.Derived, context: Evaluation, prepare: Callable[..., Any]) -> Source:
    """A source for one element of FROM. Tables must be open already."""
    if isinstance(node, sql.Derived):
        prepared = prepare(node.query, context)
        return Source(node.alias, prepared.columns, lambda: iter(prepared.rows(None)))
    database = node.database or context.session.database
    if not database:
        raise MySQLError(1046)
    alias = node.alias or node.name
    if database.lower() == INFORMATION_SCHEMA:
        columns, rows = virtual_table(context.server, context.session, node.name)
        return Source(alias, columns, lambda: iter(rows()), database)
    table = context.server.opened(context.session, database, node.name)
    return table_source(table, alias, context)


def table_source(table: Table, alias: str, context: Evaluation) -> Source:
    """A source for an open table: the rows that the session sees."""
    definition = table.definition
    return Source(
        alias,
        definition.columns,
        lambda: _rows(table, context),
        table.database,
        primary=definition.primary_places,
        by_name=definition.by_name,
    )


def _rows(table: Table, context: Evaluation) -> Iterator[Row]:
    transaction = context.session.transaction
    if transaction is None:
        return (row for _, row in table.rows.scan())
    return (row for _, row in transaction.scan(table, current=context.reads_current))
