"""What makes a table definition valid: the checks of CREATE and ALTER TABLE."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from simk8s.mysql.column import CHARSET_BYTES, Column, Row, Special
from simk8s.mysql.engine.coerce import coerce
from simk8s.mysql.errors import MySQLError, not_supported
from simk8s.mysql.sql.statement import CreateTable
from simk8s.mysql.table import Definition, Index

_ENGINES = {"innodb": "InnoDB", "myisam": "MyISAM"}
_OTHER_ENGINES = frozenset(("memory", "csv", "archive", "blackhole", "merge", "mrg_myisam", "heap", "federated", "ndb"))
_MAX_NAME = 64
_MAX_ROW_BYTES = 65535


def designed(statement: CreateTable, charset: str, selected: Sequence[Column] = ()) -> Definition:
    """The definition that CREATE TABLE describes; `selected` are the columns of its query."""
    names = {column.name.lower() for column in statement.columns}
    extra = [replace(column, nullable=True) for column in selected if column.name.lower() not in names]
    definition = Definition(
        statement.table.name,
        (*statement.columns, *extra),
        statement.indexes,
        engine_of(statement.engine),
        statement.charset or charset,
        statement.comment,
    )
    return validated(definition)


def engine_of(name: str) -> str:
    """Raises 1286 for an engine that does not exist, 1235 for one that is not modelled."""
    if name.lower() in _ENGINES:
        return _ENGINES[name.lower()]
    if name.lower() in _OTHER_ENGINES:
        raise not_supported(f"the engine {name.upper()}")
    raise MySQLError(1286, name)


def check_name(name: str) -> None:
    """Raises 1103 or 1059."""
    if not name or name.endswith(" "):
        raise MySQLError(1103, name)
    if len(name) > _MAX_NAME:
        raise MySQLError(1059, name)


def validated(definition: Definition) -> Definition:
    """The definition with what its keys imply. Raises 1060, 1061, 1068, 1072, 1075 and their like."""
    if not definition.columns:
        raise MySQLError(1113)
    columns = [_column(column, definition.charset) for column in definition.columns]
    seen: set[str] = set()
    for column in columns:
        if column.name.lower() in seen:
            raise MySQLError(1060, column.name)
        seen.add(column.name.lower())
    if sum(index.name == "PRIMARY" for index in definition.indexes) > 1:
        raise MySQLError(1068)
    for index in definition.indexes:
        columns = _with_key(columns, index)
    _check_key_names(definition.indexes)
    _check_auto_increment(columns, definition.indexes)
    indexes = sorted(definition.indexes, key=lambda index: (index.name != "PRIMARY", not index.unique))
    return replace(definition, columns=tuple(columns), indexes=tuple(indexes))


def _column(column: Column, charset: str) -> Column:
    if not column.name or column.name.endswith(" ") or len(column.name) > _MAX_NAME:
        raise MySQLError(1166, column.name)
    type = column.type if column.type.charset else replace(column.type, charset=charset)
    if type.name in ("varchar", "varbinary", "char", "binary"):
        width = CHARSET_BYTES[type.charset] if type.is_text else 1
        limit = 255 if type.name in ("char", "binary") else _MAX_ROW_BYTES // width
        if (type.length or 0) > limit:
            raise MySQLError(1074, column.name, limit)
    if type.name == "decimal" and (type.length or 10) > 65:
        raise MySQLError(1426, type.length, column.name, 65)
    if type.name == "decimal" and type.scale > (type.length or 10):
        raise MySQLError(1427, column.name)
    if column.auto_increment and not (type.is_integer or type.name in ("float", "double")):
        raise MySQLError(1063, column.name)
    column = replace(column, type=type)
    default = column.default
    if default is Special.NOW and type.name not in ("timestamp", "datetime"):
        raise MySQLError(1067, column.name)
    if column.updates_itself and type.name not in ("timestamp", "datetime"):
        raise MySQLError(1294, column.name)
    if isinstance(default, Special) or default is None:
        return column
    if type.is_blob:
        raise MySQLError(1101, column.name)
    try:
        return replace(column, default=coerce(default, column, 1))
    except MySQLError as problem:
        raise MySQLError(1067, column.name) from problem


def _with_key(columns: list[Column], index: Index) -> list[Column]:
    result = list(columns)
    for name in index.columns:
        place = next((p for p, column in enumerate(columns) if column.name.lower() == name.lower()), None)
        if place is None:
            raise MySQLError(1072, name)
        column = columns[place]
        if column.type.is_blob:
            raise MySQLError(1170, column.name)
        if index.name == "PRIMARY":
            default = Special.NONE if column.default is None else column.default
            result[place] = replace(column, nullable=False, default=default)
    return result


def _check_key_names(indexes: Sequence[Index]) -> None:
    seen: set[str] = set()
    for index in indexes:
        if index.name.lower() in seen:
            raise MySQLError(1061, index.name)
        seen.add(index.name.lower())


def _check_auto_increment(columns: Sequence[Column], indexes: Sequence[Index]) -> None:
    counting = [column.name.lower() for column in columns if column.auto_increment]
    if not counting:
        return
    keyed = {index.columns[0].lower() for index in indexes}
    if len(counting) > 1 or counting[0] not in keyed:
        raise MySQLError(1075)


def completed(definition: Definition, row: Row, number: int) -> Row:
    """A row of CREATE TABLE ... SELECT: the selected values stand last, defaults before them."""
    missing = len(definition.columns) - len(row)
    values = [
        None if isinstance(column.default, Special) else column.default for column in definition.columns[:missing]
    ]
    return tuple(
        coerce(value, column, number) for value, column in zip([*values, *row], definition.columns, strict=True)
    )
