"""A mysqld process while it serves: its engine, its clients, its listeners; and how it stops (MYSQLD-54)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import simpy

from simk8s.machine import Listener, SocketHandle, SyscallError
from simk8s.mysql.engine.server import Changed, Server
from simk8s.mysql.engine.session import Session
from simk8s.mysql.server.client_thread import ClientThread
from simk8s.mysql.server.disk import Disk
from simk8s.mysql.server.error_log import ErrorLog
from simk8s.mysql.server.host_name import HostNames
from simk8s.mysql.server.replication_threads import ReplicationThreads
from simk8s.mysql.server.table_history import TableHistory
from simk8s.mysql.step import Blocked
from simk8s.sim import Actor, Run

if TYPE_CHECKING:
    from simk8s.machine import Process
    from simk8s.mysql.server.dump import DumpThread

GRACE_SECONDS = 0.3  # "a chance to die gracefully"


class Instance:
    """The process-wide things of one running server."""

    def __init__(self, process: Process, disk: Disk, server: Server, log: ErrorLog) -> None:
        self.process = process
        self.disk = disk
        self.server = server
        self.log = log
        self.host_names = HostNames(process, enabled=not server.options.get("skip_name_resolve"))
        self.clients: dict[int, ClientThread] = {}
        self.dumps: dict[str, DumpThread] = {}
        self.stop_asked: simpy.Event = process.sim.event()
        self.replication = ReplicationThreads(self)
        if process.sim.history.enabled:
            server.on_change = self._record_change
            self.tables = TableHistory(server)
            process.record("mysql.open", self.name, tables=self.tables.changes())
        self._next_client = 1

    @property
    def name(self) -> str:
        """How history calls this server: by its host name."""
        return self.process.machine.hostname

    def replication_changed(self) -> None:
        self.replication.record()

    # ── clients ──────────────────────────────────────────────────────────────────────────────────────────────────

    def accept_clients(self, listeners: Iterable[Listener]) -> None:
        """From now on each connection gets a thread; those that have queued up meanwhile too (MYSQLD-41)."""
        for listener in listeners:
            self.process.thread(self._accept(listener))

    def _accept(self, listener: Listener) -> Run[None]:
        acceptor = self.process.acting_as(Actor(self.process.actor.name))  # the server does not hear of every client
        while True:
            try:
                handle: SocketHandle = yield from listener.accept(acceptor)
            except SyscallError:
                return
            number = self._next_client
            self._next_client += 1
            self.clients[number] = ClientThread(self, handle, number)

    def wait(self, step: Blocked) -> Run[None]:
        """Until a lock is released, or the time that the step allows has passed."""
        sim = self.process.sim
        released = sim.event()

        def wake() -> None:
            if not released.triggered:
                released.succeed()

        self.server.when_released(wake)
        if step.timeout_seconds:
            yield sim.any_of(released, sim.sleep(step.timeout_seconds))
        else:
            yield released

    def after_statement(self, client: ClientThread) -> None:
        """What a statement may have asked of the process: the end of another client, or of the server."""
        for other in list(self.clients.values()):
            session = other.session
            if other is not client and session is not None and session.killed and other.is_idle:
                other.cut()
        for thread in self.dumps.values():
            if thread.session.killed:
                thread.wake()
        if self.server.shutdown_asked:
            self.ask_to_stop()

    # ── history ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _record_change(self, session: Session, changed: Changed) -> None:
        """What a client has committed, or the SQL thread applied: rows by table and row number, None where deleted."""
        detail: dict[str, Any] = {}
        if changed.rows:
            detail["rows"] = self.tables.rows(changed.rows)
        if changed.statement:
            detail["statement"] = changed.statement
            tables = self.tables.changes()
            if tables:
                detail["tables"] = tables
        if changed.position is not None:
            detail["file"], detail["position"] = changed.position
        self.process.record("mysql.apply" if session.applies else "mysql.commit", self.name, **detail)

    # ── the end ──────────────────────────────────────────────────────────────────────────────────────────────────

    def ask_to_stop(self) -> None:
        """Begin a clean shutdown; asking again changes nothing."""
        if not self.stop_asked.triggered:
            self.stop_asked.succeed()

    def disconnect_clients(self) -> Run[None]:
        """MYSQLD-54, MYSQLD-56: idle clients go at once; those who wait get 1053, busy ones a moment; then all go."""
        self.server.shutdown_asked = True
        yield from self.log.note(f"Giving {len(self.clients)} client threads a chance to die gracefully")
        for client in list(self.clients.values()):
            if client.session is not None:
                client.session.killed = True
            if client.is_idle:
                client.cut()
        for thread in list(self.dumps.values()):
            thread.wake()
        self.server.wake()
        yield from self.log.note("Shutting down slave threads")
        self.replication.stop(io=True, sql=True)
        deadline = self.process.sim.now + GRACE_SECONDS
        while self.clients and self.process.sim.now < deadline:
            yield self.process.sim.sleep(GRACE_SECONDS / 10)
        yield from self.log.note(f"Forcefully disconnecting {len(self.clients)} remaining clients")
        for client in list(self.clients.values()):
            client.cut()

    def run_by_itself(self, text: str) -> None:
        """A statement that no client has sent."""
        self.process.thread(self._run_by_itself(text))

    def _run_by_itself(self, text: str) -> Run[None]:
        session = self.server.open_session("system user", "", applies=True)
        yield from self.disk.perform(self.server.execute(session, text), blocked=self.wait)
        self.server.disconnect(session)
