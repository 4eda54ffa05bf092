"""What a replica is at: its settings, its relay log, and how its two threads are doing.

The threads themselves (connecting, waiting, retrying) are run by whoever drives the server; they call `queue` here and
`apply_next` of `applier`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from simk8s.mysql.directory import DataDirectory
from simk8s.mysql.event import ARTIFICIAL, EventType, Query, RawEvent, Rotate, parse
from simk8s.mysql.logset import LogSet
from simk8s.mysql.replication.info import (
    MASTER_INFO,
    RELAY_LOG_INFO,
    MasterInfo,
    RelayLogInfo,
    decode_master_info,
    decode_relay_log_info,
)
from simk8s.mysql.step import Change, Log, Steps

WAITING_FOR_MORE = "Slave has read all relay log; waiting for more updates"
_INSIDE = frozenset((EventType.TABLE_MAP, EventType.WRITE_ROWS, EventType.UPDATE_ROWS, EventType.DELETE_ROWS))


class Threads(Protocol):
    """Whoever runs the receiver and the applier. Both calls return at once; the `ThreadStatus` tells when it is "
    "done."""

    def start(self, *, io: bool, sql: bool) -> None: ...

    def stop(self, *, io: bool, sql: bool) -> None: ...


@dataclass(slots=True)
class ThreadStatus:
    """How a replication thread is doing. `running` is No, Connecting or Yes (REPL-51)."""

    running: str = "No"
    state: str = ""
    errno: int = 0
    error: str = ""
    error_time: datetime | None = None

    def fail(self, errno: int, error: str, now: datetime) -> None:
        self.errno, self.error, self.error_time = errno, error, now

    def clear_error(self) -> None:
        self.errno, self.error, self.error_time = 0, "", None


