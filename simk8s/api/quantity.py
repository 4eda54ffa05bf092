"""Quantities as Kubernetes writes them: `500m`, `1Gi`, `0.5`, `1e3`."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache

_BINARY = {"Ki": 1, "Mi": 2, "Gi": 3, "Ti": 4, "Pi": 5, "Ei": 6}
_DECIMAL = {"n": -3, "u": -2, "m": -1, "": 0, "k": 1, "M": 2, "G": 3, "T": 4, "P": 5, "E": 6}
_PATTERN = re.compile(r"([+-]?)(\d+\.?\d*|\.\d+)(?:([KMGTPE]i|[numkMGTPE])|[eE]([+-]?\d{1,3}))?")

INVALID = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
"""The API server's words for a text that is not a quantity."""


@lru_cache(maxsize=4096)
def parse(value: str | int | float) -> Fraction:
    """The exact value. Raises ValueError with the API server's words where it is not a quantity.

    >>> parse("500m"), parse("1Ki")
    (Fraction(1, 2), Fraction(1024, 1))
    """
    match = _PATTERN.fullmatch(str(value))
    if not match:
        raise ValueError(INVALID)
    sign, number, suffix, exponent = match.groups()
    amount = Fraction(number) * (-1 if sign == "-" else 1)
    if exponent:
        return amount * Fraction(10) ** int(exponent)
    if suffix in _BINARY:
        return amount * Fraction(1024) ** _BINARY[suffix]
    return amount * Fraction(1000) ** _DECIMAL[suffix or ""]


@lru_cache(maxsize=4096)
def milli(value: str | int | float) -> int:
    """In thousandths, rounded up: the unit in which the scheduler counts CPU."""
    return _ceil(parse(value) * 1000)


@lru_cache(maxsize=4096)
def whole(value: str | int | float) -> int:
    """In whole units, rounded up: the unit in which memory and storage are counted."""
    return _ceil(parse(value))


@lru_cache(maxsize=4096)
def canonical(value: str | int | float) -> str:
    """The form that the API server stores and prints: no fraction, the largest suffix, the same base as written.

    >>> canonical("1024Mi"), canonical("0.5"), canonical("1000m"), canonical("1.5Gi")
    ('1Gi', '500m', '1', '1536Mi')
    """
    amount = parse(value)
    match = _PATTERN.fullmatch(str(value))
    assert match
    if match[3] in _BINARY:
        if amount and abs(amount) < 1024 and amount.denominator == 1:
            return str(amount)
        return _with_suffix(amount, 1024, {0: "", **{power: suffix for suffix, power in _BINARY.items()}})
    if match[4] is not None:
        amount, power = _reduced(amount, 10, lowest=-9)
        while power % 3:
            amount, power = amount * 10, power - 1
        return f"{_ceil(amount)}e{power}" if power else str(_ceil(amount))
    return _with_suffix(amount, 1000, {power: suffix for suffix, power in _DECIMAL.items()})


def _with_suffix(amount: Fraction, base: int, suffixes: dict[int, str]) -> str:
    amount, power = _reduced(amount, base, lowest=min(suffixes))
    while power > max(suffixes):
        amount, power = amount * base, power - 1
    return f"{_ceil(amount)}{suffixes[power]}"


def _reduced(amount: Fraction, base: int, lowest: int) -> tuple[Fraction, int]:
    """`amount` as a whole number times a power of `base`; what is finer than the lowest power is rounded up."""
    if not amount:
        return amount, 0
    power = 0
    while amount.denominator != 1 and power > lowest:
        amount, power = amount * base, power - 1
    amount = Fraction(_ceil(amount))
    while amount % base == 0:
        amount, power = amount / base, power + 1
    return amount, power


def _ceil(amount: Fraction) -> int:
    """Away from zero, as the API rounds."""
    rounded = -(-abs(amount.numerator) // amount.denominator)
    return rounded if amount >= 0 else -rounded
