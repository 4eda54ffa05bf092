"""`test` and `[`: the meaning depends first of all on the number of arguments."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from simk8s.shell import conditional, pattern
from simk8s.shell.builtins.registry import builtin
from simk8s.shell.control import BuiltinError
from simk8s.shell.syntax.conditional import UNARY

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell

_STRINGS = frozenset(["=", "==", "!=", "<", ">"])
_FILES = frozenset(["-nt", "-ot", "-ef"])
_INTEGER = re.compile(r"\s*[+-]?\d+\s*\Z")


@builtin("test", "[")
def test(shell: Shell, words: list[str]) -> int:
    """0 where the expression holds, 1 where not, 2 where it is none."""
    arguments = words[1:]
    if words[0] == "[":
        if not arguments or arguments[-1] != "]":
            raise BuiltinError("missing `]'", 2)
        arguments = arguments[:-1]
    try:
        return 0 if _by_count(shell, arguments) else 1
    except conditional.BadTest as bad:
        raise BuiltinError(bad.message, 2) from bad


@builtin("[[")
def double_bracket(shell: Shell, words: list[str]) -> int:
    """busybox's `[[`: `test` with patterns, a command like any other (in bash it is part of the language)."""
    arguments = words[1:]
    if not arguments or arguments[-1] != "]]":
        raise BuiltinError("missing ]]", 2)
    arguments = arguments[:-1]
    if len(arguments) == 3 and arguments[1] in ("=", "==", "!="):
        same = pattern.matches(arguments[2], arguments[0])
        return 0 if same == (arguments[1] != "!=") else 1
    try:
        return 0 if _by_count(shell, arguments) else 1
    except conditional.BadTest as bad:
        raise BuiltinError(bad.message, 2) from bad


def _by_count(shell: Shell, words: list[str]) -> bool:
    match len(words):
        case 0:
            return False
        case 1:
            return words[0] != ""
        case 2:
            return _two(shell, words)
        case 3:
            return _three(shell, words)
        case 4:
            if words[0] == "!":
                return not _three(shell, words[1:])
            if words[0] == "(" and words[3] == ")":
                return _two(shell, words[1:3])
    return _Expression(shell, words).whole()


def _two(shell: Shell, words: list[str]) -> bool:
    if words[0] == "!":
        return words[1] == ""
    if words[0] in UNARY:
        return conditional.unary(shell, words[0], words[1])
    raise conditional.BadTest(f"{words[0]}: unary operator expected")


def _three(shell: Shell, words: list[str]) -> bool:
    left, operator, right = words
    if _is_binary(operator):
        return _compare(shell, left, operator, right)
    if operator in ("-a", "-o"):
        return (left != "" and right != "") if operator == "-a" else (left != "" or right != "")
    if left == "!":
        return not _two(shell, words[1:])
    if left == "(" and right == ")":
        return operator != ""
    raise conditional.BadTest(f"{operator}: binary operator expected")


def _is_binary(text: str) -> bool:
    return text in _STRINGS or text in _FILES or conditional.numeric(text) is not None


def _compare(shell: Shell, left: str, operator: str, right: str) -> bool:
    if operator == "==" and shell.dialect.name == "dash":
        raise conditional.BadTest(f"{left}: unexpected operator")
    if operator in ("=", "=="):
        return left == right
    if operator == "!=":
        return left != right
    compare = conditional.numeric(operator)
    if compare is not None:
        return compare(_integer(left), _integer(right))
    return conditional.binary(shell, operator, left, right)


def _integer(text: str) -> int:
    if not _INTEGER.match(text) or not -(1 << 63) <= int(text) < 1 << 63:
        raise conditional.BadTest(f"{text}: integer expression expected")
    return int(text)


class _Expression:
    """Five arguments and more: `-a`, `-o`, `!` and parentheses by precedence."""

    def __init__(self, shell: Shell, words: list[str]) -> None:
        self.shell = shell
        self.words = words
        self.index = 0

    def whole(self) -> bool:
        value = self.either()
        if self.index < len(self.words):
            left = self.words[self.index]
            option = left.startswith("-")
            raise conditional.BadTest(f"syntax error: `{left}' unexpected" if option else "too many arguments")
        return value

    def peek(self, ahead: int = 0) -> str | None:
        index = self.index + ahead
        return self.words[index] if index < len(self.words) else None

    def take(self) -> str:
        word = self.peek()
        if word is None:
            raise conditional.BadTest("argument expected")
        self.index += 1
        return word

    def either(self) -> bool:
        value = self.both()
        while self.peek() == "-o":
            self.take()
            right = self.both()
            value = value or right
        return value

    def both(self) -> bool:
        value = self.term()
        while self.peek() == "-a":
            self.take()
            right = self.term()
            value = value and right
        return value

    def term(self) -> bool:
        word = self.take()
        following = self.peek()
        if following is not None and _is_binary(following) and self.peek(1) is not None:
            operator = self.take()
            return _compare(self.shell, word, operator, self.take())
        if word == "!":
            return not self.term()
        if word == "(":
            value = self.either()
            if self.peek() != ")":
                raise conditional.BadTest("`)' expected")
            self.take()
            return value
        if word in UNARY and following is not None:
            return conditional.unary(self.shell, word, self.take())
        return word != ""
