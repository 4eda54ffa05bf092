"""ONLY_FULL_GROUP_BY: what a grouped query may select (errors 1055 and 1140)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from simk8s.mysql.engine.evaluation import Scope
from simk8s.mysql.errors import MySQLError
from simk8s.mysql.sql import syntax as sql


def check_grouping(query: sql.Select, items: list[sql.Item], scope: Scope) -> None:
    """Raises 1055 or 1140 for an item that is not the same for all rows of a group."""
    fixed = _fixed(query, items)
    names = {_place(name, scope) for name in fixed if isinstance(name, sql.Name)}
    for number, item in enumerate(items, 1):
        for name in free_names(item.expression, fixed):
            place = _place(name, scope)
            if place is None or place in names or _depends(place[0], names, scope):
                continue
            source = scope.sources[place[0]]
            column = (
                f"{source.database}.{source.alias}.{name.name}" if source.database else f"{source.alias}.{name.name}"
            )
            if query.group:
                raise MySQLError(1055, number, "SELECT list", column)
            raise MySQLError(1140, number, "SELECT list", column)


def free_names(expression: Any, fixed: list[sql.Expression]) -> Iterator[sql.Name]:
    """The columns of an expression outside aggregates, subqueries and what is grouped by."""
    if expression in fixed or isinstance(expression, sql.Aggregate | sql.Select | sql.Union):
        return
    if isinstance(expression, sql.Call) and expression.name == "ANY_VALUE":
        return
    if isinstance(expression, sql.Name):
        yield expression
    elif isinstance(expression, tuple):
        for part in expression:
            yield from free_names(part, fixed)
    elif dataclasses.is_dataclass(expression):
        for field in dataclasses.fields(expression):
            yield from free_names(getattr(expression, field.name), fixed)


def _fixed(query: sql.Select, items: list[sql.Item]) -> list[sql.Expression]:
    fixed: list[sql.Expression] = []
    for expression in query.group:
        if isinstance(expression, sql.Literal) and isinstance(expression.value, int):
            fixed.append(items[expression.value - 1].expression)
            continue
        fixed.append(expression)
        fixed += [
            item.expression
            for item in items
            if isinstance(expression, sql.Name)
            and not expression.table
            and item.label.lower() == expression.name.lower()
        ]
    return fixed


def _place(name: sql.Name, scope: Scope) -> tuple[int, int] | None:
    found = scope.places(name)
    return found[0] if found else None


def _depends(source: int, names: set[tuple[int, int] | None], scope: Scope) -> bool:
    """Whether the group's columns hold the primary key of the source: all its columns follow from that."""
    primary = scope.sources[source].primary
    return bool(primary) and all((source, place) in names for place in primary)
