"""A client's connection, as a thread of the server: greeting, login, statements, and its end (SQL-3, SQL-31)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import simpy

from simk8s.machine import SocketHandle, SyscallError
from simk8s.mysql.column import plain_text
from simk8s.mysql.engine.server import ReplicaHost
from simk8s.mysql.engine.session import Result, ResultSet, Session
from simk8s.mysql.errors import MySQLError
from simk8s.mysql.server.dump import dump
from simk8s.mysql.wire import (
    Conversation,
    Dump,
    Failure,
    Field,
    Greeting,
    Login,
    Ok,
    Packet,
    Ping,
    Query,
    Register,
    Rows,
    Shutdown,
)
from simk8s.sim import Actor, Run, Task

if TYPE_CHECKING:
    from simk8s.mysql.server.instance import Instance

_OK = Ok()
QUERY_SECONDS = 0.001  # DUR-18: parsing, and what else a statement costs at least


class ClientThread:
    """One connection. `is_idle` while the server waits for its next statement."""

    __slots__ = ("conversation", "fd", "handle", "instance", "is_idle", "number", "session", "task", "thread")

    def __init__(self, instance: Instance, handle: SocketHandle, number: int) -> None:
        self.instance = instance
        self.handle = handle
        self.number = number
        self.session: Session | None = None
        self.is_idle = True
        self.fd = instance.process.install(handle)
        self.thread = instance.process.acting_as(Actor(instance.process.actor.name, instance.process.actor.last))
        self.thread.actor.hear(handle.seq)  # what it says follows from its own client's words, not from others'
        self.conversation = Conversation(self.thread, handle)
        self.task: Task = instance.process.thread(self._serve())

    def close(self) -> None:
        """Forget the client: its transaction and locks, then its socket."""
        self.instance.clients.pop(self.number, None)
        if self.session is not None:
            self.instance.server.disconnect(self.session)
            self.session = None
        if self.fd in self.instance.process.files:
            self.instance.process.close(self.fd)

    def cut(self) -> None:
        """End the thread where it stands; only for one that is idle or waits for others."""
        self.task.kill()
        self.close()

    def _serve(self) -> Run[None]:
        try:
            session = yield from self._log_in()
            if session is not None:
                yield from self._answer_requests(session)
        except SyscallError:
            pass  # the client has gone in the middle
        self.close()

    def _log_in(self) -> Run[Session | None]:
        instance, conversation = self.instance, self.conversation
        server = instance.server
        address, port = self.handle.peer
        hosts = ["localhost"]
        if self.handle.local[1]:
            name = instance.host_names.known(address) or (yield from instance.host_names.of(address))
            hosts = [name] if name == address else [name, address]
        else:
            port = 0
        yield from conversation.send_all((Greeting(server.version, server.next_session),))
        # Whoever connects and only listens, such as `ncat --recv-only`, is let go after connect_timeout seconds.
        patience = instance.process.sim.sleep(server.number("connect_timeout"))
        patience.callbacks.append(self._let_go)
        login = yield from conversation.receive()
        if patience.callbacks:
            patience.callbacks.clear()
        if not isinstance(login, Login):
            return None
        try:
            self.session = server.connect(login.user, hosts, login.password, port=port, database=login.database)
        except MySQLError as error:
            yield from self._fail(error)
            return None
        yield from conversation.send(_OK)
        return self.session

    def _let_go(self, _: simpy.Event) -> None:
        if self.task.is_alive and not self.conversation.has_begun:
            self.cut()

    def _answer_requests(self, session: Session) -> Run[None]:
        server, conversation = self.instance.server, self.conversation
        while not session.killed:
            self.is_idle = True
            request = yield from conversation.receive()
            self.is_idle = False
            if _acts(request):
                self.instance.process.actor.hear(self.thread.actor.latest)
            match request:
                case Query(text):
                    yield from self._query(session, text)
                case Ping():
                    yield from conversation.send(_OK)
                case Register(server_id, uuid, host, port):
                    server.replica_hosts[server_id] = ReplicaHost(server_id, host, port, uuid)
                    yield from conversation.send(_OK)
                case Dump():
                    conversation.process = self.instance.process  # tells what everybody has written
                    yield from dump(self.instance, session, conversation, request)
                    return
                case Shutdown():
                    if "SHUTDOWN" not in session.account.privileges:
                        yield from self._fail(MySQLError(1227, "SHUTDOWN"))
                        continue
                    yield from conversation.send(_OK)
                    self.instance.ask_to_stop()
                case _:
                    return

    def _query(self, session: Session, text: str) -> Run[None]:
        instance = self.instance
        yield from self.thread.sleep(QUERY_SECONDS)
        answer: Packet
        acts = instance.process.actor
        before = acts.last
        try:
            result = yield from instance.disk.perform(instance.server.execute(session, text), blocked=instance.wait)
            answer = _packet(result)
        except MySQLError as error:
            answer = _failure(error)
        instance.after_statement(self)
        if acts.last != before:
            self.thread.actor.hear(acts.last)
        yield from self.conversation.send(answer)

    def _fail(self, error: MySQLError) -> Run[None]:
        yield from self.conversation.send(_failure(error))


@lru_cache(maxsize=256)  # probes and loops ask the same again and again
def _acts(request: Packet | None) -> bool:
    """Whether what the server does later can follow from it: not from a mere question, nor from a goodbye."""
    if isinstance(request, Query):
        return not request.text.lstrip()[:6].upper().startswith(("SELECT", "SHOW", "SET "))
    return isinstance(request, Register | Dump | Shutdown)


def _failure(error: MySQLError) -> Failure:
    return Failure(error.number, error.sqlstate, error.text)


def _packet(result: Result) -> Packet:
    if not isinstance(result, ResultSet):
        return Ok(result.affected, result.last_insert_id, result.warnings, result.info)
    fields = tuple(map(Field, result.names, result.numeric)) if result.numeric else tuple(map(Field, result.names))
    rows = [tuple([v if v is None or type(v) is str else plain_text(v) for v in row]) for row in result.rows]
    return Rows(fields, tuple(rows), result.warnings)
