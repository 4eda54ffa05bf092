"""Expressions out of `sqlglot`'s trees. What has no handler is refused with 1235: nothing is half understood."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from simk8s.mysql.column import ColumnType, Value
from simk8s.mysql.errors import MySQLError, not_supported
from simk8s.mysql.sql.syntax import (
    Aggregate,
    Assign,
    Call,
    Case,
    Cast,
    Default,
    Exists,
    Expression,
    In,
    Inserted,
    Literal,
    Name,
    Operation,
    Order,
    Query,
    Scalar,
    Shift,
    Star,
    SystemVariable,
    UserVariable,
)

if TYPE_CHECKING:
    from sqlglot import exp

_query_of: list[Callable[[Any], Query]] = []  # set by the module that translates queries, which needs this one too


def translate(node: exp.Expression) -> Expression:
    """The expression that a tree stands for. Raises 1235 for anything that the model does not know."""
    kind = type(node).__name__
    operator = _OPERATORS.get(kind)
    if operator is not None:
        _only(node, "this", "expression", "negate", "typed", "safe")
        left, right = node.this, node.args["expression"]
        if kind in ("Add", "Sub") and (type(right).__name__ == "Interval" or type(left).__name__ == "Interval"):
            return _shift(left, right, 1 if kind == "Add" else -1)
        operation = Operation(operator, (translate(left), translate(right)))
        return Operation("NOT", (operation,)) if node.args.get("negate") else operation
    handler = _HANDLERS.get(kind)
    if handler is None:
        raise not_supported(_words(kind))
    return handler(node)


def number(text: str) -> Value:
    """A numeric literal: an integer, an exact decimal, or with an exponent a double."""
    if text.isdigit():
        return int(text)
    return float(text) if "e" in text.lower() else Decimal(text)


def _only(node: exp.Expression, *names: str) -> None:
    """Refuse a tree that says more than its handler reads."""
    for name, value in node.args.items():
        if name not in names and value not in (None, False, []):
            raise not_supported(_words(f"{type(node).__name__} {name}"))


def _words(name: str) -> str:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return " ".join(word if word.isupper() else word.lower() for word in spaced.replace("_", " ").split())


# ── leaves ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _literal(node: Any) -> Expression:
    return Literal(node.this if node.args.get("is_string") else number(node.this))


def _column(node: Any) -> Expression:
    _only(node, "this", "table", "db")
    if type(node.this).__name__ == "Star":
        return Star(node.text("table"))
    return Name(node.name, node.text("table"), node.text("db"))


def _star(node: Any) -> Expression:
    _only(node)
    return Star()


def _variable(node: Any) -> Expression:
    scope = node.text("kind").lower()
    name = node.name.lower()
    if scope in ("global", "session", "local"):
        return SystemVariable(name, "global" if scope == "global" else "session")
    return SystemVariable(f"{scope}.{name}" if scope else name)


def _user_variable(node: Any) -> Expression:
    return UserVariable(node.name.lower())


def _assign(node: Any) -> Expression:
    if type(node.this).__name__ != "Parameter":
        raise not_supported(":= on anything but a user variable")
    return Assign(node.this.name.lower(), translate(node.args["expression"]))


def _var(node: Any) -> Expression:
    if node.name.upper() == "DEFAULT":
        return Default()
    raise MySQLError(1054, node.name, "field list")


def _adjacent(node: Any) -> Expression:
    """Strings that stand side by side are one."""
    parts = [translate(part) for part in node.expressions]
    if not all(isinstance(part, Literal) and isinstance(part.value, str) for part in parts):
        raise not_supported(_words(type(node).__name__))
    return Literal("".join(str(part.value) for part in parts if isinstance(part, Literal)))


def _hex(node: Any) -> Expression:
    text = node.name
    return Literal(bytes.fromhex(text.rjust(len(text) + len(text) % 2, "0")))


# ── operators with a form of their own ───────────────────────────────────────────────────────────────────────────


def _unary(operator: str) -> Callable[[Any], Expression]:
    def handler(node: Any) -> Expression:
        _only(node, "this")
        return Operation(operator, (translate(node.this),))

    return handler


def _negative(node: Any) -> Expression:
    operand = translate(node.this)
    if isinstance(operand, Literal) and isinstance(operand.value, int | float | Decimal):
        return Literal(-operand.value)
    return Operation("NEG", (operand,))


def _paren(node: Any) -> Expression:
    _only(node, "this")
    return translate(node.this)


def _is(node: Any) -> Expression:
    right = translate(node.args["expression"])
    if not isinstance(right, Literal):
        raise not_supported("IS with an expression")
    return Operation("IS", (translate(node.this), right))


def _between(node: Any) -> Expression:
    _only(node, "this", "low", "high")
    operand = translate(node.this)
    low = Operation(">=", (operand, translate(node.args["low"])))
    return Operation("AND", (low, Operation("<=", (operand, translate(node.args["high"])))))


def _in(node: Any) -> Expression:
    _only(node, "this", "expressions", "query")
    query = node.args.get("query")
    if query is not None:
        return In(translate(node.this), _query_of[0](query))
    return In(translate(node.this), tuple(translate(choice) for choice in node.expressions))


def _exists(node: Any) -> Expression:
    return Exists(_query_of[0](node.this))


def _subquery(node: Any) -> Expression:
    return Scalar(_query_of[0](node))


def _case(node: Any) -> Expression:
    _only(node, "this", "ifs", "default")
    branches = tuple((translate(branch.this), translate(branch.args["true"])) for branch in node.args["ifs"])
    default = node.args.get("default")
    return Case(
        branches,
        translate(default) if default is not None else Literal(None),
        translate(node.this) if node.args.get("this") is not None else None,
    )


def _if(node: Any) -> Expression:
    _only(node, "this", "true", "false")
    if node.args.get("false") is None:
        raise MySQLError(1582, "IF")
    return Call("IF", (translate(node.this), translate(node.args["true"]), translate(node.args["false"])))


_CASTS = {
    "BIGINT": ColumnType("bigint"),
    "UBIGINT": ColumnType("bigint", unsigned=True),
    "CHAR": ColumnType("char"),
    "BINARY": ColumnType("binary"),
    "DATE": ColumnType("date"),
    "DATETIME": ColumnType("datetime"),
    "TIME": ColumnType("time"),
    "DECIMAL": ColumnType("decimal"),
}


def _cast(node: Any) -> Expression:
    target = node.args["to"]
    name = getattr(target.this, "name", str(target.this))
    if name == "CHARACTER_SET":
        return translate(node.this)
    if name not in _CASTS:
        raise not_supported(f"CAST AS {name}")
    lengths = [int(parameter.name) for parameter in target.expressions]
    base = _CASTS[name]
    scale = lengths[1] if len(lengths) > 1 else 0
    return Cast(translate(node.this), ColumnType(base.name, lengths[0] if lengths else None, scale, base.unsigned))


def _collate(node: Any) -> Expression:
    return Call("COLLATE", (translate(node.this), Literal(node.args["expression"].name.lower())))


def _shift(left: Any, right: Any, sign: int) -> Expression:
    interval, operand = (right, left) if type(right).__name__ == "Interval" else (left, right)
    _only(interval, "this", "unit")
    amount = translate(interval.this)
    if isinstance(amount, Literal) and isinstance(amount.value, str) and amount.value.lstrip("-").isdigit():
        amount = Literal(int(amount.value))
    return Shift(translate(operand), amount, interval.text("unit").upper(), sign)


# ── functions ────────────────────────────────────────────────────────────────────────────────────────────────────

_AGGREGATES = frozenset(("COUNT", "SUM", "MIN", "MAX", "AVG"))
_DATE_SHIFTS = {"DATE_ADD": 1, "ADDDATE": 1, "DATE_SUB": -1, "SUBDATE": -1}


def _call(node: Any) -> Expression:
    name = node.name.upper()
    arguments = node.expressions
    if name in _AGGREGATES:
        return _aggregate(name, arguments)
    if name == "VALUES":
        return Inserted(arguments[0].name)
    if name in _DATE_SHIFTS and len(arguments) == 2:
        if type(arguments[1]).__name__ == "Interval":
            return _shift(arguments[0], arguments[1], _DATE_SHIFTS[name])
        return Shift(translate(arguments[0]), translate(arguments[1]), "DAY", _DATE_SHIFTS[name])
    if name == "TIMESTAMPDIFF" and len(arguments) == 3:
        unit, start, end = arguments
        return Call(name, (Literal(unit.name.upper()), translate(start), translate(end)))
    return Call(name, tuple(translate(argument) for argument in arguments), node.name)


def _aggregate(name: str, arguments: list[Any]) -> Expression:
    if len(arguments) == 1 and type(arguments[0]).__name__ == "Distinct":
        return Aggregate(name, tuple(map(translate, arguments[0].expressions)), distinct=True)
    if len(arguments) != 1:
        raise MySQLError(1582, name)
    argument = translate(arguments[0])
    if isinstance(argument, Star):
        if name != "COUNT":
            raise MySQLError(1582, name)
        return Aggregate(name)
    return Aggregate(name, (argument,))


def _group_concat(node: Any) -> Expression:
    _only(node, "this", "separator", "on_overflow")
    inner = node.this
    order: tuple[Order, ...] = ()
    if type(inner).__name__ == "Order":
        order, inner = orders(inner), inner.this
    distinct = type(inner).__name__ == "Distinct"
    arguments = inner.expressions if distinct or type(inner).__name__ == "Concat" else [inner]
    separator = node.args.get("separator")
    return Aggregate(
        "GROUP_CONCAT", tuple(map(translate, arguments)), distinct, order, separator.name if separator else ","
    )


def orders(node: Any) -> tuple[Order, ...]:
    """What ORDER BY says."""
    return tuple(Order(translate(ordered.this), bool(ordered.args.get("desc"))) for ordered in node.expressions)


def _named(name: str, *keys: str) -> Callable[[Any], Expression]:
    """A function that `sqlglot` has a node of its own for, its arguments under these keys."""

    def handler(node: Any) -> Expression:
        _only(node, *keys)
        return Call(name, tuple(translate(node.args[key]) for key in keys if node.args.get(key) is not None))

    return handler


def _char(node: Any) -> Expression:
    return Call("CHAR", tuple(translate(argument) for argument in node.expressions))


def _extract(node: Any) -> Expression:
    return Call("EXTRACT", (Literal(node.name.upper()), translate(node.args["expression"])))


_OPERATORS = {
    "Add": "+",
    "Sub": "-",
    "Mul": "*",
    "Div": "/",
    "IntDiv": "DIV",
    "Mod": "%",
    "EQ": "=",
    "NEQ": "<>",
    "LT": "<",
    "LTE": "<=",
    "GT": ">",
    "GTE": ">=",
    "NullSafeEQ": "<=>",
    "And": "AND",
    "Or": "OR",
    "Xor": "XOR",
    "Like": "LIKE",
    "RegexpLike": "REGEXP",
    "BitwiseAnd": "&",
    "BitwiseOr": "|",
    "BitwiseXor": "^",
    "BitwiseLeftShift": "<<",
    "BitwiseRightShift": ">>",
}

_HANDLERS: dict[str, Callable[[Any], Expression]] = {
    "Literal": _literal,
    "Boolean": lambda node: Literal(int(node.this)),
    "Null": lambda node: Literal(None),
    "National": lambda node: Literal(node.name),
    "Introducer": lambda node: translate(node.args["expression"]),
    "HexString": _hex,
    "Column": _column,
    "Star": _star,
    "Identifier": lambda node: Name(node.name),
    "SessionParameter": _variable,
    "Parameter": _user_variable,
    "PropertyEQ": _assign,
    "Var": _var,
    "Not": _unary("NOT"),
    "BitwiseNot": _unary("~"),
    "Neg": _negative,
    "Paren": _paren,
    "Is": _is,
    "Between": _between,
    "In": _in,
    "Exists": _exists,
    "Subquery": _subquery,
    "Case": _case,
    "If": _if,
    "Cast": _cast,
    "Collate": _collate,
    "Anonymous": _call,
    "Concat": _adjacent,
    "GroupConcat": _group_concat,
    "CurrentTimestamp": lambda node: Call("NOW", (translate(node.this),) if node.args.get("this") else ()),
    "Localtime": lambda node: Call("NOW"),
    "Localtimestamp": lambda node: Call("NOW"),
    "CurrentDate": lambda node: Call("CURDATE"),
    "CurrentTime": lambda node: Call("CURTIME"),
    "CurrentUser": lambda node: Call("CURRENT_USER"),
    "Substring": _named("SUBSTRING", "this", "start", "length"),
    "Trim": _named("TRIM", "this"),
    "Floor": _named("FLOOR", "this"),
    "Ceil": _named("CEIL", "this"),
    "StrPosition": _named("INSTR", "this", "substr"),
    "Chr": _char,
    "Extract": _extract,
}
