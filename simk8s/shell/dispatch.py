"""Which function runs which kind of node. The modules that hold those functions register them here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from simk8s.shell.syntax.nodes import Command
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell

    Handler = Callable[[Shell, Any], int | Run[int]]

HANDLERS: dict[type[Any], Handler] = {}


def runs(node: type[Any]) -> Callable[[Handler], Handler]:
    """Register the function that runs this kind of node."""

    def register(handler: Handler) -> Handler:
        HANDLERS[node] = handler
        return handler

    return register


def execute(shell: Shell, node: Command) -> Run[int]:
    """Run a command; its status is returned and is the shell's `$?`."""
    result = HANDLERS[type(node)](shell, node)
    return result if isinstance(result, int) else (yield from result)


def begin(shell: Shell, node: Command) -> int | Run[int]:
    """The same without a generator where there is nothing to wait for: the status, or what is left to `yield from`."""
    return HANDLERS[type(node)](shell, node)
