"""A history as lanes: one for each Pod, in it a track for its steps and one for each container, slices, and marks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from simk8s.api.objects import dig, is_true
from simk8s.api.world import World
from simk8s.sim import Record

STEPS = "init"
"""The name of the track that the init containers of a Pod share: they run one after the other."""

MarkKind = Literal["ready", "unready", "probe", "fault", "restart", "created", "gone"]


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened to a Pod at one moment; `seq` is its record."""

    kind: MarkKind
    time: float
    seq: int
    text: str = ""


@dataclass(slots=True)
class Slice:
    """One attempt of a container, from `start` to `end` in virtual seconds (None: it still ran when history ended).

    `step` counts init containers from 1. `ready` are the spans in which it was ready.
    """

    container: str
    number: int
    step: int
    seq: int
    start: float
    end: float | None = None
    status: int | None = None
    ready: list[tuple[float, float | None]] = field(default_factory=list)

    def is_ready(self, time: float) -> bool:
        return any(since <= time and (until is None or time < until) for since, until in self.ready)


@dataclass(slots=True)
class Track:
    """What runs one after the other: attempts of a container, or the steps of a Pod."""

    name: str
    slices: list[Slice] = field(default_factory=list)


@dataclass(slots=True)
class Lane:
    """A Pod name, through all its lives. `key` is `Pod/namespace/name`."""

    key: str
    tracks: dict[str, Track] = field(default_factory=dict)
    marks: list[Mark] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.key.removeprefix("Pod/").removeprefix("default/")


def lanes(records: Iterable[Record]) -> list[Lane]:
    """The lanes of a history, in the order in which the Pods came."""
    return _Drawing().of(records)


class _Drawing:
    """Follows a history."""

    def __init__(self) -> None:
        self.lanes: dict[str, Lane] = {}
        self.running: dict[str, Slice] = {}
        self._world = World()

    def of(self, records: Iterable[Record]) -> list[Lane]:
        for record in records:
            match record.verb:
                case "container.create":
                    self._begin(record)
                case "process.exit" if record.detail.get("pid") == 1:
                    self._end(record.actor, record.time, record.detail.get("status"))
                case "probe" if record.detail.get("result") != "success":
                    said = f"{record.detail.get('kind', '')} probe: {record.detail.get('result', '')}"
                    self._mark(record, record.object, "probe", said)
                case "kill" | "fault":
                    self._mark(record, record.object, "fault", record.verb)
                case "node.off":
                    self._power_lost(record)
                case "create" | "update" | "delete":
                    self._object(record)
        return list(self.lanes.values())

    def _begin(self, record: Record) -> None:
        _, where, pod, container = record.object.split("/")
        lane = self._lane(f"Pod/{where}/{pod}")
        spec = (self._world.objects.get(lane.key) or {}).get("spec", {})
        names = [entry["name"] for entry in spec.get("initContainers") or ()]
        step = names.index(container) + 1 if container in names else 0
        track = lane.tracks.setdefault(STEPS if step else container, Track(STEPS if step else container))
        number = record.detail.get("number", 0)
        begun = Slice(container, number, step, record.seq, record.time)
        if number:
            lane.marks.append(Mark("restart", record.time, record.seq, f"{container}: {number}"))
        track.slices.append(begun)
        self.running[record.detail["machine"]] = begun

    def _end(self, machine: str, time: float, status: int | None) -> None:
        ended = self.running.pop(machine, None)
        if ended is not None:
            ended.end, ended.status = time, status
            _no_longer_ready(ended, time)

    def _power_lost(self, record: Record) -> None:
        for machine, begun in list(self.running.items()):
            pod = next((lane.key for lane in self.lanes.values() if machine.startswith(f"{lane.name}/")), "")
            if dig(self._world.objects.get(pod), "spec", "nodeName") == record.object:
                self._end(machine, record.time, None)
                self._mark(record, pod, "fault", f"{record.object} has no power: {begun.container}")

    def _object(self, record: Record) -> None:
        before = self._world.objects.get(record.object)
        self._world.apply(record)
        if not record.object.startswith("Pod/"):
            return
        pod = self._world.objects.get(record.object)
        if before is None or pod is None:
            self._mark(record, record.object, "gone" if pod is None else "created", "")
            return
        was, now = is_true(before, "Ready"), is_true(pod, "Ready")
        if was != now:
            self._mark(record, record.object, "ready" if now else "unready", "")
        name = self._lane(record.object).name
        for status in dig(pod, "status", "containerStatuses", default=[]):
            begun = self.running.get(f"{name}/{status['name']}")
            if begun is None or begun.number != status.get("restartCount", 0):
                continue
            if status.get("ready") and not (begun.ready and begun.ready[-1][1] is None):
                begun.ready.append((record.time, None))
            elif not status.get("ready"):
                _no_longer_ready(begun, record.time)

    def _mark(self, record: Record, place: str, kind: MarkKind, text: str) -> None:
        parts = place.split("/")
        if parts[0] == "Pod" and len(parts) >= 3:
            self._lane("/".join(parts[:3])).marks.append(Mark(kind, record.time, record.seq, text))

    def _lane(self, key: str) -> Lane:
        return self.lanes.setdefault(key, Lane(key))


def _no_longer_ready(ended: Slice, time: float) -> None:
    if ended.ready and ended.ready[-1][1] is None:
        ended.ready[-1] = (ended.ready[-1][0], time)
