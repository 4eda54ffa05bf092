"""Binary log events, in the real format of version 4: headers, bodies, CRC32 checksums (REPL-1, REPL-5)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple, TypeAlias

MAGIC = b"\xfebin"
HEADER_SIZE = 19
CHECKSUM_SIZE = 4
IN_USE = 0x1  # flag of the Format_description event of a file that is open, or was when its server was killed
ARTIFICIAL = 0x20  # flag of a Rotate event that is in no file: it only tells a replica the name

_HEADER = struct.Struct("<IBIIIH")


class EventType(IntEnum):
    QUERY = 2
    STOP = 3
    ROTATE = 4
    FORMAT_DESCRIPTION = 15
    XID = 16
    TABLE_MAP = 19
    HEARTBEAT = 27
    WRITE_ROWS = 30
    UPDATE_ROWS = 31
    DELETE_ROWS = 32
    GTID = 33
    ANONYMOUS_GTID = 34
    PREVIOUS_GTIDS = 35


class RawEvent(NamedTuple):
    """One event as bytes, with its header read. `start` is where it stands in the data it was read from, and
    `end_position` is where its *own* log says that it ends (they differ in a relay log)."""

    timestamp: int
    type: int
    server_id: int
    end_position: int
    flags: int
    start: int
    data: bytes

    @property
    def size(self) -> int:
        return len(self.data)

    @property
    def body(self) -> bytes:
        return self.data[HEADER_SIZE:-CHECKSUM_SIZE]


@dataclass(frozen=True, slots=True)
class FormatDescription:
    """The first event of each file."""

    server_version: str = "5.7.42-log"
    created: int = 0

    type = EventType.FORMAT_DESCRIPTION

    def body(self) -> bytes:
        version = self.server_version.encode()[:50].ljust(50, b"\0")
        return struct.pack("<H50sIB", 4, version, self.created, HEADER_SIZE) + _POST_HEADERS + b"\x01"

    @staticmethod
    def parse(body: bytes) -> FormatDescription:
        _, version, created, _ = struct.unpack_from("<H50sIB", body)
        return FormatDescription(version.rstrip(b"\0").decode(), created)


@dataclass(frozen=True, slots=True)
class PreviousGtids:
    """The second event of each file; its set is empty while GTIDs are off."""

    type = EventType.PREVIOUS_GTIDS

    def body(self) -> bytes:
        return bytes(8)

    @staticmethod
    def parse(body: bytes) -> PreviousGtids:
        return PreviousGtids()


@dataclass(frozen=True, slots=True)
class AnonymousGtid:
    """Opens every transaction and every statement that is a group of its own."""

    last_committed: int = 0
    sequence_number: int = 1
    row_based_only: bool = True

    type = EventType.ANONYMOUS_GTID

    def body(self) -> bytes:
        return struct.pack(
            "<B16sqBqq", not self.row_based_only, bytes(16), 0, 2, self.last_committed, self.sequence_number
        )

    @staticmethod
    def parse(body: bytes) -> AnonymousGtid:
        flags, _, _, _, last, number = struct.unpack("<B16sqBqq", body)
        return AnonymousGtid(last, number, not flags)


@dataclass(frozen=True, slots=True)
class Query:
    """A statement: DDL, BEGIN or COMMIT. `updated` are the databases that it touches; DDL alone names them."""

    text: str
    database: str = ""
    thread_id: int = 0
    updated: tuple[str, ...] = ()
    with_time_zone: bool = False
    error: int = 0

    type = EventType.QUERY

    def body(self) -> bytes:
        database, text = self.database.encode(), self.text.encode()
        status = _STATUS + (_TIME_ZONE if self.with_time_zone else b"")
        if self.updated:
            status += bytes([12, len(self.updated)]) + b"".join(name.encode() + b"\0" for name in self.updated)
        head = struct.pack("<IIBHH", self.thread_id, 0, len(database), self.error, len(status))
        return head + status + database + b"\0" + text

    @staticmethod
    def parse(body: bytes) -> Query:
        thread_id, _, length, error, status_length = struct.unpack_from("<IIBHH", body)
        status = body[13 : 13 + status_length]
        start = 13 + status_length
        database = body[start : start + length].decode()
        rest = status[len(_STATUS) :]
        with_time_zone = rest.startswith(_TIME_ZONE)
        rest = rest[len(_TIME_ZONE) :] if with_time_zone else rest
        updated = tuple(name.decode() for name in rest[2:].split(b"\0")[:-1])
        return Query(body[start + length + 1 :].decode(), database, thread_id, updated, with_time_zone, error)


@dataclass(frozen=True, slots=True)
class TableMap:
    """Says which table the rows that follow belong to, and how wide their columns are."""

    table_id: int
    database: str
    table: str
    types: bytes
    metadata: bytes
    nulls: bytes

    type = EventType.TABLE_MAP

    def body(self) -> bytes:
        database, table = self.database.encode(), self.table.encode()
        return (
            self.table_id.to_bytes(6, "little")
            + b"\x01\x00"
            + bytes([len(database)])
            + database
            + b"\0"
            + bytes([len(table)])
            + table
            + b"\0"
            + _packed(len(self.types))
            + self.types
            + _packed(len(self.metadata))
            + self.metadata
            + self.nulls
        )

    @staticmethod
    def parse(body: bytes) -> TableMap:
        table_id = int.from_bytes(body[:6], "little")
        offset = 9 + body[8]
        database = body[9:offset].decode()
        length = body[offset + 1]
        table = body[offset + 2 : offset + 2 + length].decode()
        count, offset = _unpacked(body, offset + 3 + length)
        types = body[offset : offset + count]
        size, offset = _unpacked(body, offset + count)
        return TableMap(table_id, database, table, types, body[offset : offset + size], body[offset + size :])


@dataclass(frozen=True, slots=True)
class Rows:
    """Row images for one table, still as bytes: what they mean, the table's columns say. `type` tells what was done."""

    type: EventType
    table_id: int
    width: int
    images: bytes
    ends_statement: bool = True

    def body(self) -> bytes:
        present = _full_bitmap(self.width)
        if self.type is EventType.UPDATE_ROWS:
            present += present
        head = self.table_id.to_bytes(6, "little") + struct.pack("<HH", self.ends_statement, 2)
        return head + _packed(self.width) + present + self.images

    @staticmethod
    def parse_as(type: EventType, body: bytes) -> Rows:
        flags, extra = struct.unpack_from("<HH", body, 6)
        width, offset = _unpacked(body, 8 + extra)
        offset += (width + 7) // 8 * (2 if type is EventType.UPDATE_ROWS else 1)
        return Rows(type, int.from_bytes(body[:6], "little"), width, body[offset:], bool(flags & 1))


