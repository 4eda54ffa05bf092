"""What the kernel says about the machine: uname, arch, nproc, sysctl, uptime, free."""

from __future__ import annotations

from simk8s.machine import Process
from simk8s.programs.options import UsageError, parse
from simk8s.programs.processes.calendar import format_date
from simk8s.programs.tool import complain, tool
from simk8s.programs.unmodelled import Unmodelled
from simk8s.sim import Run


@tool("uname")
def uname(process: Process) -> Run[int]:
    """Print what system this is."""
    options = parse(
        process.argv,
        "a,all s,kernel-name n,nodename r,kernel-release v,kernel-version m,machine p,processor i,hardware-platform "
        "o,operating-system",
        unmodelled="",
    )
    if options.operands:
        raise UsageError(f"extra operand '{options.operands[0]}'")
    parts = {
        "s": "Linux",
        "n": process.machine.hostname,
        "r": "5.15.0-simk8s",
        "v": "#1 SMP",
        "m": "x86_64",
        "o": "GNU/Linux",
    }
    wanted = [text for key, text in parts.items() if key in options or "a" in options]
    wanted += ["unknown" for key in "pi" if key in options]
    yield from process.print(" ".join(wanted or ["Linux"]))
    return 0


@tool("arch")
def arch(process: Process) -> Run[int]:
    """Print the machine's architecture."""
    yield from process.print("x86_64")
    return 0


@tool("nproc")
def nproc(process: Process) -> Run[int]:
    """Print how many processors there are."""
    options = parse(process.argv, "all ignore:", unmodelled="")
    if options.operands:
        raise UsageError(f"extra operand '{options.operands[0]}'")
    yield from process.print(str(max(1, 4 - int(options["ignore"] or 0))))
    return 0


@tool("sysctl")
def sysctl(process: Process) -> Run[int]:
    """Settings of the kernel, kept in this container's /proc/sys; nothing obeys them (SIM)."""
    options = parse(process.argv, "w,write n,values q,quiet e,ignore a,all p")
    if "a" in options or "p" in options:
        raise Unmodelled("option '-a'" if "a" in options else "option '-p'")
    status = 0
    for word in options.operands:
        key, equals, value = word.partition("=")
        path = "/proc/sys/" + key.strip().replace(".", "/")
        if equals and process.is_directory(path.rpartition("/")[0]):
            yield from process.write_file(path, value.strip().encode() + b"\n")
        elif not process.is_file(path):
            yield from complain(process, f"cannot stat {path}: No such file or directory")
            status = 1
            continue
        shown = process.peek(path).decode().strip()
        if "q" not in options:
            yield from process.print(shown if "n" in options else f"{key.strip()} = {shown}")
    return status


@tool("uptime")
def uptime(process: Process) -> Run[int]:
    """Print how long the machine has been up; its load is not modelled."""
    options = parse(process.argv, "p,pretty s,since", unmodelled="")
    seconds = process.sim.now
    if "s" in options:
        yield from process.print(format_date(0, "%Y-%m-%d %H:%M:%S"))
        return 0
    minutes = int(seconds // 60)
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    if "p" in options:
        amounts = [(days, "day"), (hours, "hour"), (minutes, "minute")]
        shown = [f"{number} {unit}{'s' * (number != 1)}" for number, unit in amounts if number or unit == "minute"]
        yield from process.print("up " + ", ".join(shown))
        return 0
    up = f"{days} day{'s' * (days != 1)}, " if days else ""
    up += f"{hours:2d}:{minutes:02d}" if hours else f"{minutes} min"
    clock = format_date(seconds, "%H:%M:%S")
    yield from process.print(f" {clock} up {up},  0 users,  load average: 0.00, 0.00, 0.00")
    return 0


@tool("free")
def free(process: Process) -> Run[int]:
    """Print how much memory there is, by /proc/meminfo; nothing here uses any."""
    options = parse(process.argv, "b,bytes k,kibi m,mebi g,gibi", unmodelled="h,human c: s: t,total w,wide si l,lohi")
    shift = {"b": -10, "k": 0, "m": 10, "g": 20}.get(options.last_of("bkmg"), 0)
    pairs = [line.split() for line in process.peek("/proc/meminfo").decode().splitlines()]
    kib = {words[0].rstrip(":"): int(words[1]) for words in pairs if len(words) > 1}
    total, unused = kib.get("MemTotal", 0), kib.get("MemFree", 0)
    numbers = (total, total - unused, unused, 0, 0, kib.get("MemAvailable", unused))
    shown = [number << -shift if shift < 0 else number >> shift for number in numbers]
    titles = ("total", "used", "free", "shared", "buff/cache", "available")
    yield from process.print(" " * 8 + " ".join(f"{title:>11}" for title in titles))
    yield from process.print("Mem:    " + " ".join(f"{number:11d}" for number in shown))
    yield from process.print("Swap:   " + " ".join(f"{0:11d}" for _ in range(3)))
    return 0
