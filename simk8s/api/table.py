"""Tables as the API server makes them for `kubectl get`: columns of a kind, a row of cells for each object."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from simk8s.api.column import AGE, NAME, Column, Printer, age_of
from simk8s.api.columns import PRINTERS
from simk8s.api.objects import Object, metadata, name
from simk8s.api.resources import Resource


@dataclass(frozen=True, slots=True)
class Row:
    cells: tuple[Any, ...]
    object: Object


@dataclass(frozen=True, slots=True)
class Table:
    """All columns are always there; who prints them chooses by priority."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    def as_object(self, resource_version: str = "") -> Object:
        """The `Table` of meta.k8s.io/v1, with each object's metadata in its row."""
        return {
            "kind": "Table",
            "apiVersion": "meta.k8s.io/v1",
            "metadata": {"resourceVersion": resource_version},
            "columnDefinitions": [
                {"name": c.name, "type": c.type, "format": c.format, "description": "", "priority": c.priority}
                for c in self.columns
            ],
            "rows": [{"cells": list(row.cells), "object": _partial(row.object)} for row in self.rows],
        }


def table(resource: Resource, objects: Iterable[Object], now: datetime) -> Table:
    """The table of some objects of one kind. Ages are counted up to `now`, the simulated clock."""
    printer = PRINTERS.get(resource.kind, DEFAULT)
    return Table(printer.columns, tuple(Row(tuple(printer.cells(obj, now)), obj) for obj in objects))


def _default_cells(obj: Object, now: datetime) -> Sequence[Any]:
    return name(obj), age_of(obj, now)


DEFAULT = Printer((NAME, AGE), _default_cells)
"""For custom resources and whatever has no columns of its own."""


def _partial(obj: Object) -> Object:
    return {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": metadata(obj)}