@dataclass(frozen=True, slots=True)
class Xid:
    """Commits a transaction, under the number that its storage engine has prepared it with."""

    xid: int

    type = EventType.XID

    def body(self) -> bytes:
        return struct.pack("<Q", self.xid)

    @staticmethod
    def parse(body: bytes) -> Xid:
        return Xid(struct.unpack("<Q", body)[0])


@dataclass(frozen=True, slots=True)
class Rotate:
    """The log goes on in another file at a position."""

    next_file: str
    position: int = 4

    type = EventType.ROTATE

    def body(self) -> bytes:
        return struct.pack("<Q", self.position) + self.next_file.encode()

    @staticmethod
    def parse(body: bytes) -> Rotate:
        return Rotate(body[8:].decode(), struct.unpack_from("<Q", body)[0])


@dataclass(frozen=True, slots=True)
class Stop:
    """The server was shut down cleanly here (REPL-4)."""

    type = EventType.STOP

    def body(self) -> bytes:
        return b""

    @staticmethod
    def parse(body: bytes) -> Stop:
        return Stop()


Event: TypeAlias = FormatDescription | PreviousGtids | AnonymousGtid | Query | TableMap | Rows | Xid | Rotate | Stop


class BadEvent(ValueError):
    """Bytes that are no event: a torn tail, or a position in the middle of one."""


