"""A Chrome trace in JSON, for Perfetto (ui.perfetto.dev) or chrome://tracing.

A Pod is a process, a container's attempt a thread, with further threads for what runs beside it; processes and script
commands are slices. The control plane and every node are processes too, with a thread for each actor.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from simk8s.export.counters import Counters
from simk8s.export.slices import Slice, container_slices
from simk8s.export.tracks import Tracks
from simk8s.sim import History, Record

Event = dict[str, Any]

MOMENT_SECONDS = 0.001
"""How long a slice is that stands for something which took no time."""

_QUIET = frozenset({"log", "command", "variable", "process.exit"})


def export(history: History) -> Iterator[str]:
    """The whole trace, an event a line."""
    yield '{"displayTimeUnit":"ms","otherData":{"source":"simk8s","clock":"virtual time"},"traceEvents":[\n'
    separator = ""
    for event in events(history):
        yield separator + json.dumps(event, separators=(",", ":"), ensure_ascii=False)
        separator = ",\n"
    yield "\n]}\n"


def events(history: History) -> Iterator[Event]:
    """Names of tracks first, then slices, instants, counters and arrows."""
    tracks = Tracks()
    home: dict[int, tuple[int, int]] = {}
    rest: list[Event] = []
    for piece in container_slices(history.records):
        track = tracks.container(piece.actor, piece.attempt, piece.lane)
        rest.append(_slice(piece, track))
        for seq in piece.seqs:
            home[seq] = track
    rest += _acts(history.records, tracks, home)
    rest += _instants(history.records, tracks)
    rest += _counters(history.records, tracks)
    rest += _arrows(history.records, home)
    yield from tracks.names()
    yield from sorted(rest, key=lambda event: (event["ts"], -event.get("dur", 0)))


def _slice(piece: Slice, track: tuple[int, int]) -> Event:
    start = _micros(piece.start)
    return {
        "ph": "X",
        "name": piece.name,
        "cat": piece.kind,
        "ts": start,
        "dur": _micros(piece.end) - start,
        "pid": track[0],
        "tid": track[1],
        "args": piece.args,
    }


def _acts(records: list[Record], tracks: Tracks, home: dict[int, tuple[int, int]]) -> Iterator[Event]:
    """What controllers, kubelets and people do: short slices, none longer than until the next one of the same actor."""
    acts = [record for record in records if not tracks.is_container(record.actor) and record.verb not in _QUIET]
    following: dict[str, float] = {}
    pieces: list[Event] = []
    for record in reversed(acts):
        track = home[record.seq] = tracks.actor(record.actor)
        start = _micros(record.time)
        end = min(_micros(record.time + MOMENT_SECONDS), _micros(following.get(record.actor, float(2**40))))
        kind, _, name = record.object.partition("/")
        is_write = record.verb in ("create", "update", "delete")
        pieces.append(
            {
                "ph": "X",
                "name": f"{record.verb} {kind}" if is_write else record.verb,
                "cat": "act",
                "ts": start,
                "dur": end - start,
                "pid": track[0],
                "tid": track[1],
                "args": {"object": name if is_write else record.object, "record": record.seq},
            }
        )
        following[record.actor] = record.time
    yield from reversed(pieces)


def _instants(records: list[Record], tracks: Tracks) -> Iterator[Event]:
    for record in records:
        if record.verb == "probe":
            pid, tid = tracks.pod("/".join(record.object.split("/")[1:3]))
            yield {
                "ph": "i",
                "s": "t",
                "name": f"{record.detail.get('kind')} probe: {record.detail.get('result')}",
                "cat": "probe",
                "ts": _micros(record.time),
                "pid": pid,
                "tid": tid,
                "args": {"container": record.object.rpartition("/")[2], "record": record.seq},
            }


def _counters(records: list[Record], tracks: Tracks) -> Iterator[Event]:
    counters = Counters()
    for record in records:
        for pod, name, value in counters.follow(record):
            pid, _ = tracks.pod(pod)
            yield {"ph": "C", "name": name, "ts": _micros(record.time), "pid": pid, "args": {name: value}}


def _arrows(records: list[Record], home: dict[int, tuple[int, int]]) -> Iterator[Event]:
    """An arrow for each message: a cause that another actor has sent."""
    number = 0
    for record in records:
        for cause in record.causes:
            sender = records[cause]
            if sender.actor == record.actor or cause not in home or record.seq not in home:
                continue
            number += 1
            for phase, end in (("s", sender), ("f", record)):
                pid, tid = home[end.seq]
                event: Event = {"ph": phase, "id": number, "name": "cause", "cat": "cause", "pid": pid, "tid": tid}
                event["ts"] = _micros(end.time)
                if phase == "f":
                    event["bp"] = "e"
                yield event


def _micros(seconds: float) -> int:
    return int(seconds * 1e6 + 0.5)
