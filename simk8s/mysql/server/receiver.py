"""The IO thread of a replica: connects to the primary, fetches its log, keeps trying (REPL-50 to REPL-58)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simk8s.mysql.client.connection import Connection, Target, connect
from simk8s.mysql.engine.session import Session
from simk8s.mysql.errors import MySQLError
from simk8s.mysql.event import read_event
from simk8s.mysql.replication.command import mark_stopped
from simk8s.mysql.wire import Dump, Heartbeat, LogEvent, Register, Rows
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.mysql.server.instance import Instance

CONNECTING = "Connecting to master"
CHECKING = "Checking master version"
REGISTERING = "Registering slave on master"
REQUESTING = "Requesting binlog dump"
WAITING = "Waiting for master to send event"
QUEUEING = "Queueing master event to the relay log"
WAITING_TO_RECONNECT = "Waiting to reconnect after a failed master event read"
RECONNECTING = "Reconnecting after a failed master event read"

_EQUAL_IDS = (  # REPL-15
    "The slave I/O thread stops because master and slave have equal MySQL server ids; these ids must be different for "
    "replication to work (or the --replicate-same-server-id option must be used on slave but this does not always make "
    "sense; please check the manual before using it)."
)
_EQUAL_UUIDS = (  # REPL-16
    "The slave I/O thread stops because master and slave have equal MySQL server UUIDs; these UUIDs must be different "
    "for replication to work."
)
FATAL = frozenset((1236, 1593))  # REPL-55


class Receiver:
    """One run of the thread, from START SLAVE to its end."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.replica = instance.server.replica
        self.session: Session = instance.server.open_session("system user", "", applies=True)
        self.session.command = "Connect"
        self.connection: Connection | None = None
        self.is_stopping = False
        self._is_queueing = False
        self._attempts = 0  # that have failed since the last event
        self.task = instance.process.thread(self._run())

    def stop(self) -> None:
        """End at once, or after the event that is being written."""
        self.is_stopping = True
        if not self._is_queueing:
            self.task.kill()
            self._finish()

    def _run(self) -> Run[None]:
        self._show(CONNECTING)
        try:
            yield from self._follow()
        except MySQLError as error:
            yield from self._fail(error)
        yield from self.instance.log.note(
            f"Slave I/O thread exiting for channel '', read up to log '{self.replica.master.log_file}', "
            f"position {self.replica.master.log_pos}",
            self.session.id,
        )
        self._finish()

    def _follow(self) -> Run[None]:
        """Connect and receive, again and again. Raises MySQLError where there is no point in going on."""
        again = False
        while not self.is_stopping:
            connection = yield from self._connect(again)
            self.connection = connection
            try:
                yield from self._begin(connection)
                yield from self._receive(connection)
            except MySQLError as error:
                if error.number in FATAL:
                    raise
                yield from self._lost(error)
            connection.close()
            self.connection = None
            if self.is_stopping:
                return
            self.replica.io.running = "Connecting"
            self._show(WAITING_TO_RECONNECT)
            if self._attempts:
                yield self.instance.process.sim.sleep(self.replica.master.connect_retry)
            self._attempts += 1
            self._show(RECONNECTING)
            again = True

    def _connect(self, again: bool) -> Run[Connection]:
        """REPL-53, REPL-57: the name is resolved anew each time. Raises the last error once the retries are used up."""
        failed = 0
        while True:
            master = self.replica.master
            target = Target(
                master.host,
                master.port,
                "",
                master.user,
                master.password or None,
                protocol="tcp",
                connect_timeout_seconds=self.instance.server.number("slave_net_timeout"),
            )
            try:
                connection = yield from connect(self.instance.process, target)
            except MySQLError as error:
                failed += 1
                yield from self._report(error, again, failed)
                if failed >= master.retry_count:
                    raise
                yield self.instance.process.sim.sleep(master.connect_retry)
                continue
            self.replica.io.clear_error()
            self.replica.io.running = "Yes"
            doing = "resumed" if again else "started"
            where = f"{master.user}@{master.host}:{master.port}"
            yield from self.instance.log.note(
                f"Slave I/O thread for channel '': connected to master '{where}',replication {doing} in log "
                f"'{master.log_file or 'FIRST'}' at position {master.log_pos}",
                self.session.id,
            )
            return connection

    def _report(self, error: MySQLError, again: bool, failed: int) -> Run[None]:
        """REPL-54."""
        master = self.replica.master
        where, doing = f"{master.user}@{master.host}:{master.port}", "reconnecting" if again else "connecting"
        text = f"error {doing} to master '{where}' - retry-time: {master.connect_retry}  retries: {failed}"
        self.replica.io.fail(error.number, text, self.instance.server.now())
        self.instance.replication_changed()
        yield from self.instance.log.error(
            f"Slave I/O for channel '': {text}, Error_code: {error.number}", self.session.id
        )

    def _begin(self, connection: Connection) -> Run[None]:
        """Get to know the primary, introduce ourselves, ask for the log. Raises MySQLError."""
        server, replica = self.instance.server, self.replica
        self._show(CHECKING)
        answer = yield from connection.query("SELECT UNIX_TIMESTAMP(), @@GLOBAL.SERVER_ID, @@GLOBAL.SERVER_UUID")
        assert isinstance(answer, Rows)
        clock, server_id, uuid = (value or "" for value in answer.rows[0])
        if int(server_id) == replica.server_id:
            raise MySQLError(1593, _EQUAL_IDS)
        if uuid == server.server_uuid:
            raise MySQLError(1593, _EQUAL_UUIDS)
        replica.clock_difference = server.timestamp() - int(clock)
        replica.master_server_id = int(server_id)
        if replica.master.uuid != uuid:
            replica.master = replica.master._replace(uuid=uuid)
        self._show(REGISTERING)
        port = server.options.number("report_port")
        host = str(server.options.get("report_host"))
        yield from connection.ask(Register(replica.server_id, server.server_uuid, host, port))
        self._show(REQUESTING)
        master = replica.master
        yield from connection.send(
            Dump(master.log_file, master.log_pos, replica.server_id, server.server_uuid, master.heartbeat)
        )

    def _receive(self, connection: Connection) -> Run[None]:
        """Events into the relay log, until told to stop. Raises MySQLError, also for a silence that is too long."""
        self._show(WAITING)
        while not self.is_stopping:
            packet = connection.buffered()
            if packet is None:
                yield from self._wait_for_input(connection)
                packet = yield from connection.receive()
            match packet:
                case LogEvent(data):
                    self._attempts = 0
                    self.session.state = self.replica.io.state = QUEUEING
                    self._is_queueing = True
                    yield from self.instance.disk.perform(self.replica.queue(read_event(data, 0)))
                    self._is_queueing = False
                    self.instance.replication.record_positions()
                    self.session.state = self.replica.io.state = WAITING
                case Heartbeat():
                    self._attempts = 0
                case _:
                    raise MySQLError(2013)

    def _wait_for_input(self, connection: Connection) -> Run[None]:
        """REPL-56: not for longer than slave_net_timeout."""
        sim = self.instance.process.sim
        patience = sim.sleep(self.instance.server.number("slave_net_timeout"))
        while not connection.handle.is_readable:
            yield sim.any_of(connection.handle.arrival(), patience)
            if patience.processed:
                raise MySQLError(2013)

    def _lost(self, error: MySQLError) -> Run[None]:
        master = self.replica.master
        yield from self.instance.log.error(
            f"Error reading packet from server for channel '': {error.text} (server_errno={error.number})",
            self.session.id,
        )
        yield from self.instance.log.note(
            "Slave I/O thread for channel '': failed reading log event, reconnecting to retry, log "
            f"'{master.log_file}' at position {master.log_pos}",
            self.session.id,
        )

    def _fail(self, error: MySQLError) -> Run[None]:
        self.replica.io.fail(error.number, error.text, self.instance.server.now())
        yield from self.instance.log.error(
            f"Slave I/O for channel '': {error.text}, Error_code: {error.number}", self.session.id
        )

    def _finish(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None
        self.instance.server.disconnect(self.session)
        mark_stopped(self.instance.server, io=True)
        self.instance.replication_changed()

    def _show(self, state: str) -> None:
        self.session.state = self.replica.io.state = state
        self.session.since = self.instance.server.clock()
        self.instance.replication_changed()
