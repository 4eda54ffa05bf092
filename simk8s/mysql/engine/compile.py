"""Expressions turned into Python functions of the rows at hand."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import regex

from simk8s.mysql.column import Column, Value
from simk8s.mysql.engine import variable
from simk8s.mysql.engine.coerce import coerce
from simk8s.mysql.engine.evaluation import Compiled, Environment, Evaluation, Scope
from simk8s.mysql.engine.function import FUNCTIONS, shift
from simk8s.mysql.engine.value import arithmetic, compare, finite, number_of, text_of, truth_of
from simk8s.mysql.errors import MySQLError
from simk8s.mysql.sql import syntax as sql

_COMPARISONS: dict[str, Callable[[int], bool]] = {
    "=": lambda order: order == 0,
    "<>": lambda order: order != 0,
    "<": lambda order: order < 0,
    "<=": lambda order: order <= 0,
    ">": lambda order: order > 0,
    ">=": lambda order: order >= 0,
}
_WORD = 2**64


def compile_expression(expression: sql.Expression, scope: Scope, context: Evaluation) -> Compiled:
    """A function from an environment to the expression's value. Raises 1054 and others for what makes no sense."""
    match expression:
        case sql.Literal():
            value = expression.value
            return lambda environment: value
        case sql.Name():
            return scope.find(expression)
        case sql.Operation(operator, operands):
            return _operation(operator, [compile_expression(o, scope, context) for o in operands], operands)
        case sql.Call(name, arguments):
            return _call(name, expression.typed or name, arguments, scope, context)
        case sql.SystemVariable():
            constant = variable.read(context.server, context.session, expression)
            return lambda environment: constant
        case sql.UserVariable(name):
            variables = context.session.user_variables
            return lambda environment: variables.get(name)
        case sql.Aggregate():
            return _aggregate(expression, scope)
        case sql.In(operand, choices):
            return _in(operand, choices, scope, context)
        case sql.Case():
            return _case(expression, scope, context)
        case sql.Cast(operand, type):
            inner, column = compile_expression(operand, scope, context), Column("", type)
            return lambda environment: _cast(inner(environment), column, context)
        case sql.Shift(operand, amount, unit, sign):
            moment, by = compile_expression(operand, scope, context), compile_expression(amount, scope, context)
            return lambda environment: shift(moment(environment), by(environment), unit, sign)
        case sql.Assign(name, value):
            return _assign(name, compile_expression(value, scope, context), context)
        case sql.Scalar(query) | sql.Exists(query):
            return _subquery(expression, query, scope, context)
        case sql.Inserted(column_name):
            if column_name.lower() not in scope.inserted:
                return lambda environment: None
            return scope.inserted[column_name.lower()]
    raise MySQLError(1064, "DEFAULT" if isinstance(expression, sql.Default) else "*", 1)


def condition(expression: sql.Expression | None, scope: Scope, context: Evaluation) -> Callable[[Environment], bool]:
    """A WHERE, ON or HAVING clause: true for everything where there is none."""
    if expression is None:
        return lambda environment: True
    inner = compile_expression(expression, scope, context)
    return lambda environment: truth_of(inner(environment)) is True


# ── operators ────────────────────────────────────────────────────────────────────────────────────────────────────


def _operation(operator: str, operands: list[Compiled], source: tuple[sql.Expression, ...]) -> Compiled:
    left = operands[0]
    if len(operands) == 1:
        return _unary(operator, left)
    right = operands[1]
    if operator in _COMPARISONS:
        return _comparison(_COMPARISONS[operator], left, right)
    match operator:
        case "AND":
            return lambda e: _and(truth_of(left(e)), lambda: truth_of(right(e)))
        case "OR":
            return lambda e: _or(truth_of(left(e)), lambda: truth_of(right(e)))
        case "XOR":
            return lambda e: _xor(truth_of(left(e)), truth_of(right(e)))
        case "<=>":
            return lambda e: _null_safe_equal(left(e), right(e))
        case "IS":
            return _is(left, source[1].value if isinstance(source[1], sql.Literal) else None)
        case "LIKE":
            return lambda e: _matches(like_pattern, left(e), right(e))
        case "REGEXP":
            return lambda e: _matches(_regexp, left(e), right(e))
        case "+" | "-" | "*" | "/" | "DIV" | "%":
            return lambda e: _calculate(operator, left(e), right(e))
        case _:
            return lambda e: _bitwise(operator, left(e), right(e))


