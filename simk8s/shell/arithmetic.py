"""What an arithmetic expression is worth: 64-bit integers, with variables evaluated as expressions themselves."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from operator import eq, ge, gt, le, lt, ne
from typing import TYPE_CHECKING, TypeAlias

from simk8s.shell import assignment
from simk8s.shell.control import ShellError
from simk8s.shell.limit import too_deep
from simk8s.shell.syntax.arithmetic import (
    Assign,
    Choice,
    Expression,
    ExpressionError,
    Invalid,
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
_COMMANDS = ("((", "[[")
_READ_AHEAD = re.compile(r"([A-Za-z_]\w*)(?!\w|\[|\s*=(?!=))")


def evaluate(shell: Shell, text: str, *, command: str = "") -> int:
    """The value of an expression whose expansions are done. `command` (`((`, `let`) stands in messages.

    Raises ShellError with bash's message.
    """
    try:
        return compiled(text)(shell, 0)
    except RecursionError:
        raise too_deep("an arithmetic expression") from None
    except ShellError as error:
        error.asked = command in _COMMANDS and not (error.fatal or error.aborts or shell.options.errexit)
        raise
    except ExpressionError as error:
        prefix = f"{command}: " if command else ""
        whole = error.whole or text.lstrip(" \t")
        said = f'{prefix}{whole}: {error.message} (error token is "{error.token}")'
        raise ShellError(said, soft=True, asked=command in _COMMANDS) from error


Evaluator: TypeAlias = "Callable[[Shell, int], int]"
"""The value of an expression, in a shell and that deep in the values of variables.

It raises ExpressionError, or ShellError for what is not about the expression.
"""


@lru_cache(maxsize=8192)
def compiled(text: str) -> Evaluator:
    """What evaluates this text."""
    return _evaluator(parse_arithmetic(text))


def _evaluator(tree: Expression) -> Evaluator:
    """A tree as nested functions: scripts evaluate the same few expressions again and again."""
    match tree:
        case Number(value):
            return lambda shell, depth: value
        case Invalid(message, token, whole):

            def fail(shell: Shell, depth: int) -> int:
                if shell.options.nounset and (read := _READ_AHEAD.match(token)) and shell.get(read[1]) is None:
                    raise _unbound(read[1])  # bash has looked at what it holds before it knows what to do with it
                raise ExpressionError(message, token, whole)

            return fail
        case Name():
            return _reading(tree)
        case Operation(operator, left, right, rest):
            return _operating(operator, left, right, rest)
        case Assign(target, operator, right, rest):
            return _assigning(target, operator, _evaluator(right), rest)
        case Step(target, by, before):

            def step(shell: Shell, depth: int) -> int:
                old = _variable(shell, target, depth)
                new = wrapped(old + by)
                _store(shell, target, new)
                return new if before else old

            return step
        case Choice(condition, yes, no):
            asked, first, second = _evaluator(condition), _evaluator(yes), _evaluator(no)
            return lambda shell, depth: (first if asked(shell, depth) else second)(shell, depth)


def _reading(name: Name) -> Evaluator:
    if name.subscript is not None:
        return lambda shell, depth: _variable(shell, name, depth)
    key = name.name

    def read(shell: Shell, depth: int) -> int:
        variable = shell.names.get(key)
        text = None if variable is None or variable.reference else variable.value
        if text is not None and _is_plain(text):
            return int(text)
        return _variable(shell, name, depth)

    return read


def _operating(operator: str, left: Expression | None, right: Expression, rest: str) -> Evaluator:
    second = _evaluator(right)
    if left is None:
        return lambda shell, depth: _unary(operator, second(shell, depth))
    first = _evaluator(left)
    if operator == "&&":
        return lambda shell, depth: int(bool(first(shell, depth) and second(shell, depth)))
    if operator == "||":
        return lambda shell, depth: int(bool(first(shell, depth) or second(shell, depth)))
    if operator in _COMPARISONS:
        compare = _COMPARISONS[operator]
        return lambda shell, depth: 1 if compare(first(shell, depth), second(shell, depth)) else 0
    return lambda shell, depth: _binary(operator, first(shell, depth), second(shell, depth), rest)


def _assigning(target: Name, operator: str, right: Evaluator, rest: str) -> Evaluator:
    def assign(shell: Shell, depth: int) -> int:
        old = _variable(shell, target, depth) if operator else 0
        value = right(shell, depth)
        if operator:
            value = _binary(operator, old, value, rest)
        _store(shell, target, value)
        return value

    return assign


def _variable(shell: Shell, name: Name, depth: int) -> int:
    if name.subscript is None:
        text = shell.get(name.name)
    else:
        if shell.options.nounset and ((variable := shell.find(name.name)) is None or not variable.is_given(shell)):
            raise _unbound(name.name)
        try:
            text = assignment.element(shell, name.name, _key(shell, name))
        except assignment.BadSubscript:
            if not name.subscript:
                raise
            shell.remarks.append(shell.complain(f"{name.name}: bad array subscript"))
            return 0
    if text is None:
        if shell.options.nounset and name.subscript is None:
            raise _unbound(name.name)
        return 0
    if _is_plain(text):
        return int(text)
    if depth >= _DEEPEST or text.strip() == name.name:
        raise _within(ExpressionError("expression recursion level exceeded", text), text)
    try:
        return compiled(text)(shell, depth + 1)
    except RecursionError:
        raise _within(ExpressionError("expression recursion level exceeded", text), text) from None
    except ExpressionError as error:
        raise _within(error, text) from error


def _unbound(name: str) -> ShellError:
    return ShellError(f"{name}: unbound variable", fatal=True, status=127)


def _is_plain(text: str) -> bool:
    """Whether the text is a number as people write it: decimal, and small enough for 64 bits."""
    return text.isdecimal() and text.isascii() and (text[0] != "0" or text == "0") and len(text) < 19


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
        return
    try:
        key = _key(shell, target)
    except assignment.BadSubscript as error:  # bash says so, and goes on
        if not target.subscript:
            raise
        shell.remarks.append(shell.complain(error.message))
        return
    assignment.assign_element(shell, target.name, key, str(value))


def _unary(operator: str, value: int) -> int:
    if operator == "-":
        return wrapped(-value)
    if operator == "!":
        return int(not value)
    if operator == "~":
        return ~value
    return value


_COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    "==": eq,
    "!=": ne,
    "<": lt,
    ">": gt,
    "<=": le,
    ">=": ge,
}


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
