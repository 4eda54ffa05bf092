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


def builtin(*names: str) -> Callable[[Builtin], Builtin]:
    """Register a built-in: a function over the shell and its words (the name first). It returns its status, or runs.

    It may raise BuiltinError with a message.
    """

    def register(run: Builtin) -> Builtin:
        for name in names:
            BUILTINS[name] = run
        return run

    return register
