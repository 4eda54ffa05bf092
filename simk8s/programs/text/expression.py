"""expr: arithmetic, comparison and matching of words."""

from __future__ import annotations

import re

from simk8s.machine import Process
from simk8s.programs.stream import raw, write_text
from simk8s.programs.text.pattern import PatternError, compile_pattern
from simk8s.programs.tool import Failure, tool
from simk8s.sim import Run

_LEVELS: tuple[tuple[str, ...], ...] = (
    ("|",),
    ("&",),
    ("<", "<=", "=", "==", "!=", ">=", ">"),
    ("+", "-"),
    ("*", "/", "%"),
    (":",),
)
_INTEGER = re.compile(r"-?\d+")


@tool("expr", trouble=2)
def expr(process: Process) -> Run[int]:
    """Evaluate an expression; the status is 1 where it is nothing or 0."""
    words = [raw(word) for word in process.argv[1:]]
    if words[:1] == ["--"]:
        words = words[1:]
    if not words:
        raise Failure("missing operand\nTry 'expr --help' for more information.", 2)
    parser = Expression(words)
    value = parser.level(0)
    if parser.position < len(words):
        raise Failure(f"syntax error: unexpected argument '{words[parser.position]}'", 2)
    yield from write_text(process, value + "\n")
    return 1 if value in ("", "0") or re.fullmatch("-?0+", value) else 0


class Expression:
    """Recursive descent over the words."""

    def __init__(self, words: list[str]) -> None:
        self.words = words
        self.position = 0

    def level(self, level: int) -> str:
        """The value of what binds at least as tightly as `level`."""
        if level == len(_LEVELS):
            return self._primary()
        value = self.level(level + 1)
        while self.position < len(self.words) and self.words[self.position] in _LEVELS[level]:
            operator = self.words[self.position]
            self.position += 1
            value = _apply(operator, value, self.level(level + 1))
        return value

    def _next(self) -> str:
        if self.position >= len(self.words):
            raise Failure(f"syntax error: missing argument after '{self.words[-1]}'", 2)
        self.position += 1
        return self.words[self.position - 1]

    def _primary(self) -> str:
        word = self._next()
        match word:
            case "(":
                value = self.level(0)
                if self.position >= len(self.words) or self.words[self.position] != ")":
                    raise Failure(f"syntax error: expecting ')' after '{self.words[self.position - 1]}'", 2)
                self.position += 1
                return value
            case "+" if self.position < len(self.words):
                return self._next()
            case "length" if self.position < len(self.words):
                return str(len(self.level(len(_LEVELS) - 1)))
            case "match" if self.position + 1 < len(self.words):
                return _match(self._primary(), self._primary())
            case "index" if self.position + 1 < len(self.words):
                text, characters = self._primary(), self._primary()
                found = [text.find(character) + 1 for character in characters if character in text]
                return str(min(found, default=0))
            case "substr" if self.position + 2 < len(self.words):
                text, start, length = self._primary(), self._primary(), self._primary()
                if not (_INTEGER.fullmatch(start) and _INTEGER.fullmatch(length)) or int(start) < 1:
                    return ""
                return text[int(start) - 1 : int(start) - 1 + max(0, int(length))]
        return word


def _apply(operator: str, left: str, right: str) -> str:
    match operator:
        case "|":
            return left if left not in ("", "0") else right if right not in ("", "0") else "0"
        case "&":
            return left if left not in ("", "0") and right not in ("", "0") else "0"
        case ":":
            return _match(left, right)
    numeric = _INTEGER.fullmatch(left) and _INTEGER.fullmatch(right)
    if operator in ("+", "-", "*", "/", "%"):
        if not numeric:
            raise Failure("non-integer argument", 2)
        return str(_calculate(operator, int(left), int(right)))
    order = (int(left) > int(right)) - (int(left) < int(right)) if numeric else (left > right) - (left < right)
    holds = {
        "<": order < 0,
        "<=": order <= 0,
        "=": order == 0,
        "==": order == 0,
        "!=": order != 0,
        ">=": order >= 0,
        ">": order > 0,
    }
    return "1" if holds[operator] else "0"


def _calculate(operator: str, left: int, right: int) -> int:
    if operator in "/%" and right == 0:
        raise Failure("division by zero", 2)
    quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1) if right else 0
    return {
        "+": left + right,
        "-": left - right,
        "*": left * right,
        "/": quotient,
        "%": left - quotient * right,
    }[operator]


def _match(text: str, pattern: str) -> str:
    try:
        compiled = compile_pattern(pattern, extended=False)
    except PatternError as error:
        raise Failure(str(error), 2) from None
    found = compiled.match(text)
    if compiled.groups:
        return (found[1] or "") if found else ""
    return str(len(found[0])) if found else "0"
