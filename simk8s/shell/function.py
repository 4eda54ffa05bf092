"""Calling functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simk8s.shell import assignment, step, trap
from simk8s.shell.control import ReturnFrom
from simk8s.shell.dispatch import begin
from simk8s.shell.limit import DEEPEST_CALLS, too_deep
from simk8s.shell.scope import Frame
from simk8s.shell.syntax.nodes import FunctionDefinition
from simk8s.shell.variables import Variable
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell


def call(
    shell: Shell,
    definition: FunctionDefinition,
    words: list[str],
    line: int,
    temporary: dict[str, Variable | None] | None = None,
) -> Run[int]:
    """Run a function's body with its own positional parameters, local names and loops.

    `temporary`: what the names mean that are assigned for the call. They mean it again when the call is over.
    """
    limit = shell.get("FUNCNEST") if "FUNCNEST" in shell.names else None
    if limit and limit.isdecimal() and 0 < int(limit) <= len(shell.table.frames):
        from simk8s.shell.control import Discard

        yield from shell.complain(f"{words[0]}: maximum function nesting level exceeded ({limit})")
        raise Discard(1)
    if len(shell.table.frames) >= DEEPEST_CALLS:
        raise too_deep(f"the function {words[0]}")
    source = shell.function_sources.get(words[0], shell.source)
    positional, shell.positional = shell.positional, words[1:]
    loops, shell.loops = shell.loops, 0
    shift, shell.line_shift = shell.line_shift, 0
    resting_line, shell.moment.resting_line = shell.moment.resting_line, definition.body.line
    shell.table.push(Frame(words[0], source.name, line, temporary))
    shell.sources.append(source)
    hidden = _hide_traps(shell) if shell.traps and words[0] not in shell.traced_functions else {}
    try:
        if not step.announce(shell, definition.line, definition.column, lambda: shell.announced):
            yield from step.never(shell)
        if "DEBUG" in shell.traps:
            yield from trap.run_event(shell, "DEBUG")
        try:
            result = begin(shell, definition.body)
            status = shell.status = result if isinstance(result, int) else (yield from result)
        except ReturnFrom as back:  # the RETURN trap sees the status before it, and still the function's names
            status = back.status
        if "RETURN" in shell.traps:
            yield from trap.run_event(shell, "RETURN")
    finally:
        shell.sources.pop()
        left = shell.table.pop()
        if left.options is not None:
            shell.options = left.options
        shell.loops = loops
        shell.line_shift = shift
        shell.moment.resting_line = resting_line
        shell.positional = positional
    shell.status = status
    shell.line = line + shift
    shell.last_argument = words[-1]
    if shell.process.sim.history.enabled:
        for name in left.saved:
            assignment.told_anew(shell, name)
    for event, command in hidden.items():
        shell.traps.setdefault(event, command)
    return status


def _hide_traps(shell: Shell) -> dict[str, str]:
    """A function does not inherit the DEBUG, RETURN and ERR traps, unless `set -T` and `set -E` say so."""
    traced = () if shell.options.functrace else ("DEBUG", "RETURN")
    events = traced if shell.options.errtrace else (*traced, "ERR")
    return {event: shell.traps.pop(event) for event in events if event in shell.traps}
