"""The client library: connect, ask, close; with the errors that libmysqlclient reports (SQL-2, SQL-14)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from simk8s.machine import Errno, ResolveError, SocketHandle, SyscallError
from simk8s.machine.network import resolve
from simk8s.mysql.errors import ClientError, MySQLError
from simk8s.mysql.wire import Conversation, Failure, Greeting, Login, Ok, Packet, Ping, Query, Quit, Rows, Shutdown
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.machine import Process

DEFAULT_SOCKET = "/var/run/mysqld/mysqld.sock"
DEFAULT_PORT = 3306


class Target(NamedTuple):
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

    __slots__ = ("_conversation", "_fd", "_process", "handle", "id", "server_version")

    def __init__(self, process: Process, handle: SocketHandle, greeting: Greeting, conversation: Conversation) -> None:
        self.server_version = greeting.version
        self.id = greeting.connection_id
        self.handle = handle
        self._process = process
        self._fd = process.install(handle)
        self._conversation = conversation

    def query(self, text: str) -> Run[Ok | Rows]:
        """Run one statement. Raises MySQLError: the server's, or 2006 and 2013 of the client."""
        return self.ask(Query(text))

    def ping(self) -> Run[None]:
        yield from self.ask(Ping())

    def shutdown(self) -> Run[None]:
        yield from self.ask(Shutdown())

    def ask(self, request: Packet) -> Run[Ok | Rows]:
        """Send a request and wait for the answer. Raises MySQLError, as `query` does."""
        if self.handle.peer_closed:
            raise ClientError(2006)
        conversation = self._conversation
        try:
            yield from conversation.send(request)
        except SyscallError:
            raise ClientError(2006) from None
        try:
            reply = yield from conversation.receive()
        except SyscallError:
            reply = None
        if isinstance(reply, Ok | Rows):
            return reply
        raise Reported(reply) if isinstance(reply, Failure) else ClientError(2013)

    def send(self, request: Packet) -> Run[None]:
        """Send what is not answered at once. Raises MySQLError."""
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
    doing = "reading initial communication packet"
    answer = None
    try:
        greeting = answer = yield from conversation.receive()
        if isinstance(greeting, Greeting):
            doing = "sending authentication information"
            yield from conversation.send(Login(target.user, target.password or None, target.database))
            doing = "reading authorization packet"
            answer = yield from conversation.receive()
            if answer is not None and not isinstance(answer, Failure):
                return Connection(process, handle, greeting, conversation)
    except SyscallError:
        answer = None
    handle.release()
    raise Reported(answer) if isinstance(answer, Failure) else _lost(doing)


def _connect_tcp(process: Process, target: Target) -> Run[SocketHandle]:
    host = target.host or "localhost"
    try:
        addresses = yield from resolve(process, host)
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


def _lost(doing: str) -> ClientError:
    error = ClientError(2055, doing, 0)
    error.number = 2013  # libmysqlclient: the extended text under the number of the short one
    return error


def is_from_client(error: MySQLError) -> bool:
    """Whether the error arose in the client library, not in the server (SQL-20)."""
    return 2000 <= error.number < 3000
