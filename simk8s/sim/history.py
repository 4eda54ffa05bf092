"""The history of a run: an append-only list of small immutable records with their causes.

A record says when, who, what happened, to which object, and which earlier records led to it. Program order
inside one actor and messages between actors give the causes, so a history is a happens-before graph. It carries
every visible change of state, so that any face can rebuild the world at any moment from it alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any

import msgspec

from simk8s.errors import Place, SimError

FORMAT = "simk8s-history"
FORMAT_VERSION = 1


class Record(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One thing that happened.

    `time` is in virtual seconds since the start, `causes` are the sequence numbers of the records that led to this
    one (the actor's own previous record, and the message it had heard), `detail` is plain JSON data.
    """

    seq: int
    time: float
    actor: str
    verb: str
    object: str = ""
    causes: tuple[int, ...] = ()
    detail: dict[str, Any] = {}


class Actor:
    """Somebody who does things in order: a controller, a kubelet, a process. Remembers what its next act follows."""

    __slots__ = ("heard", "last", "name")

    def __init__(self, name: str, last: int = -1) -> None:
        self.name = name
        self.last = last
        self.heard = -1

    def hear(self, seq: int) -> None:
        """A message arrived whose sending was record `seq`; the next record of this actor has it as a cause."""
        if seq > self.heard:
            self.heard = seq

    @property
    def latest(self) -> int:
        """The record that a message sent now follows: the actor's own last, or one that it merely passes on."""
        return self.heard if self.heard > self.last else self.last

    def fork(self, name: str | None = None) -> Actor:
        """A new actor whose first record follows all that this one has done and heard: a child, a spawned task."""
        child = Actor(name or self.name, self.last)
        child.heard = self.heard
        return child


class History:
    """Records in order. Switched off (`enabled=False`) it keeps counting but stores nothing, for the checker."""

    def __init__(self, *, enabled: bool = True) -> None:
        self.enabled = enabled
        self.records: list[Record] = []
        self._next = 0
        self._listeners: list[Callable[[Record], None]] = []

    def add(self, time: float, actor: Actor, verb: str, object: str, detail: dict[str, Any]) -> int:
        """Append a record and return its sequence number, which is also the actor's new `last`."""
        seq = self._next
        self._next = seq + 1
        if self.enabled:
            last, heard = actor.last, actor.heard
            causes: tuple[int, ...] = (last,) if last >= 0 else ()
            if heard >= 0 and heard != last:
                causes = (heard, *causes)  # a message may have been under way while this actor did other things
            record = Record(seq, int(time * 1e6 + 0.5) / 1e6, actor.name, verb, object, causes, detail)
            self.records.append(record)
            for listener in self._listeners:
                listener(record)
        actor.last = seq
        actor.heard = -1
        return seq

    def listen(self, listener: Callable[[Record], None]) -> None:
        """Call `listener` with every record from now on, as it is added."""
        self._listeners.append(listener)

    def __len__(self) -> int:
        return self._next

    def __iter__(self) -> Iterator[Record]:
        return iter(self.records)

    def __getitem__(self, seq: int) -> Record:
        return self.records[seq]

    def lines(self) -> Iterator[bytes]:
        """The history as JSON lines: a header with format and version, then a record a line."""
        encode = msgspec.json.Encoder(order="sorted").encode
        yield encode({"format": FORMAT, "version": FORMAT_VERSION}) + b"\n"
        for record in self.records:
            yield encode(record) + b"\n"

    def sha256(self) -> str:
        """The fingerprint of this history: equal for equal inputs, choices and seed, on every platform."""
        digest = hashlib.sha256()
        for line in self.lines():
            digest.update(line)
        return digest.hexdigest()

    def save(self, path: Path) -> None:
        """Write the history as JSON lines: a file whole or not at all, a pipe or a device as it takes them."""
        is_special = path.exists() and not path.is_file()
        target = path if is_special else path.with_name(path.name + ".partial")
        try:
            with target.open("wb") as file:
                file.writelines(self.lines())
            if not is_special:
                target.replace(path)
        except OSError as error:
            if not is_special:
                target.unlink(missing_ok=True)
            raise SimError(
                "SK102", f"cannot write the trace {path}: {error.strerror}", hint="choose another --trace file"
            ) from error

    @classmethod
    def load(cls, path: Path) -> History:
        """Read what `save` wrote. Raises SimError SK103 with the line where the file is not a history."""
        try:
            with path.open("rb") as file:
                return cls.from_lines(file, str(path))
        except OSError as error:
            raise SimError("SK101", f"cannot read {path}: {error.strerror}") from error

    @classmethod
    def from_lines(cls, lines: Iterable[bytes] | IO[bytes], name: str = "history") -> History:
        """A history from JSON lines; see `load`."""
        history = cls()
        decode = msgspec.json.Decoder(Record).decode
        for number, line in enumerate(lines, 1):
            try:
                if number == 1:
                    _check_header(msgspec.json.decode(line))
                else:
                    history.records.append(decode(line))
            except (msgspec.DecodeError, ValueError, AttributeError) as error:
                raise SimError(
                    "SK103",
                    f"this is not a saved history: {error}",
                    place=Place(name, number),
                    hint="make one with `simk8s run PATH --trace FILE`",
                ) from error
        history._next = len(history.records)
        return history


def _check_header(header: Any) -> None:
    if header.get("format") != FORMAT:
        raise ValueError("the first line does not name the format")
    if header.get("version") != FORMAT_VERSION:
        raise ValueError(f"format version {header.get('version')} is not known, only {FORMAT_VERSION}")
