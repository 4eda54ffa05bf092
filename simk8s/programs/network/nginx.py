"""nginx: serves files over HTTP, one process for the master and its workers (SIM)."""

from __future__ import annotations

import posixpath
from urllib.parse import unquote

import simpy

from simk8s.machine import Directory, File, Listener, Process, SocketHandle, SyscallError
from simk8s.machine.signals import SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1
from simk8s.programs.network.http import Malformed, Message, read_message
from simk8s.programs.network.nginx_configuration import ConfigurationError, Location, Server, choose, read_servers
from simk8s.programs.options import parse
from simk8s.programs.processes.calendar import format_date
from simk8s.programs.tool import tool
from simk8s.programs.unmodelled import Unmodelled
from simk8s.sim import Run

CONFIGURATION = "/etc/nginx/nginx.conf"
VERSION = "1.25.3"
_REASONS = {200: "OK", 204: "No Content", 301: "Moved Permanently", 302: "Moved Temporarily", 304: "Not Modified",
            400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Not Allowed",
            500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Temporarily Unavailable"}  # fmt: skip
_TYPES = {
    "html": "text/html",
    "htm": "text/html",
    "txt": "text/plain",
    "css": "text/css",
    "js": "application/javascript",
    "json": "application/json",
    "png": "image/png",
    "xml": "text/xml",
}
_SIGNALS = {"stop": SIGTERM, "quit": SIGQUIT, "reload": SIGHUP, "reopen": SIGUSR1}


@tool("nginx")
def nginx(process: Process) -> Run[int]:
    """Serve files, or (-s) tell the running server something, or (-t) test the configuration."""
    options = parse(process.argv, "g: c: s: t v V q")
    path = options.get("c", CONFIGURATION)
    if "v" in options or "V" in options:
        yield from process.write(2, f"nginx version: nginx/{VERSION}\n".encode())
        return 0
    try:
        servers = yield from read_servers(process, path)
    except ConfigurationError as error:
        yield from _log_error(process, "emerg", str(error))
        if "t" in options:
            yield from process.write(2, f"nginx: configuration file {path} test failed\n".encode())
        return 1
    if "t" in options:
        text = (
            f"nginx: the configuration file {path} syntax is ok\nnginx: configuration file {path} test is successful\n"
        )
        yield from process.write(2, text.encode())
        return 0
    if "s" in options:
        return _signal(process, options["s"])
    if "daemon off" not in options["g"]:
        yield from process.fork(lambda child: Web(child, path, servers).run())
        return 0
    return (yield from Web(process, path, servers).run())


def _signal(process: Process, name: str) -> int:
    if name not in _SIGNALS:
        raise Unmodelled(f"signal '{name}'")
    pid = process.peek("/run/nginx.pid").strip()
    target = process.machine.processes.get(int(pid)) if pid.isdigit() else None
    if target is None:
        return 1
    target.kill(_SIGNALS[name])
    return 0


def _log_error(process: Process, level: str, text: str) -> Run[None]:
    moment = format_date(process.sim.now, "%Y/%m/%d %H:%M:%S")
    line = f"{moment} [{level}] {process.pid}#{process.pid}: {text}\n".encode()
    if level == "emerg":
        yield from process.write(2, b"nginx: [emerg] " + text.encode() + b"\n")
        return
    yield from _append(process, "/var/log/nginx/error.log", line)


def _append(process: Process, path: str, line: bytes) -> Run[None]:
    try:
        yield from process.write_file(path, line, append=True)
    except SyscallError:
        yield from process.write(2, line)


class Web:
    """The running server."""

    def __init__(self, process: Process, path: str, servers: list[Server]) -> None:
        self.process = process
        self.path = path
        self.servers = servers
        self.connections = 0
        self.count = 0
        self.listeners: dict[int, Listener] = {}
        self.asked: simpy.Event = process.sim.event()
        self.changed: simpy.Event = process.sim.event()

    def run(self) -> Run[int]:
        """Listen until a signal ends it: SIGQUIT lets what is under way finish."""
        process = self.process
        for number in (SIGTERM, SIGINT, SIGQUIT, SIGHUP):
            process.on_signal(number, self._ask)
        process.on_signal(SIGUSR1, "ignore")
        for server in self.servers:
            for port in server.ports:
                if port in self.listeners:
                    continue
                address = self._address(port)
                try:
                    self.listeners[port] = yield from process.listen(port, address)
                except SyscallError as error:
                    place = f"{address or '0.0.0.0'}:{port}"
                    text = f"bind() to {place} failed ({error.errno.number}: {error.text})"
                    yield from _log_error(process, "emerg", text)
                    return 1
                process.install(self.listeners[port], private=True)
                process.thread(self._accept(port))
        yield from process.write_file("/run/nginx.pid", f"{process.pid}\n".encode())
        while True:
            signal = yield self.asked
            if signal != SIGHUP:
                break
            self.asked = process.sim.event()
            try:
                self.servers = yield from read_servers(process, self.path)
            except ConfigurationError as error:
                yield from _log_error(process, "error", str(error))
        if signal == SIGQUIT:
            for port in sorted(self.listeners):
                self.listeners[port].release()
            while self.connections:
                yield self.changed
        if process.exists("/run/nginx.pid"):
            yield from process.unlink("/run/nginx.pid")
        return 0

    def _ask(self, number: int) -> None:
        if not self.asked.triggered:
            self.asked.succeed(number)

    def _address(self, port: int) -> str:
        """The one address that all servers of this port want, or "" for all."""
        wanted = {server.only.get(port, "") for server in self.servers if port in server.ports}
        return wanted.pop() if len(wanted) == 1 else ""

    def _accept(self, port: int) -> Run[None]:
        while True:
            try:
                socket = yield from self.listeners[port].accept(self.process)
            except SyscallError:
                return
            self.connections += 1
            self.count += 1
            fd = self.process.install(socket, private=True)
            self.process.thread(self._serve(socket, fd, port, self.count))

    def _serve(self, socket: SocketHandle, fd: int, port: int, number: int) -> Run[None]:
        try:
            while not self.asked.triggered:
                request = yield from read_message(self.process, socket, request=True)
                if request is None:
                    break
                response = yield from self._answer(request, socket, port, number)
                close = request.header("Connection").lower() == "close" or request.start.endswith("HTTP/1.0")
                response.headers.append(("Connection", "close" if close else "keep-alive"))
                body = response.body
                if request.start.startswith("HEAD "):
                    response.body = b""
                yield from socket.write(self.process, response.encoded())
                yield from self._log_access(request, response, len(body), socket)
                if close:
                    break
        except Malformed as error:  # as a TLS client's first words are
            yield from self._reject(str(error), socket)
        except SyscallError:
            pass
        if fd in self.process.files:
            self.process.close(fd)
        self.connections -= 1
        waiting, self.changed = self.changed, self.process.sim.event()
        waiting.succeed()

    def _reject(self, start: str, socket: SocketHandle) -> Run[None]:
        response = _page(400)
        response.headers.append(("Connection", "close"))
        try:
            yield from socket.write(self.process, response.encoded())
            yield from self._log_access(Message(start), response, len(response.body), socket)
        except SyscallError:
            pass

    def _answer(self, request: Message, socket: SocketHandle, port: int, number: int) -> Run[Message]:
        method, target, _ = request.start.split()
        server = next((server for server in self.servers if port in server.ports), self.servers[0])
        path = posixpath.normpath(unquote(target.partition("?")[0])) if target.startswith("/") else ""
        if not path:
            return _page(400)
        if target.partition("?")[0].endswith("/") and path != "/":
            path += "/"
        location = choose(server, path)
        returns = location.returns if location else server.returns
        if returns is not None:
            return _returned(*returns)
        if method not in ("GET", "HEAD"):
            return _page(405)
        return (yield from self._file(request, socket, server, location, path, number))

    def _file(
        self, request: Message, socket: SocketHandle, server: Server, location: Location | None, path: str, number: int
    ) -> Run[Message]:
        process = self.process
        file = (location.root if location else server.root) + path
        if location and location.alias:
            file = location.alias + path[len(location.pattern) :]
        names = location.index if location else server.index
        try:
            inode = process.stat(file.rstrip("/") or "/")
            if isinstance(inode, Directory):
                if not path.endswith("/"):
                    return _page(301, f"http://{request.header('Host') or 'localhost'}{path}/")
                found = next((name for name in names if process.is_file(file + name)), None)
                if found is None:
                    text = f'directory index of "{file}" is forbidden'
                    yield from self._complain(text, request, socket, number)
                    return _page(403)
                file += found
                inode = process.stat(file)
            assert isinstance(inode, File)
            body = yield from process.read_file(file)
        except SyscallError as error:
            text = f'open() "{file}" failed ({error.errno.number}: {error.text})'
            yield from self._complain(text, request, socket, number)
            return _page(403 if error.errno.number == 13 else 404)
        kind = _TYPES.get(file.rpartition(".")[2], "application/octet-stream")
        modified = format_date(inode.mtime, "%a, %d %b %Y %H:%M:%S GMT")
        return _response(200, kind, body, ("Last-Modified", modified), ("Accept-Ranges", "bytes"))

    def _complain(self, text: str, request: Message, socket: SocketHandle, number: int) -> Run[None]:
        host = request.header("Host")
        line = (
            f'*{number} {text}, client: {socket.peer[0]}, server: localhost, request: "{request.start}", host: "{host}"'
        )
        yield from _log_error(self.process, "error", line)

    def _log_access(self, request: Message, response: Message, size: int, socket: SocketHandle) -> Run[None]:
        moment = format_date(self.process.sim.now, "%d/%b/%Y:%H:%M:%S +0000")
        sent = size if response.body else 0
        referer, agent = request.header("Referer") or "-", request.header("User-Agent") or "-"
        asked = _escaped(request.start)
        line = (
            f'{socket.peer[0]} - - [{moment}] "{asked}" {response.status} {sent} "{referer}" "{agent}" '
            f'"{request.header("X-Forwarded-For") or "-"}"\n'
        )
        yield from _append(self.process, "/var/log/nginx/access.log", line.encode("utf-8", "surrogateescape"))


def _escaped(text: str) -> str:
    """A request as the access log shows it."""
    plain = (" " <= letter <= "~" and letter not in '"\\' for letter in text)
    return "".join(letter if ok else f"\\x{ord(letter) & 255:02X}" for letter, ok in zip(text, plain, strict=True))


def _response(status: int, kind: str, body: bytes, *more: tuple[str, str]) -> Message:
    headers = [("Server", f"nginx/{VERSION}"), ("Content-Type", kind), ("Content-Length", str(len(body))), *more]
    return Message(f"HTTP/1.1 {status} {_REASONS.get(status, '')}".rstrip(), headers, body)


def _page(status: int, location: str = "") -> Message:
    title = f"{status} {_REASONS.get(status, '')}"
    text = (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n"
        f"<hr><center>nginx/{VERSION}</center>\r\n</body>\r\n</html>\r\n"
    )
    more = (("Location", location),) if location else ()
    return _response(status, "text/html", text.encode(), *more)


def _returned(status: int, text: str) -> Message:
    if 300 <= status < 400:
        return _page(status, text)
    return _response(status, "text/plain", text.encode()) if text else _page(status)
