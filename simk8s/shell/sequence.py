"""Lists of commands: one after the other, and `&&` with `||`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simk8s.shell.dispatch import HANDLERS, execute, runs
from simk8s.shell.syntax.nodes import AndOr, Sequence
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell


@runs(Sequence)
def run_sequence(shell: Shell, node: Sequence) -> Run[int]:
    """Commands one after the other. Only the last one may take over the process."""
    may_exec, shell.may_exec = shell.may_exec, False
    status = 0
    for command in node.commands[:-1]:
        yield from HANDLERS[type(command)](shell, command)
    if node.commands:
        shell.may_exec = may_exec
        status = yield from execute(shell, node.commands[-1])
    return status


@runs(AndOr)
def run_and_or(shell: Shell, node: AndOr) -> Run[int]:
    """`a && b || c`. Only the failure of the last one counts for `set -e`."""
    may_exec, shell.may_exec = shell.may_exec, False
    shell.guarded += 1
    try:
        status = yield from execute(shell, node.first)
        for operator, command in node.rest[:-1]:
            if (status == 0) == (operator == "&&"):
                status = yield from execute(shell, command)
    finally:
        shell.guarded -= 1
    operator, command = node.rest[-1]
    if (status == 0) == (operator == "&&"):
        shell.may_exec = may_exec
        return (yield from execute(shell, command))
    return status