def encode(
    event: Event, *, position: int, server_id: int, timestamp: int, flags: int = 0, body: bytes | None = None
) -> bytes:
    """The whole event as it stands at `position` of a log (bytes from the file's start); `body` where it is known."""
    if body is None:
        body = event.body()
    size = HEADER_SIZE + len(body) + CHECKSUM_SIZE
    end = 0 if flags & ARTIFICIAL else position + size
    head = _HEADER.pack(timestamp, event.type, server_id, size, end, flags)
    checked = head[:17] + struct.pack("<H", flags & ~IN_USE)  # the checksum is of the flag switched off
    return head + body + struct.pack("<I", zlib.crc32(checked + body))


def read_event(data: bytes, start: int, *, verify: bool = False) -> RawEvent:
    """The event at offset `start`. Raises BadEvent where there is none, or (with `verify`) its checksum is wrong."""
    if len(data) < start + HEADER_SIZE:
        raise BadEvent("truncated header")
    timestamp, type, server_id, size, end, flags = _HEADER.unpack_from(data, start)
    if size < HEADER_SIZE + CHECKSUM_SIZE or type not in _KNOWN:
        raise BadEvent("bogus data in log event")
    if len(data) < start + size:
        raise BadEvent("truncated event")
    raw = bytes(data[start : start + size])
    if verify:
        checked = raw[:17] + struct.pack("<H", flags & ~IN_USE) + raw[HEADER_SIZE:-CHECKSUM_SIZE]
        if zlib.crc32(checked) != int.from_bytes(raw[-CHECKSUM_SIZE:], "little"):
            raise BadEvent("event checksum failure")
    return RawEvent(timestamp, type, server_id, end, flags, start, raw)


def iterate(data: bytes, start: int = 4, *, verify: bool = False) -> Iterator[RawEvent]:
    """Events from an offset on, up to the end of data. Raises BadEvent at bytes that are none."""
    while start < len(data):
        event = read_event(data, start, verify=verify)
        yield event
        start += len(event.data)


def parse(raw: RawEvent) -> Event:
    """What the event says."""
    return _parsed(raw.type, raw.body)


@lru_cache(maxsize=256)  # an applier looks at a group again with each event that comes, and so does each replica
def _parsed(number: int, body: bytes) -> Event:
    type = EventType(number)
    if type in _ROWS:
        return Rows.parse_as(type, body)
    return _PARSERS[type].parse(body)


_ROWS = (EventType.WRITE_ROWS, EventType.UPDATE_ROWS, EventType.DELETE_ROWS)
_KNOWN = frozenset(int(type) for type in EventType)
_PARSERS: dict[
    EventType,
    type[FormatDescription]
    | type[PreviousGtids]
    | type[AnonymousGtid]
    | type[Query]
    | type[TableMap]
    | type[Xid]
    | type[Rotate]
    | type[Stop],
] = {
    EventType.FORMAT_DESCRIPTION: FormatDescription,
    EventType.PREVIOUS_GTIDS: PreviousGtids,
    EventType.ANONYMOUS_GTID: AnonymousGtid,
    EventType.QUERY: Query,
    EventType.TABLE_MAP: TableMap,
    EventType.XID: Xid,
    EventType.ROTATE: Rotate,
    EventType.STOP: Stop,
}

# The length of each event type's fixed part, for types 1 to 38.
_POST_HEADERS = bytes.fromhex("380d0008001200040404041200005f00041a08000000080808020000000a0a0a2a2a00123400")

_SQL_MODE = 1436549152  # the strict default of 5.7 (SQL-44)
_STATUS = (
    struct.pack("<BI", 0, 0)  # flags2
    + struct.pack("<BQ", 1, _SQL_MODE)
    + b"\x06\x03std"  # catalog
    + struct.pack("<BHHH", 4, 8, 8, 8)  # latin1 for client, connection and server
)
_TIME_ZONE = b"\x05\x06SYSTEM"


def _full_bitmap(width: int) -> bytes:
    return bytes([255]) * ((width + 7) // 8)


def _packed(number: int) -> bytes:
    """A length-encoded integer."""
    if number < 251:
        return bytes([number])
    return b"\xfc" + struct.pack("<H", number)


def _unpacked(data: bytes, offset: int) -> tuple[int, int]:
    if data[offset] < 251:
        return data[offset], offset + 1
    return struct.unpack_from("<H", data, offset + 1)[0], offset + 3