def _comparison(test: Callable[[int], bool], left: Compiled, right: Compiled) -> Compiled:
    def function(environment: Environment) -> Value:
        order = compare(left(environment), right(environment))
        return None if order is None else int(test(order))

    return function


def _unary(operator: str, operand: Compiled) -> Compiled:
    if operator == "NOT":
        return lambda e: None if (truth := truth_of(operand(e))) is None else int(not truth)
    if operator == "NEG":
        return lambda e: None if (number := number_of(operand(e))) is None else -number
    return lambda e: None if (number := number_of(operand(e))) is None else ~int(number) % _WORD


def _calculate(operator: str, left: Value, right: Value) -> Value:
    try:
        return arithmetic(operator, left, right)
    except OverflowError as problem:
        text = f"({text_of(left)} {operator} {text_of(right)})"
        raise MySQLError(1690, "DOUBLE" if str(problem) == "DOUBLE" else "BIGINT", text) from problem


def _bitwise(operator: str, left: Value, right: Value) -> Value:
    a, b = number_of(left), number_of(right)
    if a is None or b is None:
        return None
    one, other = int(a) % _WORD, int(b) % _WORD
    match operator:
        case "&":
            return one & other
        case "|":
            return one | other
        case "^":
            return one ^ other
        case "<<":
            return (one << other) % _WORD if other < 64 else 0
        case _:
            return one >> other if other < 64 else 0


def _and(left: bool | None, right: Callable[[], bool | None]) -> Value:
    if left is False:
        return 0
    second = right()
    if second is False:
        return 0
    return None if left is None or second is None else 1


def _or(left: bool | None, right: Callable[[], bool | None]) -> Value:
    if left:
        return 1
    second = right()
    if second:
        return 1
    return None if left is None or second is None else 0


def _xor(left: bool | None, right: bool | None) -> Value:
    return None if left is None or right is None else int(left != right)


def _null_safe_equal(left: Value, right: Value) -> Value:
    if left is None or right is None:
        return int(left is None and right is None)
    return int(compare(left, right) == 0)


def _is(operand: Compiled, truth: Value) -> Compiled:
    if truth is None:
        return lambda e: int(operand(e) is None)
    return lambda e: int(truth_of(operand(e)) is bool(truth))


def _matches(make: Callable[[str], Any], value: Value, pattern: Value) -> Value:
    text, form = text_of(value), text_of(pattern)
    if text is None or form is None:
        return None
    return int(make(form).search(text) is not None)


def like_pattern(form: str) -> regex.Pattern[str]:
    """A LIKE pattern as a regular expression: `%`, `_`, and backslash before a literal one; without case."""
    parts, letters = [], iter(form)
    for letter in letters:
        if letter == "\\":
            parts.append(regex.escape(next(letters, "\\")))
        else:
            parts.append({"%": ".*", "_": "."}.get(letter) or regex.escape(letter))
    return regex.compile(rf"\A{''.join(parts)}\Z", regex.IGNORECASE | regex.DOTALL)


def _regexp(form: str) -> regex.Pattern[str]:
    try:
        return regex.compile(form, regex.IGNORECASE | regex.POSIX)
    except regex.error as problem:
        raise MySQLError(1139, str(problem)) from problem


