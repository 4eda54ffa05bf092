"""Copying no more than has to change: every default is put in by one of these."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simk8s.api import quantity
from simk8s.api.objects import Object


def fill(obj: Object, **defaults: Any) -> Object:
    """`obj` with those fields that it lacks (or has as null); itself where it lacks none."""
    missing = {field: value for field, value in defaults.items() if obj.get(field) is None}
    return {**obj, **missing} if missing else obj


def inside(obj: Object, field: str, complete: Callable[[Object], Object]) -> Object:
    """`obj` with the mapping at `field`, where it is there, completed."""
    value = obj.get(field)
    if not isinstance(value, dict):
        return obj
    new = complete(value)
    return obj if new is value else {**obj, field: new}


def each(obj: Object, field: str, complete: Callable[[Object], Object]) -> Object:
    """`obj` with every entry of the list at `field` completed."""
    values = obj.get(field)
    if not values:
        return obj
    new = [complete(value) if isinstance(value, dict) else value for value in values]
    return obj if all(a is b for a, b in zip(values, new, strict=True)) else {**obj, field: new}


def canonical_amounts(resources: Object) -> Object:
    """Limits and requests as the server prints quantities: `1024Mi` is stored as `1Gi`."""
    for field in ("limits", "requests", "capacity"):
        resources = inside(resources, field, amounts)
    return resources


def amounts(values: Object) -> Object:
    """A mapping of quantities, each in canonical form."""
    new = {name: quantity.canonical(amount) for name, amount in values.items()}
    return values if new == values else new
