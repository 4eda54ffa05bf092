"""The thread of a primary that sends its binary log to one replica (REPL-17, REPL-19, REPL-58, REPL-62)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simk8s.machine import SyscallError
from simk8s.mysql.binlog import Follower, follow
from simk8s.mysql.engine.session import Session
from simk8s.mysql.errors import MySQLError
from simk8s.mysql.event import RawEvent
from simk8s.mysql.wire import Conversation, Dump, Failure, Heartbeat, LogEvent
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.mysql.server.instance import Instance

READING = "Sending binlog event to slave"
WAITING = "Master has sent all binlog to slave; waiting for more updates"

DUPLICATE = (
    "A slave with the same server_uuid/server_id as this slave has connected to the master; the first event '%s' at "
    "%s, the last event read from './%s' at %s, the last byte read from './%s' at %s."
)


def dump(instance: Instance, session: Session, conversation: Conversation, request: Dump) -> Run[None]:
    """Send events until the replica goes, or refuse it with error 1236."""
    server = instance.server
    older = instance.dumps.get(request.uuid)
    if older is not None:
        older.is_replaced = True
        older.wake()
    this = DumpThread(instance, session, conversation, request)
    instance.dumps[request.uuid] = this
    try:
        yield from this.run()
    except MySQLError as error:
        yield from conversation.send(Failure(error.number, error.sqlstate, error.text))
    except SyscallError:
        pass  # the replica has gone
    if instance.dumps.get(request.uuid) is this:
        del instance.dumps[request.uuid]
        server.replica_hosts.pop(request.server_id, None)
    server.dumped_files.pop(session.id, None)


class DumpThread:
    """One replica being served. `is_replaced` once the same replica has connected again."""

    def __init__(self, instance: Instance, session: Session, conversation: Conversation, request: Dump) -> None:
        self.instance = instance
        self.session = session
        self.conversation = conversation
        self.request = request
        self.is_replaced = False
        self._changed = instance.process.sim.event()

    def wake(self) -> None:
        """There may be something new."""
        if not self._changed.triggered:
            self._changed.succeed()

    def run(self) -> Run[None]:
        server, sim = self.instance.server, self.instance.process.sim
        if "REPLICATION SLAVE" not in self.session.account.privileges:
            raise MySQLError(1227, "REPLICATION SLAVE")
        self.session.command, self.session.since = "Binlog Dump", server.clock()
        number = server.options.number("server_id")
        log = follow(server.binlog, number, self.request.file, self.request.position)
        yield from self.instance.log.note(
            f"Start binlog_dump to master_thread_id({self.session.id}) slave_server({self.request.server_id}), "
            f"pos({self.request.file}, {self.request.position})",
            self.session.id,
        )
        while not self.session.killed:
            server.dumped_files[self.session.id] = log.file
            if events := log.read():
                self.session.state = READING
                yield from self._send(events)
                continue
            if self.is_replaced:
                raise MySQLError(
                    1236, DUPLICATE % ((self.request.file, self.request.position) + (log.file, log.position) * 2)
                )
            self.session.state = WAITING
            self._changed = sim.event()
            if self.wake not in log.log.listeners:
                log.log.listeners.append(self.wake)
            yield sim.any_of(self._changed, sim.sleep(self.request.heartbeat_seconds))
            if not self._changed.triggered:
                yield from self._beat(log)

    def _send(self, events: list[RawEvent]) -> Run[None]:
        yield from self.conversation.send_all([LogEvent(event.data) for event in events])

    def _beat(self, log: Follower) -> Run[None]:
        yield from self.conversation.send(Heartbeat(log.file, log.position))
