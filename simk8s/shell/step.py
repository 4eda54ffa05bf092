"""Steps of a shell: each simple command takes time, is in history, and may be a crash point."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from simk8s.errors import SimError
from simk8s.shell import unparse
from simk8s.shell.syntax.nodes import ArithmeticCommand, Conditional, SimpleCommand
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell

WAITED_SECONDS = 0.5
"""A shell that has waited this long since the last count is not in an endless loop (SK301)."""

WORTH_COUNTING_SECONDS = 0.01
"""Shorter pauses are the costs of system calls, not waiting."""


def take(shell: Shell, node: SimpleCommand | Conditional | ArithmeticCommand) -> Run[None]:
    """A simple command is about to run: a step that takes time, is in history, and may be a crash point."""
    if not stepped(shell, node):
        yield from finish_step(shell)


def stepped(shell: Shell, node: SimpleCommand | Conditional | ArithmeticCommand) -> bool:
    """The same without a generator: True if the step is over already, False if `finish_step` is still to come."""
    process = shell.process
    if node is not shell.announced_before and not announce_command(shell, node):
        return False
    if process.sim.history.enabled:
        source = shell.sources[-1] if shell.sources else shell.source
        written = {"place": str(source.place(node.line, node.column))} if source.place else {}
        process.record(
            "command",
            source.script,
            line=node.line,
            column=node.column,
            text=node.source,
            depth=shell.depth,
            **written,
        )
    return ticked(shell, node.line, node.column, node.source)


def announce_command(shell: Shell, node: SimpleCommand | Conditional | ArithmeticCommand) -> bool:
    if shell.process.machine.before_command is None:  # most of the time nobody counts
        return shell.process.status is None
    return announce(shell, node.line, node.column, lambda: unparse.command(node, 0))


def announce(shell: Shell, line: int, column: int, text: Callable[[], str]) -> bool:
    """Tell whoever counts commands of the next one, where bash's DEBUG trap would run; False: it was the end."""
    process = shell.process
    hook = process.machine.before_command
    if hook is not None and "DEBUG" not in shell.active_traps:
        shell.announced = text()
        hook(process, shell.announced, shell.place_of(line, column))
    return process.status is None


def finish_step(shell: Shell) -> Run[None]:
    """The waiting part of a step that has begun."""
    process = shell.process
    yield from process.finish_step(process.machine.costs.builtin)
    shell.last_step_end = process.sim.now


def tick(shell: Shell, line: int) -> Run[None]:
    """A step that history does not tell of."""
    if not ticked(shell, line):
        yield from finish_step(shell)


def ticked(shell: Shell, line: int, column: int = 0, text: str = "") -> bool:
    """Let a built-in's time pass, and count: a script that never waits is in an endless loop."""
    process = shell.process
    machine = process.machine
    waited = process.sim.now - shell.last_step_end
    if waited >= WORTH_COUNTING_SECONDS:
        shell.waited += waited
        if shell.waited >= WAITED_SECONDS:
            shell.waited = 0.0
            shell.command_count = 0
    shell.command_count += 1
    if shell.command_count > machine.command_limit:
        raise SimError(
            "SK301",
            f"this script ran {machine.command_limit} commands without ever waiting: an endless loop",
            place=shell.place_of(line, column),
            hint="let the loop wait, for example with `sleep 1`",
        )
    if process.stepped("command", text, machine.costs.builtin):
        shell.last_step_end = process.sim.now
        return True
    return False
