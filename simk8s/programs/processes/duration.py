"""sleep and timeout, and how they read durations."""

from __future__ import annotations

import math
import re

from simk8s.machine import Process, SyscallError
from simk8s.machine.signals import SIGKILL, SIGTERM, number_of
from simk8s.programs.options import Options, UsageError, parse
from simk8s.programs.processes.environment import run_failure
from simk8s.programs.tool import Failure, tool
from simk8s.sim import Run

_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}


def parse_duration(text: str) -> float | None:
    """Seconds out of `1.5`, `2m`, `infinity`; None where the text is no duration.

    >>> parse_duration("1.5m"), parse_duration("infinity"), parse_duration("-1")
    (90.0, inf, None)
    """
    if text in ("inf", "infinity"):
        return math.inf
    match = re.fullmatch(r"(\d+\.?\d*|\.\d+)(?:e(\d))?([smhd]?)", text)
    return float(match[1]) * 10 ** int(match[2] or 0) * _UNITS[match[3]] if match else None


def duration_option(options: Options, name: str, default: float, problem: str, status: int = 1) -> float:
    """An option's value in seconds. Where it is none, the program ends with `problem`, `{}` in it the value."""
    if not options[name]:
        return default
    seconds = parse_duration(options[name])
    if seconds is None:
        raise Failure(problem.format(options[name]), status)
    return seconds


@tool("sleep")
def sleep(process: Process) -> Run[int]:
    """Wait for the sum of some durations."""
    durations = parse(process.argv, "", unmodelled="").operands
    if not durations:
        raise UsageError("missing operand")
    seconds = 0.0
    for text in durations:
        duration = parse_duration(text)
        if duration is None:
            raise UsageError(f"invalid time interval '{text}'")
        seconds += duration
    if math.isinf(seconds):
        yield process.machine.never
    yield from process.sleep(seconds)
    return 0


@tool("usleep")
def usleep(process: Process) -> Run[int]:
    """Wait for some microseconds (busybox)."""
    text = process.argv[1] if len(process.argv) > 1 else "0"
    if not text.isdecimal():
        raise Failure(f"invalid number '{text}'")
    yield from process.sleep(int(text) / 1e6)
    return 0


@tool("timeout", trouble=125)
def timeout(process: Process) -> Run[int]:
    """Run a program, and send it a signal when it takes too long: then the status is 124."""
    options = parse(
        process.argv, "s,signal: k,kill-after: t: preserve-status foreground v,verbose", permute=False, unmodelled=""
    )
    words = options.operands
    text = options["t"]  # busybox before 1.30: timeout -t SECONDS
    if not text:
        text, words = (words[0], words[1:]) if words else ("", [])
    if not words:
        raise UsageError("missing operand")
    seconds = parse_duration(text)
    if seconds is None:
        raise UsageError(f"invalid time interval '{text}'")
    signal = number_of(options.get("s", "TERM"))
    if signal is None:
        raise UsageError(f"'{options['s']}': invalid signal")
    grace = parse_duration(options["k"]) if "k" in options else None
    try:
        child = yield from process.spawn(words)
    except SyscallError as error:
        raise run_failure(f"failed to run command '{words[0]}'", error) from None
    process.on_signal(SIGTERM, child.kill)
    limits = [(seconds, signal)] if seconds else []
    if grace is not None:
        limits.append((grace, SIGKILL))
    expired = False
    for limit, number in limits:
        if not math.isinf(limit) and child.is_alive:
            yield process.sim.any_of(child.exited, process.sim.sleep(limit))
            if child.is_alive:
                expired = True
                child.kill(number)
    status = yield from process.wait(child)
    assert status is not None
    if expired and "preserve-status" not in options:
        return 137 if status == 128 + SIGKILL else 124
    return status
