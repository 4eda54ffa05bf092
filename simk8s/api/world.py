"""The objects of a cluster at any moment, rebuilt from the history of writes alone."""

from __future__ import annotations

from collections.abc import Iterable

from simk8s.api.change import patched
from simk8s.api.objects import Object
from simk8s.sim import Record

WRITES = frozenset({"create", "update", "delete"})


class World:
    """Objects by `Kind/namespace/name` (`Kind/name` without a namespace), as of the last record applied."""

    def __init__(self) -> None:
        self.objects: dict[str, Object] = {}

    def apply(self, record: Record) -> bool:
        """Take in one record. False where it is not the record of a write to the store."""
        detail = record.detail
        if record.verb not in WRITES or "resourceVersion" not in detail:
            return False
        if record.verb == "create":
            self.objects[record.object] = detail["object"]
        elif record.verb == "delete":
            self.objects.pop(record.object, None)
        else:
            self.objects[record.object] = patched(self.objects[record.object], detail["patch"])
        return True


def world_at(records: Iterable[Record], time: float | None = None) -> World:
    """The world after every record up to and including that moment (default: all of them)."""
    world = World()
    for record in records:
        if time is not None and record.time > time:
            break
        world.apply(record)
    return world
