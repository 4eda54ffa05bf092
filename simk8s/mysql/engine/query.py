"""Queries: FROM, WHERE, GROUP BY, HAVING, the select list, DISTINCT, ORDER BY, LIMIT, UNION."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TypeVar

from simk8s.mysql.column import Column, ColumnType, Row, Value
from simk8s.mysql.engine.aggregate import aggregate_of
from simk8s.mysql.engine.compile import compile_expression, condition
from simk8s.mysql.engine.evaluation import Compiled, Environment, Evaluation, Scope, Source
from simk8s.mysql.engine.grouping import check_grouping
from simk8s.mysql.engine.source import source_of
from simk8s.mysql.engine.typing import type_of
from simk8s.mysql.engine.value import in_sql_order
from simk8s.mysql.errors import MySQLError
from simk8s.mysql.sql import syntax as sql
from simk8s.mysql.table import fold

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A query ready to run: what the columns of its result are called, their types, and a function from the outer
    environment to its rows."""

    names: tuple[str, ...]
    types: tuple[ColumnType, ...]
    rows: Callable[[Environment | None], list[Row]]

    @property
    def columns(self) -> tuple[Column, ...]:
        """Those of a table that has the result: a derived one, or a new one."""
        return tuple(map(Column, self.names, self.types))


@dataclass(slots=True)
class _Result:
    """An output row with what ORDER BY needs to know about it."""

    row: Row
    environment: Environment


def prepare(query: sql.Query, context: Evaluation, outer: Scope | None = None) -> Prepared:
    """Look up all names of a query whose tables are open. Raises 1054 and its like."""
    if isinstance(query, sql.Union):
        return _union(query, context, outer)
    scope = Scope(outer=outer)
    joins = _sources(query, scope, context)
    scope.clause = "where clause"
    where = condition(query.where, scope, context)
    items = list(_expand(query, scope))
    scope.clause = "field list"
    scope.aggregates = []
    outputs = [compile_expression(item.expression, scope, context) for item in items]
    types = tuple([type_of(item.expression, scope) for item in items])
    groups = [_group(expression, items, outputs, scope, context) for expression in query.group]
    having, order = condition(None, scope, context), []
    if query.having is not None or query.order:
        aliases = {item.label.lower(): output for item, output in zip(items, outputs, strict=True)}
        if query.having is not None:
            having = condition(query.having, replace(scope, aliases=aliases, clause="having clause"), context)
        if query.order:
            order_scope = replace(scope, aliases=aliases, clause="order clause")
            order = [_order(order, items, outputs, order_scope, context) for order in query.order]
    aggregates = [aggregate_of(aggregate, scope, context) for aggregate in scope.aggregates]
    grouped = bool(query.group or aggregates)
    if grouped:
        check_grouping(query, items, scope)

    def rows(outside: Environment | None) -> list[Row]:
        found = joins(outside) if query.where is None else filter(where, joins(outside))
        if grouped:
            found = _grouped(found, groups, aggregates, outside, scope, always=not query.group)
        if query.having is not None:
            found = filter(having, found)
        results = [_Result(tuple([output(e) for output in outputs]), e) for e in found]
        if query.distinct:
            results = _without_repetition(results, lambda result: result.row)
        _sort(results, order)
        return [result.row for result in results[query.offset : _end(query)]]

    return Prepared(tuple([item.label for item in items]), types, rows)


# ── FROM ─────────────────────────────────────────────────────────────────────────────────────────────────────────

Joined = Callable[[Environment | None], Iterator[Environment]]


def _sources(query: sql.Select, scope: Scope, context: Evaluation) -> Joined:
    """A function that gives every combination of rows that the joins let through."""
    if query.source is None:
        return lambda outside: iter([Environment([], outside)])
    _add(scope, source_of(query.source, context, prepare))
    joined = _first(scope.sources[0])
    for join in query.joins:
        joined = _join(join, joined, scope, context)
    return joined


def _first(source: Source) -> Joined:
    return lambda outside: (Environment([row], outside) for row in source.rows())


def _add(scope: Scope, source: Source) -> None:
    if any(other.alias == source.alias and other.database == source.database for other in scope.sources):
        raise MySQLError(1066, source.alias)
    scope.sources.append(source)


def _join(join: sql.Join, left: Joined, scope: Scope, context: Evaluation) -> Joined:
    source = source_of(join.source, context, prepare)
    place = len(scope.sources)
    on = join.on
    for name in join.using:
        on = _both(on, name, scope, source)
    if join.using:
        hidden = frozenset(name.lower() for name in join.using)
        source = replace(source, hidden=hidden)
    _add(scope, source)
    scope.clause = "on clause"
    test = condition(on, scope, context)
    empty_right = (None,) * len(source.columns)
    empty_left = [(None,) * len(other.columns) for other in scope.sources[:place]]

    def inner(outside: Environment | None) -> Iterator[Environment]:
        for environment in left(outside):
            matched = False
            for row in source.rows():
                candidate = Environment([*environment.rows, row], outside)
                if test(candidate):
                    matched = True
                    yield candidate
            if join.kind == "left" and not matched:
                yield Environment([*environment.rows, empty_right], outside)

    def right(outside: Environment | None) -> Iterator[Environment]:
        lefts = [environment.rows for environment in left(outside)]
        for row in source.rows():
            matched = [c for rows in lefts if test(c := Environment([*rows, row], outside))]
            yield from matched or [Environment([*empty_left, row], outside)]

    return right if join.kind == "right" else inner


