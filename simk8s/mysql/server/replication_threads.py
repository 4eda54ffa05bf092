"""Starting and stopping the two replication threads, and writing to history how they are doing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simk8s.mysql.server.applier_thread import ApplierThread
from simk8s.mysql.server.receiver import Receiver

if TYPE_CHECKING:
    from simk8s.mysql.server.instance import Instance

_STATE = ("io", "sql", "io_error", "sql_error", "host")


class ReplicationThreads:
    """What the engine asks to start and stop threads (`replication.replica.Threads`)."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.receiver: Receiver | None = None
        self.applier: ApplierThread | None = None
        self._last: tuple[str, ...] | None = None
        self._received = self._applied = ""

    def start(self, *, io: bool, sql: bool) -> None:
        replica = self.instance.server.replica
        if io:
            replica.io.running = "Connecting"
            self.receiver = Receiver(self.instance)
        if sql:
            replica.sql.running = "Yes"
            self.applier = ApplierThread(self.instance)
        self.record()

    def stop(self, *, io: bool, sql: bool) -> None:
        if io and self.receiver is not None:
            self.receiver.stop()
        if sql and self.applier is not None:
            self.applier.stop()

    def record(self) -> None:
        """Write the state to history where it has changed; for positions see `record_positions`."""
        replica = self.instance.server.replica
        io, sql = replica.io, replica.sql
        state = (io.running, sql.running, io.error, sql.error, replica.master.host)
        if state == self._last:
            return
        self._last = state
        self._received, self._applied = self._positions()
        self.instance.process.record(
            "mysql.replication",
            self.instance.name,
            received=self._received,
            applied=self._applied,
            **{name: value for name, value in zip(_STATE, state, strict=True) if value},
        )

    def record_positions(self) -> None:
        """Write to history how far the threads have come, where that has changed."""
        if not self.instance.process.sim.history.enabled:
            return
        received, applied = self._positions()
        if (received, applied) != (self._received, self._applied):
            self._received, self._applied = received, applied
            self.instance.process.record("mysql.position", self.instance.name, received=received, applied=applied)

    def _positions(self) -> tuple[str, str]:
        """Up to where of the primary's binary log events were received and applied."""
        replica = self.instance.server.replica
        master, applied = replica.master, replica.applied
        return f"{master.log_file}:{master.log_pos}", f"{applied.master_file}:{applied.master_pos}"
