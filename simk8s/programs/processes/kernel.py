"""What the kernel says about the machine: uname, arch, nproc, sysctl."""

from __future__ import annotations

from simk8s.machine import Process
from simk8s.programs.options import UsageError, parse
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
    )
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
    options = parse(process.argv, "all ignore:")
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
