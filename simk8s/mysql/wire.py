"""What a MySQL client and a server say to each other: small JSON packets, each behind its length (SIM).

The real protocol is binary; who says what when, and what an error carries, is as in the real one.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from simk8s.machine import Handle
from simk8s.sim import Run, Waits

if TYPE_CHECKING:
    from simk8s.machine import Process

HEADER_BYTES = 4
_SHORT = 256  # bytes: what is longer is hardly ever the same


class Greeting(msgspec.Struct, tag="greeting", frozen=True):
    """The server's first packet: it is there, and has a session for this client."""

    version: str
    connection_id: int


class Login(msgspec.Struct, tag="login", frozen=True):
    """Who wants in. `password` is None where none is sent."""

    user: str
    password: str | None = None
    database: str = ""


class Query(msgspec.Struct, tag="query", frozen=True):
    """One statement."""

    text: str


class Ping(msgspec.Struct, tag="ping", frozen=True):
    """Is the server alive?"""


class Shutdown(msgspec.Struct, tag="shutdown", frozen=True):
    """Stop the server cleanly."""


class Quit(msgspec.Struct, tag="quit", frozen=True):
    """The client says goodbye."""


class Register(msgspec.Struct, tag="register", frozen=True):
    """A replica introduces itself (REPL-50, SQL-42)."""

    server_id: int
    uuid: str
    host: str = ""
    port: int = 3306


class Dump(msgspec.Struct, tag="dump", frozen=True):
    """A replica asks for the binary log from a position on. An empty file name is the first file there is."""

    file: str
    position: int
    server_id: int
    uuid: str
    heartbeat_seconds: float = 30.0


class Ok(msgspec.Struct, tag="ok", frozen=True, omit_defaults=True):
    """Done, without rows."""

    affected_rows: int = 0
    last_insert_id: int = 0
    warnings: int = 0
    info: str = ""


class Field(msgspec.Struct, frozen=True, omit_defaults=True):
    """A column of a result: clients align numbers to the right."""

    name: str
    is_number: bool = False


class Rows(msgspec.Struct, tag="rows", frozen=True, omit_defaults=True):
    """A result: values as text, NULL as None."""

    fields: tuple[Field, ...]
    rows: tuple[tuple[str | None, ...], ...]
    warnings: int = 0


class Failure(msgspec.Struct, tag="failure", frozen=True):
    """An error, in place of a greeting or of an answer."""

    number: int
    sqlstate: str
    text: str


class LogEvent(msgspec.Struct, tag="event", frozen=True):
    """One binary log event as its bytes, from a file; an artificial one stands in no file."""

    data: bytes


class Heartbeat(msgspec.Struct, tag="heartbeat", frozen=True):
    """Nothing to send, but still here: the primary's end of log."""

    file: str
    position: int


Request: TypeAlias = Login | Query | Ping | Shutdown | Quit | Register | Dump
Reply: TypeAlias = Greeting | Ok | Rows | Failure | LogEvent | Heartbeat
Packet: TypeAlias = Request | Reply

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Packet).decode


class Conversation:
    """Packets over an open socket. The handle stays the caller's, who closes it."""

    __slots__ = ("_received", "handle", "process")

    def __init__(self, process: Process, handle: Handle) -> None:
        self.process = process
        self.handle = handle
        self._received = b""

    def send(self, packet: Packet) -> Waits:
        """Raises SyscallError EPIPE where the peer has closed (SIGPIPE must be ignored or handled)."""
        return self.handle.write(self.process, _framed(packet))

    def send_all(self, packets: Iterable[Packet]) -> Waits:
        """Several packets in one write: such as nobody sends twice."""
        return self.handle.write(self.process, b"".join(map(_new_frame, packets)))

    def receive(self) -> Run[Packet | None]:
        """The next packet; None at the end of the conversation."""
        packet = self.buffered() if self._received else None
        while packet is None:
            data = yield from self.handle.read(self.process, 1 << 20)
            size = len(data)
            if not size:
                return None
            if size <= _SHORT and not self._received:
                packet = _alone(bytes(data))
            if packet is None:
                self._received += bytes(data)
                packet = self.buffered()
        return packet

    @property
    def has_begun(self) -> bool:
        """Whether a packet has begun to arrive that is not complete yet."""
        return bool(self._received)

    def buffered(self) -> Packet | None:
        """The next packet if it has arrived already."""
        received = self._received
        length = len(received)
        if length < HEADER_BYTES:
            return None
        end = HEADER_BYTES + int.from_bytes(received[:HEADER_BYTES], "little")
        if length < end:
            return None
        self._received = received[end:]
        packet: Packet = _decode(received[HEADER_BYTES:end])
        return packet


def _new_frame(packet: Packet) -> bytes:
    encoded = _encode(packet)
    return len(encoded).to_bytes(HEADER_BYTES, "little") + encoded


_framed = lru_cache(maxsize=64)(_new_frame)  # probes and loops say the same again and again; packets never change


@lru_cache(maxsize=512)  # and hear the same
def _alone(data: bytes) -> Packet | None:
    """The packet where this is one, no more and no less."""
    if len(data) < HEADER_BYTES or len(data) != HEADER_BYTES + int.from_bytes(data[:HEADER_BYTES], "little"):
        return None
    packet: Packet = _decode(data[HEADER_BYTES:])
    return packet
