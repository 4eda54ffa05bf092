"""shred: a file's bytes written over, pass by pass, before its name goes."""

from __future__ import annotations

from simk8s.machine import FileHandle, Process, SyscallError
from simk8s.programs.files.create import parse_size
from simk8s.programs.files.path import base_name, dir_name, join
from simk8s.programs.options import Options, UsageError, parse
from simk8s.programs.tool import Failure, complain, tool, whole_number
from simk8s.sim import Run

_PIECE = 1 << 16


@tool("shred")
def shred(process: Process) -> Run[int]:
    """Overwrite files with noise, and (-u) remove them. Each pass, each new name and the removal is a step."""
    options = parse(
        process.argv,
        "f,force n,iterations: s,size: u remove:: v,verbose x,exact z,zero",
        unmodelled="random-source:",
    )
    passes = whole_number(options, "n", 3, "invalid number of passes")
    if not options.operands:
        raise UsageError("missing file operand")
    size = parse_size(options["s"]) if "s" in options else None
    if "s" in options and size is None:
        raise Failure(f"invalid file size: '{options['s']}'")
    status = 0
    for path in options.operands:
        try:
            yield from _overwrite(process, path, passes, size, options)
            if "u" in options or "remove" in options:
                yield from _wipe_name(process, path, options["remove"] or "wipesync", "v" in options)
        except SyscallError as error:
            yield from complain(process, f"{path}: failed to open for writing: {error.text}")
            status = 1
    return status


def _overwrite(process: Process, path: str, passes: int, size: int | None, options: Options) -> Run[None]:
    handle = yield from process.open(path, write=True)
    inode = process.stat(path)
    length = size if size is not None else len(getattr(inode, "content", b""))
    if "x" not in options and size is None:
        length = -(-length // 4096) * 4096  # whole blocks
    patterns = ["random"] * passes + ["000000"] * ("z" in options)
    for number, pattern in enumerate(patterns, 1):
        if "v" in options:
            yield from complain(process, f"{path}: pass {number}/{len(patterns)} ({pattern})...")
        if isinstance(handle, FileHandle):
            handle.offset = 0
        for at in range(0, length, _PIECE):
            count = min(_PIECE, length - at)
            yield from handle.write(process, bytes(count) if pattern == "000000" else _noise(process, count))
        yield from process.fsync(path)
    handle.release()


def _noise(process: Process, count: int) -> bytes:
    """Bytes that nobody can tell from chance, out of one choice."""
    seed = process.sim.choose(1 << 32, "shred")
    state = bytearray()
    while len(state) < count:
        seed = (seed * 6364136223846793005 + 1442695040888963407) & ((1 << 64) - 1)
        state += seed.to_bytes(8, "little")
    return bytes(state[:count])


def _wipe_name(process: Process, path: str, how: str, verbose: bool) -> Run[None]:
    """Rename to shorter and shorter runs of 0, then remove."""
    name, folder = path, dir_name(path)
    if verbose:
        yield from complain(process, f"{path}: removing")
    for length in range(len(base_name(path)) if how != "unlink" else 0, 0, -1):
        other = "0" * length if folder == "." and "/" not in path else join(folder, "0" * length)
        if process.exists(other):
            continue
        yield from process.rename(name, other)
        if verbose:
            yield from complain(process, f"{path}: renamed to {other}")
        name = other
    yield from process.unlink(name)
    if verbose:
        yield from complain(process, f"{path}: removed")
