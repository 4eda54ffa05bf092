"""The columns of a table as CREATE TABLE and ALTER TABLE define them: types, defaults, keys."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from simk8s.mysql.column import CHARSET_BYTES, Column, ColumnType, Special, Value
from simk8s.mysql.errors import MySQLError, not_supported
from simk8s.mysql.sql.lexer import Cursor
from simk8s.mysql.sql.simple import simple_expression
from simk8s.mysql.sql.syntax import Literal
from simk8s.mysql.table import Index

_SYNONYMS = {
    "INTEGER": "int",
    "BOOL": "tinyint",
    "BOOLEAN": "tinyint",
    "DEC": "decimal",
    "NUMERIC": "decimal",
    "FIXED": "decimal",
    "REAL": "double",
    "CHARACTER": "char",
    "SERIAL": "bigint",
}
_TYPES = frozenset((
    "tinyint", "smallint", "mediumint", "int", "bigint", "float", "double", "decimal", "char", "varchar", "binary",
    "varbinary", "tinytext", "text", "mediumtext", "longtext", "tinyblob", "blob", "mediumblob", "longblob", "date",
    "datetime", "timestamp", "time", "year", "enum", "set",
))  # fmt: skip
_REFUSED_TYPES = frozenset(("json", "bit", "geometry", "point", "linestring", "polygon", "nchar", "nvarchar"))


@dataclass(slots=True)
class Body:
    """What has been read of a table so far."""

    columns: list[Column] = field(default_factory=list)
    indexes: list[Index] = field(default_factory=list)


def column(cursor: Cursor, body: Body) -> None:
    name = cursor.identifier()
    serial = cursor.peek("SERIAL")
    type = _type(cursor)
    read = Column(name, type)
    nullable: bool | None = False if serial else None
    default: Value | Special = Special.NONE
    auto_increment, updates, comment, key = serial, False, "", ""
    if serial:
        key = "UNIQUE"
    while cursor.token.kind == "word":
        if cursor.accept("NOT", "NULL"):
            nullable = False
        elif cursor.accept("NULL"):
            nullable = True
        elif cursor.accept("DEFAULT"):
            default = _default(cursor, name)
        elif cursor.accept("ON", "UPDATE"):
            _now(cursor)
            updates = True
        elif cursor.accept("AUTO_INCREMENT"):
            auto_increment = True
        elif cursor.accept("PRIMARY", "KEY") or (not key and cursor.accept("KEY")):
            key = "PRIMARY"
        elif cursor.accept("UNIQUE"):
            cursor.accept("KEY")
            key = key or "UNIQUE"
        elif cursor.accept("COMMENT"):
            comment = cursor.string()
        elif cursor.accept("COLLATE"):
            cursor.identifier()
        elif cursor.token.key in ("REFERENCES", "CHECK", "GENERATED", "AS", "VIRTUAL", "STORED"):
            raise not_supported(f"{cursor.token.key} in a column definition")
        else:
            break
    read = _completed(read, nullable, default, auto_increment, updates, comment, key, first=not _has_stamp(body))
    body.columns.append(read)
    if key == "PRIMARY":
        body.indexes.append(Index("PRIMARY", (name,), True))
    elif key:
        body.indexes.append(Index(free_name(name, body.indexes), (name,), True))


def _completed(
    column: Column,
    nullable: bool | None,
    default: Value | Special,
    auto_increment: bool,
    updates: bool,
    comment: str,
    key: str,
    *,
    first: bool,
) -> Column:
    """What a definition means where it is silent. The first TIMESTAMP keeps itself up to date unless told otherwise."""
    if key == "PRIMARY":
        nullable = False
    if column.type.name == "timestamp" and nullable is None:
        nullable = False
        if default is Special.NONE and not updates and first:
            default, updates = Special.NOW, True
    nullable = True if nullable is None else nullable
    if default is Special.NONE and nullable:
        default = None
    if default is None and not nullable:
        default = Special.NONE
    return replace(
        column,
        nullable=nullable,
        default=default,
        auto_increment=auto_increment,
        updates_itself=updates,
        comment=comment,
    )


def _has_stamp(body: Body) -> bool:
    return any(column.type.name == "timestamp" for column in body.columns)


def _default(cursor: Cursor, name: str) -> Value | Special:
    if cursor.token.key in ("CURRENT_TIMESTAMP", "NOW", "LOCALTIME", "LOCALTIMESTAMP"):
        _now(cursor)
        return Special.NOW
    value = simple_expression(cursor)
    if not isinstance(value, Literal):
        raise cursor.error()
    return value.value


def _now(cursor: Cursor) -> None:
    cursor.expect_any("CURRENT_TIMESTAMP", "NOW", "LOCALTIME", "LOCALTIMESTAMP")
    if cursor.accept("("):
        if not cursor.peek(")"):
            cursor.integer()
        cursor.expect(")")


def _type(cursor: Cursor) -> ColumnType:
    word = cursor.token
    name = _SYNONYMS.get(word.key, word.text.lower())
    if word.kind == "word" and name in _REFUSED_TYPES:
        raise not_supported(f"the {word.key} type")
    if word.kind != "word" or name not in _TYPES:
        raise cursor.error()
    cursor.place += 1
    if word.key == "DOUBLE":
        cursor.accept("PRECISION")
    if word.key == "CHARACTER" and cursor.accept("VARYING"):
        name = "varchar"
    if name in ("enum", "set"):
        return ColumnType(name, values=_values(cursor), charset=_charset(cursor))
    length, scale = _lengths(cursor)
    if word.key in ("BOOL", "BOOLEAN"):
        length = 1
    if name in ("varchar", "varbinary") and length is None:
        raise cursor.error()
    if name in ("char", "binary"):
        length = 1 if length is None else length
    if name == "decimal":
        length = 10 if length is None else length
    unsigned = word.key == "SERIAL"
    while cursor.token.key in ("UNSIGNED", "SIGNED", "ZEROFILL"):
        unsigned = cursor.expect_any("UNSIGNED", "SIGNED", "ZEROFILL") != "SIGNED"
    return ColumnType(name, length, scale, unsigned, _charset(cursor))


def _lengths(cursor: Cursor) -> tuple[int | None, int]:
    if not cursor.accept("("):
        return None, 0
    length, scale = cursor.integer(), 0
    if cursor.accept(","):
        scale = cursor.integer()
    cursor.expect(")")
    return length, scale


def _values(cursor: Cursor) -> tuple[str, ...]:
    cursor.expect("(")
    values = [cursor.string()]
    while cursor.accept(","):
        values.append(cursor.string())
    cursor.expect(")")
    return tuple(values)


def _charset(cursor: Cursor) -> str:
    """The charset of a column; empty for the table's."""
    if cursor.accept("CHARACTER", "SET") or cursor.accept("CHARSET"):
        return known_charset(cursor.identifier())
    if cursor.accept("BINARY"):
        raise not_supported("the BINARY attribute")
    return ""


def known_charset(name: str) -> str:
    """Raises 1115 for one that does not exist (or is not modelled)."""
    if name.lower() not in CHARSET_BYTES:
        raise MySQLError(1115, name)
    return name.lower()


def free_name(column: str, indexes: list[Index]) -> str:
    names = {index.name.lower() for index in indexes}
    candidates = [column, *(f"{column}_{n}" for n in range(2, len(indexes) + 3))]
    return next(name for name in candidates if name.lower() not in names)
