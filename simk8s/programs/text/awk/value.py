"""Awk's values: numbers, texts, and texts from outside that look like numbers and may be used as either."""

from __future__ import annotations

import math
import re
from typing import TypeAlias

_NUMERIC = re.compile(r"\s*[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?)")


class Numeric(str):
    """A text from input that looks like a number, or a variable that nobody has set."""

    __slots__ = ()


Value: TypeAlias = float | str
UNSET = Numeric("")
_LARGE = 1 << 31


def from_input(text: str) -> Value:
    """A text from a file, the command line or the environment, which may be numeric."""
    match = _NUMERIC.match(text)
    return Numeric(text) if match and not text[match.end() :].strip(" \t\n") else text


def to_number(value: Value) -> float:
    """The number that a value begins with, or 0.

    >>> to_number("12abc"), to_number("x")
    (12.0, 0.0)
    """
    if isinstance(value, str):
        match = _NUMERIC.match(value)
        return float(match[0]) if match else 0.0
    return value


def to_text(value: Value, layout: str = "%.6g") -> str:
    """A value as text; whole numbers that fit a C int without a point.

    >>> to_text(3.0), to_text(0.1), to_text(1e20)
    ('3', '0.1', '1e+20')
    """
    if isinstance(value, str):
        return str(value)
    if abs(value) < _LARGE and value == int(value):
        return str(int(value))
    if not math.isfinite(value):
        return ("-" if value < 0 else "") + ("nan" if math.isnan(value) else "inf")
    return layout % value if layout.count("%") == 1 else str(value)


def is_true(value: Value) -> bool:
    """Whether a value counts as true: a number that is not 0, a text that is not empty."""
    if isinstance(value, Numeric):
        return bool(value) and to_number(value) != 0
    return bool(value)


def compare(left: Value, right: Value) -> int:
    """-1, 0 or 1: as numbers where both may be numbers, else as texts."""
    if isinstance(left, float | Numeric) and isinstance(right, float | Numeric):
        a, b = to_number(left), to_number(right)
        return (a > b) - (a < b)
    one, other = to_text(left), to_text(right)
    return (one > other) - (one < other)
