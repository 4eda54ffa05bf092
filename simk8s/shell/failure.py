"""What happens after a failure: `set -e`, the ERR trap, messages about expansions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simk8s.shell import trap
from simk8s.shell.control import Discard, ExitShell, ShellError
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell


def ended(shell: Shell, status: int) -> int | Run[int]:
    """A command of its own has this status: a failure may run the ERR trap, or end the shell."""
    shell.status = status
    shell.pipe_statuses = [status]
    if status and shell.guarded == shell.inverted:
        if shell.traps:
            return _ended(shell, status)
        if shell.options.errexit and not shell.guarded:
            raise ExitShell(status)
    return status


def _ended(shell: Shell, status: int) -> Run[int]:
    yield from failed(shell, status)
    return status


def failed(shell: Shell, status: int) -> Run[None]:
    """A command failed where nobody asked for its status: the ERR trap, and the end under `set -e`."""
    if shell.traps.get("ERR") and (not shell.table.frames or shell.options.get("errtrace")):
        yield from trap.run_event(shell, "ERR")
    if shell.options.errexit and not shell.guarded:
        raise ExitShell(status)


def report(shell: Shell, error: ShellError) -> Run[None]:
    """Print an error of expansion or assignment, and leave the command (or, where it is fatal, the shell)."""
    yield from shell.complain(error.message)
    if (error.fatal or shell.dialect.posix) and not shell.interactive:
        status = 2 if shell.dialect.almquist else 127 if shell.level == 0 and not shell.options.errexit else 1
        shell.status = status
        raise ExitShell(status)
    shell.status = error.status
    shell.pipe_statuses = [error.status]
    if shell.options.errexit and not error.soft:
        raise ExitShell(error.status)
    raise Discard(error.status, aborts=error.aborts)
