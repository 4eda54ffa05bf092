"""The built-in commands by name. Each family registers its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell

    Builtin = Callable[[Shell, list[str]], int | Run[int]]

BUILTINS: dict[str, Builtin] = {}

SPECIAL = frozenset(
    [":", ".", "break", "continue", "eval", "exec", "exit", "export", "readonly", "return", "set", "shift", "source",
     "times", "trap", "unset"]
)  # fmt: skip
"""POSIX's special built-ins: in POSIX mode they come before functions, and their errors end the shell."""


_DASH = frozenset(
    [".", ":", "[", "alias", "bg", "break", "cd", "command", "continue", "echo", "eval", "exec", "exit", "export",
     "false", "fg", "getopts", "hash", "jobs", "kill", "local", "printf", "pwd", "read", "readonly", "return", "set",
     "shift", "test", "times", "trap", "true", "type", "ulimit", "umask", "unalias", "unset", "wait"]
)  # fmt: skip
_ASH = _DASH | {"[[", "let", "source"}


def find_builtin(shell: Shell, name: str) -> Builtin | None:
    """The built-in of that name, if this shell has it and it is not switched off."""
    dialect = shell.dialect
    run = BUILTINS.get(name)
    if run is None or name == "[[":
        return run if dialect.name == "ash" else None
    if dialect.almquist and name not in (_ASH if dialect.name == "ash" else _DASH):
        return None
    return None if name in shell.disabled else run


def builtin(*names: str) -> Callable[[Builtin], Builtin]:
    """Register a built-in: a function over the shell and its words (the name first). It returns its status, or runs.

    It may raise BuiltinError with a message.
    """

    def register(run: Builtin) -> Builtin:
        for name in names:
            BUILTINS[name] = run
        return run

    return register
