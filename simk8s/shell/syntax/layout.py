"""The lines that bash counts inside `$( )`.

bash keeps a command substitution as its own print-out of the commands, and counts the lines of that: a body that was
written on one line has its `then` and its `fi` on lines of their own there. Only messages show it.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import is_not
from typing import TypeVar

from msgspec.structs import replace

from simk8s.shell.syntax.nodes import (
    AndOr,
    ArithmeticFor,
    Background,
    Case,
    Command,
    For,
    Group,
    If,
    Pipeline,
    Select,
    Sequence,
    SimpleCommand,
    Subshell,
    While,
)

C = TypeVar("C", bound=Command)


def printed_lines(body: Sequence) -> Sequence:
    """The body with the line of each simple command (`told`) as bash's print-out has it, from the first one's on."""
    if not body.commands:
        return body
    return _Layout(body.commands[0].line).sequence(body)


def _changed(new: Iterable[Command], old: Iterable[Command]) -> bool:
    return any(map(is_not, new, old))


class _Layout:
    """Follows the print-out; `line` is the one that is being printed."""

    def __init__(self, line: int) -> None:
        self.line = line

    def sequence(self, node: Sequence) -> Sequence:
        commands = []
        for number, command in enumerate(node.commands):
            if number and node.breaks[number]:
                self.line += 1  # a line end stays one, a `;` too
            commands.append(self.command(command))
        return replace(node, commands=tuple(commands)) if _changed(commands, node.commands) else node

    def command(self, node: C) -> C:
        result: Command = node
        match node:
            case SimpleCommand():
                result = node if node.told == self.line else replace(node, told=self.line)
                self.line += node.source.count("\n") - node.source.count("\\\n")
            case Sequence():
                result = self.sequence(node)
            case AndOr():
                first = self.command(node.first)
                result = replace(node, first=first, rest=tuple((op, self.command(one)) for op, one in node.rest))
            case Pipeline():
                stages = [self.command(stage) for stage in node.stages]
                result = replace(node, stages=tuple(stages)) if _changed(stages, node.stages) else node
            case Background():
                result = replace(node, command=self.command(node.command))
            case Group() | Subshell():
                result = replace(node, body=self.sequence(node.body))
            case If():
                result = self.conditional(node)
            case While():
                condition = self.sequence(node.condition)
                result = replace(node, condition=condition, body=self.below(node.body, 1))
            case For() | Select() | ArithmeticFor():
                result = replace(node, body=self.below(node.body, 2))
            case Case():
                items = tuple(replace(item, body=self.below(item.body, 2)) for item in node.items)
                self.line += 1
                result = replace(node, items=items)
        return result  # type: ignore[return-value]

    def below(self, body: Sequence, lines: int) -> Sequence:
        """A body that many lines further down, with its closing word on the line after it."""
        self.line += lines
        result = self.sequence(body)
        self.line += 1
        return result

    def conditional(self, node: If) -> If:
        branches = []
        for number, (condition, body) in enumerate(node.branches):
            self.line += number > 0  # `elif` is printed as an `if` below an `else`
            asked = self.sequence(condition)
            branches.append((asked, self.below(body, 1)))
        otherwise = self.below(node.otherwise, 1) if node.otherwise is not None else None
        self.line += len(node.branches) - 1
        return replace(node, branches=tuple(branches), otherwise=otherwise)
