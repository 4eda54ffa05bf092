"""What a kind's table is made of: its columns, and how an object becomes the cells of a row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from simk8s.api.duration import age
from simk8s.api.objects import Object, metadata


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `priority` 1 is shown by `-o wide` only; the column of format `name` gets a prefix for `get all`."""

    name: str
    priority: int = 0
    type: str = "string"
    format: str = ""


Cells = Callable[[Object, datetime], Sequence[Any]]
"""The cells of one object at that moment, one for each column of its kind."""


@dataclass(frozen=True, slots=True)
class Printer:
    """How objects of one kind become rows."""

    columns: tuple[Column, ...]
    cells: Cells


NAME = Column("Name", format="name")
AGE = Column("Age")


def age_of(obj: Object, now: datetime) -> str:
    """The AGE cell."""
    return age(metadata(obj).get("creationTimestamp"), now)
