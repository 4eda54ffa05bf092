"""`wait`, `jobs`, `kill`, `disown`, `times`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from simk8s.machine import Process
from simk8s.machine.signals import NAMES, SIGCHLD, number_of
from simk8s.shell import assignment, job
from simk8s.shell.builtins.registry import builtin
from simk8s.shell.builtins.usage import UsageError, parse
from simk8s.shell.control import BuiltinError
from simk8s.shell.job import Job
from simk8s.shell.trap import check_dying
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell


@builtin("wait")
def wait(shell: Shell, words: list[str]) -> Run[int]:
    """Wait for jobs: all, those named, or with `-n` the next to end. A trapped signal ends the wait."""
    options, operands = parse(words, "fn", "p")
    given = dict(options)
    if "n" in given:
        return (yield from _wait_next(shell, operands, given.get("p")))
    if not operands:
        for one in list(shell.jobs):
            status = yield from _wait_for(shell, one)
            if status is None:
                return _interrupted(shell)
        if shell.background_pid in shell.substituting and (
            (yield from _awaited(shell, shell.substituting[shell.background_pid])) is None
        ):
            return _interrupted(shell)
        shell.substituting.clear()
        shell.finished.clear()
        return 0
    status = 0
    for operand in operands:
        found = job.find(shell, operand)
        if found is not None:
            ended = yield from _wait_for(shell, found)
            if ended is None:
                return _interrupted(shell)
            status = ended
            if "p" in given:
                assignment.assign(shell, given["p"], str(found.process.pid))
        elif operand.isdecimal() and int(operand) in shell.substituting:
            ended = yield from _awaited(shell, shell.substituting[int(operand)])
            if ended is None:
                return _interrupted(shell)
            status = ended
        elif operand.isdecimal() and int(operand) in shell.finished:
            status = shell.finished[int(operand)]
            if "p" in given:
                assignment.assign(shell, given["p"], operand)
        else:
            status = yield from _unknown(shell, operand)
    return status


def _unknown(shell: Shell, operand: str) -> Run[int]:
    if operand.startswith("%"):
        yield from shell.complain(f"wait: {operand}: no such job")
        return 127
    if operand.isdecimal():
        yield from shell.complain(f"wait: pid {operand} is not a child of this shell")
        return 127
    yield from shell.complain(f"wait: `{operand}': not a pid or valid job spec")
    return 1


def _wait_for(shell: Shell, one: Job) -> Run[int | None]:
    """The status of a job; None where a trapped signal came first."""
    status = yield from _awaited(shell, one.process)
    if status is not None:
        yield from _ended(shell, one)
    return status


def _awaited(shell: Shell, child: Process) -> Run[int | None]:
    arrived = len(_interrupting(shell))
    status = yield from shell.process.wait(child, interruptible=True)
    check_dying(shell)
    return status if len(_interrupting(shell)) == arrived else None  # also if both came in the same instant


def _ended(shell: Shell, one: Job) -> Run[None]:
    job.forget(shell, one)
    if shell.options.get("monitor"):
        yield from shell.say(job.ended_line(one))
    elif one.process.signal is not None and one.process.signal != 15:
        yield from job.tell_end(shell, one.process, one.command)


def _interrupted(shell: Shell) -> int:
    signals = _interrupting(shell)
    return 128 + signals[-1] if signals else 128


def _interrupting(shell: Shell) -> list[int]:
    """The signals that have come and end a wait: not those of children that have ended."""
    return [number for number in shell.pending if number != SIGCHLD]


def _wait_next(shell: Shell, operands: list[str], variable: str | None) -> Run[int]:
    jobs = [found for operand in operands if (found := job.find(shell, operand))] if operands else list(shell.jobs)
    if not jobs:
        for operand in operands:
            yield from shell.complain(f"wait: {operand}: no such job")
        return 127
    while not any(not one.process.is_alive for one in jobs):
        yield shell.process.sim.any_of(shell.process.interruption, *(one.process.exited for one in jobs))
        check_dying(shell)
        if _interrupting(shell):
            return _interrupted(shell)
    ended = min((one for one in jobs if not one.process.is_alive), key=lambda one: one.process.finished_at)
    status = yield from _wait_for(shell, ended)
    if variable is not None:
        assignment.assign(shell, variable, str(ended.process.pid))
    return status or 0


@builtin("jobs")
def jobs(shell: Shell, words: list[str]) -> Run[int]:
    options, operands = parse(words, "lnprs")
    letters = {letter for letter, _ in options}
    shown = []
    for operand in operands:
        found = job.find(shell, operand)
        if found is None:
            raise BuiltinError(f"{operand}: no such job")
        shown.append(found)
    lines = []
    for one in shown or list(shell.jobs or shell.inherited_jobs):
        stopped = job.is_stopped(shell, one)
        if ("s" in letters and not stopped) or ("r" in letters and (stopped or not one.process.is_alive)):
            continue
        lines.append(str(one.process.pid) if "p" in letters else job.line(shell, one, long="l" in letters))
        one.told = True
    for one in list(shell.jobs):
        if not one.process.is_alive and one.told:
            job.forget(shell, one)
    yield from shell.process.write(1, "".join(line + "\n" for line in lines).encode("utf-8", "surrogateescape"))
    return 0


@builtin("kill")
def kill(shell: Shell, words: list[str]) -> Run[int]:
    """Send a signal to processes or jobs; `-l` names signals."""
    number = 15
    index = 1
    if len(words) > 1 and words[1] in ("-l", "-L"):
        return (yield from list_signals(shell, words[2:]))
    if len(words) > 1 and words[1] in ("-s", "-n"):
        if len(words) < 3:
            raise BuiltinError(f"{words[1]}: option requires an argument", 1)
        number, index = _signal(words[2]), 3
    elif len(words) > 1 and words[1].startswith("-") and words[1] != "--" and len(words[1]) > 1:
        number, index = _signal(words[1][1:]), 2
    if index < len(words) and words[index] == "--":
        index += 1
    if index >= len(words):
        raise UsageError("kill")
    status = 0
    for target in words[index:]:
        failure = yield from _send(shell, target, number)
        if failure:
            yield from shell.complain(f"kill: {failure}")
            status = 1
    return status


def _signal(text: str) -> int:
    number = 0 if text == "0" else number_of(text)
    if number is None and text.upper() in ("EXIT", "SIGEXIT"):
        number = 0
    if number is None:
        raise BuiltinError(f"{text}: invalid signal specification")
    return number


def _send(shell: Shell, target: str, number: int) -> Run[str]:
    """Deliver a signal. Returns what went wrong, if anything."""
    processes = shell.process.machine.processes
    if target.startswith("%"):
        found = job.find(shell, target)
        if found is None:
            return f"{target}: no such job"
        victims = [found.process]
    elif re.fullmatch(r"-?\d+", target):
        pid = int(target)
        if pid == -1:
            victims = [p for p in _by_pid(processes) if p.pid != 1 and p is not shell.process]
        elif pid <= 0:  # there are no process groups: what stands for one is the leader with its descendants
            leader = processes.get(-pid) if pid else shell.process
            victims = [] if leader is None else _family(leader)
        else:
            victims = [processes[pid]] if pid in processes else []
        if not victims:
            return f"({target}) - No such process"
    else:
        return f"{target}: arguments must be process or job IDs"
    yield from shell.process.step("kill", f"{number} {target}")
    for victim in victims:
        if victim is shell.process:
            yield from shell.process.raise_signal(number)
        else:
            victim.kill(number)
    return ""


def _by_pid(processes: dict[int, Process]) -> list[Process]:
    return [processes[pid] for pid in sorted(processes)]


def _family(leader: Process) -> list[Process]:
    members = [leader]
    for member in members:
        members.extend(child for _, child in sorted(member.children.items()) if child.is_alive)
    return members


def list_signals(shell: Shell, operands: list[str]) -> Run[int]:
    lines = []
    if not operands and shell.dialect.posix:
        lines = [" ".join(NAMES[number] for number in sorted(NAMES))]
    elif not operands:
        named = [f"{number:2}) SIG{NAMES[number]}" for number in sorted(NAMES)]
        lines = ["\t".join(named[start : start + 5]) for start in range(0, len(named), 5)]
        lines[-1] += "\t" * (len(named) % 5 > 0)
    for operand in operands:
        if operand.isdecimal():
            number = int(operand)
            number = number - 128 if number > 128 else number
            if number and number not in NAMES:
                raise BuiltinError(f"{operand}: invalid signal specification")
            lines.append(NAMES[number] if number else "EXIT")
        else:
            lines.append(str(_signal(operand)))
    yield from shell.process.write(1, "".join(line + "\n" for line in lines).encode())
    return 0


@builtin("disown")
def disown(shell: Shell, words: list[str]) -> int:
    options, operands = parse(words, "har")
    if any(letter == "a" for letter, _ in options):
        shell.jobs.clear()
        return 0
    for operand in operands or ["%+"]:
        found = job.find(shell, operand)
        if found is None:
            raise BuiltinError(f"{'current' if not operands else operand}: no such job")
        if not any(letter == "h" for letter, _ in options):
            shell.jobs.remove(found)
    return 0


@builtin("times")
def times(shell: Shell, words: list[str]) -> Run[int]:
    """Processor time, of which nothing is modelled."""
    yield from shell.process.write(1, b"0m0.000s 0m0.000s\n0m0.000s 0m0.000s\n")
    return 0


@builtin("fg", "bg", "suspend")
def no_job_control(shell: Shell, words: list[str]) -> int:
    """Nobody sits at a terminal to bring a job to the front."""
    raise BuiltinError("cannot suspend: no job control" if words[0] == "suspend" else "no job control")
