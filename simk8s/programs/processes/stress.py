"""stress: takes memory, processor time and disk time, for a while or for ever; what it is asked for in tutorials."""

from __future__ import annotations

from simk8s.machine import Process
from simk8s.programs.options import UsageError, parse
from simk8s.programs.tool import tool
from simk8s.programs.unmodelled import Unmodelled
from simk8s.sim import Run

_KNOWN = (
    "v,verbose q,quiet n,dry-run t,timeout: c,cpu: i,io: m,vm: vm-bytes: vm-stride: vm-hang: vm-keep d,hdd: hdd-bytes: "
    "backoff:"
)
_SIZES = {"b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}
_TIMES = {"s": 1, "m": 60, "h": 3600, "d": 86400, "y": 31_536_000}
_BYTES_PER_SECOND = 2e9
_STEP = 16 << 20


@tool("stress")
def stress(process: Process) -> Run[int]:
    """Start so many hogs of each kind, and wait for `--timeout`, or for ever."""
    options = parse(process.argv, _KNOWN)
    hogs = {kind: _number(options[kind[0]], {}) if options[kind[0]] else 0 for kind in ("cpu", "io", "hdd")}
    hogs["vm"] = _number(options["m"], {}) if options["m"] else 0
    if not any(hogs.values()):
        raise UsageError("no hogs were asked for")
    if options["hdd-bytes"]:
        raise Unmodelled("--hdd-bytes")
    dispatched = f"{hogs['cpu']} cpu, {hogs['io']} io, {hogs['vm']} vm, {hogs['hdd']} hdd"
    if "q" not in options:
        yield from process.print(f"stress: info: [{process.pid}] dispatching hogs: {dispatched}")
    amount = _number(options["vm-bytes"], _SIZES) if options["vm-bytes"] else 256 << 20
    children = []
    for _ in range(hogs["vm"]):
        children.append((yield from process.fork(lambda child: _take_memory(child, amount))))
    if not options["t"]:
        yield process.machine.never
    seconds = _number(options["t"], _TIMES)
    yield from process.sleep(seconds)
    for child in children:
        child.terminate(0)
    if "q" not in options:
        yield from process.print(f"stress: info: [{process.pid}] successful run completed in {seconds}s")
    return 0


def _take_memory(process: Process, amount: int) -> Run[int]:
    """Touch page after page, and hold them all."""
    taken = 0
    while taken < amount:
        taken = min(taken + _STEP, amount)
        yield from process.hold(taken)
        yield from process.sleep(_STEP / _BYTES_PER_SECOND)
    yield process.machine.never
    return 0


def _number(text: str, units: dict[str, int]) -> int:
    unit = units.get(text[-1:].lower(), 0)
    digits = text[:-1] if unit else text
    if not digits.isdecimal():
        raise UsageError(f"unrecognized number: {text}")
    return int(digits) * (unit or 1)
