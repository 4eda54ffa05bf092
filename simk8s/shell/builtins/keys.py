"""`bind`: what keys do. Nobody presses any, so it takes bindings without effect, and lists none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simk8s.machine import SyscallError
from simk8s.shell.builtins.registry import builtin
from simk8s.shell.builtins.usage import parse, unmodelled
from simk8s.shell.control import BuiltinError
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell

_KEYMAPS = ("emacs", "emacs-standard", "emacs-meta", "emacs-ctlx", "vi", "vi-move", "vi-command", "vi-insert")


@builtin("bind")
def bind(shell: Shell, words: list[str]) -> Run[int]:
    """Warn as bash does where there is no terminal, and check what is given."""
    yield from shell.complain("bind: warning: line editing not enabled")
    options, _ = parse(words, "lvpVPsSX", "fqumrx")
    for letter, value in options:
        if letter == "m" and value not in _KEYMAPS:
            raise BuiltinError(f"`{value}': invalid keymap name")
        if letter == "x":
            _check_command(value)
        if letter == "f":
            try:
                yield from shell.process.read_file(value)
            except SyscallError as error:
                raise BuiltinError(f"{value}: cannot read: {error.text}") from error
    for letter, _ in options:
        if letter not in "mfrx":  # they tell of the editor's functions, variables and keys
            return (yield from unmodelled(shell, "bind", f"-{letter}"))
    return 0


def _check_command(text: str) -> None:
    """A key sequence in quotes, a colon and a command."""
    given = text.lstrip(" \t")
    if not given.startswith('"'):
        raise BuiltinError(f"{text}: first non-whitespace character is not `\"'")
    _, closed, rest = given[1:].partition('"')
    if not closed:
        raise BuiltinError(f"no closing `\"' in {text}")
    if not rest.lstrip(" \t").startswith(":"):
        raise BuiltinError(f"{text}: missing colon separator")
