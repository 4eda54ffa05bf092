"""The redo log: what InnoDB has promised to do, in the order of log sequence numbers (LSN).

`ib_logfile0` holds a header and one JSON line an entry (SIM); `xtrabackup_logfile` has the same form. The entries of a
transaction count once its commit entry is there; a prepared one is decided by the binary log (MYSQLD-52).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from simk8s.machine.content import Content, dense, padded
from simk8s.mysql.directory import DataDirectory
from simk8s.mysql.plain import compact, parse
from simk8s.mysql.step import Change, Steps

LOG_FILE_SIZE = 48 << 20
FILES = ("ib_logfile0", "ib_logfile1")
FIRST_LSN = 45790  # "New log files created, LSN=45790" on an empty directory
_HEADER_SIZE = 128
_OVERHEAD = 16  # bytes that an entry takes in the log besides its own


@dataclass(frozen=True, slots=True)
class Entry:
    """One promise. `lsn` is where it ends in the log.

    Kinds: `rows` (transaction, Xid, prepared?, [[space, row number, row or None], ...]), `commit` (transaction, binary
    log file, position), `rollback` (transaction), `create` (name, space), `drop` (name, space), `rename` (name, new
    name).
    """

    lsn: int
    kind: str
    data: list[Any]

    @property
    def transaction(self) -> int | None:
        return self.data[0] if self.kind in ("rows", "commit", "rollback") else None

    def line(self) -> bytes:
        return compact([self.lsn, self.kind, *self.data]).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class RedoContent:
    """A redo log as it is in a file. `creator` is `MySQL` or, where XtraBackup has marked it as its own, `xtrabkup`."""

    checkpoint: int
    entries: tuple[Entry, ...] = ()
    creator: str = "MySQL"

    @property
    def end(self) -> int:
        return max(self.checkpoint, self.entries[-1].lsn) if self.entries else self.checkpoint

    def encode(self, size: int = LOG_FILE_SIZE) -> Content:
        head = f'{{"redo": 1, "checkpoint": {self.checkpoint}, "creator": {compact(self.creator)}}}'.encode()
        lines = b"".join(entry.line() for entry in self.entries)
        return padded(head.ljust(_HEADER_SIZE - 1) + b"\n" + lines, size)


def decode(content: Content) -> RedoContent:
    """The redo log in a file's content. Raises ValueError where it is none, or is cut within an entry."""
    head, *lines = dense(content).split(b"\n")
    header = parse(head.decode())
    entries = [parse(line.decode()) for line in lines if line]
    return RedoContent(
        header["checkpoint"], tuple(Entry(lsn, kind, data) for lsn, kind, *data in entries), header["creator"]
    )


@dataclass(slots=True)
class Redo:
    """The redo log of a running server. `entries` are those since the last checkpoint."""

    directory: DataDirectory
    lsn: int
    checkpoint: int
    entries: list[Entry] = field(default_factory=list)
    _end: int = _HEADER_SIZE  # where the next entry goes in the file

    @property
    def bytes_since_checkpoint(self) -> int:
        return self._end - _HEADER_SIZE

    def append(self, *promises: tuple[str, list[Any]], sync: bool = True) -> Steps[int]:
        """Write entries in one go. Returns the LSN after them."""
        yield Change("splice", FILES[0], 64, sync)
        data = b""
        for kind, values in promises:
            text = compact(values)
            self.lsn += len(text) + _spaces(values) + _OVERHEAD
            self.entries.append(Entry(self.lsn, kind, values))
            data += f'[{self.lsn},"{kind}",{text[1:]}\n'.encode()
        self.directory.splice(FILES[0], self._end, data)
        self._end += len(data)
        return self.lsn

    def move_checkpoint(self, lsn: int) -> Steps[None]:
        """All data files are as new as `lsn`: forget the entries up to there, but not those of unfinished ones."""
        yield Change("write", FILES[0], LOG_FILE_SIZE, sync=True)
        finished = {e.transaction for e in self.entries if e.kind in ("commit", "rollback") and e.lsn <= lsn}
        self.entries = [
            entry
            for entry in self.entries
            if entry.lsn > lsn or (entry.transaction is not None and entry.transaction not in finished)
        ]
        self.checkpoint = lsn
        self._end = _HEADER_SIZE + sum([len(entry.line()) for entry in self.entries])
        self.directory.put(FILES[0], RedoContent(lsn, tuple(self.entries)).encode())


def _spaces(values: list[Any]) -> int:
    """How many spaces JSON would usually have after its commas: for the LSN, they count."""
    return max(len(values) - 1, 0) + sum([_spaces(value) for value in values if isinstance(value, list)])


def create_files(directory: DataDirectory, lsn: int) -> Steps[None]:
    """Make both files; the first is called `ib_logfile101` until the very end (MYSQLD-3, MYSQLD-20 row 4)."""
    yield from directory.write("ib_logfile101", RedoContent(lsn).encode())
    yield from directory.write(FILES[1], padded(b"", LOG_FILE_SIZE))


def finish_files(directory: DataDirectory) -> Steps[None]:
    yield from directory.rename("ib_logfile101", FILES[0])
