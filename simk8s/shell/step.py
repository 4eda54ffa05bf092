"""Steps of a shell: each simple command takes time, is in history, and may be a crash point."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from simk8s.errors import SimError
from simk8s.shell import unparse
from simk8s.shell.syntax.nodes import ArithmeticCommand, Conditional, SimpleCommand
from simk8s.sim import Run, Waits

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell

WAITED_SECONDS = 0.5
"""A shell that has waited this long since the last count is not in an endless loop (SK301)."""

WORTH_COUNTING_SECONDS = 0.01
"""Shorter pauses are the costs of system calls, not waiting."""


def take(shell: Shell, node: SimpleCommand | Conditional | ArithmeticCommand) -> Waits:
    """A simple command is about to run: a step that takes time, is in history, and may be a crash point."""
    process = shell.process
    if process.machine.before_command is not None and node is not shell.announced_before:  # mostly nobody counts
        announce_command(shell, node)
    if process.status is not None:
        return never(shell)
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
    return tick(shell, node.line, node.column, node.source)


def announce_command(shell: Shell, node: SimpleCommand | Conditional | ArithmeticCommand) -> bool:
    return announce(shell, node.line, node.column, lambda: unparse.command(node, 0))


def announce(shell: Shell, line: int, column: int, text: Callable[[], str]) -> bool:
    """Tell whoever counts commands of the next one, where bash's DEBUG trap would run; False: it was the end."""
    process = shell.process
    hook = process.machine.before_command
    if hook is not None and "DEBUG" not in shell.active_traps:
        shell.announced = text()
        hook(process, shell.announced, shell.place_of(line, column))
    return process.status is None


def tick(shell: Shell, line: int, column: int = 0, text: str = "") -> Waits:
    """Let a built-in's time pass, and count: a script that never waits is in an endless loop."""
    process = shell.process
    machine, clock = process.machine, process.sim.env
    waited = clock._now - shell.last_step_end
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
    rest = process.step("command", text, machine.costs.builtin)
    if rest:
        return _last_of(shell, rest)
    shell.last_step_end = clock._now
    return ()


def _last_of(shell: Shell, rest: Waits) -> Run[None]:
    yield from rest
    shell.last_step_end = shell.process.sim.now


def never(shell: Shell) -> Waits:
    """What a shell waits for whose process has ended."""
    return (shell.process.machine.never,)
