"""The type that an expression's values have: for columns of derived tables and for the alignment of results."""

from __future__ import annotations

from decimal import Decimal

from simk8s.mysql.column import ColumnType
from simk8s.mysql.engine.evaluation import Scope
from simk8s.mysql.sql import syntax as sql

_BIGINT = ColumnType("bigint")
_DOUBLE = ColumnType("double")
_TEXT = ColumnType("varchar", 255)
_INTEGER_CALLS = frozenset((
    "ABS", "ASCII", "CEIL", "CEILING", "CHAR_LENGTH", "CONNECTION_ID", "DATEDIFF", "DAY", "EXTRACT", "FIELD", "FLOOR",
    "FOUND_ROWS", "HOUR", "INSTR", "ISNULL", "LAST_INSERT_ID", "LENGTH", "LOCATE", "MINUTE", "MOD", "MONTH", "ROUND",
    "ROW_COUNT", "SECOND", "SIGN", "SLEEP", "TIMESTAMPDIFF", "UNIX_TIMESTAMP", "YEAR",
))  # fmt: skip
_TIME_CALLS = {
    "NOW": "datetime",
    "SYSDATE": "datetime",
    "UTC_TIMESTAMP": "datetime",
    "FROM_UNIXTIME": "datetime",
    "TIMESTAMP": "datetime",
    "CURDATE": "date",
    "DATE": "date",
    "CURTIME": "time",
    "TIME": "time",
}
_NUMERIC_VARIABLES = frozenset(("server_id", "port", "read_only", "super_read_only", "log_bin", "autocommit"))


def type_of(expression: sql.Expression, scope: Scope) -> ColumnType:
    """The type of an expression's values, as near as clients and CREATE TABLE ... SELECT need it."""
    match expression:
        case sql.Name():
            column = scope.column(expression)
            return column.type if column is not None else _TEXT
        case sql.Literal(value):
            if isinstance(value, Decimal):
                return _decimal(-int(value.as_tuple().exponent))
            if isinstance(value, float):
                return _DOUBLE
            return _BIGINT if isinstance(value, int) else ColumnType("varchar", len(str(value or "")))
        case sql.Operation(operator, operands):
            return _operation(operator, [type_of(operand, scope) for operand in operands])
        case sql.Aggregate(name, arguments):
            return _aggregate(name, [type_of(argument, scope) for argument in arguments])
        case sql.Call(name, arguments):
            return _call(name, [type_of(argument, scope) for argument in arguments])
        case sql.In() | sql.Exists():
            return _BIGINT
        case sql.Case(branches, _):
            return type_of(branches[0][1], scope)
        case sql.Cast(_, type):
            return type if type.name != "char" else ColumnType("varchar", type.length or 255)
        case sql.SystemVariable(name):
            return _BIGINT if name in _NUMERIC_VARIABLES or name.endswith(("_size", "_timeout")) else _TEXT
        case sql.Assign(_, value):
            return type_of(value, scope)
        case sql.Shift(operand):
            return type_of(operand, scope)
    return _TEXT


def _operation(operator: str, types: list[ColumnType]) -> ColumnType:
    if operator in ("+", "-", "*", "NEG", "%", "/"):
        if any(type.name in ("float", "double") or type.is_text for type in types):
            return _DOUBLE
        scales = [type.scale for type in types if type.name == "decimal"]
        if operator == "/":
            return _decimal(4 + max(scales, default=0))
        return _decimal(sum(scales) if operator == "*" else max(scales)) if scales else _BIGINT
    return _BIGINT


def _aggregate(name: str, types: list[ColumnType]) -> ColumnType:
    if name == "COUNT":
        return _BIGINT
    if name == "GROUP_CONCAT":
        return ColumnType("text")
    if name in ("MIN", "MAX"):
        return types[0]
    if types[0].name in ("float", "double") or types[0].is_text:
        return _DOUBLE
    return _decimal(types[0].scale + (4 if name == "AVG" else 0))


def _call(name: str, types: list[ColumnType]) -> ColumnType:
    if name in _INTEGER_CALLS:
        return _BIGINT
    if name in _TIME_CALLS:
        return ColumnType(_TIME_CALLS[name])
    if name == "IF" and len(types) > 1:
        return types[1]
    if types and name in ("IFNULL", "COALESCE", "NULLIF", "GREATEST", "LEAST", "ANY_VALUE"):
        return types[0]
    return _TEXT


def _decimal(scale: int) -> ColumnType:
    return ColumnType("decimal", 32, scale)
