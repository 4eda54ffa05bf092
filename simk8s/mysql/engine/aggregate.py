"""COUNT, SUM, AVG, MIN, MAX and GROUP_CONCAT over the rows of a group."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from simk8s.mysql.column import Value
from simk8s.mysql.engine.compile import compile_expression
from simk8s.mysql.engine.evaluation import Compiled, Environment, Evaluation, Scope
from simk8s.mysql.engine.value import arithmetic, compare, in_sql_order, number_of, text_of
from simk8s.mysql.sql import syntax as sql
from simk8s.mysql.table import fold

_MAX_CONCAT = 1024  # group_concat_max_len


def aggregate_of(aggregate: sql.Aggregate, scope: Scope, context: Evaluation) -> Callable[[list[Environment]], Value]:
    """A function from a group's rows to the aggregate's value. Raises 1111 for an aggregate within an aggregate."""
    inner = replace(scope, aggregates=None)
    arguments = [compile_expression(argument, inner, context) for argument in aggregate.arguments]
    if aggregate.name == "COUNT":
        return _count(arguments, distinct=aggregate.distinct)
    if aggregate.name == "GROUP_CONCAT":
        order = [(compile_expression(o.expression, inner, context), o.descending) for o in aggregate.order]
        return _concat(arguments, order, aggregate)
    body = {"SUM": _sum, "AVG": _average, "MIN": _extreme(-1), "MAX": _extreme(1)}[aggregate.name]
    argument = arguments[0]

    def function(environments: list[Environment]) -> Value:
        values: list[Value] = [value for value in (argument(e) for e in environments) if value is not None]
        if aggregate.distinct:
            values = list({fold(value): value for value in values}.values())
        return body(values)

    return function


def _count(arguments: list[Compiled], *, distinct: bool) -> Callable[[list[Environment]], Value]:
    if not arguments:
        return len

    def function(environments: list[Environment]) -> Value:
        rows = (tuple(fold(argument(e)) for argument in arguments) for e in environments)
        present = [row for row in rows if None not in row]
        return len(set(present)) if distinct else len(present)

    return function


def _sum(values: list[Value]) -> Value:
    if not values:
        return None
    total: Value = Decimal(0) if not isinstance(number_of(values[0]), float) else 0.0
    for value in values:
        total = arithmetic("+", total, value)
    return total


def _average(values: list[Value]) -> Value:
    return arithmetic("/", _sum(values), len(values)) if values else None


def _extreme(sign: int) -> Callable[[list[Value]], Value]:
    def body(values: list[Value]) -> Value:
        best = values[0] if values else None
        for value in values[1:]:
            if (compare(value, best) or 0) * sign > 0:
                best = value
        return best

    return body


def _concat(
    arguments: list[Compiled], order: list[tuple[Compiled, bool]], aggregate: sql.Aggregate
) -> Callable[[list[Environment]], Value]:
    def function(environments: list[Environment]) -> Value:
        rows = list(environments)
        for key, descending in reversed(order):
            keyed = [(key(row), row) for row in rows]
            keyed.sort(key=lambda pair: in_sql_order(pair[0]), reverse=descending)
            rows = [row for _, row in keyed]
        texts = [[text_of(argument(e)) for argument in arguments] for e in rows]
        pieces = ["".join(part or "" for part in parts) for parts in texts if None not in parts]
        if aggregate.distinct:
            first: dict[Value, str] = {}
            for piece in pieces:
                first.setdefault(fold(piece), piece)
            pieces = list(first.values())
        return aggregate.separator.join(pieces)[:_MAX_CONCAT] if pieces else None

    return function
