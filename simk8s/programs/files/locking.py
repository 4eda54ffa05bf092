"""flock: a program under a file's lock, or the lock of a descriptor that the shell has open."""

from __future__ import annotations

from simk8s.machine import FileHandle, Process, SyscallError
from simk8s.programs.options import Options, parse
from simk8s.programs.processes.duration import parse_duration
from simk8s.programs.processes.environment import run_failure
from simk8s.programs.tool import Failure, tool
from simk8s.sim import Run


@tool("flock", trouble=64)
def flock(process: Process) -> Run[int]:
    """Take a lock, waiting for it (or with -n not), and run a program; or take a descriptor's lock."""
    options = parse(
        process.argv,
        "s,shared x,e,exclusive u,unlock n,nb,nonblock w,wait,timeout: o,close c,command: "
        "E,conflict-exit-code: F,no-fork",
        permute=False,
    )
    words = list(options.operands)
    if not words:
        raise Failure("not enough arguments", 64)
    target, *command = words
    if command[:1] == ["-c"]:
        command = ["/bin/sh", "-c", *command[1:]]
    if "c" in options:
        command = ["/bin/sh", "-c", options["c"]]
    if command:
        return (yield from _with_file(process, target, command, options))
    if not target.isdecimal():
        raise Failure(f"bad file descriptor: '{target}'", 65)
    handle = process.files.get(int(target))
    if not isinstance(handle, FileHandle):
        raise Failure(f"{target}: Bad file descriptor", 65)
    if "u" in options:
        handle.lock().release(handle)
        return 0
    return 0 if (yield from _take(process, handle, options)) else _conflict(options)


def _with_file(process: Process, path: str, command: list[str], options: Options) -> Run[int]:
    try:
        handle = yield from process.open(path, read=True, create=True)
    except SyscallError as error:
        raise Failure(f"cannot open lock file {path}: {error.text}", 66) from None
    process.install(handle, private="o" in options)
    if isinstance(handle, FileHandle) and not (yield from _take(process, handle, options)):
        return _conflict(options)
    try:
        child = yield from process.spawn(command)
    except SyscallError as error:
        raise run_failure(f"failed to execute {command[0]}", error) from None
    return (yield from process.wait(child)) or 0


def _take(process: Process, handle: FileHandle, options: Options) -> Run[bool]:
    lock = handle.lock()
    limit = parse_duration(options["w"]) if "w" in options else None
    deadline = None if limit is None else process.sim.now + limit
    yield from process.step("flock", handle.label)
    while not lock.take(handle, shared="s" in options):
        if "n" in options:
            return False
        if deadline is None:
            yield lock.changed(process.sim)
        elif process.sim.now >= deadline:
            return False
        else:
            yield process.sim.any_of(lock.changed(process.sim), process.sim.sleep(deadline - process.sim.now))
    return True


def _conflict(options: Options) -> int:
    return int(options.get("E", "1"))
