"""`--sort-by`: objects by one of their fields, numbers in names as numbers."""

from __future__ import annotations

import re
from typing import Any

from simk8s.api import quantity
from simk8s.api.objects import Object
from simk8s.kubectl.failure import Failure
from simk8s.kubectl.jsonpath import relaxed, values


def sorted_by(objects: list[Object], template: str) -> list[Object]:
    """Objects by the value of a JSONPath; those without it come first. Raises Failure where none has it."""
    keyed = [(_key(values(template, obj)), obj) for obj in objects]
    if objects and all(key == _MISSING for key, _ in keyed):
        raise Failure(f'couldn\'t find any field with path "{relaxed(template)}" in the list of objects')
    return [obj for _, obj in sorted(keyed, key=lambda pair: pair[0])]


Key = tuple[int, float, tuple[tuple[int, int, str], ...]]
_MISSING: Key = (0, 0.0, ())


def _key(found: list[Any]) -> Key:
    if not found:
        return _MISSING
    value = found[0]
    if isinstance(value, int | float):
        return 1, float(value), ()
    try:
        return 1, float(quantity.parse(value)), ()
    except ValueError:
        return 2, 0.0, _natural(str(value))


def _natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """`mysql-10` comes after `mysql-2`."""
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"(\d+)", text) if part)
