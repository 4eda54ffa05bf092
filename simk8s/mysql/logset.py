"""Numbered log files and the index that lists them: what the binary log and the relay log have in common."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from simk8s.machine.content import dense
from simk8s.mysql.directory import DataDirectory
from simk8s.mysql.event import (
    IN_USE,
    MAGIC,
    BadEvent,
    Event,
    EventType,
    FormatDescription,
    PreviousGtids,
    Query,
    RawEvent,
    Rotate,
    Stop,
    encode,
    iterate,
    parse,
)
from simk8s.mysql.step import Blocked, Change, Log, Steps

ROTATION_SECONDS = 0.001  # how long to wait before looking again whether a rotation has ended
_FLAGS_OFFSET = 4 + 17  # of the first event, which says whether the file is in use


@dataclass(slots=True)
class LogSet:
    """The files `base.000001`, `base.000002`, … of one server. `files` are those in the index; the last is written to.

    `position` is the length of the file that is being written. `timestamp()` gives seconds since 1970.
    """

    directory: DataDirectory
    base: str
    server_id: int
    version: str
    timestamp: Callable[[], int]
    files: list[str] = field(default_factory=list)
    position: int = 0
    is_open: bool = False
    is_rotating: bool = False
    listeners: list[Callable[[], None]] = field(default_factory=list)

    @property
    def index(self) -> str:
        return f"{self.base}.index"

    @property
    def current(self) -> str:
        return self.files[-1] if self.files else ""

    def open_index(self) -> Steps[None]:
        """Read the index, or make an empty one."""
        if self.directory.is_file(self.index):
            lines = dense(self.directory.read(self.index)).decode().split("\n")
            self.files = [line.removeprefix("./") for line in lines if line]
        else:
            yield from self.directory.write(self.index, b"")

    def open_new(self, *, with_gtids: bool = True) -> Steps[None]:
        """Begin the next file (REPL-2): header first, then its line in the index."""
        name = self.next_name()
        header = MAGIC + encode(
            FormatDescription(self.version, self.timestamp()),
            position=4,
            server_id=self.server_id,
            timestamp=self.timestamp(),
            flags=IN_USE,
        )
        yield from self.directory.write(name, header)
        yield Change("append", self.index, len(name) + 3, sync=True)
        self.directory.append(self.index, f"./{name}\n".encode())
        self.files.append(name)
        self.position = len(header)
        self.is_open = True
        if with_gtids:
            yield from self.write_previous_gtids()

    def write_previous_gtids(self) -> Steps[None]:
        """After it the first usable position is reached: 154 (REPL-1)."""
        yield from self._append([(PreviousGtids(), self.timestamp())], 0)

    def next_name(self) -> str:
        """One more than the highest number in the directory or the index."""
        numbers = [number(name) for name in (*self.files, *self.directory.names()) if self._is_mine(name)]
        return f"{self.base}.{max(numbers, default=0) + 1:06d}"

    def append(self, events: Sequence[tuple[Event, int]], *, server_id: int = 0) -> Steps[None]:
        """Write events with their timestamps in one go, and force them to disk. Waits for the end of a rotation."""
        while self.is_rotating:
            yield Blocked("Waiting for the binary log to be rotated", ROTATION_SECONDS)
        yield from self._append(events, server_id)

    def rotate(self) -> Steps[None]:
        """End the current file with a Rotate event and begin the next (REPL-4); nobody writes in between."""
        while self.is_rotating:
            yield Blocked("Waiting for the binary log to be rotated", ROTATION_SECONDS)
        self.is_rotating = True
        try:
            yield from self._append([(Rotate(self.next_name()), self.timestamp())], 0)
            yield from self.close(stop=False)
            yield from self.open_new()
        finally:
            self.is_rotating = False  # also where the thread that rotates is stopped in the middle of it

    def _append(self, events: Sequence[tuple[Event, int]], server_id: int) -> Steps[None]:
        bodies = [event.body() for event, _ in events]
        yield Change("append", self.current, sum([len(body) + 23 for body in bodies]), sync=True)
        data, server = b"", server_id or self.server_id
        # where they stand is known only now: until the step was taken others may have written
        for (event, timestamp), body in zip(events, bodies, strict=True):
            place = self.position + len(data)
            data += encode(event, position=place, server_id=server, timestamp=timestamp, body=body)
        self.put(data)

    def put(self, data: bytes) -> None:
        """Add bytes now, for those who have announced the step, and wake whoever follows the log."""
        self.directory.append(self.current, data)
        self.position += len(data)
        listeners, self.listeners = self.listeners, []
        for wake in listeners:
            wake()

    def close(self, *, stop: bool) -> Steps[None]:
        """End the file: with a Stop event at a clean shutdown (REPL-4), and marked as no longer in use."""
        if not self.is_open:
            return
        if stop:
            yield from self.append([(Stop(), self.timestamp())])
        yield from self.mark_closed(self.current)
        self.is_open = False

    def mark_closed(self, name: str) -> Steps[None]:
        yield Change("splice", name, 2)
        self.directory.splice(name, _FLAGS_OFFSET, b"\0\0")

    def data(self, name: str) -> bytes:
        """The bytes of a file."""
        content = self.directory.read(name)
        return content if isinstance(content, bytes) else bytes(content)

    def size(self, name: str) -> int:
        return self.directory.size(name)

    def remove(self, names: Sequence[str]) -> Steps[None]:
        """Take files out of the index, then delete them."""
        if not names:
            return
        kept = [name for name in self.files if name not in names]
        yield from self.directory.write(self.index, "".join(f"./{name}\n" for name in kept).encode())
        self.files = kept
        for name in names:
            yield from self.directory.unlink(name)

    def is_in_use(self, name: str) -> bool:
        """Whether the file was open when its server ended."""
        data = self.data(name) if self.directory.is_file(name) else b""
        return len(data) > _FLAGS_OFFSET and bool(data[_FLAGS_OFFSET] & IN_USE)

    def cut_torn_tail(self, name: str) -> Steps[int]:
        """Drop what is no complete group at the end of a file (MYSQLD-53). Returns the length that is left."""
        data = self.data(name)
        valid = valid_length(data)
        if valid < len(data):
            yield Log(
                "ERROR",
                f"Crashed binlog file ./{name} size is {len(data)}, but recovered up to {valid}. "
                f"Binlog trimmed to {valid} bytes.",
            )
            yield Change("truncate", name, valid)
            self.directory.truncate(name, valid)
        return valid

    def _is_mine(self, name: str) -> bool:
        stem, _, digits = name.rpartition(".")
        return stem == self.base and digits.isdigit()


def valid_length(data: bytes) -> int:
    """How far a log file consists of complete groups."""
    valid, in_group = 4, False
    with suppress(BadEvent):
        for raw in iterate(data, verify=True):
            in_group = _opens_group(raw) or (in_group and not _closes_group(raw))
            if not in_group:
                valid = raw.start + raw.size
    return valid


def _opens_group(raw: RawEvent) -> bool:
    return raw.type == EventType.ANONYMOUS_GTID


def _closes_group(raw: RawEvent) -> bool:
    if raw.type == EventType.QUERY:
        event = parse(raw)
        return isinstance(event, Query) and event.text != "BEGIN"
    return raw.type == EventType.XID


def number(name: str) -> int:
    """The number at the end of a log file's name.

    >>> number("mysql-0-bin.000003")
    3
    """
    return int(name.rpartition(".")[2])
