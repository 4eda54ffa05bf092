"""Commands with what their status is used for: `set -e` looks away where somebody asks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from simk8s.shell.syntax.check import walk
from simk8s.shell.syntax.nodes import (
    AndOr,
    ArithmeticFor,
    Background,
    Case,
    Command,
    For,
    FunctionDefinition,
    Group,
    If,
    Pipeline,
    Select,
    Sequence,
    SimpleCommand,
    Subshell,
    While,
)
from simk8s.shell.syntax.parts import CommandSubstitution, ProcessSubstitution


@dataclass(frozen=True, slots=True)
class Placed:
    """A command. `asked`: its failure is an answer to somebody; `checked`: more precisely, to `&&` or `||`."""

    node: Command
    asked: bool
    checked: bool = False


def placed(node: Any, asked: bool = False, checked: bool = False) -> Iterator[Placed]:
    """Every command at or below a node, each before what is in it."""
    match node:
        case Sequence():
            for command in node.commands:
                yield from placed(command, asked, checked)
            return
        case AndOr():
            rest = [node.first, *(command for _, command in node.rest)]
            for command in rest[:-1]:
                yield from placed(command, True, not asked)
            yield from placed(rest[-1], asked, checked)
            return
    yield Placed(node, asked, checked)
    match node:
        case Pipeline():
            for stage in node.stages:
                yield from placed(stage, asked or node.negated or len(node.stages) > 1, checked)
        case If():
            for condition, body in node.branches:
                yield from placed(condition, True)
                yield from placed(body, asked, checked)
            if node.otherwise is not None:
                yield from placed(node.otherwise, asked, checked)
        case While():
            yield from placed(node.condition, True)
            yield from placed(node.body, asked, checked)
        case For() | ArithmeticFor() | Select() | Group() | Subshell():
            yield from placed(node.body, asked, checked)
        case Case():
            for item in node.items:
                yield from placed(item.body, asked, checked)
        case Background():
            yield from placed(node.command, True)
        case FunctionDefinition():
            yield from placed(node.body)
        case SimpleCommand():
            for found in walk((node.assignments, node.words)):
                if isinstance(found, CommandSubstitution | ProcessSubstitution):
                    yield from placed(found.body, True)
