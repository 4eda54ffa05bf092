"""The history of a run: an append-only list of small immutable records with their causes.

A record says when, who, what happened, to which object, and which earlier records led to it. Program order
inside one actor and messages between actors give the causes, so a history is a happens-before graph. It carries
every visible change of state, so that any face can rebuild the world at any moment from it alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any, Self

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

    __slots__ = ("heard", "last", "latest", "name")

    def __init__(self, name: str, last: int = -1) -> None:
        self.name = name
        self.last = last
        self.heard = -1
        self.latest = last
        """The record that a message sent now follows: the actor's own last, or one that it merely passes on."""

    def hear(self, seq: int) -> None:
        """A message arrived whose sending was record `seq`; the next record of this actor has it as a cause."""
        if seq > self.heard:
            self.heard = seq
            if seq > self.latest:
                self.latest = seq

    def fork(self, name: str | None = None) -> Actor:
        """A new actor whose first record follows all that this one has done and heard: a child, a spawned task."""
        child = Actor(name or self.name, self.last)
        child.heard, child.latest = self.heard, self.latest
        return child


class History:
    """Records in order. Switched off (`enabled=False`) it keeps counting but stores nothing, for the checker."""

    def __init__(self, *, enabled: bool = True) -> None:
        self.enabled = enabled
        self.records: list[Record] = []
        self.inputs: Any = None
        """What the run was made of, as plain data, where somebody keeps it (a Cluster does); saved with the records."""
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
        actor.last = actor.latest = seq
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
        return _digest(self.lines())

    def save(self, path: Path) -> None:
        """Write the history as JSON lines: a file whole or not at all, a pipe or a device as it takes them.

        The header then also has the `inputs`, the number of records and their digest, by which `load` sees damage.
        """
        is_special = path.exists() and not path.is_file()
        target = path if is_special else path.with_name(path.name + ".partial")
        records = list(self.lines())[1:]
        header = {
            "format": FORMAT,
            "version": FORMAT_VERSION,
            "records": len(records),
            "sha256": _digest(records),
            **({"inputs": self.inputs} if self.inputs is not None else {}),
        }
        try:
            with target.open("wb") as file:
                file.write(msgspec.json.encode(header) + b"\n")
                file.writelines(records)
            if not is_special:
                target.replace(path)
        except OSError as error:
            if not is_special:
                target.unlink(missing_ok=True)
            raise SimError(
                "SK102", f"cannot write the trace {path}: {error.strerror}", hint="choose another --trace file"
            ) from error

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote. Raises SimError SK103 with the line where the file is not a history, or damaged."""
        try:
            with path.open("rb") as file:
                return cls.from_lines(file, str(path))
        except OSError as error:
            raise SimError("SK101", f"cannot read {path}: {error.strerror}") from error

    @classmethod
    def from_lines(cls, lines: Iterable[bytes] | IO[bytes], name: str = "history") -> Self:
        """A history from JSON lines; see `load`."""
        history = cls()
        records = history.records
        decode = msgspec.json.Decoder(Record).decode
        digest = hashlib.sha256()
        header: dict[str, Any] = {}
        number, line = 0, b""
        for number, line in enumerate(lines, 1):
            try:
                if number == 1:
                    header = _checked_header(line)
                else:
                    digest.update(line)
                    records.append(_checked(decode(line), records))
            except (msgspec.DecodeError, ValueError) as error:
                raise _damaged(f"{error}", name, number, is_cut=not line.endswith(b"\n")) from error
        if not header:
            raise _damaged("the file is empty", name, 1)
        missing = header.get("records", len(records)) - len(records)
        if missing:
            what = f"{missing} of {header['records']} records are missing" if missing > 0 else "there are more records"
            raise _damaged(f"{what} than were saved" if missing < 0 else what, name, number, is_cut=missing > 0)
        if header.get("sha256", digest.hexdigest()) != digest.hexdigest():
            raise _damaged("the records are not those that were saved", name, 1)
        history.inputs = header.get("inputs")
        history._next = len(records)
        return history


def _digest(lines: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for line in lines:
        digest.update(line)
    return digest.hexdigest()


def _checked_header(line: bytes) -> dict[str, Any]:
    header = msgspec.json.decode(line)
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise ValueError("the first line does not name the format")
    if header.get("version") != FORMAT_VERSION:
        raise ValueError(f"format version {header.get('version')} is not known, only {FORMAT_VERSION}")
    return header


def _checked(record: Record, before: list[Record]) -> Record:
    """The record, if it can follow those before it."""
    if record.seq != len(before):
        raise ValueError(f"record {len(before)} was to come, not {record.seq}")
    if before and record.time < before[-1].time:
        raise ValueError("time goes backwards")
    if any(not 0 <= cause < record.seq for cause in record.causes):
        raise ValueError("a cause comes after its effect")
    return record


def _damaged(what: str, name: str, line: int, *, is_cut: bool = False) -> SimError:
    if is_cut:
        return SimError(
            "SK103",
            f"this trace was cut off: {what}",
            place=Place(name, line),
            hint="save it anew with --trace; was the disk full, or the copy broken off?",
        )
    hint = "make one with `simk8s run PATH --trace FILE`; a saved trace cannot be edited"
    return SimError("SK103", f"this is not a saved history: {what}", place=Place(name, line), hint=hint)
