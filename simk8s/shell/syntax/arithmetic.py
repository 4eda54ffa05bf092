"""Arithmetic expressions: from text to a tree, by the precedences of C. `shell/arithmetic.py` evaluates the tree.

bash evaluates while it parses: what stands before a syntax error has had its effects when the error is met. So an error
is a leaf of the tree, and the evaluation raises it when it comes there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias


class ExpressionError(Exception):
    """bash's complaint about an expression; `token` is the rest of the text from the last token read.

    `whole` is the text with the error, where that is the value of a variable in the expression.
    """

    def __init__(self, message: str, token: str, whole: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.token = token
        self.whole = whole


@dataclass(frozen=True, slots=True)
class Number:
    value: int


@dataclass(frozen=True, slots=True)
class Name:
    """A variable, or the array element that `subscript` (its text as written) names. `rest` is for complaints."""

    name: str
    subscript: str | None
    rest: str


@dataclass(frozen=True, slots=True)
class Operation:
    """A unary (`left` is None) or binary operator on values."""

    operator: str
    left: Expression | None
    right: Expression
    rest: str


@dataclass(frozen=True, slots=True)
class Assign:
    """`target operator= value`; an empty operator is plain assignment."""

    target: Name
    operator: str
    value: Expression
    rest: str


@dataclass(frozen=True, slots=True)
class Step:
    """`++` and `--`, before or after the variable."""

    target: Name
    by: int
    before: bool


@dataclass(frozen=True, slots=True)
class Choice:
    condition: Expression
    yes: Expression
    no: Expression


@dataclass(frozen=True, slots=True)
class Invalid:
    """Where the text stops to be an expression. `whole` is as in ExpressionError."""

    message: str
    token: str
    whole: str = ""


Expression: TypeAlias = Number | Name | Operation | Assign | Step | Choice | Invalid

_TOKEN = re.compile(
    r"(?P<number>[0-9][0-9A-Za-z@_]*(?:#[0-9A-Za-z@_]*)?)|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<operator><<=|>>=|\*\*|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[-+*/%&|^<>=!~?:,()])"
)
_BLANK = re.compile(r"[ \t\n\r]*")
_WRAP = 1 << 64
_DIGITS = {c: i for i, c in enumerate("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ@_")}

_LEVELS: tuple[tuple[str, ...], ...] = (
    ("||",),
    ("&&",),
    ("|",),
    ("^",),
    ("&",),
    ("==", "!="),
    ("<", ">", "<=", ">="),
    ("<<", ">>"),
    ("+", "-"),
    ("*", "/", "%"),
)
_NAME_NEXT = re.compile(r"[ \t\n]*[A-Za-z_]")
_ASSIGNMENTS = frozenset(["=", "+=", "-=", "*=", "/=", "%=", "<<=", ">>=", "&=", "^=", "|="])


def wrapped(value: int) -> int:
    """The value as a signed 64-bit number."""
    if -0x8000000000000000 <= value <= 0x7FFFFFFFFFFFFFFF:
        return value
    value &= _WRAP - 1
    return value - _WRAP if value >= _WRAP >> 1 else value


@lru_cache(maxsize=8192)
def parse_arithmetic(text: str) -> Expression:
    """The tree of an expression; an empty text is 0. A text that is no expression has an `Invalid` in its tree.

    >>> parse_arithmetic("1 + 2")
    Operation(operator='+', left=Number(value=1), right=Number(value=2), rest='2')
    """
    parser = _Parser(text)
    if parser.kind == "end":
        return parser.invalid or Number(0)
    tree = parser.comma()
    if parser.kind != "end":
        return parser.broken("syntax error in expression", tree)
    return tree


class _Parser:
    """One token ahead: `kind` and `text` are the current token's, `start` where it begins.

    After an error (`invalid`) there are no more tokens, so that everything that has begun ends.
    """

    def __init__(self, text: str) -> None:
        self.whole = text
        self.offset = 0
        self.start = 0
        self.kind = ""
        self.text = ""
        self.subscript: str | None = None
        self.value = 0
        self.invalid: Invalid | None = None
        self.advance()

    @property
    def rest(self) -> str:
        return self.whole[self.start :]

    def fail(self, message: str) -> Invalid:
        """The error that is met here, unless there has been one."""
        if self.invalid is None:
            self.invalid = Invalid(message, self.rest)
        self.kind, self.text, self.offset = "end", "", len(self.whole)
        return self.invalid

    def broken(self, message: str, before: Expression) -> Expression:
        """An error behind what is evaluated first."""
        return Operation(",", before, self.fail(message), "")

    def so_far(self, tree: Expression) -> Expression:
        """The tree; if there has been an error, it comes behind it, also where the tree leaves a part out."""
        return tree if self.invalid is None else Operation(",", tree, self.invalid, "")

    def advance(self) -> None:
        blank = _BLANK.match(self.whole, self.offset)
        offset = blank.end() if blank else self.offset
        if offset >= len(self.whole):
            self.kind, self.text, self.offset = "end", "", offset
            return
        before = self.kind
        self.start = offset
        match = _TOKEN.match(self.whole, offset)
        if match is None:
            wanted = before in ("", "operator")
            self.fail(f"syntax error: {'operand expected' if wanted else 'invalid arithmetic operator'}")
            return
        self.kind = match.lastgroup or ""
        self.text = match.group()
        self.offset = match.end()
        self.subscript = None
        if self.kind == "number":
            try:
                self.value = number(self.text, self.rest)
            except ExpressionError as error:
                self.invalid = Invalid(
                    error.message, self.text, self.whole[: self.offset].lstrip()
                )  # bash cuts it there
                self.fail("")
        elif self.kind == "name" and self.whole[self.offset : self.offset + 1] == "[":
            self._read_subscript()

    def _read_subscript(self) -> None:
        depth = 0
        for offset in range(self.offset, len(self.whole)):
            if self.whole[offset] == "[":
                depth += 1
            elif self.whole[offset] == "]":
                depth -= 1
                if depth == 0:
                    self.subscript = self.whole[self.offset + 1 : offset]
                    self.offset = offset + 1
                    return
        self.fail("bad array subscript")

    def comma(self) -> Expression:
        left = self.assignment()
        while self.kind == "operator" and self.text == ",":
            self.advance()
            left = Operation(",", left, self.assignment(), self.rest)
        return left

    def assignment(self) -> Expression:
        target = self.choice()
        if self.kind == "operator" and self.text in _ASSIGNMENTS:
            if not isinstance(target, Name):
                return self.broken("attempted assignment to non-variable", target)
            operator = self.text[:-1]
            self.advance()
            start = self.start
            value = self.assignment()
            return Assign(target, operator, value, self.whole[start:] if operator in ("/", "%") else self.rest)
        return target

    def choice(self) -> Expression:
        condition = self.binary(0)
        if self.kind == "operator" and self.text == "?":
            self.advance()
            if self.kind == "end" or (self.kind == "operator" and self.text == ":"):
                return self.broken("expression expected", condition)
            yes = self.comma()
            if self.kind != "operator" or self.text != ":":
                error = self.fail("`:' expected for conditional expression")
                return self.so_far(Choice(condition, yes, error))
            self.advance()
            if self.kind == "end":
                return self.so_far(Choice(condition, yes, self.fail("expression expected")))
            return self.so_far(Choice(condition, yes, self.choice()))
        return condition

    def binary(self, level: int) -> Expression:
        if level == len(_LEVELS):
            return self.power()
        left = self.binary(level + 1)
        operators = _LEVELS[level]
        while self.kind == "operator" and self.text in operators:
            operator = self.text
            self.advance()
            start = self.start
            right = self.binary(level + 1)
            left = self.so_far(Operation(operator, left, right, self.whole[start:] if operator in "/%" else self.rest))
        return left

    def power(self) -> Expression:
        left = self.unary()
        if self.kind == "operator" and self.text == "**":
            self.advance()
            right = self.power()
            return Operation("**", left, right, self.rest)
        return left

    def unary(self) -> Expression:
        if self.kind == "operator":
            operator = self.text
            if operator in ("!", "~", "+", "-"):
                self.advance()
                return Operation(operator, None, self.unary(), self.rest)
            if operator in ("++", "--"):
                return self._before(operator)
        return self.so_far(self._after(self.primary()))

    def _before(self, operator: str) -> Expression:
        self.advance()
        if self.kind == "name":
            target = self._name()
            if self.kind == "operator" and self.text in ("++", "--"):
                return self.fail(f"{self.text}: assignment requires lvalue")
            return self.invalid or Step(target, 1 if operator == "++" else -1, before=True)
        sign = operator[0]  # `--1` is two signs
        if self.kind == "end":
            self.start += self.invalid is None
        return Operation(sign, None, Operation(sign, None, self.unary(), self.rest), self.rest)

    def _after(self, value: Expression) -> Expression:
        if self.kind == "operator" and self.text in ("++", "--"):
            if isinstance(value, Name):
                by = 1 if self.text == "++" else -1
                self.kind = "number"
                self.advance()
                value = Step(value, by, before=False)
                if self.kind != "operator" or self.text not in ("++", "--"):
                    return value
            if not _NAME_NEXT.match(self.whole, self.offset):  # `1--1` is `1 - -1`, but `1--n` is an error
                self.kind, self.text, self.offset = "operator", self.text[0], self.start + 1
        return value

    def _name(self) -> Name:
        name = Name(self.text, self.subscript, self.rest)
        self.advance()
        return name

    def primary(self) -> Expression:
        if self.kind == "number":
            value = self.value
            self.advance()
            return Number(value)
        if self.kind == "name":
            name = self._name()
            return self.invalid or name  # bash looks at the next token before it reads the variable
        if self.kind == "operator" and self.text == "(":
            self.advance()
            inside = self.comma()
            if self.kind != "operator" or self.text != ")":
                return self.broken("missing `)'", inside)
            self.advance()
            return Operation("+", None, inside, "") if isinstance(inside, Name) else inside  # no target of assignments
        return self.fail("syntax error: operand expected")


def number(text: str, rest: str) -> int:
    """The value of a constant: decimal, `0` octal, `0x`, or `base#digits`. Raises ExpressionError."""
    if text.isdecimal() and (text[0] != "0" or len(text) == 1):
        return wrapped(int(text))
    base, digits = 10, text
    if "#" in text:
        base_text, digits = text.split("#", 1)
        if not base_text.isdecimal() or base_text.startswith("0"):
            raise ExpressionError("invalid number", rest)
        base = int(base_text)
        if not 2 <= base <= 64:
            raise ExpressionError("invalid arithmetic base", rest)
        if not digits:
            raise ExpressionError("invalid integer constant", rest)
    elif text[:2] in ("0x", "0X"):
        base, digits = 16, text[2:]
    elif text[0] == "0":
        base, digits = 8, text[1:]
    value = 0
    for digit in digits:
        weight = _DIGITS[digit.lower() if base <= 36 else digit]
        if weight >= base:
            raise ExpressionError("value too great for base", rest)
        value = value * base + weight
    return wrapped(value)
