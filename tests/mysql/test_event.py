"""Binary log events: their sizes, and that they can be read back."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simk8s.mysql.column import ColumnType, Row
from simk8s.mysql.event import (
    IN_USE,
    AnonymousGtid,
    BadEvent,
    Event,
    EventType,
    FormatDescription,
    PreviousGtids,
    Query,
    Rotate,
    Rows,
    Stop,
    TableMap,
    Xid,
    encode,
    iterate,
    parse,
    read_event,
)
from simk8s.mysql.row_image import decode_row, encode_row, metadata


def size(event: Event) -> int:
    return len(encode(event, position=4, server_id=100, timestamp=0))


@pytest.mark.parametrize(
    ("event", "bytes_"),
    [
        (FormatDescription(), 119),
        (PreviousGtids(), 31),
        (AnonymousGtid(), 65),
        (Query("CREATE DATABASE test", "test", 3, ("test",)), 94),
        (Query("BEGIN"), 68),
        (Query("BEGIN", "shop"), 72),
        (Query("COMMIT"), 69),
        (TableMap(108, "test", "messages", b"\x0f", metadata(ColumnType("varchar", 250)), b"\x01"), 53),
        (Rows(EventType.WRITE_ROWS, 108, 1, encode_row([ColumnType("varchar", 250)], ("hello",))), 42),
        (Xid(7), 31),
        (Rotate("mysql-0-bin.000004"), 49),
        (Stop(), 23),
    ],
)
def test_events_have_the_sizes_of_the_real_format(event: Event, bytes_: int) -> None:
    """REPL-1, REPL-4, REPL-5, REPL-6."""
    assert size(event) == bytes_


def test_a_table_map_grows_with_columns_and_metadata_as_the_rule_says() -> None:
    """REPL-5: 37 + len(db) + len(table) + n + metadata + ceil(n/8)."""
    types = [ColumnType("int"), ColumnType("varchar", 20), ColumnType("decimal", 5, 2), ColumnType("timestamp")]
    described = b"".join(map(metadata, types))
    assert len(described) == 0 + 2 + 2 + 1
    event = TableMap(1, "d", "table", bytes(4), described, b"\x0f")
    assert size(event) == 37 + 1 + 5 + 4 + 5 + 1


@pytest.mark.parametrize(
    ("type", "value", "bytes_"),
    [
        (ColumnType("tinyint"), 1, 1),
        (ColumnType("int"), 1, 4),
        (ColumnType("bigint"), 1, 8),
        (ColumnType("varchar", 250), "hello", 6),
        (ColumnType("varchar", 256), "hello", 7),
        (ColumnType("timestamp"), datetime(2024, 1, 1), 4),  # noqa: DTZ001
        (ColumnType("datetime"), datetime(2024, 1, 1), 5),  # noqa: DTZ001
    ],
)
def test_values_have_the_sizes_of_the_rule(type: ColumnType, value: object, bytes_: int) -> None:
    """REPL-5."""
    assert len(encode_row([type], (value,))) == 1 + bytes_  # type: ignore[arg-type]


def test_the_flag_of_a_file_in_use_is_not_part_of_the_checksum() -> None:
    data = encode(FormatDescription(), position=4, server_id=1, timestamp=1, flags=IN_USE)
    cleared = data[:17] + b"\0\0" + data[19:]
    assert read_event(cleared, 0, verify=True).flags == 0
    assert read_event(data, 0, verify=True).flags == IN_USE


def test_a_damaged_event_is_noticed() -> None:
    data = bytearray(encode(Query("BEGIN"), position=4, server_id=1, timestamp=1))
    data[-6] ^= 1
    with pytest.raises(BadEvent, match="checksum"):
        read_event(bytes(data), 0, verify=True)
    with pytest.raises(BadEvent):
        read_event(bytes(data), 5)


names = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=30).filter(
    lambda text: len(text.encode()) < 60
)
numbers = st.integers(0, 2**32 - 1)
events = st.one_of(
    st.builds(FormatDescription, st.sampled_from(["5.7.42", "5.7.42-log"]), numbers),
    st.just(PreviousGtids()),
    st.builds(AnonymousGtid, numbers, numbers, st.booleans()),
    st.builds(
        Query, st.text(max_size=300), st.one_of(st.just(""), names), numbers, st.lists(names, max_size=3).map(tuple)
    ),
    st.builds(Query, names, names, numbers, st.just(()), st.booleans()),
    st.builds(
        TableMap, st.integers(0, 2**48 - 1), names, names, st.binary(max_size=300), st.binary(max_size=300), st.binary()
    ),
    st.builds(
        Rows, st.sampled_from([EventType.WRITE_ROWS, EventType.UPDATE_ROWS]), numbers, st.integers(1, 300), st.binary()
    ),
    st.builds(Xid, numbers),
    st.builds(Rotate, names, numbers),
    st.just(Stop()),
)


@given(st.lists(events, max_size=6))
def test_what_is_encoded_can_be_decoded(written: list[Event]) -> None:
    data = b"\xfebin"
    for event in written:
        data += encode(event, position=len(data), server_id=100, timestamp=9)
    raws = list(iterate(data, verify=True))
    assert [parse(raw) for raw in raws] == written
    assert all(raw.end_position == raw.start + raw.size for raw in raws)


def values(type: ColumnType) -> st.SearchStrategy[object]:
    match type.name:
        case "decimal":
            limit = Decimal(10) ** ((type.length or 10) - type.scale) - Decimal(1).scaleb(-type.scale)
            return st.decimals(-limit, limit, places=type.scale, allow_nan=False)
        case "datetime" | "timestamp":
            low = datetime(1970, 1, 2) if type.name == "timestamp" else datetime(1000, 1, 1)  # noqa: DTZ001
            high = datetime(2037, 1, 1) if type.name == "timestamp" else datetime(9999, 1, 1)  # noqa: DTZ001
            unit = 10 ** (6 - (type.length or 0))
            return st.datetimes(low, high).map(lambda t: t.replace(microsecond=t.microsecond // unit * unit))
        case "date":
            return st.dates(date(1000, 1, 1))
        case "time":
            return st.integers(-838 * 3600, 838 * 3600).map(lambda seconds: timedelta(seconds=seconds))
        case "year":
            return st.one_of(st.just(0), st.integers(1901, 2155))
        case "double":
            return st.floats(allow_nan=False)
        case "enum":
            return st.sampled_from(type.values)
        case "set":
            return st.sampled_from(["", "a", "b", "a,b"])
    if type.is_integer:
        return st.integers(*type.integer_range())
    if type.is_binary:
        return st.binary(max_size=50)
    return st.text(st.characters(codec="utf-8"), max_size=12)


TYPES = [
    ColumnType("tinyint"),
    ColumnType("smallint", unsigned=True),
    ColumnType("mediumint"),
    ColumnType("int"),
    ColumnType("bigint", unsigned=True),
    ColumnType("double"),
    ColumnType("decimal", 20, 7),
    ColumnType("decimal", 5, 0),
    ColumnType("varchar", 60),
    ColumnType("varchar", 300),
    ColumnType("char", 60),
    ColumnType("text"),
    ColumnType("blob"),
    ColumnType("longblob"),
    ColumnType("date"),
    ColumnType("datetime"),
    ColumnType("datetime", 3),
    ColumnType("timestamp"),
    ColumnType("time"),
    ColumnType("year"),
    ColumnType("enum", values=("a", "b", "c")),
    ColumnType("set", values=("a", "b")),
]


@given(st.data())
def test_a_row_image_can_be_read_back(data: st.DataObject) -> None:
    types = data.draw(st.lists(st.sampled_from(TYPES), min_size=1, max_size=10))
    row: Row = tuple(data.draw(st.one_of(st.none(), values(type))) for type in types)  # type: ignore[arg-type]
    image = encode_row(types, row)
    assert decode_row(types, b"xx" + image, 2) == (row, len(image) + 2)
