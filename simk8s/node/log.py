"""What a container wrote to its standard output and error, with times: the source of `kubectl logs`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

import simpy

from simk8s.machine import Process, SinkHandle
from simk8s.sim import Simulation

Stream = Literal["stdout", "stderr"]


Chunk: TypeAlias = tuple[float, Stream, bytes]
"""One write: when, in virtual seconds, and what."""


class Log:
    """The writes of one container instance in order. `listeners` are told of each new one: a follower, an attach."""

    def __init__(self) -> None:
        self.chunks: list[Chunk] = []
        self.listeners: list[Callable[[Chunk], None]] = []

    def sink(self, stream: Stream) -> SinkHandle:
        """What a process writes to. Each write is a record of history by that process."""

        def take(process: Process, data: bytes) -> None:
            chunk = process.sim.env._now, stream, data
            self.chunks.append(chunk)
            if process.sim.history.enabled:
                process.record("log", process.machine.name, stream=stream, text=data.decode(errors="replace"))
            if self.listeners:
                for listener in tuple(self.listeners):
                    listener(chunk)

        return SinkHandle(take)

    def content(self) -> bytes:
        """Everything, as `kubectl logs` prints it."""
        return b"".join([data for _, _, data in self.chunks])

    def lines(self) -> list[tuple[float, bytes]]:
        """Whole lines with the time of their first byte; of each stream a last one without newline, too."""
        finished: list[tuple[float, bytes]] = []
        partial: dict[str, tuple[float, bytes]] = {}
        for time, stream, data in self.chunks:
            for piece in data.splitlines(keepends=True) if data.count(b"\n") else [data]:
                since, begun = partial.pop(stream, (time, b""))
                if piece.endswith(b"\n"):
                    finished.append((since, begun + piece))
                else:
                    partial[stream] = (since, begun + piece)
        return finished + [partial[stream] for stream in sorted(partial)]

    def tail(self, lines: int, limit: int) -> str:
        """The last lines, at most `limit` bytes: what FallbackToLogsOnError makes the termination message of."""
        kept = b"".join(line for _, line in self.lines()[-lines:])
        return kept[-limit:].decode(errors="replace")


class LogStream:
    """A log while it is being written, for `kubectl logs -f`. `exited` happens when nobody writes any more."""

    def __init__(self, sim: Simulation, log: Log, exited: simpy.Event | None) -> None:
        self._sim = sim
        self._log = log
        self._exited = exited
        self._changed: simpy.Event | None = None
        if exited is not None and not exited.processed:
            log.listeners.append(self._wake)
            exited.callbacks.append(self._wake)

    def lines(self) -> list[tuple[float, bytes]]:
        """As `Log.lines`."""
        return self._log.lines()

    @property
    def has_ended(self) -> bool:
        return self._exited is None or self._exited.triggered

    def changed(self) -> simpy.Event:
        """Happens when something more is written, or with the end."""
        if self._changed is None or self._changed.triggered:
            self._changed = self._sim.event()
        if self.has_ended:
            self._changed.succeed()
        return self._changed

    def _wake(self, _: object) -> None:
        if self._changed is not None and not self._changed.triggered:
            self._changed.succeed()
