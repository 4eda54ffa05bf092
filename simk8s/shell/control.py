"""How control leaves the usual order: `break`, `return`, `exit`, and errors that end more than one command."""

from __future__ import annotations


class Leave(Exception):
    """Whatever leaves commands before they are through."""


class BreakLoop(Leave):
    def __init__(self, levels: int, status: int = 0) -> None:
        self.levels = levels
        self.status = status


class ContinueLoop(Leave):
    def __init__(self, levels: int, status: int = 0) -> None:
        self.levels = levels
        self.status = status


class ReturnFrom(Leave):
    """Leaves a function or a sourced file."""

    def __init__(self, status: int) -> None:
        self.status = status


class ExitShell(Leave):
    """Ends the shell (or the subshell) after its EXIT trap.

    `undoes`: everything around it is put back before that. `by_simple`: a failed simple command under `set -e`, inside
    the redirections of another one, which are put back.
    """

    def __init__(self, status: int, *, by_simple: bool = False) -> None:
        self.status = status
        self.undoes = False
        self.by_simple = by_simple


class DiedOf(Leave):
    """A signal ends the shell after its EXIT trap."""

    def __init__(self, signal: int) -> None:
        self.signal = signal


class Discard(Leave):
    """Gives up the complete command that is being run; the shell goes on with the next one it reads.

    One that `aborts` gives up all of a `-c` text.
    """

    def __init__(self, status: int = 1, *, aborts: bool = False) -> None:
        self.status = status
        self.aborts = aborts


class ShellError(Exception):
    """An error in expanding or assigning. `fatal`: the shell ends; else it discards the current command.

    A `soft` one does not end the shell under `set -e`, unlike all others. One that `aborts` ends all of a `-c` text.
    One in a `value` is told behind the name of the built-in that assigns it.
    One that is `asked` for by `(( ))` or `[[ ]]` itself is their answer: status 1.
    Unless it is `told`, nothing has been printed yet: whoever runs the command prints `message` where standard error
    leads now.
    """

    def __init__(
        self,
        message: str,
        *,
        fatal: bool = False,
        status: int = 1,
        soft: bool = False,
        aborts: bool = False,
        asked: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.fatal = fatal
        self.status = status
        self.soft = soft
        self.aborts = aborts
        self.asked = asked
        self.value = False
        self.told = False


class BadSubstitution(ShellError):
    """A parameter cannot be expanded in this way. Under `set -e` its own status counts, never an earlier failure's."""


class BuiltinError(Exception):
    """A built-in fails with this message (behind its name) and status."""

    def __init__(self, message: str, status: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
