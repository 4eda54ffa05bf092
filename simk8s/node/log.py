"""What a container wrote to its standard output and error, with times: the source of `kubectl logs`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from simk8s.machine import Process, SinkHandle

Stream = Literal["stdout", "stderr"]


@dataclass(frozen=True, slots=True)
class Chunk:
    """One write. `time` in virtual seconds."""

    time: float
    stream: Stream
    data: bytes


class Log:
    """The writes of one container instance in order. `listeners` are told of each new one: a follower, an attach."""

    def __init__(self) -> None:
        self.chunks: list[Chunk] = []
        self.listeners: list[Callable[[Chunk], None]] = []

    def sink(self, stream: Stream) -> SinkHandle:
        """What a process writes to. Each write is a record of history by that process."""

        def take(process: Process, data: bytes) -> None:
            chunk = Chunk(process.sim.now, stream, data)
            self.chunks.append(chunk)
            if process.sim.history.enabled:
                process.record("log", process.machine.name, stream=stream, text=data.decode(errors="replace"))
            for listener in tuple(self.listeners):
                listener(chunk)

        return SinkHandle(take)

    def content(self) -> bytes:
        """Everything, as `kubectl logs` prints it."""
        return b"".join(chunk.data for chunk in self.chunks)

    def lines(self) -> list[tuple[float, bytes]]:
        """Whole lines with the time of their first byte; of each stream a last one without newline, too."""
        finished: list[tuple[float, bytes]] = []
        partial: dict[str, tuple[float, bytes]] = {}
        for chunk in self.chunks:
            for piece in chunk.data.splitlines(keepends=True) if chunk.data.count(b"\n") else [chunk.data]:
                since, begun = partial.pop(chunk.stream, (chunk.time, b""))
                if piece.endswith(b"\n"):
                    finished.append((since, begun + piece))
                else:
                    partial[chunk.stream] = (since, begun + piece)
        return finished + [partial[stream] for stream in sorted(partial)]

    def tail(self, lines: int, limit: int) -> str:
        """The last lines, at most `limit` bytes: what FallbackToLogsOnError makes the termination message of."""
        kept = b"".join(line for _, line in self.lines()[-lines:])
        return kept[-limit:].decode(errors="replace")
