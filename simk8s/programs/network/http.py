"""HTTP/1.1 as text on a connection: what curl, wget and nginx have in common."""

from __future__ import annotations

from dataclasses import dataclass, field

from simk8s.machine import Process, SocketHandle
from simk8s.sim import Run

_LONGEST_LINE = 65536
_MOST_HEADERS = 200


@dataclass(slots=True)
class Message:
    """A request or a response: its first line, its headers in order, its body."""

    start: str
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""

    def header(self, name: str) -> str:
        """A header's value, whatever the case of its name; nothing where it is absent."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    @property
    def status(self) -> int:
        """A response's status code."""
        words = self.start.split()
        return int(words[1]) if len(words) > 1 and words[1].isdecimal() else 0

    def head(self) -> str:
        """Everything before the body."""
        return "".join([f"{self.start}\r\n", *(f"{name}: {value}\r\n" for name, value in self.headers), "\r\n"])

    def encoded(self) -> bytes:
        """The message as bytes."""
        return self.head().encode("utf-8", "surrogateescape") + self.body


class Malformed(Exception):
    """What came is not HTTP."""


def read_message(
    process: Process, socket: SocketHandle, *, body: bool = True, request: bool = False
) -> Run[Message | None]:
    """The next message from a connection; None where the peer closed before one. Raises Malformed, SyscallError."""
    line = yield from _line(process, socket)
    if not line:
        return None
    message = Message(line.rstrip())
    words = message.start.split()
    if not (len(words) == 3 and words[2].startswith("HTTP/") if request else message.start.startswith("HTTP/")):
        raise Malformed(message.start)
    for _ in range(_MOST_HEADERS):
        line = (yield from _line(process, socket)).rstrip()
        if not line:
            break
        name, colon, value = line.partition(":")
        if not colon:
            raise Malformed(line)
        message.headers.append((name, value.strip()))
    if body:
        message.body = yield from _body(process, socket, message, request)
    return message


def _line(process: Process, socket: SocketHandle) -> Run[str]:
    data = yield from socket.read_until(process, b"\n", _LONGEST_LINE)
    return data.decode("utf-8", "surrogateescape")


def _body(process: Process, socket: SocketHandle, message: Message, request: bool) -> Run[bytes]:
    if "chunked" in message.header("Transfer-Encoding").lower():
        pieces: list[bytes] = []
        while True:
            size = int((yield from _line(process, socket)).split(";")[0].strip() or "0", 16)
            if size == 0:
                yield from _line(process, socket)
                return b"".join(pieces)
            pieces.append((yield from _exactly(process, socket, size)))
            yield from _line(process, socket)
    length = message.header("Content-Length")
    if length.isdecimal():
        return (yield from _exactly(process, socket, int(length)))
    if request or message.status in (204, 304) or 100 <= message.status < 200:
        return b""
    return (yield from _exactly(process, socket, None))


def _exactly(process: Process, socket: SocketHandle, size: int | None) -> Run[bytes]:
    pieces: list[bytes] = []
    missing = 1 << 62 if size is None else size
    while missing > 0 and len(data := (yield from socket.read(process, min(missing, 65536)))):
        pieces.append(bytes(data))
        missing -= len(data)
    return b"".join(pieces)


@dataclass(frozen=True, slots=True)
class Address:
    """An http:// address taken apart."""

    scheme: str
    host: str
    port: int
    path: str
    credentials: str = ""

    @property
    def authority(self) -> str:
        """What the Host header says."""
        return self.host if self.port == 80 else f"{self.host}:{self.port}"

    def joined(self, location: str) -> Address:
        """Where a redirection leads."""
        if "://" in location:
            return parse_address(location)
        path = location if location.startswith("/") else self.path.rpartition("/")[0] + "/" + location
        return Address(self.scheme, self.host, self.port, path)


def parse_address(text: str) -> Address:
    """Read an address; `http://` may be missing. Raises ValueError.

    >>> parse_address("web-0.nginx:8080/x?y=1")
    Address(scheme='http', host='web-0.nginx', port=8080, path='/x?y=1', credentials='')
    """
    scheme, separator, rest = text.partition("://")
    if not separator:
        scheme, rest = "http", text
    end = min((at for at in (rest.find("/"), rest.find("?")) if at >= 0), default=len(rest))
    authority, path = rest[:end], rest[end:]
    credentials, at, host_port = authority.rpartition("@")
    host, colon, port = host_port.partition(":")
    if not host or (colon and not port.isdecimal()):
        raise ValueError(text)
    path = path.partition("#")[0]
    path = path if path.startswith("/") else f"/{path}"
    default = 443 if scheme.lower() == "https" else 80
    return Address(scheme.lower(), host, int(port) if colon else default, path, credentials if at else "")
