"""Lists of commands: one after the other, and `&&` with `||`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simk8s.shell.dispatch import begin, execute, runs
from simk8s.shell.syntax.nodes import AndOr, Command, Sequence
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell


@runs(Sequence)
def run_sequence(shell: Shell, node: Sequence) -> int | Run[int]:
    """Commands one after the other. Only the last one may take over the process."""
    if len(node.commands) == 1:
        return begin(shell, node.commands[0])
    may_exec, shell.may_exec = shell.may_exec, False
    status = 0
    for number, command in enumerate(node.commands, 1):
        if number == len(node.commands):
            shell.may_exec = may_exec
        result = begin(shell, command)
        if not isinstance(result, int):
            return _go_on(shell, result, node.commands[number:], may_exec)
        status = result
    return status


def _go_on(shell: Shell, running: Run[int], rest: tuple[Command, ...], may_exec: bool) -> Run[int]:
    """The end of a sequence, from a command on that has to wait."""
    status = yield from running
    for number, command in enumerate(rest, 1):
        if number == len(rest):
            shell.may_exec = may_exec
        result = begin(shell, command)
        status = result if isinstance(result, int) else (yield from result)
    return status


@runs(AndOr)
def run_and_or(shell: Shell, node: AndOr) -> Run[int]:
    """`a && b || c`. Only the failure of the last one counts for `set -e`."""
    may_exec, shell.may_exec = shell.may_exec, False
    shell.moment.guarded += 1
    try:
        result = begin(shell, node.first)
        status = result if isinstance(result, int) else (yield from result)
        for operator, command in node.rest[:-1]:
            if (status == 0) == (operator == "&&"):
                status = yield from execute(shell, command)
    finally:
        shell.moment.guarded -= 1
    operator, command = node.rest[-1]
    if (status == 0) == (operator == "&&"):
        shell.may_exec = may_exec
        result = begin(shell, command)
        return result if isinstance(result, int) else (yield from result)
    return status
