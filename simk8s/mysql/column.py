"""Columns and their types: what a table's definition says about each value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, TypeAlias

Value: TypeAlias = int | float | Decimal | str | bytes | datetime | date | timedelta | None
"""One SQL value. Booleans are integers, TIMESTAMP and DATETIME are naive datetimes in UTC, TIME is a timedelta."""

Row: TypeAlias = tuple[Value, ...]


class Special(Enum):
    """Defaults that are no constants."""

    NONE = "none"  # no DEFAULT clause and NOT NULL: a value must be given (1364)
    NOW = "CURRENT_TIMESTAMP"


@dataclass(frozen=True, slots=True)
class ColumnType:
    """A type by its MySQL name. `length` is width, characters, precision or digits, whichever the type has."""

    name: str
    length: int | None = None
    scale: int = 0
    unsigned: bool = False
    charset: str = "latin1"
    values: tuple[str, ...] = ()

    @property
    def is_integer(self) -> bool:
        return self.name in INTEGER_BYTES

    @property
    def is_text(self) -> bool:
        return self.name in _TEXTS

    @property
    def is_binary(self) -> bool:
        return self.name in _BINARIES

    @property
    def is_plain(self) -> bool:
        """Whether its values are in a data file what they are in memory."""
        return not self.is_binary and self.name not in ("decimal", "datetime", "timestamp", "date", "time")

    @property
    def is_blob(self) -> bool:
        """Whether it is one of the TEXT and BLOB types, which have no default and need a key length."""
        return self.name in BLOB_LENGTH_BYTES

    @property
    def is_temporal(self) -> bool:
        return self.name in ("date", "datetime", "timestamp", "time", "year")

    @property
    def is_numeric(self) -> bool:
        """Whether clients align it to the right."""
        return self.is_integer or self.name in ("decimal", "float", "double", "year")

    @property
    def max_bytes(self) -> int:
        """The most bytes that a CHAR or VARCHAR column can hold."""
        return (self.length if self.length is not None else 1) * CHARSET_BYTES.get(self.charset, 1)

    def integer_range(self) -> tuple[int, int]:
        bits = INTEGER_BYTES[self.name] * 8
        return (0, 2**bits - 1) if self.unsigned else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)

    def sql(self) -> str:
        """As SHOW CREATE TABLE and DESCRIBE write it: `int(10) unsigned`.

        >>> ColumnType("int", unsigned=True).sql(), ColumnType("varchar", 250).sql()
        ('int(10) unsigned', 'varchar(250)')
        """
        if self.is_integer:
            width = self.length if self.length is not None else _DISPLAY_WIDTH[self.name][self.unsigned]
            return f"{self.name}({width})" + (" unsigned" if self.unsigned else "")
        if self.name == "decimal":
            return f"decimal({self.length or 10},{self.scale})" + (" unsigned" if self.unsigned else "")
        if self.name in ("enum", "set"):
            return f"{self.name}(" + ",".join(quoted(value) for value in self.values) + ")"
        if self.name in ("char", "varchar", "binary", "varbinary"):
            return f"{self.name}({1 if self.length is None else self.length})"
        if self.name == "year":
            return "year(4)"
        if self.length and self.name in ("datetime", "timestamp", "time"):
            return f"{self.name}({self.length})"
        return self.name + (" unsigned" if self.unsigned else "")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    name: str
    type: ColumnType
    nullable: bool = True
    default: Value | Special = None
    auto_increment: bool = False
    updates_itself: bool = False  # ON UPDATE CURRENT_TIMESTAMP
    comment: str = ""

    def sql(self) -> str:
        """Its line in SHOW CREATE TABLE."""
        parts = [f"`{self.name}`", self.type.sql()]
        if not self.nullable:
            parts.append("NOT NULL")
        elif self.type.name == "timestamp":
            parts.append("NULL")
        default = self.default
        if default is Special.NOW:
            parts.append("DEFAULT CURRENT_TIMESTAMP")
        elif default is None and self.nullable and not self.type.is_blob:
            parts.append("DEFAULT NULL")
        elif default is not Special.NONE and default is not None:
            parts.append(f"DEFAULT {quoted(plain_text(default))}")
        if self.updates_itself:
            parts.append("ON UPDATE CURRENT_TIMESTAMP")
        if self.auto_increment:
            parts.append("AUTO_INCREMENT")
        if self.comment:
            parts.append(f"COMMENT {quoted(self.comment)}")
        return " ".join(parts)


INTEGER_BYTES = {"tinyint": 1, "smallint": 2, "mediumint": 3, "int": 4, "bigint": 8}
CHARSET_BYTES = {"latin1": 1, "ascii": 1, "binary": 1, "utf8": 3, "utf8mb4": 4}
COLLATIONS = {
    "latin1": "latin1_swedish_ci",
    "ascii": "ascii_general_ci",
    "binary": "binary",
    "utf8": "utf8_general_ci",
    "utf8mb4": "utf8mb4_general_ci",
}
BLOB_LENGTH_BYTES = {
    "tinytext": 1,
    "text": 2,
    "mediumtext": 3,
    "longtext": 4,
    "tinyblob": 1,
    "blob": 2,
    "mediumblob": 3,
    "longblob": 4,
}
_TEXTS = frozenset(("char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set"))
_BINARIES = frozenset(("binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"))
_DIGITS = 15
"""How many zeros a DOUBLE may be written with."""
_DISPLAY_WIDTH = {
    "tinyint": (4, 3),
    "smallint": (6, 5),
    "mediumint": (9, 8),
    "int": (11, 10),
    "bigint": (20, 20),
}


def places_by_name(columns: Iterable[Column]) -> dict[str, tuple[int, ...]]:
    """Where the columns of a name stand; names are compared without case, and a result may have some twice."""
    places: dict[str, tuple[int, ...]] = {}
    for place, column in enumerate(columns):
        name = column.name.lower()
        places[name] = (*places.get(name, ()), place)
    return places


def quoted(text: str) -> str:
    """A string literal as the server prints one in definitions."""
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def plain_text(value: Value) -> str:
    """A value as the text protocol carries it (SQL-40: `YYYY-MM-DD hh:mm:ss`). NULL is for the caller.

    >>> plain_text(1.0), plain_text(Decimal("2.50")), plain_text(datetime(2024, 1, 1))
    ('1', '2.50', '2024-01-01 00:00:00')
    """
    if isinstance(value, str):
        return value
    if type(value) is int:  # before what is rare
        return str(value)
    if isinstance(value, float):
        return float_text(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, datetime):
        text = value.strftime("%Y-%m-%d %H:%M:%S") if value.year >= 1000 else value.isoformat(" ", "seconds")
        return f"{text}.{value.microsecond:06d}" if value.microsecond else text
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return _time_text(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    return "NULL" if value is None else str(value)


def float_text(value: float) -> str:
    """A DOUBLE in the shortest form, without `.0`; with an exponent where the digits alone would be too many.

    >>> float_text(1e14), float_text(1e15), float_text(1e-5), float_text(1.5e-16)
    ('100000000000000', '1e15', '0.00001', '1.5e-16')
    """
    shortest = Decimal(repr(value)).normalize()
    _, digits, exponent = shortest.as_tuple()
    assert isinstance(exponent, int)
    point = len(digits) + exponent
    if -_DIGITS < point <= _DIGITS or 0 < point < len(digits):
        return format(shortest + 0, "f")
    mantissa = format(shortest.scaleb(1 - point), "f")
    return f"{mantissa}e{point - 1}"


def _time_text(value: timedelta) -> str:
    sign, value = ("-", -value) if value < timedelta(0) else ("", value)
    seconds = value.days * 86400 + value.seconds
    text = f"{sign}{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"{text}.{value.microseconds:06d}" if value.microseconds else text


def to_plain(value: Value) -> Any:
    """A value as JSON can carry it in a data file. The column's type turns it back."""
    if value is None or isinstance(value, int | float | str):
        return value
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, timedelta):
        return [value.days, value.seconds, value.microseconds]
    return value.isoformat()


def from_plain(plain: Any, type: ColumnType) -> Value:
    """What `to_plain` made, back as a value of the column's type."""
    if plain is None:
        return None
    name = type.name
    if type.is_binary and isinstance(plain, str):
        return plain.encode("latin-1")
    if name == "decimal":
        return Decimal(plain)
    if name in ("datetime", "timestamp"):
        return datetime.fromisoformat(plain)
    if name == "date":
        return date.fromisoformat(plain)
    if name == "time":
        days, seconds, microseconds = plain
        return timedelta(days, seconds, microseconds)
    result: Value = plain
    return result
