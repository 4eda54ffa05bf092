"""What is wrong with a script, found without running it: its syntax errors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from msgspec import Struct

from simk8s.shell.syntax.dialect import BASH, Dialect
from simk8s.shell.syntax.parser import Parser
from simk8s.shell.syntax.parts import Backquoted
from simk8s.shell.syntax.reader import ShellSyntaxError


@dataclass(frozen=True, slots=True)
class Problem:
    """Where bash could not read a script, and what it would say."""

    line: int
    column: int
    message: str


def check(text: str, dialect: Dialect = BASH, *, first_line: int = 1, first_column: int = 1) -> list[Problem]:
    """Every problem up to and including the first syntax error, by place.

    >>> check("echo one\\nif true; fi")
    [Problem(line=2, column=10, message="syntax error near unexpected token `fi'")]
    """
    problems: list[Problem] = []
    parser = Parser(text, dialect, extglob="extglob" in text, first_line=first_line, first_column=first_column)
    try:
        while (command := parser.next_command()) is not None:
            problems.extend(_problems(command, dialect))
    except ShellSyntaxError as error:
        problems.append(Problem(error.line, error.column, error.message))
    return problems


def _problems(node: Any, dialect: Dialect) -> Iterator[Problem]:
    for found in walk(node):
        if isinstance(found, Backquoted):
            yield from check(found.text, dialect, first_line=found.line, first_column=found.column + 1)


def walk(node: Any) -> Iterator[Any]:
    """The node and everything below it, in the order of the script."""
    if isinstance(node, tuple):
        for item in node:
            yield from walk(item)
    elif isinstance(node, Struct):
        yield node
        for name in node.__struct_fields__:
            value = getattr(node, name)
            if isinstance(value, tuple | Struct):
                yield from walk(value)
