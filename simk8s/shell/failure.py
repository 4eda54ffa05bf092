"""What happens after a failure: `set -e`, the ERR trap, messages about expansions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simk8s.shell import ending, trap
from simk8s.shell.control import BadSubstitution, Discard, ExitShell, ShellError
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell


def ended(shell: Shell, status: int, *, simple: bool = False) -> int | Run[int]:
    """A command of its own has this status: a failure may run the ERR trap, or end the shell."""
    shell.status = status
    shell.pipe_statuses = [status]
    if shell.remarks:
        return _ended(shell, status, simple)
    if status and shell.moment.failures_count:
        if shell.traps:
            return _ended(shell, status, simple)
        if shell.options.errexit:
            raise ExitShell(status)
    return status


def _ended(shell: Shell, status: int, simple: bool) -> Run[int]:
    yield from shell.tell_remarks()
    if status and shell.moment.failures_count:
        yield from failed(shell, status, simple=simple)
    return status


def failed(shell: Shell, status: int, *, simple: bool = False, trapped: bool = True) -> Run[None]:
    """A command failed where nobody asked for its status: the ERR trap, and the end under `set -e`.

    `trapped`: there was an ERR trap when it began.
    """
    if trapped and shell.traps.get("ERR"):
        yield from trap.run_event(shell, "ERR")
    if shell.options.errexit:
        yield from ending.by_failure(shell, status, simple=simple)


def report(shell: Shell, error: ShellError) -> Run[None]:
    """Print an error of expansion or assignment, and leave the command (or, where it is fatal, the shell)."""
    if not error.told:
        yield from shell.complain(error.message)
    if (error.fatal or shell.dialect.posix) and not shell.interactive:
        ends_text = _ends_text(shell) and (error.fatal or not error.aborts)
        status = 2 if shell.dialect.almquist else 127 if ends_text else 1
        end: ExitShell | Discard = ExitShell(status)
    else:
        end = Discard(error.status, aborts=error.aborts)
    before, shell.status = shell.status, end.status
    shell.pipe_statuses = [end.status]
    if shell.options.errexit and not error.soft:
        own = error.fatal or error.aborts or isinstance(error, BadSubstitution)
        yield from ending.by_error(shell, 0 if own else before)
    yield from ending.given_up(shell, end)


def _ends_text(shell: Shell) -> bool:
    """Whether it is a `-c` text that an error ends: bash then gives the status of a command that was not found."""
    return shell.reading_mode == "c" and shell.level == 0 and not shell.options.errexit
