"""Starting and stopping the two replication threads, and writing to history how they are doing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simk8s.mysql.server.applier_thread import ApplierThread
from simk8s.mysql.server.receiver import Receiver

if TYPE_CHECKING:
    from simk8s.mysql.server.instance import Instance


class ReplicationThreads:
    """What the engine asks to start and stop threads (`replication.replica.Threads`)."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.receiver: Receiver | None = None
        self.applier: ApplierThread | None = None
        self._last: dict[str, Any] = {}

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
        """Write the state to history where it has changed; positions alone are no change."""
        replica = self.instance.server.replica
        state = {
            "io": replica.io.running,
            "sql": replica.sql.running,
            "io_error": replica.io.error,
            "sql_error": replica.sql.error,
            "host": replica.master.host,
        }
        if state == self._last:
            return
        self._last = state
        received = f"{replica.master.log_file}:{replica.master.log_pos}"
        applied = f"{replica.applied.master_file}:{replica.applied.master_pos}"
        self.instance.process.record(
            "mysql.replication",
            self.instance.name,
            received=received,
            applied=applied,
            **{k: v for k, v in state.items() if v},
        )
