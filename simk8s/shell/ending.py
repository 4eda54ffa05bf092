"""What is undone before a shell ends: an EXIT trap may still see redirections, local names and parameters.

bash leaves for the innermost place that reads commands, and on from there. Text that it evaluates (a `-c` script,
`eval`, a sourced file, a command substitution) puts back what was set up inside it; a script file and a subshell
do not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Never

from simk8s.shell import trap
from simk8s.shell.control import Discard, ExitShell
from simk8s.shell.syntax.nodes import Pipeline
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell


def by_exit(shell: Shell, status: int) -> Run[Never]:
    """`exit`: in a function nothing is undone."""
    if shell.in_function or not shell.moment.evaluations:
        status = yield from _trapped(shell, status)
    raise ExitShell(status)


def by_failure(shell: Shell, status: int, *, simple: bool) -> Run[Never]:
    """`set -e`: only the redirections of the simple command around a simple one are undone, and local names."""
    if shell.traps.get("EXIT"):
        if simple and shell.moment.redirected:
            raise ExitShell(status, by_simple=True)
        if shell.in_function or not shell.moment.evaluations:
            if shell.moment.evaluations or not shell.level:
                shell.table.forget_locals()
            status = yield from _trapped(shell, status)
    raise ExitShell(status)


def by_error(shell: Shell, status: int) -> Run[Never]:
    """An error in an expansion or assignment under `set -e`: nothing is undone. An earlier failure's status stays."""
    raise ExitShell((yield from _trapped(shell, status or 1)))


def given_up(shell: Shell, end: ExitShell | Discard) -> Run[Never]:
    """The same without `set -e`, where it ends the shell or the command: only a subshell leaves everything as it is."""
    if shell.level and not shell.moment.evaluations:
        whole = shell.moment.whole  # a `!` in front of all of it holds for what is given up, too
        is_inverted = isinstance(whole, Pipeline) and whole.negated and len(whole.stages) == 1
        raise ExitShell((yield from _trapped(shell, int(not end.status) if is_inverted else end.status)))
    if isinstance(end, ExitShell):
        end.undoes = not shell.level
    raise end


def evaluated(shell: Shell, running: Run[int]) -> Run[int]:
    """Run a text's commands. Behind the outermost text nothing more is undone."""
    shell.moment.evaluations += 1
    command = shell.current_command
    try:
        status = yield from running
        shell.current_command = command
        return status
    except (ExitShell, Discard) as end:
        inside = shell.moment.evaluations > 1
        if inside or (not shell.level if isinstance(end, Discard) else end.undoes or end.by_simple):
            raise
        raise ExitShell((yield from _trapped(shell, end.status))) from end
    finally:
        shell.moment.evaluations -= 1


def _trapped(shell: Shell, status: int) -> Run[int]:
    """Run the EXIT trap now, if there is one that has not run."""
    if shell.traps.get("EXIT") and not shell.exiting:
        return (yield from trap.run_exit(shell, status))
    return status