# ── the rest ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _call(name: str, typed: str, arguments: tuple[sql.Expression, ...], scope: Scope, context: Evaluation) -> Compiled:
    function = FUNCTIONS.get(name)
    if function is None:
        database = context.session.database
        raise MySQLError(1305, "FUNCTION", f"{database}.{typed}" if database else typed)
    if not function.low <= len(arguments) <= function.high:
        raise MySQLError(1582, name)
    compiled = [compile_expression(argument, scope, context) for argument in arguments]
    body = function.body
    if function.lazy:
        return lambda e: body(context, *[(lambda argument=argument: argument(e)) for argument in compiled])
    if function.null_in_null_out:

        def strict(environment: Environment) -> Value:
            values = [argument(environment) for argument in compiled]
            if None in values:
                return None
            try:
                return finite(body(context, *values))
            except ArithmeticError as problem:
                raise MySQLError(1690, "DOUBLE", f"{name.lower()}(...)") from problem
            except ValueError:
                return None

        return strict
    return lambda e: body(context, *[argument(e) for argument in compiled])


def _aggregate(expression: sql.Aggregate, scope: Scope) -> Compiled:
    if scope.aggregates is None:
        raise MySQLError(1111)
    if expression not in scope.aggregates:
        scope.aggregates.append(expression)
    place = scope.aggregates.index(expression)
    return lambda environment: environment.aggregates[place]


def _in(
    operand: sql.Expression, choices: tuple[sql.Expression, ...] | sql.Query, scope: Scope, context: Evaluation
) -> Compiled:
    value = compile_expression(operand, scope, context)
    if isinstance(choices, tuple):
        compiled = [compile_expression(choice, scope, context) for choice in choices]
        return lambda e: _is_among(value(e), (choice(e) for choice in compiled))
    rows = _rows_of(choices, scope, context, columns=1)
    return lambda e: _is_among(value(e), (row[0] for row in rows(e)))


def _is_among(value: Value, choices: Any) -> Value:
    if value is None:
        return None
    unknown = False
    for choice in choices:
        order = compare(value, choice)
        if order == 0:
            return 1
        unknown = unknown or order is None
    return None if unknown else 0


def _subquery(expression: sql.Expression, query: sql.Query, scope: Scope, context: Evaluation) -> Compiled:
    if isinstance(expression, sql.Exists):
        rows = _rows_of(query, scope, context)
        return lambda e: int(bool(rows(e)))
    rows = _rows_of(query, scope, context, columns=1)

    def scalar(environment: Environment) -> Value:
        found = rows(environment)
        if len(found) > 1:
            raise MySQLError(1242)
        return found[0][0] if found else None

    return scalar


def _rows_of(query: sql.Query, scope: Scope, context: Evaluation, *, columns: int = 0) -> Any:
    from simk8s.mysql.engine.query import prepare

    prepared = prepare(query, context, scope)
    if columns and len(prepared.names) != columns:
        raise MySQLError(1241, columns)
    return prepared.rows


def _case(expression: sql.Case, scope: Scope, context: Evaluation) -> Compiled:
    operand = compile_expression(expression.operand, scope, context) if expression.operand is not None else None
    branches = [
        (compile_expression(when, scope, context), compile_expression(then, scope, context))
        for when, then in expression.branches
    ]
    otherwise = compile_expression(expression.otherwise, scope, context)

    def function(environment: Environment) -> Value:
        value = operand(environment) if operand is not None else None
        for when, then in branches:
            answer = when(environment)
            if (compare(value, answer) == 0) if operand is not None else truth_of(answer):
                return then(environment)
        return otherwise(environment)

    return function


def _cast(value: Value, column: Column, context: Evaluation) -> Value:
    type = column.type
    if value is None:
        return None
    if type.name == "bigint":
        number = int(_rounded(value))
        return number % _WORD if type.unsigned else number
    if type.name in ("char", "binary") and type.length is None:
        text = text_of(value) or ""
        return text.encode() if type.name == "binary" and not isinstance(value, bytes) else text
    problems: list[MySQLError] = []
    result = coerce(value, column, 1, lenient=problems.append)
    return None if problems and type.is_temporal else result


def _rounded(value: Value) -> float | Decimal:
    """A number to its nearest integer; a text only has its digits."""
    if isinstance(value, Decimal):
        return value.to_integral_value(ROUND_HALF_UP)
    return round(value) if isinstance(value, float) else number_of(value) or 0


def _assign(name: str, value: Compiled, context: Evaluation) -> Compiled:
    def function(environment: Environment) -> Value:
        result = context.session.user_variables[name] = value(environment)
        return result

    return function
