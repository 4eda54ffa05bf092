"""How values behave: as numbers, as text, as truth, compared with each other. NULL is None throughout."""

from __future__ import annotations

import math
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import cmp_to_key
from typing import TypeAlias

import regex

from simk8s.mysql.column import Value, plain_text
from simk8s.mysql.table import fold

Number: TypeAlias = int | float | Decimal

_DIGITS = 81  # MySQL calculates DECIMALs with as many
_EXACT = Context(prec=_DIGITS)
_LONGEST_TIME = timedelta(hours=838, minutes=59, seconds=59)
_NUMBER = regex.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)")
_DATETIME = regex.compile(
    r"(\d{4}|\d{2})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,6}))?)?)?$"
)
_TIME = regex.compile(r"(-?)(\d{1,3}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,6}))?)?$")


def number_of(value: Value) -> Number | None:
    """A value in a numeric context: text counts as far as it is a number, else 0."""
    if value is None or isinstance(value, int | float | Decimal):
        return value
    if isinstance(value, str | bytes):
        match = _NUMBER.match(value if isinstance(value, str) else value.decode("latin-1"))
        return float(match[1]) if match else 0.0
    if isinstance(value, datetime):
        return int(value.strftime("%Y%m%d%H%M%S"))
    if isinstance(value, date):
        return int(value.strftime("%Y%m%d"))
    seconds = value.days * 86400 + value.seconds
    return seconds // 3600 * 10000 + seconds // 60 % 60 * 100 + seconds % 60


def is_number(text: str) -> bool:
    """Whether all of a text is one number."""
    match = _NUMBER.match(text)
    return match is not None and not text[match.end() :].strip()


def text_of(value: Value) -> str | None:
    """A value in a text context."""
    return None if value is None else plain_text(value)


def truth_of(value: Value) -> bool | None:
    """A value as a condition."""
    number = number_of(value)
    return None if number is None else number != 0


def compare(left: Value, right: Value) -> int | None:
    """-1, 0 or 1; None where either is NULL. Numbers win over text; text compares without case."""
    if left is None or right is None:
        return None
    if isinstance(left, str) and isinstance(right, str):
        left, right = fold(left), fold(right)
    elif isinstance(left, bytes) or isinstance(right, bytes):
        left, right = _bytes(left), _bytes(right)
    elif _is_time(left) or _is_time(right):
        left, right = _comparable_times(left, right)
    elif isinstance(left, str) or isinstance(right, str) or isinstance(left, float) or isinstance(right, float):
        left, right = _double(left), _double(right)
    return (left > right) - (left < right)  # type: ignore[operator]


def compare_nulls_first(left: Value, right: Value) -> int:
    """The order of ORDER BY: -1, 0 or 1, NULL before everything."""
    if left is None or right is None:
        return (left is not None) - (right is not None)
    return compare(left, right) or 0


in_sql_order = cmp_to_key(compare_nulls_first)
"""A key for Python's sorting that gives the order of ORDER BY."""


def arithmetic(operator: str, left: Value, right: Value) -> Value:
    """`+ - * / DIV %`. Exact numbers stay exact; division by zero is NULL. Raises OverflowError above BIGINT."""
    a, b = number_of(left), number_of(right)
    if a is None or b is None:
        return None
    if operator in ("/", "DIV", "%") and b == 0:
        return None
    if isinstance(a, float) or isinstance(b, float):
        return finite(_floating(operator, float(a), float(b)))
    if operator == "/":
        places = 4 + (-int(a.as_tuple().exponent) if isinstance(a, Decimal) else 0)
        return round_half_up(_EXACT.divide(a, b), places)
    if isinstance(a, Decimal) or isinstance(b, Decimal):
        return _exact(operator, Decimal(a), Decimal(b))
    match operator:
        case "+":
            result = a + b
        case "-":
            result = a - b
        case "*":
            result = a * b
        case "DIV":
            result = abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
        case _:
            result = (-1 if a < 0 else 1) * (abs(a) % abs(b))
    if not -(2**63) <= result < 2**64:
        raise OverflowError(str(result))
    return result


