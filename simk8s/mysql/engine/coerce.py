"""Values on their way into a column: converted to its type, or refused as strict mode does (SQL-44)."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from simk8s.mysql.column import Column, ColumnType, Value, plain_text
from simk8s.mysql.engine.value import Number, datetime_of, is_number, number_of, round_half_up, time_of
from simk8s.mysql.errors import MySQLError

_BLOB_BYTES = {"tiny": 255, "": 65535, "medium": 2**24 - 1, "long": 2**32 - 1}
_TIMESTAMP_FIRST, _TIMESTAMP_LAST = datetime(1970, 1, 1, 0, 0, 1), datetime(2038, 1, 19, 3, 14, 7)  # noqa: DTZ001


def coerce(value: Value, column: Column, row: int, *, lenient: Callable[[MySQLError], None] | None = None) -> Value:
    """`value` as `column` stores it; `row` is its number in the statement, for messages.

    Raises 1264, 1265, 1292, 1366 or 1406. With `lenient` (INSERT IGNORE) those are only reported, and the nearest value
    is stored. NULL is not looked at.
    """
    if value is None:
        return None
    type = column.type
    if type.is_integer:
        return _integer(value, column, row, lenient)
    if type.is_text or type.is_binary:
        return _string(value, column, row, lenient)
    if type.name in ("float", "double"):
        return float(_number(value, column, row, "double", lenient))
    if type.name == "decimal":
        return _decimal(value, column, row, lenient)
    if type.name == "year":
        return _year(value, column, row, lenient)
    return _temporal(value, column, row, lenient)


def implicit_default(type: ColumnType) -> Value:
    """What a NOT NULL column without default gets where that is forgiven."""
    if type.is_integer or type.name == "year":
        return 0
    if type.name in ("float", "double"):
        return 0.0
    if type.name == "decimal":
        return Decimal(0).scaleb(-type.scale)
    if type.name == "enum":
        return type.values[0]
    if type.is_binary:
        return b""
    if type.is_text:
        return ""
    return time_of("00:00:00") if type.name == "time" else datetime_of("1970-01-01 00:00:01")


def _integer(value: Value, column: Column, row: int, lenient: Callable[[MySQLError], None] | None) -> int:
    if isinstance(value, int):
        number = value
    else:
        exact = _number(value, column, row, "integer", lenient)
        if isinstance(exact, Decimal):
            number = int(round_half_up(exact, 0))
        else:
            number = int(math.floor(abs(exact) + 0.5) * math.copysign(1, exact))
    low, high = column.type.integer_range()
    if low <= number <= high:
        return number
    _refuse(MySQLError(1264, column.name, row), lenient)
    return min(max(number, low), high)


def _number(value: Value, column: Column, row: int, word: str, lenient: Callable[[MySQLError], None] | None) -> Number:
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    if isinstance(value, str):
        if not is_number(value):
            number = number_of(value)
            begins = value.strip()[:1].isdigit()
            error = MySQLError(1265, column.name, row) if begins else MySQLError(1366, word, value, column.name, row)
            _refuse(error, lenient)
            return number or 0
        text = value.strip()
        return Decimal(text) if word != "double" else float(text)
    number = number_of(value)
    assert number is not None
    return number


def _decimal(value: Value, column: Column, row: int, lenient: Callable[[MySQLError], None] | None) -> Decimal:
    number = _number(value, column, row, "decimal", lenient)
    exact = Decimal(repr(number)) if isinstance(number, float) else Decimal(number)
    precision, scale = column.type.length or 10, column.type.scale
    limit = Decimal(10) ** (precision - scale)
    rounded = round_half_up(exact, scale) if abs(exact) < limit * 10 else exact
    if abs(rounded) >= limit or (column.type.unsigned and rounded < 0):
        _refuse(MySQLError(1264, column.name, row), lenient)
        highest = limit - Decimal(1).scaleb(-scale)
        return Decimal(0).scaleb(-scale) if column.type.unsigned and rounded < 0 else highest.copy_sign(rounded)
    return rounded


def _string(value: Value, column: Column, row: int, lenient: Callable[[MySQLError], None] | None) -> Value:
    type = column.type
    if type.is_binary:
        data = value if isinstance(value, bytes) else plain_text(value).encode()
        limit = _limit(type)
        if len(data) > limit:
            _refuse(MySQLError(1406, column.name, row), lenient)
            data = data[:limit]
        return data.ljust(limit, b"\0") if type.name == "binary" else data
    text = _decoded(value, column, row, lenient) if isinstance(value, bytes) else plain_text(value)
    if type.name in ("enum", "set"):
        return _member(value, text, column, row, lenient)
    text = text.rstrip(" ") if type.name == "char" else text
    limit = _limit(type)
    # Bytes of a client that speaks latin1 go into a latin1 column as they are, so there a character is a byte.
    size = len(text) if type.charset in ("utf8", "utf8mb4") and not type.is_blob else len(text.encode())
    if size > limit:
        if text[limit:].strip(" ") or type.is_blob:
            _refuse(MySQLError(1406, column.name, row), lenient)
        text = text[:limit]
    return text


def _decoded(value: bytes, column: Column, row: int, lenient: Callable[[MySQLError], None] | None) -> str:
    """Bytes as text. What is no UTF-8 is refused in every charset (SIM)."""
    try:
        return value.decode()
    except UnicodeDecodeError as problem:
        shown = "".join(f"\\x{byte:02X}" for byte in value[problem.start : problem.start + 6])
        _refuse(MySQLError(1366, "string", shown, column.name, row), lenient)
        return value.decode("ascii", "replace").replace("\ufffd", "?")


def _limit(type: ColumnType) -> int:
    if type.is_blob:
        return _BLOB_BYTES[type.name.removesuffix("text").removesuffix("blob")]
    return 1 if type.length is None else type.length


def _member(value: Value, text: str, column: Column, row: int, lenient: Callable[[MySQLError], None] | None) -> Value:
    type = column.type
    if isinstance(value, int) and type.name == "enum" and 0 < value <= len(type.values):
        return type.values[value - 1]
    by_folded = {word.casefold(): word for word in type.values}
    words = [text] if type.name == "enum" else [word for word in text.split(",") if word]
    if all(word.rstrip(" ").casefold() in by_folded for word in words):
        chosen = {by_folded[word.rstrip(" ").casefold()] for word in words}
        return ",".join(word for word in type.values if word in chosen)
    _refuse(MySQLError(1265, column.name, row), lenient)
    return ""


def _year(value: Value, column: Column, row: int, lenient: Callable[[MySQLError], None] | None) -> int:
    number = int(_number(value, column, row, "integer", lenient))
    if 1 <= number <= 69:
        return 2000 + number
    if 70 <= number <= 99:
        return 1900 + number
    if number == 0 or 1901 <= number <= 2155:
        return number
    _refuse(MySQLError(1264, column.name, row), lenient)
    return 0


def _temporal(value: Value, column: Column, row: int, lenient: Callable[[MySQLError], None] | None) -> Value:
    type = column.type
    if type.name == "time":
        length = time_of(value)
        if length is None:
            _refuse(MySQLError(1292, "time", plain_text(value), column.name, row), lenient)
            return implicit_default(type)
        return length
    moment = datetime_of(value)
    if moment is not None and type.name == "timestamp" and not _TIMESTAMP_FIRST <= moment <= _TIMESTAMP_LAST:
        moment = None
    if moment is None:
        word = "date" if type.name == "date" else "datetime"
        _refuse(MySQLError(1292, word, plain_text(value), column.name, row), lenient)
        moment = datetime_of(implicit_default(type))
        assert moment is not None
    if type.name == "date":
        return moment.date()
    return rounded_to(moment, type.length or 0)


def rounded_to(moment: datetime, digits: int) -> datetime:
    """A moment with so many digits of its second; the rest is cut off (SIM: MySQL rounds)."""
    unit = 10 ** (6 - digits)
    return moment.replace(microsecond=moment.microsecond // unit * unit)


def _refuse(error: MySQLError, lenient: Callable[[MySQLError], None] | None) -> None:
    if lenient is None:
        raise error
    lenient(error)
