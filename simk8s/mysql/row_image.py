"""Rows as bytes, in the form that row events of the binary log carry (REPL-5: value sizes)."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from simk8s.mysql.column import BLOB_LENGTH_BYTES, INTEGER_BYTES, ColumnType, Row, Value

TYPE_CODES = {
    "tinyint": 1,
    "smallint": 2,
    "int": 3,
    "float": 4,
    "double": 5,
    "bigint": 8,
    "mediumint": 9,
    "date": 10,
    "year": 13,
    "varchar": 15,
    "varbinary": 15,
    "timestamp": 17,
    "datetime": 18,
    "time": 19,
    "decimal": 246,
    "char": 254,
    "binary": 254,
    "enum": 254,
    "set": 254,
    **dict.fromkeys(BLOB_LENGTH_BYTES, 252),
}
_ENUM, _SET, _STRING = 247, 248, 254


def encode_row(types: Sequence[ColumnType], row: Row) -> bytes:
    """The null bitmap and the values of one row image, all columns present."""
    nulls = bytearray((len(types) + 7) // 8)
    parts: list[bytes] = []
    for index, (type, value) in enumerate(zip(types, row, strict=True)):
        if value is None:
            nulls[index >> 3] |= 1 << (index & 7)
        else:
            parts.append(encode_value(type, value))
    return bytes(nulls) + b"".join(parts)


def decode_row(types: Sequence[ColumnType], data: bytes, offset: int) -> tuple[Row, int]:
    """One row image at `offset`, and where the next begins."""
    nulls = data[offset : offset + (len(types) + 7) // 8]
    offset += len(nulls)
    values: list[Value] = []
    for index, type in enumerate(types):
        if nulls[index >> 3] >> (index & 7) & 1:
            values.append(None)
        else:
            value, offset = decode_value(type, data, offset)
            values.append(value)
    return tuple(values), offset


def metadata(type: ColumnType) -> bytes:
    """The bytes that a Table_map event keeps for a column besides its type code."""
    name = type.name
    if name in ("varchar", "varbinary"):
        return struct.pack("<H", type.max_bytes)
    if name in ("char", "binary"):
        size = type.max_bytes
        return bytes([_STRING ^ ((size & 0x300) >> 4), size & 0xFF])
    if name in ("enum", "set"):
        return bytes([_ENUM if name == "enum" else _SET, _packed_size(type)])
    if name == "decimal":
        return bytes([type.length or 10, type.scale])
    if name in BLOB_LENGTH_BYTES:
        return bytes([BLOB_LENGTH_BYTES[name]])
    if name in ("float", "double"):
        return b"\x04" if name == "float" else b"\x08"
    if name in ("datetime", "timestamp", "time"):
        return bytes([type.length or 0])
    return b""


def encode_value(type: ColumnType, value: Value) -> bytes:
    """One value that is not NULL."""
    name = type.name
    size = INTEGER_BYTES.get(name)
    if size is not None:
        assert isinstance(value, int)
        return value.to_bytes(size, "little", signed=not type.unsigned)
    if isinstance(value, str | bytes):
        return _encode_string(type, value.encode() if isinstance(value, str) and name not in ("enum", "set") else value)
    if isinstance(value, datetime):
        return _encode_datetime(value, type.length or 0, stamp=name == "timestamp")
    if isinstance(value, date):
        return (value.day | value.month << 5 | value.year << 9).to_bytes(3, "little")
    if isinstance(value, Decimal):
        return _encode_decimal(value, type.length or 10, type.scale)
    if isinstance(value, float):
        return struct.pack("<f" if name == "float" else "<d", value)
    if isinstance(value, timedelta):
        return _encode_time(value, type.length or 0)
    assert name == "year" and isinstance(value, int)
    return bytes([value - 1900 if value else 0])


def decode_value(type: ColumnType, data: bytes, offset: int) -> tuple[Value, int]:
    """One value that is not NULL, and where it ends."""
    name = type.name
    size = INTEGER_BYTES.get(name)
    if size is not None:
        return int.from_bytes(data[offset : offset + size], "little", signed=not type.unsigned), offset + size
    match name:
        case "float" | "double":
            size = 4 if name == "float" else 8
            number_: float = struct.unpack_from("<f" if size == 4 else "<d", data, offset)[0]
            return number_, offset + size
        case "date":
            number = int.from_bytes(data[offset : offset + 3], "little")
            return date(number >> 9, number >> 5 & 15, number & 31), offset + 3
        case "year":
            return data[offset] + 1900 if data[offset] else 0, offset + 1
        case "datetime" | "timestamp":
            return _decode_datetime(data, offset, type.length or 0, stamp=name == "timestamp")
        case "time":
            return _decode_time(data, offset, type.length or 0)
        case "decimal":
            return _decode_decimal(data, offset, type.length or 10, type.scale)
        case _:
            return _decode_string(type, data, offset)


# ── strings ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _packed_size(type: ColumnType) -> int:
    if type.name == "enum":
        return 1 if len(type.values) < 256 else 2
    size = (len(type.values) + 7) // 8
    return 8 if size > 4 else size


def _length_bytes(type: ColumnType) -> int:
    return BLOB_LENGTH_BYTES.get(type.name) or (1 if type.max_bytes < 256 else 2)


def _encode_string(type: ColumnType, value: str | bytes) -> bytes:
    if isinstance(value, str):
        if type.name == "enum":
            number = type.values.index(value) + 1 if value else 0
        else:
            number = sum(1 << type.values.index(word) for word in value.split(",") if word)
        return number.to_bytes(_packed_size(type), "little")
    return len(value).to_bytes(_length_bytes(type), "little") + value


def _decode_string(type: ColumnType, data: bytes, offset: int) -> tuple[Value, int]:
    if type.name in ("enum", "set"):
        size = _packed_size(type)
        number = int.from_bytes(data[offset : offset + size], "little")
        if type.name == "enum":
            return type.values[number - 1] if number else "", offset + size
        return ",".join(word for bit, word in enumerate(type.values) if number >> bit & 1), offset + size
    size = _length_bytes(type)
    start = offset + size
    end = start + int.from_bytes(data[offset:start], "little")
    return data[start:end] if type.is_binary else data[start:end].decode(), end


# ── times ────────────────────────────────────────────────────────────────────────────────────────────────────────


_UNIT = (1_000_000, 10_000, 100, 1)  # microseconds of the last digit pair that 0, 1, 2, 3 bytes can hold


def _fraction(microseconds: int, digits: int) -> bytes:
    size = (digits + 1) // 2
    return (microseconds // _UNIT[size]).to_bytes(size, "big") if size else b""


def _encode_datetime(value: datetime, digits: int, *, stamp: bool) -> bytes:
    if stamp:
        head = int(value.replace(tzinfo=UTC, microsecond=0).timestamp()).to_bytes(4, "big")
    else:
        days = (value.year * 13 + value.month) << 5 | value.day
        clock = value.hour << 12 | value.minute << 6 | value.second
        head = ((days << 17 | clock) + 0x8000000000).to_bytes(5, "big")
    return head + _fraction(value.microsecond, digits)


def _decode_datetime(data: bytes, offset: int, digits: int, *, stamp: bool) -> tuple[datetime, int]:
    size, rest = 4 if stamp else 5, (digits + 1) // 2
    number = int.from_bytes(data[offset : offset + size], "big")
    tail = int.from_bytes(data[offset + size : offset + size + rest], "big") * _UNIT[rest]
    if stamp:
        value = datetime.fromtimestamp(number, UTC).replace(tzinfo=None)
    else:
        number -= 0x8000000000
        days, clock = number >> 17, number & 0x1FFFF
        months = days >> 5
        value = datetime(months // 13, months % 13, days & 31, clock >> 12, clock >> 6 & 63, clock & 63)  # noqa: DTZ001
    return value.replace(microsecond=tail), offset + size + rest


def _encode_time(value: timedelta, digits: int) -> bytes:
    size = (digits + 1) // 2
    negative = value < timedelta(0)
    value = abs(value)
    seconds = value.days * 86400 + value.seconds
    clock = (seconds // 3600) << 12 | (seconds // 60 % 60) << 6 | seconds % 60
    number = clock << 8 * size | value.microseconds // _UNIT[size]
    middle = 0x800000 << 8 * size
    return (middle - number if negative else middle + number).to_bytes(3 + size, "big")


def _decode_time(data: bytes, offset: int, digits: int) -> tuple[timedelta, int]:
    size = (digits + 1) // 2
    number = int.from_bytes(data[offset : offset + 3 + size], "big") - (0x800000 << 8 * size)
    negative, number = number < 0, abs(number)
    clock, tail = number >> 8 * size, number & ((1 << 8 * size) - 1)
    value = timedelta(hours=clock >> 12, minutes=clock >> 6 & 63, seconds=clock & 63, microseconds=tail * _UNIT[size])
    return -value if negative else value, offset + 3 + size


# ── decimals ─────────────────────────────────────────────────────────────────────────────────────────────────────

_DIGIT_BYTES = (0, 1, 1, 2, 2, 3, 3, 4, 4, 4)


def _groups(precision: int, scale: int) -> list[int]:
    """How many decimal digits each packed group holds, from the left."""
    whole = precision - scale
    return [n for n in (whole % 9, *[9] * (whole // 9), *[9] * (scale // 9), scale % 9) if n]


def _encode_decimal(value: Decimal, precision: int, scale: int) -> bytes:
    digits = format(abs(value), f".{scale}f").replace(".", "").rjust(precision, "0")[-precision:]
    packed = bytearray()
    position = 0
    for count in _groups(precision, scale):
        packed += int(digits[position : position + count]).to_bytes(_DIGIT_BYTES[count], "big")
        position += count
    packed[0] ^= 0x80
    return bytes(byte ^ 0xFF for byte in packed) if value < 0 else bytes(packed)


def _decode_decimal(data: bytes, offset: int, precision: int, scale: int) -> tuple[Decimal, int]:
    groups = _groups(precision, scale)
    end = offset + sum(_DIGIT_BYTES[count] for count in groups)
    packed = bytearray(data[offset:end])
    negative = not packed[0] & 0x80
    if negative:
        packed = bytearray(byte ^ 0xFF for byte in packed)
    packed[0] ^= 0x80
    digits, position = "", 0
    for count in groups:
        size = _DIGIT_BYTES[count]
        digits += f"{int.from_bytes(packed[position : position + size], 'big'):0{count}d}"
        position += size
    return Decimal((int(negative), tuple(map(int, digits)), -scale)), end
