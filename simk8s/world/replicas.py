"""Who was cloned from whom, who replicates from whom, and how far behind: a replicated MySQL at a moment."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from simk8s.sim import Record
from simk8s.world.state import Replication, World


@dataclass(frozen=True, slots=True)
class Clone:
    """A copy of a server's data, streamed from one container to another. Times are virtual seconds, None: not yet.

    `streamed` is when the backup was complete, `prepared` when the copy had been made consistent.
    """

    source: str
    target: str
    seq: int
    begun: float
    streamed: float | None = None
    prepared: float | None = None
    last: int = -1


@dataclass(frozen=True, slots=True)
class Replica:
    """A server, and the one it replicates from (`source` empty: it is nobody's replica). Positions are `file:position`.

    `behind_bytes` is None where the files differ or something is unknown; `behind_seconds` how long ago the source
    wrote the first thing that is not applied here.
    """

    name: str
    state: str
    position: str
    source: str = ""
    replication: Replication | None = None
    behind_bytes: int | None = None
    behind_seconds: float | None = None


class Positions:
    """When each server's binary log reached which position."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._reached: dict[str, list[tuple[str, int, float]]] = {}
        for record in records:
            if record.verb in ("mysql.commit", "mysql.ready") and record.detail.get("position"):
                reached = str(record.detail["file"]), int(record.detail["position"]), record.time
                self._reached.setdefault(record.object, []).append(reached)

    def left_at(self, server: str, applied: str, until: float) -> float | None:
        """When the server first wrote something past `applied`; None where it had not, up to a moment."""
        file, _, position = applied.rpartition(":")
        known = self._reached.get(server, [])
        after = bisect_right(known, (file, int(position or 0), float("inf")))
        return known[after][2] if after < len(known) and known[after][2] <= until else None


def clones(records: Sequence[Record]) -> list[Clone]:
    """Every copy in a history, in the order in which they began."""
    listeners: dict[str, str] = {}
    connected: dict[str, tuple[str, Record]] = {}
    found: dict[str, Clone] = {}
    done: list[Clone] = []
    for record in records:
        match record.verb:
            case "net.listen":
                listeners[record.object] = record.actor
            case "net.connect" if _pod(listeners.get(record.object, record.actor)) != _pod(record.actor):
                connected[listeners[record.object]] = (record.actor, record)
            case "mysql.backup":
                client = connected.get(record.actor)
                if client is None:
                    continue
                target, since = client
                if target not in found or found[target].seq != since.seq:
                    found[target] = Clone(record.actor, target, since.seq, since.time, last=record.seq)
                    done.append(found[target])
                if record.detail.get("stage") == "done":
                    _grow(done, found, target, streamed=record.time, last=record.seq)
            case "mysql.prepare" if record.actor in found and record.detail.get("stage") == "prepared":
                _grow(done, found, record.actor, prepared=record.time, last=record.seq)
    return done


def clones_at(all_of_them: Sequence[Clone], time: float) -> list[Clone]:
    """As they were at a moment: the last one of each Pod, without what was still to come."""
    latest: dict[str, Clone] = {}
    for clone in all_of_them:
        if clone.begun <= time:
            latest[_pod(clone.target)] = replace(
                clone, streamed=_until(clone.streamed, time), prepared=_until(clone.prepared, time)
            )
    return list(latest.values())


def replicas(world: World, positions: Positions) -> list[Replica]:
    """The servers that run, and how far each is behind its source."""
    servers = {server.host: server for server in world.servers.values()}
    found = []
    for name in sorted(servers, key=_ordinal):
        server = servers[name]
        said = server.replication
        source = said.host.partition(".")[0] if said is not None else ""
        replica = Replica(name, server.state, server.position, source, said)
        if said is not None and source in servers and said.applied:
            file, _, there = servers[source].position.rpartition(":")
            mine, _, here = said.applied.rpartition(":")
            bytes_behind = int(there) - int(here) if mine == file and there and here else None
            left = positions.left_at(source, said.applied, world.time)
            seconds = None if left is None else round(world.time - left, 6)
            replica = replace(replica, behind_bytes=bytes_behind, behind_seconds=seconds)
        found.append(replica)
    return found


def _grow(done: list[Clone], found: dict[str, Clone], target: str, **changes: float) -> None:
    old = found[target]
    found[target] = new = replace(old, **changes)  # type: ignore[arg-type]
    done[done.index(old)] = new


def _until(moment: float | None, time: float) -> float | None:
    return moment if moment is not None and moment <= time else None


def _pod(machine: str) -> str:
    return machine.rpartition("/")[0]


def _ordinal(name: str) -> tuple[str, int]:
    stem, _, number = name.rpartition("-")
    return (stem, int(number)) if number.isdigit() else (name, -1)
