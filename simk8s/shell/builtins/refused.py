"""Built-ins of bash that mean nothing without a person at a terminal: refused by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simk8s.errors import SimError
from simk8s.shell.builtins.registry import BUILTINS, builtin
from simk8s.shell.control import BuiltinError
from simk8s.shell.syntax.check import UNSUPPORTED_BUILTINS

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell


def refuse(shell: Shell, words: list[str]) -> int:
    """Stop with the name of what is not supported."""
    raise SimError(
        "SK201",
        f"the built-in command {words[0]} is not supported: {UNSUPPORTED_BUILTINS[words[0]]}",
        place=shell.place_of(shell.line),
    )


@builtin("fg", "bg", "suspend")
def no_job_control(shell: Shell, words: list[str]) -> int:
    raise BuiltinError("cannot suspend: no job control" if words[0] == "suspend" else "no job control")


for name in UNSUPPORTED_BUILTINS:
    BUILTINS.setdefault(name, refuse)
