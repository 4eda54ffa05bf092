"""The binary log of a server: groups of events at positions, rotation, purging, and what a replica gets when it asks.

Positions are bytes from the start of a file; the first usable one is 154 (REPL-1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from simk8s.mysql.errors import MySQLError
from simk8s.mysql.event import (
    ARTIFICIAL,
    BadEvent,
    Event,
    EventType,
    RawEvent,
    Rotate,
    Xid,
    encode,
    iterate,
    parse,
    read_event,
)
from simk8s.mysql.logset import LogSet, number, valid_length
from simk8s.mysql.step import Log, Steps

MAX_SIZE = 1 << 30  # max_binlog_size: a larger file is left at the end of a transaction


def recover(log: LogSet) -> Steps[None]:
    """Look at the last file after a start: if it was in use, cut what is incomplete at its end (MYSQLD-53)."""
    if not log.files or not log.is_in_use(log.current):
        return
    yield Log("Note", f"Recovering after a crash using {log.base}")
    yield Log("Note", "Starting crash recovery...")
    yield from log.cut_torn_tail(log.current)
    yield Log("Note", "Crash recovery finished.")
    yield from log.mark_closed(log.current)


def logged_xids(log: LogSet | None) -> frozenset[int]:
    """The Xids in the last file, if it was in use: the storage engine must commit their transactions (MYSQLD-52)."""
    if log is None or not log.files or not log.is_in_use(log.current):
        return frozenset()
    data = log.data(log.current)
    events = iterate(data[: valid_length(data)])
    return frozenset(event.xid for event in map(_parsed_xid, events) if event is not None)


def write_group(log: LogSet, events: Sequence[tuple[Event, int]], *, server_id: int = 0) -> Steps[tuple[str, int]]:
    """Write one transaction or one DDL statement. Returns the file and the position after it."""
    yield from log.append(events, server_id=server_id)
    end = log.current, log.position
    if log.position > MAX_SIZE:
        yield from log.rotate()
    return end


def reset(log: LogSet) -> Steps[None]:
    """RESET MASTER: every file goes, and 000001 begins."""
    log.is_open = False
    yield from log.remove(list(log.files))
    yield from log.open_new()


def purge_to(log: LogSet, target: str, *, read_by: Sequence[str] = ()) -> Steps[int]:
    """Remove the files older than `target`, up to the first that a dump thread is reading (REPL-9).

    Returns how many were kept because of dump threads. Raises 1373 if the target is not in the index.
    """
    name = target.removeprefix("./").rpartition("/")[2]
    if name not in log.files:
        raise MySQLError(1373)
    doomed = log.files[: log.files.index(name)]
    kept = 0
    for position, file in enumerate(doomed):
        if file in read_by:
            kept = len(doomed) - position
            doomed = doomed[:position]
            break
    yield from log.remove(doomed)
    return kept


def purge_before(log: LogSet, timestamp: int, *, read_by: Sequence[str] = ()) -> Steps[int]:
    """Remove the files whose last event is older than `timestamp` (seconds since 1970)."""
    for file in log.files:
        events = list(iterate(log.data(file))) if log.directory.is_file(file) else []
        if file == log.current or (events and events[-1].timestamp >= timestamp):
            return (yield from purge_to(log, file, read_by=read_by))
    return 0


@dataclass(slots=True)
class Follower:
    """Reads the log from a position on, as a dump thread does for its replica: file after file, up to the present end.

    Each file is announced by a Rotate event that is in no file, and by its Format_description event.
    """

    log: LogSet
    file: str
    position: int
    _announced: bool = False

    def read(self) -> list[RawEvent]:
        """The events from here to the end of the log, none if there is nothing new. Raises 1236 (REPL-62)."""
        events: list[RawEvent] = []
        while True:
            if not self._announced:
                events += self._announcement()
            try:
                for event in iterate(self.log.data(self.file), self.position):
                    self.position += event.size
                    events.append(event)
            except BadEvent as problem:
                raise self._broken(str(problem)) from problem
            following = self._following()
            if following is None:
                return events
            self.file, self.position, self._announced = following, 4, False

    def _announcement(self) -> list[RawEvent]:
        self._announced = True
        log = self.log
        rotate = encode(
            Rotate(self.file, self.position), position=0, server_id=log.server_id, timestamp=0, flags=ARTIFICIAL
        )
        events = [read_event(rotate, 0)]
        if self.position > 4:
            header = parse(read_event(log.data(self.file), 4))
            sent = encode(header, position=0, server_id=log.server_id, timestamp=0, flags=ARTIFICIAL)
            events.append(read_event(sent, 0))
        return events

    def _following(self) -> str | None:
        files = self.log.files
        if self.file == self.log.current or self.file not in files:
            return None
        return files[files.index(self.file) + 1]

    def _broken(self, text: str) -> MySQLError:
        where = f"the last event read from './{self.file}' at {self.position}"
        return MySQLError(
            1236,
            f"{text}; the first event '{self.file}' at {self.position}, {where}, "
            f"the last byte read from './{self.file}' at {self.position}.",
        )


def follow(log: LogSet | None, server_id: int, file: str, position: int) -> Follower:
    """Serve a replica that asks for `file` (empty: the first there is) from `position` on.

    Raises 1236 (REPL-19, REPL-62).
    """
    if log is None:
        raise MySQLError(1236, "Binary log is not open")
    if server_id == 0:
        raise MySQLError(1236, "Misconfigured master - master server_id is 0")
    if position < 4:
        raise MySQLError(1236, "Client requested master to start replication from position < 4")
    name = file or (log.files[0] if log.files else "")
    if name not in log.files or not log.directory.is_file(name):
        raise MySQLError(1236, "Could not find first log file name in binary log index file")
    if position > log.size(name):
        raise MySQLError(1236, "Client requested master to start replication from position > file size")
    return Follower(log, name, position)


def sizes(log: LogSet) -> list[tuple[str, int]]:
    """The rows of SHOW BINARY LOGS."""
    return [(name, log.size(name)) for name in sorted(log.files, key=number)]


def _parsed_xid(raw: RawEvent) -> Xid | None:
    event = parse(raw) if raw.type == EventType.XID else None
    return event if isinstance(event, Xid) else None
