"""History up to a moment, read once: what the objects were and who ran what at each record of interest."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass

from simk8s.api.objects import Object, dig
from simk8s.api.world import World
from simk8s.causes.processes import Known, Processes
from simk8s.sim import Record

Holds = Callable[[Object | None], bool]


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What stood around one record: the object before and after it, or the process, with its line and stage then."""

    old: Object | None = None
    new: Object | None = None
    process: Known | None = None
    line: Record | None = None
    place: str = ""
    stage: str = ""
    argv: tuple[str, ...] = ()


class Scene:
    """All glimpses of a path, and the objects at the end of it."""

    def __init__(self, records: Sequence[Record], wanted: Container[int], end: int) -> None:
        self._world = World()
        self._glimpses: dict[int, Glimpse] = {}
        self.claims: dict[str, str] = {}
        """The claim, as `namespace/name`, that each PersistentVolume is for."""
        processes = Processes()
        for record in records[: end + 1]:
            process = processes.follow(record)
            old = self._world.objects.get(record.object)
            is_write = self._world.apply(record)
            if is_write and record.object.startswith("PersistentVolume/"):
                self._remember(record.object)
            if record.seq not in wanted:
                continue
            if is_write:
                self._glimpses[record.seq] = Glimpse(old, self._world.objects.get(record.object))
            elif process is not None:
                self._glimpses[record.seq] = Glimpse(
                    None, None, process, process.line, process.placed, process.stage, process.argv
                )

    def glimpse(self, record: Record) -> Glimpse:
        return self._glimpses.get(record.seq, _NOTHING)

    def find(self, place: str) -> Object | None:
        """An object at the end of the path, by `Kind/namespace/name`."""
        return self._world.objects.get(place)

    def host(self, address: str) -> str:
        """The Pod that has an address, `mysql-0` for `10.244.1.2:3307`, or the address itself."""
        ip = address.rpartition(":")[0]
        for place, found in self._world.objects.items():
            if place.startswith("Pod/") and dig(found, "status", "podIP") == ip:
                return place.rpartition("/")[2]
        return ip

    def _remember(self, volume: str) -> None:
        claim = (self._world.objects.get(volume) or {}).get("spec", {}).get("claimRef")
        if claim:
            self.claims[volume.partition("/")[2]] = f"{claim.get('namespace', 'default')}/{claim['name']}"


_NOTHING = Glimpse()


def moment_of(records: Sequence[Record], place: str, holds: Holds) -> int | None:
    """The record that made something true of an object, the last time that it became true; None if it never did."""
    world = World()
    found: int | None = None
    was = False
    for record in records:
        if world.apply(record) and record.object == place:
            now = holds(world.objects.get(place))
            if now and not was:
                found = record.seq
            was = now
    return found
