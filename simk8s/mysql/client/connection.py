"""The client library: connect, ask, close; with the errors that libmysqlclient reports (SQL-2, SQL-14)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simk8s.machine import Errno, ResolveError, SocketHandle, SyscallError
from simk8s.mysql.errors import ClientError, MySQLError
from simk8s.mysql.wire import Conversation, Failure, Greeting, Login, Ok, Packet, Ping, Query, Quit, Rows, Shutdown
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.machine import Process

DEFAULT_SOCKET = "/var/run/mysqld/mysqld.sock"
DEFAULT_PORT = 3306


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect, and as whom. No host, or `localhost`, is the Unix socket unless `protocol` is `tcp`."""

    host: str = ""
    port: int = DEFAULT_PORT
    socket: str = DEFAULT_SOCKET
    user: str = "root"
    password: str | None = None
    database: str = ""
    protocol: str = ""
    connect_timeout_seconds: float | None = None

    @property
    def is_tcp(self) -> bool:
        if self.protocol:
            return self.protocol == "tcp"
        return self.host not in ("", "localhost")


class Reported(MySQLError):
    """An error that the server has sent."""

    def __init__(self, failure: Failure) -> None:
        Exception.__init__(self, failure.text)
        self.number = failure.number
        self.sqlstate = failure.sqlstate
        self.text = failure.text


class Connection:
    """A session on a server. `receive` and `send` are for replication; everybody else calls `query`."""

    def __init__(self, process: Process, handle: SocketHandle, greeting: Greeting, conversation: Conversation) -> None:
        self.server_version = greeting.version
        self.id = greeting.connection_id
        self.handle = handle
        self._process = process
        self._fd = process.install(handle)
        self._conversation = conversation

    def query(self, text: str) -> Run[Ok | Rows]:
        """Run one statement. Raises MySQLError: the server's, or 2006 and 2013 of the client."""
        reply = yield from self.ask(Query(text))
        if not isinstance(reply, Ok | Rows):
            raise ClientError(2013)
        return reply

    def ping(self) -> Run[None]:
        yield from self.ask(Ping())

    def shutdown(self) -> Run[None]:
        yield from self.ask(Shutdown())

    def ask(self, request: Packet) -> Run[Packet]:
        """Send a request and wait for the answer. Raises MySQLError."""
        if self.handle.peer_closed:
            raise ClientError(2006)
        yield from self.send(request)
        return (yield from self.receive())

    def send(self, request: Packet) -> Run[None]:
        try:
            yield from self._conversation.send(request)
        except SyscallError:
            raise ClientError(2006) from None

    def receive(self) -> Run[Packet]:
        """The next packet from the server. Raises MySQLError where that is an error or nothing comes any more."""
        try:
            reply = yield from self._conversation.receive()
        except SyscallError:
            reply = None
        if reply is None:
            raise ClientError(2013)
        if isinstance(reply, Failure):
            raise Reported(reply)
        return reply

    def buffered(self) -> Packet | None:
        """The next packet if it is there already."""
        return self._conversation.buffered()

    def quit(self) -> Run[None]:
        """Say goodbye and close."""
        if not self.handle.peer_closed:
            try:
                yield from self._conversation.send(Quit())
            except SyscallError:
                pass
        self.close()

    def close(self) -> None:
        """Close without a word."""
        if self._fd in self._process.files:
            self._process.close(self._fd)


def connect(process: Process, target: Target) -> Run[Connection]:
    """Open a session. Raises MySQLError 2002, 2003, 2005, 2013, or what the server answers (1040, 1045, 1130, ...)."""
    handle = yield from (_connect_tcp(process, target) if target.is_tcp else _connect_unix(process, target))
    conversation = Conversation(process, handle)
    try:
        greeting = yield from _expect(conversation, "reading initial communication packet")
        if not isinstance(greeting, Greeting):
            raise _lost("reading initial communication packet")
        try:
            yield from conversation.send(Login(target.user, target.password or None, target.database))
        except SyscallError:
            raise _lost("sending authentication information") from None
        yield from _expect(conversation, "reading authorization packet")
    except MySQLError:
        handle.release()
        raise
    return Connection(process, handle, greeting, conversation)


def _connect_tcp(process: Process, target: Target) -> Run[SocketHandle]:
    host = target.host or "localhost"
    try:
        addresses = yield from process.resolve(host)
    except ResolveError:
        raise ClientError(2005, host, 0) from None
    failed = Errno.ECONNREFUSED
    for address in addresses:
        try:
            return (yield from process.connect(address, target.port, target.connect_timeout_seconds))
        except SyscallError as error:
            failed = error.errno
    raise ClientError(2003, host, failed.number)


def _connect_unix(process: Process, target: Target) -> Run[SocketHandle]:
    try:
        return (yield from process.connect_unix(target.socket))
    except SyscallError as error:
        raise ClientError(2002, target.socket, error.errno.number) from None


def _expect(conversation: Conversation, doing: str) -> Run[Packet]:
    try:
        packet = yield from conversation.receive()
    except SyscallError:
        packet = None
    if packet is None:
        raise _lost(doing)
    if isinstance(packet, Failure):
        raise Reported(packet)
    return packet


def _lost(doing: str) -> ClientError:
    error = ClientError(2055, doing, 0)
    error.number = 2013  # libmysqlclient: the extended text under the number of the short one
    return error


def is_from_client(error: MySQLError) -> bool:
    """Whether the error arose in the client library, not in the server (SQL-20)."""
    return 2000 <= error.number < 3000
