"""The SQL thread of a replica: applies what the relay log holds, and stops at the first error (REPL-52, REPL-66)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simk8s.mysql.engine.session import Session
from simk8s.mysql.errors import MySQLError
from simk8s.mysql.replication.applier import ApplyError, apply_next
from simk8s.mysql.replication.command import mark_stopped
from simk8s.mysql.replication.replica import WAITING_FOR_MORE
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.mysql.server.instance import Instance

READING = "Reading event from the relay log"
APPLY_SECONDS = 0.002  # SIM: with the writes of a transaction about DUR-20


class ApplierThread:
    """One run of the thread, from START SLAVE to its end."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.replica = instance.server.replica
        self.session: Session = instance.server.open_session("system user", "", applies=True)
        self.session.command = "Connect"
        self.is_stopping = False
        self._is_applying = False
        self.task = instance.process.thread(self._run())

    def stop(self) -> None:
        """End at once, or after the group that is being applied (REPL-41)."""
        self.is_stopping = True
        if not self._is_applying:
            self.task.kill()
            self._finish()

    def _run(self) -> Run[None]:
        applied = self.replica.applied
        yield from self.instance.log.note(
            "Slave SQL thread for channel '' initialized, starting replication in log "
            f"'{applied.master_file or 'FIRST'}' at position {applied.master_pos}, relay log './{applied.relay_file}' "
            f"position: {applied.relay_pos}",
            self.session.id,
        )
        try:
            yield from self._apply()
        except ApplyError as error:
            yield from self._fail(error)
        applied = self.replica.applied
        yield from self.instance.log.note(
            f"Slave SQL thread for channel '' exiting, replication stopped in log '{applied.master_file}' at position "
            f"{applied.master_pos}",
            self.session.id,
        )
        self._finish()

    def _apply(self) -> Run[None]:
        sim, server = self.instance.process.sim, self.instance.server
        while not self.is_stopping:
            self._show(READING)
            self._is_applying = True
            try:
                did = yield from self.instance.disk.perform(
                    apply_next(server, self.session), blocked=self.instance.wait
                )
            except MySQLError as error:
                raise ApplyError(error.number, error.text) from error
            self._is_applying = False
            self.instance.replication.record_positions()
            if did:
                yield sim.sleep(APPLY_SECONDS)
                continue
            self._show(WAITING_FOR_MORE)
            arrived = sim.event()
            self.replica.on_queued.append(arrived.succeed)  # type: ignore[arg-type]
            yield arrived

    def _fail(self, error: ApplyError) -> Run[None]:
        """REPL-66."""
        applied = self.replica.applied
        self.replica.sql.fail(error.number, error.text, self.instance.server.now())
        yield from self.instance.log.error(
            f"Slave SQL for channel '': {error.text}, Error_code: {error.number}", self.session.id
        )
        yield from self.instance.log.error(
            "Error running query, slave SQL thread aborted. Fix the problem, and restart the slave SQL thread with "
            f"\"SLAVE START\". We stopped at log '{applied.master_file}' position {applied.master_pos}",
            self.session.id,
        )

    def _finish(self) -> None:
        self.instance.server.disconnect(self.session)
        mark_stopped(self.instance.server, sql=True)
        self.instance.replication_changed()

    def _show(self, state: str) -> None:
        if self.replica.sql.state != state:
            self.session.state = self.replica.sql.state = state
            self.session.since = self.instance.server.clock()
            self.instance.replication_changed()
