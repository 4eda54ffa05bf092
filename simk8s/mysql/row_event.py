"""Rows turned into events of the binary log, and back (REPL-5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from simk8s.mysql.column import INTEGER_BYTES, ColumnType, Row
from simk8s.mysql.errors import MySQLError
from simk8s.mysql.event import Event, EventType, Rows, TableMap
from simk8s.mysql.row_image import TYPE_CODES, decode_row, encode_row, metadata
from simk8s.mysql.table import Table

EVENT_BYTES = 8192  # binlog_row_event_max_size

RowChange = tuple[Row | None, Row | None]
"""Before and after: an insert has no before, a delete no after."""


def statement_events(table: Table, changes: Sequence[RowChange]) -> list[Event]:
    """One statement's changes of a table: a Table_map event, then row events of up to 8 KiB each."""
    if not changes:
        return []
    events: list[Event] = [table_map(table)]
    return [*events, *_rows_events(table, changes)]


def table_map(table: Table) -> TableMap:
    types = table.definition.types
    nulls = bytearray((len(types) + 7) // 8)
    for place, column in enumerate(table.definition.columns):
        if column.nullable:
            nulls[place >> 3] |= 1 << (place & 7)
    codes = bytes([TYPE_CODES[type.name] for type in types])
    return TableMap(table.map_id, table.database, table.name, codes, b"".join(map(metadata, types)), bytes(nulls))


def decode_rows(event: Rows, mapped: TableMap, types: Sequence[ColumnType]) -> Iterator[RowChange]:
    """The changes in a row event, for a table whose columns have these types. Raises 1677 where they do not fit."""
    sent = _sent_types(mapped, types)
    offset = 0
    while offset < len(event.images):
        first, offset = decode_row(sent, event.images, offset)
        match event.type:
            case EventType.WRITE_ROWS:
                yield None, first
            case EventType.DELETE_ROWS:
                yield first, None
            case _:
                second, offset = decode_row(sent, event.images, offset)
                yield first, second


def _rows_events(table: Table, changes: Iterable[RowChange]) -> Iterator[Rows]:
    types = table.definition.types
    kind, size = EventType.WRITE_ROWS, 0
    images: list[bytes] = []

    def event(*, ends_statement: bool) -> Rows:
        return Rows(kind, table.map_id, len(types), b"".join(images), ends_statement)

    for before, after in changes:
        now = _kind(before, after)
        image = b"".join([encode_row(types, row) for row in (before, after) if row is not None])
        if images and (now is not kind or size + len(image) > EVENT_BYTES):
            yield event(ends_statement=False)
            images, size = [], 0
        kind = now
        images.append(image)
        size += len(image)
    yield event(ends_statement=True)


def _kind(before: Row | None, after: Row | None) -> EventType:
    if before is None:
        return EventType.WRITE_ROWS
    return EventType.DELETE_ROWS if after is None else EventType.UPDATE_ROWS


def _sent_types(mapped: TableMap, types: Sequence[ColumnType]) -> list[ColumnType]:
    """The types on the wire: those of the table here, as wide as they were there."""
    sent: list[ColumnType] = []
    offset = 0
    for place, code in enumerate(mapped.types):
        size = 2 if code in (15, 246, 254) else 1 if code in (4, 5, 17, 18, 19, 252) else 0
        data = mapped.metadata[offset : offset + size]
        offset += size
        own = types[place] if place < len(types) else None
        if own is None or TYPE_CODES[own.name] != code:
            raise MySQLError(
                1677,
                place,
                f"{mapped.database}.{mapped.table}",
                _TYPE_NAMES.get(code, str(code)),
                own.sql() if own is not None else "<unknown type>",
            )
        sent.append(_as_sent(own, code, data))
    return sent


@lru_cache(maxsize=256)
def _as_sent(own: ColumnType, code: int, data: bytes) -> ColumnType:
    if own.name in INTEGER_BYTES or not data:
        return own
    if code == 15:
        return replace(own, length=int.from_bytes(data, "little"), charset="binary")
    if code == 254 and own.name in ("char", "binary"):
        return replace(own, length=(((data[0] & 0x30) ^ 0x30) << 4) | data[1], charset="binary")
    if code == 246:
        return replace(own, length=data[0], scale=data[1])
    if code in (17, 18, 19):
        return replace(own, length=data[0])
    if code == 252:
        name = {1: "tinyblob", 2: "blob", 3: "mediumblob", 4: "longblob"}[data[0]]
        return replace(own, name=name if own.is_binary else name.replace("blob", "text"))
    return own


_TYPE_NAMES = {code: name for name, code in TYPE_CODES.items()}