def _exact(operator: str, a: Decimal, b: Decimal) -> Value:
    match operator:
        case "+":
            return _EXACT.add(a, b)
        case "-":
            return _EXACT.subtract(a, b)
        case "*":
            return _EXACT.multiply(a, b)
        case "DIV":
            return int(_EXACT.divide_int(a, b))
        case _:
            return _EXACT.remainder(a, b)


def round_half_up(value: Decimal, places: int) -> Decimal:
    """An exact number with so many digits after the point."""
    if not value.is_finite() or value.adjusted() + places >= _DIGITS:
        return value  # too large to have that many digits: the column or the reader refuses it
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP, context=_EXACT)


def datetime_of(value: Value) -> datetime | None:
    """A value as a date with time; None where it is none."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    if isinstance(value, int):
        text = str(value)
        if len(text) == 8:
            value = f"{text[:4]}-{text[4:6]}-{text[6:]}"
        elif len(text) == 14:
            value = f"{text[:4]}-{text[4:6]}-{text[6:8]} {text[8:10]}:{text[10:12]}:{text[12:]}"
    match = _DATETIME.match(value.strip()) if isinstance(value, str) else None
    if match is None:
        return None
    year = int(match[1])
    if len(match[1]) == 2:
        year += 2000 if year < 70 else 1900
    fraction = int((match[7] or "0").ljust(6, "0"))
    try:
        return datetime(  # noqa: DTZ001  (the server's clock is UTC throughout)
            year, int(match[2]), int(match[3]), int(match[4] or 0), int(match[5] or 0), int(match[6] or 0), fraction
        )
    except ValueError:
        return None


def time_of(value: Value) -> timedelta | None:
    """A value as a TIME; None where it is none."""
    if isinstance(value, timedelta):
        return value
    if isinstance(value, datetime):
        return timedelta(hours=value.hour, minutes=value.minute, seconds=value.second, microseconds=value.microsecond)
    if isinstance(value, int) and not isinstance(value, bool):
        number = min(abs(value), 8385959)
        length = timedelta(hours=number // 10000, minutes=number // 100 % 100, seconds=number % 100)
        return -length if value < 0 else length
    match = _TIME.match(value.strip()) if isinstance(value, str) else None
    if match is None:
        return None
    fraction = int((match[5] or "0").ljust(6, "0"))
    length = timedelta(hours=int(match[2]), minutes=int(match[3]), seconds=int(match[4] or 0), microseconds=fraction)
    length = min(length, _LONGEST_TIME)
    return -length if match[1] else length


def finite(value: Value) -> Value:
    """A value that is no infinity: MySQL has none. Raises OverflowError."""
    if isinstance(value, float) and not math.isfinite(value):
        raise OverflowError("DOUBLE")
    return value


def _floating(operator: str, a: float, b: float) -> Value:
    match operator:
        case "+":
            return a + b
        case "-":
            return a - b
        case "*":
            return a * b
        case "/":
            return a / b
        case "DIV":
            return int(a / b)
        case _:
            return math.fmod(a, b)


def _double(value: Value) -> float:
    number = number_of(value)
    assert number is not None
    return float(number)


def _bytes(value: Value) -> bytes:
    return value if isinstance(value, bytes) else plain_text(value).encode()


def _is_time(value: Value) -> bool:
    return isinstance(value, date | timedelta)


def _comparable_times(left: Value, right: Value) -> tuple[Value, Value]:
    if isinstance(left, timedelta) or isinstance(right, timedelta):
        one, other = time_of(left), time_of(right)
        if one is not None and other is not None:
            return one, other
    else:
        first, second = datetime_of(left), datetime_of(right)
        if first is not None and second is not None:
            return first, second
    return _double(left), _double(right)
