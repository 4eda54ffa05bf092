"""`trap`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simk8s.machine.signals import NAMES, number_of
from simk8s.shell.builtins.jobs import list_signals
from simk8s.shell.builtins.registry import builtin
from simk8s.shell.builtins.usage import UsageError, parse
from simk8s.shell.quote import single_quoted
from simk8s.shell.trap import EVENTS, event_name, set_trap
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell


@builtin("trap")
def trap(shell: Shell, words: list[str]) -> Run[int]:
    """`trap [-lp] [[command] events...]`"""
    options, operands = parse(words, "lp")
    letters = {letter for letter, _ in options}
    if "l" in letters:
        return (yield from list_signals(shell, []))
    if "p" in letters or not operands:
        return (yield from _show(shell, operands, every="p" in letters and shell.dialect.posix))
    command: str | None = operands[0]
    events = operands[1:]
    if command == "-":
        command = None
    elif (command or "").isdecimal() and event_name(command or "") is not None:
        command, events = None, operands
    elif not events:
        if event_name(command or "") is None:
            raise UsageError("trap")
        command, events = None, operands
    status = 0
    for text in events:
        event = event_name(text)
        if event is None or (shell.dialect.almquist and event in ("ERR", "DEBUG", "RETURN")):
            yield from shell.complain(f"trap: {text}: invalid signal specification")
            status = 1
            continue
        set_trap(shell, event, command)
    return status


def _show(shell: Shell, wanted: list[str], *, every: bool) -> Run[int]:
    """Print the traps, or those of the events `wanted`; POSIX's `trap -p` shows `every` event, also what has none."""
    ignored = {NAMES[number]: "" for number in sorted(shell.ignored_from_start)}
    traps = {**ignored, **shell.inherited_traps, **shell.traps}
    status = 0
    names = []
    for text in wanted:
        event = event_name(text)
        if event is None:
            yield from shell.complain(f"trap: {text}: invalid signal specification")
            status = 1
        else:
            names.append(event)
    known = ("EXIT", *(NAMES.get(number, str(number)) for number in range(1, 65)), "DEBUG", "ERR", "RETURN")
    for event in names if wanted else known if every else sorted(traps, key=_order):
        if event in traps or every:
            shown = event if event in EVENTS or shell.dialect.posix else f"SIG{event}"
            line = f"trap -- {single_quoted(traps[event]) if event in traps else '-'} {shown}\n"
            yield from shell.process.write(1, line.encode("utf-8", "surrogateescape"))
    return status


def _order(event: str) -> int:
    if event == "EXIT":
        return 0
    return number_of(event) or 100 + EVENTS.index(event)