@dataclass(slots=True)
class Replica:
    """`is_usable` is false with server id 0 (1794); `is_broken` if relay-log.info names a file that is missing (1872).

    `event_timestamp` is that of the event being applied, 0 when all is applied; `clock_difference` is ours minus the
    primary's, in seconds.
    """

    directory: DataDirectory
    relay: LogSet
    server_id: int
    is_usable: bool = True
    is_broken: bool = False
    master: MasterInfo = field(default_factory=MasterInfo)
    applied: RelayLogInfo = field(default_factory=RelayLogInfo)
    io: ThreadStatus = field(default_factory=ThreadStatus)
    sql: ThreadStatus = field(default_factory=ThreadStatus)
    master_server_id: int = 0
    skip_counter: int = 0
    event_timestamp: int = 0
    clock_difference: int = 0
    threads: Threads | None = None
    on_queued: list[Callable[[], None]] = field(default_factory=list)
    _is_in_group: bool = False  # the beginning of a group has been queued, and nothing since but what goes on with it

    @property
    def is_configured(self) -> bool:
        return bool(self.master.host)

    @property
    def is_running(self) -> bool:
        return self.io.running != "No" or self.sql.running != "No"

    # ── files ────────────────────────────────────────────────────────────────────────────────────────────────────

    def load(self) -> Steps[None]:
        """At server start: read both files and begin a new relay log file (REPL-44, REPL-45)."""
        directory = self.directory
        if not self.is_usable or not (directory.is_file(MASTER_INFO) and directory.is_file(RELAY_LOG_INFO)):
            if directory.is_file(MASTER_INFO):
                yield from self._load_master_info()
            return
        yield from self._load_master_info()
        try:
            self.applied = decode_relay_log_info(directory.read(RELAY_LOG_INFO))
        except ValueError:
            yield Log("ERROR", "Error reading relay log configuration.")
            self.is_broken = True
            return
        yield from self.relay.open_index()
        if self.applied.relay_file not in self.relay.files:
            where = f"'./{self.applied.relay_file}' (relay_log_pos {self.applied.relay_pos})"
            yield Log("ERROR", f"Failed to open the relay log {where}.")
            yield Log(
                "ERROR",
                "Could not find target log file mentioned in relay log info in the index file "
                f"'./{self.relay.index}' during relay log initialization.",
            )
            yield Log("ERROR", "Slave: Failed to initialize the master info structure for channel ''")
            self.is_broken = True
            return
        yield from self.relay.open_new()

    def _load_master_info(self) -> Steps[None]:
        try:
            self.master = decode_master_info(self.directory.read(MASTER_INFO))
        except ValueError:
            yield Log("ERROR", "Error reading master configuration.")
            self.is_broken = True

    def write_master_info(self) -> Steps[None]:
        yield Change("write", MASTER_INFO, 150)
        self.directory.put(MASTER_INFO, self.master.encode())

    def write_relay_log_info(self) -> Steps[None]:
        yield Change("write", RELAY_LOG_INFO, 80)
        self.directory.put(RELAY_LOG_INFO, self.applied.encode())

    def purge_relay_logs(self) -> Steps[None]:
        """Delete all relay logs and begin with 000001 again (REPL-33)."""
        if not self.relay.files and not self.directory.is_file(self.relay.index):
            yield from self.relay.open_index()
        yield from self.relay.remove(list(self.relay.files))
        yield from self.relay.open_new()
        self.applied = self.applied._replace(relay_file=self.relay.current, relay_pos=4)

    def rotate_relay_log(self) -> Steps[None]:
        self._is_in_group = False
        if self.relay.files:
            yield from self.relay.rotate()

    # ── receiving ────────────────────────────────────────────────────────────────────────────────────────────────

    def queue(self, raw: RawEvent) -> Steps[None]:
        """Take one event from the primary into the relay log, then write master.info. A kill in between makes the
        receiver fetch the event twice (REPL-71)."""
        position, is_middle = self.master.log_pos, False
        match raw.type:
            case EventType.HEARTBEAT | EventType.STOP:
                return
            case EventType.PREVIOUS_GTIDS:
                self.master = self.master._replace(log_pos=position + raw.size)
            case EventType.ROTATE:
                event = parse(raw)
                assert isinstance(event, Rotate)
                yield from self.rotate_relay_log()
                yield from self._keep(raw)
                self.master = self.master._replace(log_file=event.next_file, log_pos=event.position)
            case _ if raw.server_id == self.server_id and raw.type != EventType.FORMAT_DESCRIPTION:
                self.master = self.master._replace(log_pos=position + raw.size)  # our own event came round
            case _:
                yield from self._keep(raw)
                is_middle = self._is_middle(raw)
                if not raw.flags & ARTIFICIAL:
                    self.master = self.master._replace(log_pos=position + raw.size)
        yield from self.write_master_info()
        if not is_middle:  # else whoever waits has seen the beginning, and can do nothing before the end
            self._wake()

    def _is_middle(self, raw: RawEvent) -> bool:
        """Whether an event neither begins nor ends the group that is arriving."""
        was_in_group = self._is_in_group
        self._is_in_group = raw.type == EventType.ANONYMOUS_GTID or (
            was_in_group and (raw.type in _INSIDE or (raw.type == EventType.QUERY and _begins(raw)))
        )
        return was_in_group and self._is_in_group and raw.type != EventType.ANONYMOUS_GTID

    def _keep(self, raw: RawEvent) -> Steps[None]:
        yield Change("append", self.relay.current, raw.size)
        self.relay.put(raw.data)

    def _wake(self) -> None:
        listeners, self.on_queued = self.on_queued, []
        for wake in listeners:
            wake()

    def relay_space(self) -> int:
        """The length of all relay log files together."""
        return sum(self.relay.size(name) for name in self.relay.files)


def _begins(raw: RawEvent) -> bool:
    """Whether a Query event is the BEGIN of a transaction, which its rows follow."""
    event = parse(raw)
    return isinstance(event, Query) and event.text == "BEGIN"
