"""What an arithmetic expression is worth: 64-bit integers, with variables evaluated as expressions themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simk8s.shell import assignment
from simk8s.shell.control import ShellError
from simk8s.shell.syntax.arithmetic import (
    Assign,
    Choice,
    Expression,
    ExpressionError,
    Name,
    Number,
    Operation,
    Step,
    parse_arithmetic,
    wrapped,
)

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell

_DEEPEST = 1024


def evaluate(shell: Shell, text: str, *, command: str = "") -> int:
    """The value of an expression whose expansions are done. `command` (`((`, `let`) stands in messages.

    Raises ShellError with bash's message.
    """
    try:
        return value_of(shell, parse_arithmetic(text), 0)
    except ExpressionError as error:
        prefix = f"{command}: " if command else ""
        whole = error.whole or text.lstrip(" \t\n")
        raise ShellError(f'{prefix}{whole}: {error.message} (error token is "{error.token}")', soft=True) from error


def value_of(shell: Shell, tree: Expression, depth: int) -> int:
    """The value of a tree. Raises ExpressionError, or ShellError for what is not about the expression."""
    match tree:
        case Number(value):
            return value
        case Name():
            return _variable(shell, tree, depth)
        case Operation(operator, left, right):
            if left is None:
                return _unary(operator, value_of(shell, right, depth))
            if operator == "&&":
                return int(bool(value_of(shell, left, depth) and value_of(shell, right, depth)))
            if operator == "||":
                return int(bool(value_of(shell, left, depth) or value_of(shell, right, depth)))
            return _binary(operator, value_of(shell, left, depth), value_of(shell, right, depth), tree.rest)
        case Assign(target, operator, right):
            old = _variable(shell, target, depth) if operator else 0
            value = value_of(shell, right, depth)
            if operator:
                value = _binary(operator, old, value, tree.rest)
            _store(shell, target, value)
            return value
        case Step(target, by, before):
            old = _variable(shell, target, depth)
            new = wrapped(old + by)
            _store(shell, target, new)
            return new if before else old
        case Choice(condition, yes, no):
            return value_of(shell, yes if value_of(shell, condition, depth) else no, depth)


def _variable(shell: Shell, name: Name, depth: int) -> int:
    if name.subscript is None:
        text = shell.get(name.name)
    else:
        text = assignment.element(shell, name.name, _key(shell, name))
    if text is None:
        if shell.options.nounset:
            shown = name.name if name.subscript is None else f"{name.name}[{name.subscript}]"
            raise ShellError(f"{shown}: unbound variable", fatal=True, status=127)
        return 0
    if text.isdecimal() and (text[0] != "0" or text == "0") and len(text) < 19:
        return int(text)
    if depth >= _DEEPEST or text.strip() == name.name:
        raise _within(ExpressionError("expression recursion level exceeded", text), text)
    try:
        return value_of(shell, parse_arithmetic(text), depth + 1)
    except RecursionError:
        raise _within(ExpressionError("expression recursion level exceeded", text), text) from None
    except ExpressionError as error:
        raise _within(error, text) from error


def _within(error: ExpressionError, text: str) -> ExpressionError:
    """The error, with the text of the variable in which it was found."""
    if not error.whole:
        error.whole = text.lstrip()
    return error


def _key(shell: Shell, name: Name) -> int | str:
    return assignment.subscript_key(shell, name.name, name.subscript or "")


def _store(shell: Shell, target: Name, value: int) -> None:
    if target.subscript is None:
        assignment.assign(shell, target.name, str(value))
    else:
        assignment.assign_element(shell, target.name, _key(shell, target), str(value))


def _unary(operator: str, value: int) -> int:
    if operator == "-":
        return wrapped(-value)
    if operator == "!":
        return int(not value)
    if operator == "~":
        return ~value
    return value


def _binary(operator: str, left: int, right: int, rest: str) -> int:
    match operator:
        case "+":
            return wrapped(left + right)
        case "-":
            return wrapped(left - right)
        case "*":
            return wrapped(left * right)
        case "/" | "%":
            if right == 0:
                raise ExpressionError("division by 0", rest)
            quotient = abs(left) // abs(right)
            if (left < 0) != (right < 0):
                quotient = -quotient
            return wrapped(quotient) if operator == "/" else wrapped(left - right * quotient)
        case "**":
            if right < 0:
                raise ExpressionError("exponent less than 0", rest)
            return wrapped(pow(left, right, 1 << 64))
        case "==":
            return int(left == right)
        case "!=":
            return int(left != right)
        case "<":
            return int(left < right)
        case ">":
            return int(left > right)
        case "<=":
            return int(left <= right)
        case ">=":
            return int(left >= right)
        case "<<":
            return wrapped(left << (right & 63))
        case ">>":
            return left >> (right & 63)
        case "&":
            return left & right
        case "|":
            return left | right
        case "^":
            return left ^ right
        case _:  # the comma
            return right
