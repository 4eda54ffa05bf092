"""What is wrong with a script, found without running it: syntax errors and constructs that simk8s does not have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from simk8s.shell.syntax.dialect import BASH, Dialect
from simk8s.shell.syntax.nodes import SimpleCommand
from simk8s.shell.syntax.parser import Parser
from simk8s.shell.syntax.parts import Backquoted, Word
from simk8s.shell.syntax.reader import ShellSyntaxError

UNSUPPORTED_BUILTINS = {
    "bind": "there is no line editor",
    "help": "there is no manual",
}
"""Built-ins of bash that are refused, with the reason."""


@dataclass(frozen=True, slots=True)
class Problem:
    """`construct` is `syntax` for an error in the language itself, else the name of what is not supported."""

    line: int
    column: int
    construct: str
    message: str

    @property
    def code(self) -> str:
        return "SK210" if self.construct == "syntax" else "SK201"


def check(text: str, dialect: Dialect = BASH, *, first_line: int = 1, first_column: int = 1) -> list[Problem]:
    """Every problem up to and including the first syntax error, by place.

    >>> check("echo one\\nif true; fi")
    [Problem(line=2, column=10, construct='syntax', message="syntax error near unexpected token `fi'")]
    """
    problems: list[Problem] = []
    parser = Parser(text, dialect, extglob="extglob" in text, first_line=first_line, first_column=first_column)
    try:
        while (command := parser.next_command()) is not None:
            problems.extend(_problems(command, dialect))
    except ShellSyntaxError as error:
        problems.append(Problem(error.line, error.column, "syntax", error.message))
    return problems


def _problems(node: Any, dialect: Dialect) -> Iterator[Problem]:
    for found in walk(node):
        if isinstance(found, Backquoted):
            yield from check(found.text, dialect, first_line=found.line, first_column=found.column + 1)
        elif isinstance(found, SimpleCommand) and found.words and isinstance(found.words[0], Word):
            name = found.words[0].constant
            if name in UNSUPPORTED_BUILTINS and dialect.arrays:
                yield Problem(found.line, found.column, name, f"{name} is not supported: {UNSUPPORTED_BUILTINS[name]}")


def walk(node: Any) -> Iterator[Any]:
    """The node and everything below it, in the order of the script."""
    if isinstance(node, tuple):
        for item in node:
            yield from walk(item)
    elif is_dataclass(node):
        yield node
        for field in fields(node):
            value = getattr(node, field.name)
            if isinstance(value, tuple) or is_dataclass(value):
                yield from walk(value)
