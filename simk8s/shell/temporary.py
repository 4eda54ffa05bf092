"""Assignments in front of a command: they hold while it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simk8s.shell import ending, expansion, trace
from simk8s.shell.control import ExitShell
from simk8s.shell.locale import in_locale
from simk8s.shell.quote import traced_word
from simk8s.shell.syntax.nodes import ArrayValue, Assignment
from simk8s.shell.variables import Variable
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell


def assign(shell: Shell, assignments: tuple[Assignment, ...]) -> Run[dict[str, Variable | None]]:
    """Assignments in front of a command hold while it runs, and are exported. Returns what to put back."""
    before: dict[str, Variable | None] = {}
    for item in assignments:
        if item.subscript is not None:
            yield from shell.complain(f"`{item.name}[{item.subscript.source}]': not a valid identifier")
            continue
        if isinstance(item.value, ArrayValue):  # there are no arrays in an environment: bash takes the text
            value = item.value.source
        else:
            value = yield from expansion.expand_string(shell, item.value)
        if shell.options.xtrace:
            sign = "+=" if item.append else "="
            yield from trace.show_line(
                shell, f"{item.name}{sign}{traced_word(in_locale(shell, value)) if value else ''}"
            )
        name = shell.resolve(item.name)
        old = shell.names.get(name)
        if old is not None and old.readonly:
            yield from shell.complain(f"{name}: readonly variable")
            if shell.options.errexit:
                yield from ending.by_error(shell, shell.status)
            if shell.dialect.posix:
                raise ExitShell(2 if shell.dialect.almquist else 1)
            continue
        if item.append and old is not None:
            value = (old.scalar(shell) or "") + value
        before.setdefault(name, old)
        fresh = Variable(value, exported=True)
        fresh.given = "call"
        if old is not None and old.integer:
            fresh.integer = True
        shell.names[name] = fresh
    return before


def exchange(shell: Shell, meanings: dict[str, Variable | None]) -> dict[str, Variable | None]:
    """Let names mean this; returns what they meant."""
    before = {name: shell.names.get(name) for name in meanings}
    restore(shell, meanings)
    return before


def restore(shell: Shell, before: dict[str, Variable | None]) -> None:
    for name, old in before.items():
        if old is None:
            shell.names.pop(name, None)
        else:
            shell.names[name] = old


def stays(shell: Shell, name: str) -> bool:
    """Whether a built-in has said `export` or `readonly` to what was assigned in front of it: bash keeps that."""
    variable = shell.names.get(name)
    if variable is None or variable.given != "stays":
        return False
    if shell.table.is_local(name):  # until the function is left
        shell.table.own(name).given = ""
    return True
