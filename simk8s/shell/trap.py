"""Traps: commands that run when a signal arrives, a command fails, or the shell ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simk8s.machine.signals import NAMES, SIGCHLD, SIGINT, SIGKILL, SIGSTOP, number_of
from simk8s.shell import evaluation
from simk8s.shell.control import BreakLoop, ContinueLoop, DiedOf, Discard, ExitShell, ReturnFrom
from simk8s.shell.moment import UNGUARDED
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell
    from simk8s.shell.syntax.nodes import Command

EVENTS = ("EXIT", "DEBUG", "ERR", "RETURN")


def event_name(text: str) -> str | None:
    """`EXIT`, `TERM`, ... for any way to write a trap's condition; None where there is no such thing."""
    upper = text.upper()
    if text == "0" or upper == "EXIT":
        return "EXIT"
    if upper in EVENTS:
        return upper
    number = number_of(text)
    return NAMES[number] if number else None


def set_trap(shell: Shell, event: str, command: str | None) -> None:
    """Set what happens on an event: a command, nothing (empty), or the default (None)."""
    shell.inherited_traps = {}
    if event == "EXIT":
        _guard_the_end(shell, bool(command))
    if command is None:
        shell.traps.pop(event, None)
    else:
        shell.traps[event] = command
    if event in EVENTS:
        return
    number = number_of(event)
    if number in shell.ignored_from_start and not shell.interactive:
        shell.traps.pop(event, None)
        return
    assert number is not None
    if number in (SIGKILL, SIGSTOP):
        return
    process = shell.process
    if command is None:
        process.on_signal(number, shell.die_of if shell.traps.get("EXIT") and number in _FATAL else None)
    elif command == "":
        process.on_signal(number, "ignore")
    else:
        process.on_signal(number, shell.pending.append)


_FATAL = (1, 2, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 24, 25, 26, 31)
"""The signals that bash catches when there is an EXIT trap, so that it runs before the shell dies of them."""


def _guard_the_end(shell: Shell, on: bool) -> None:
    process = shell.process
    if shell.dialect.almquist:
        return
    for number in _FATAL:
        if NAMES[number] in shell.traps or process.dispositions.get(number) == "ignore":
            continue
        process.on_signal(number, shell.die_of if on else None)


def check_dying(shell: Shell) -> None:
    """A signal that is not trapped has come while there was an EXIT trap: that runs, then the shell dies of it."""
    if shell.dying is not None:
        number, shell.dying = shell.dying, None
        raise DiedOf(number)


def reset_for_subshell(shell: Shell) -> None:
    """A subshell starts with the default actions; ignored signals stay ignored."""
    shell.inherited_traps = {**shell.inherited_traps, **shell.traps}
    options = shell.options
    keep = {"ERR"} if options.errtrace else set()
    if options.functrace:
        keep |= {"DEBUG", "RETURN"}
    shell.traps = {event: command for event, command in shell.traps.items() if command == "" or event in keep}


def run_pending(shell: Shell) -> Run[None]:
    """Run the traps of the signals that have arrived, in order of arrival."""
    while shell.pending:
        number = shell.pending.pop(0)
        command = shell.traps.get(NAMES[number])
        if command and number == SIGCHLD:
            yield from _run_for_child(shell, command)
        elif command:
            yield from _run(shell, command)
        elif shell.interactive and number == SIGINT:
            raise Discard(128 + number)  # Ctrl-C: the shell gives up what it was doing, and asks anew


def _run_for_child(shell: Shell, command: str) -> Run[None]:
    """The CHLD trap, for a child that has ended. It is not run for the children of its own commands."""
    shell.process.on_signal(SIGCHLD, None)
    try:
        yield from _run(shell, command)
    finally:
        if shell.traps.get(NAMES[SIGCHLD]) == command:
            shell.process.on_signal(SIGCHLD, shell.pending.append)


def run_event(shell: Shell, event: str) -> Run[int]:
    """Run the ERR, DEBUG or RETURN trap, if there is one. A trap does not trigger itself. Returns its status."""
    command = shell.traps.get(event)
    if command and event not in shell.active_traps:
        shell.active_traps.append(event)
        goes_on = True
        try:
            return (yield from _run(shell, command, returns=event != "DEBUG", first_line=shell.line))
        except ExitShell:
            goes_on = False  # the EXIT trap then runs inside of this one
            raise
        finally:
            if goes_on:
                shell.active_traps.remove(event)
    return 0


def run_debug(shell: Shell, command: str | Command) -> Run[bool]:
    """The DEBUG trap, if there is one, before `command`, which is now the one that traps see.

    Returns whether the command is to be left out: under `shopt -s extdebug` a trap that fails wants that.
    """
    if not shell.active_traps and shell.status_before_trap is None:
        shell.current_command = command
        if "DEBUG" not in shell.traps:
            return False
        status = yield from run_event(shell, "DEBUG")
        return bool(status and shell.options.get("extdebug"))
    return False


def _run(shell: Shell, command: str, *, returns: bool = True, first_line: int = 1) -> Run[int]:
    """`$?` in the trap is that of the interrupted command, and is the same after it (`returns`: for `return`, too)."""
    before, shell.status_before_trap = shell.status_before_trap, shell.status if returns else None
    status, statuses, line = shell.status, shell.pipe_statuses, shell.line
    guards, shell.moment.guards = shell.moment.guards, UNGUARDED
    may_exec, shell.may_exec = shell.may_exec, False
    try:
        own_status = yield from evaluation.run_text(shell, command, "trap", first_line=first_line)
    except (BreakLoop, ContinueLoop) as leave:
        leave.status = status
        raise
    finally:
        shell.status_before_trap = before
        shell.moment.guards = guards
        shell.may_exec = may_exec
    shell.status, shell.pipe_statuses, shell.line = status, statuses, line
    return own_status


def run_exit(shell: Shell, status: int) -> Run[int]:
    """Run the EXIT trap; returns the status with which the shell ends."""
    command = shell.traps["EXIT"]
    shell.status = shell.status_before_trap = status
    shell.exiting = True
    shell.moment.guards = UNGUARDED
    shell.may_exec = False
    try:
        yield from evaluation.run_text(shell, command, "exit trap")
    except (ExitShell, ReturnFrom, Discard) as end:
        return end.status
    return status
