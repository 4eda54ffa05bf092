"""The sockets of a server, with the files that go with them: `mysqld.sock`, its lock file, the pid file (MYSQLD-15)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simk8s.machine import Listener, ResolveError, SyscallError
from simk8s.machine.network import resolve
from simk8s.mysql.option import Options
from simk8s.mysql.server.error_log import ErrorLog
from simk8s.mysql.start.failure import StartFailure
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.machine import Process


class Sockets:
    """What one server listens on."""

    def __init__(self, process: Process, options: Options, log: ErrorLog) -> None:
        self.process = process
        self.log = log
        self.port = 0 if options.get("skip_networking") else options.number("port")
        self.address = str(options.get("bind_address"))
        self.socket = str(options.get("socket"))
        self.pid_file = str(options.get("pid_file"))
        self.listeners: list[Listener] = []
        self._descriptors: list[int] = []

    def open(self) -> Run[None]:
        """Listen, so that clients can queue up; nobody is accepted yet (MYSQLD-41). Raises StartFailure."""
        if self.port:
            yield from self._open_tcp()
        yield from self._open_unix()
        yield from self.process.write_file(self.pid_file, f"{self.process.pid}\n".encode(), mode=0o640)

    def _open_tcp(self) -> Run[None]:
        """MYSQLD-44, MYSQLD-45."""
        yield from self.log.note(f"Server hostname (bind-address): '{self.address}'; port: {self.port}")
        name = self.address
        if name == "*":
            yield from self.log.note("IPv6 is available.")
            name = "::"
        try:
            address = name if name == "::" else (yield from resolve(self.process, name))[0]
        except ResolveError:
            yield from self._abort("Can't start server: cannot resolve hostname!")
            return
        yield from self.log.note(f"  - '{name}' resolves to '{address}';")
        yield from self.log.note(f"Server socket created on IP: '{address}'.")
        try:
            self._keep((yield from self.process.listen(self.port, address)))
        except SyscallError as error:
            yield from self._abort(
                f"Can't start server: Bind on TCP/IP port: {error.errno.text}",
                f"Do you already have another mysqld server running on port: {self.port} ?",
            )

    def _open_unix(self) -> Run[None]:
        process, lock = self.process, f"{self.socket}.lock"
        holder = process.peek(lock).decode().strip()
        if holder.isdigit() and int(holder) != process.pid and int(holder) in process.machine.processes:
            yield from self._abort(
                f"Another process with pid {holder} is using unix socket file.",
                "Unable to setup unix socket lock file.",
            )
        try:
            yield from process.write_file(lock, f"{process.pid}\n".encode(), mode=0o600)
            if process.exists(self.socket):
                yield from process.unlink(self.socket)
            self._keep((yield from process.listen_unix(self.socket)))
        except SyscallError as error:
            yield from self._abort(
                f"Can't start server : Bind on unix socket: {error.errno.text}",
                f"Do you already have another mysqld server running on socket: {self.socket} ?",
            )

    def _keep(self, listener: Listener) -> None:
        self.listeners.append(listener)
        self._descriptors.append(self.process.install(listener))

    def _abort(self, *lines: str) -> Run[None]:
        for line in (*lines, "Aborting"):
            yield from self.log.error(line)
        raise StartFailure

    def close(self) -> Run[None]:
        """At the beginning of a clean shutdown: no more connections."""
        for descriptor in self._descriptors:
            self.process.close(descriptor)
        for path in (self.socket, f"{self.socket}.lock"):
            if self.process.exists(path):
                yield from self.process.unlink(path)

    def remove_pid_file(self) -> Run[None]:
        """At its end: mysqladmin waits for this (SQL-22)."""
        if self.process.exists(self.pid_file):
            yield from self.process.unlink(self.pid_file)