def _both(on: sql.Expression | None, name: str, scope: Scope, source: Source) -> sql.Expression:
    owner = next((s for s in scope.sources if any(c.name.lower() == name.lower() for c in s.columns)), None)
    if owner is None:
        raise MySQLError(1054, name, "from clause")
    equal = sql.Operation("=", (sql.Name(name, owner.alias), sql.Name(name, source.alias)))
    return equal if on is None else sql.Operation("AND", (on, equal))


# ── the select list and what follows ─────────────────────────────────────────────────────────────────────────────


def _expand(query: sql.Select, scope: Scope) -> Iterator[sql.Item]:
    """The select list with every `*` written out."""
    for item in query.items:
        if not isinstance(item.expression, sql.Star):
            yield item
            continue
        table = item.expression.table
        sources = [source for source in scope.sources if not table or source.alias == table]
        if not sources:
            raise MySQLError(1051, table) if table else MySQLError(1096)
        for source in sources:
            for column in source.columns:
                if table or column.name.lower() not in source.hidden:
                    name = sql.Name(column.name, source.alias, source.database)
                    yield sql.Item(name, column.name)


def _group(
    expression: sql.Expression, items: list[sql.Item], outputs: list[Compiled], scope: Scope, context: Evaluation
) -> Compiled:
    place = _position(expression, len(items), "group statement")
    if place is not None:
        if isinstance(items[place].expression, sql.Aggregate):
            raise MySQLError(1056, items[place].label)
        return outputs[place]
    plain = replace(scope, aggregates=None, clause="group statement")
    try:
        return compile_expression(expression, plain, context)
    except MySQLError:
        for item, output in zip(items, outputs, strict=True):
            if isinstance(expression, sql.Name) and item.label.lower() == expression.name.lower():
                return output
        raise


def _order(
    order: sql.Order, items: list[sql.Item], outputs: list[Compiled], scope: Scope, context: Evaluation
) -> tuple[Compiled, bool]:
    place = _position(order.expression, len(items), "order clause")
    if place is not None:
        return outputs[place], order.descending
    return compile_expression(order.expression, scope, context), order.descending


def _position(expression: sql.Expression, count: int, clause: str) -> int | None:
    """GROUP BY 1 and ORDER BY 1 mean the first item."""
    if isinstance(expression, sql.Literal) and isinstance(expression.value, int):
        if not 1 <= expression.value <= count:
            raise MySQLError(1054, expression.value, clause)
        return expression.value - 1
    return None


def _grouped(
    environments: Iterator[Environment],
    groups: Sequence[Compiled],
    aggregates: Sequence[Callable[[list[Environment]], Value]],
    outside: Environment | None,
    scope: Scope,
    *,
    always: bool,
) -> Iterator[Environment]:
    """One environment a group, in the order of the group's values, with its aggregates; `always` one group at least."""
    members: dict[tuple[Value, ...], list[Environment]] = {}
    for environment in environments:
        key = tuple(fold(group(environment)) for group in groups)
        members.setdefault(key, []).append(environment)
    if always and not members:
        members[()] = []
    empty: list[Row] = [(None,) * len(source.columns) for source in scope.sources]
    for key in sorted(members, key=lambda values: [in_sql_order(value) for value in values]):
        group_members = members[key]
        rows = group_members[0].rows if group_members else empty
        yield Environment(rows, outside, [aggregate(group_members) for aggregate in aggregates])


def _sort(results: list[_Result], order: Sequence[tuple[Compiled, bool]]) -> None:
    for key, descending in reversed(order):
        keyed = [(key(result.environment), result) for result in results]
        keyed.sort(key=lambda pair: in_sql_order(pair[0]), reverse=descending)
        results[:] = [result for _, result in keyed]


def _without_repetition(results: list[T], row_of: Callable[[T], Row]) -> list[T]:
    """The first of those whose rows are the same to the collation."""
    first: dict[Row, T] = {}
    for result in results:
        first.setdefault(tuple(map(fold, row_of(result))), result)
    return list(first.values())


def _end(query: sql.Select | sql.Union) -> int | None:
    return None if query.limit is None else query.offset + query.limit


def _union(query: sql.Union, context: Evaluation, outer: Scope | None) -> Prepared:
    first, second = prepare(query.first, context, outer), prepare(query.second, context, outer)
    if len(first.names) != len(second.names):
        raise MySQLError(1222)
    order = [(_union_place(o, first), o.descending) for o in query.order]

    def rows(outside: Environment | None) -> list[Row]:
        found = [*first.rows(outside), *second.rows(outside)]
        if not query.all:
            found = _without_repetition(found, lambda row: row)
        for place, descending in reversed(order):
            keyed = [(row[place], row) for row in found]
            keyed.sort(key=lambda pair: in_sql_order(pair[0]), reverse=descending)
            found = [row for _, row in keyed]
        return list(islice(found, query.offset, _end(query)))

    return Prepared(first.names, first.types, rows)


def _union_place(order: sql.Order, first: Prepared) -> int:
    place = _position(order.expression, len(first.names), "order clause")
    if place is not None:
        return place
    names = [name.lower() for name in first.names]
    if isinstance(order.expression, sql.Name) and order.expression.name.lower() in names:
        return names.index(order.expression.name.lower())
    raise MySQLError(1054, str(order.expression), "order clause")
