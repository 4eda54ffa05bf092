"""head and tail: the first part, the last part."""

from __future__ import annotations

import re
from collections.abc import Callable

from simk8s.machine import Errno, File, Process, SyscallError
from simk8s.programs.files.create import parse_size
from simk8s.programs.options import Options, parse
from simk8s.programs.processes.duration import parse_duration
from simk8s.programs.stream import BLOCK, close_input, open_input
from simk8s.programs.tool import Failure, complain, tool, whole_number
from simk8s.sim import Run


@tool("head")
def head(process: Process) -> Run[int]:
    """The first lines or bytes. What comes after them stays unread."""
    options = parse(
        _old_style(process.argv), "n,lines: c,bytes: q,quiet,silent v,verbose z,zero-terminated", unmodelled=""
    )
    end = b"\0" if "z" in options else b"\n"
    unit, count, from_end = _amount(options)
    return (yield from _each(process, options, lambda fd: _head(process, fd, unit, count, from_end, end)))


def _head(process: Process, fd: int, unit: str, count: int, all_but: bool, end: bytes) -> Run[None]:
    if all_but:
        data = yield from process.read_all(fd)
        if unit == "c":
            yield from process.write(1, data[: max(0, len(data) - count)])
        else:
            lines = split_lines(data, end)
            yield from process.write(1, b"".join(lines[: max(0, len(lines) - count)]))
        return
    if unit == "c":
        while count and len(piece := (yield from process.read(fd, min(count, BLOCK)))):
            count -= len(piece)
            yield from process.write(1, piece)
        return
    for _ in range(count):
        line = yield from process.read_until(fd, end)
        if not line:
            return
        yield from process.write(1, line)


def split_lines(data: bytes, end: bytes = b"\n") -> list[bytes]:
    """Lines with their ends; only the last may have none."""
    lines = [line + end for line in data.split(end)]
    return [*lines[:-1], *([lines[-1][: -len(end)]] if lines[-1] != end else [])]


@tool("tail")
def tail(process: Process) -> Run[int]:
    """The last lines or bytes; with -f also what is added later."""
    options = parse(
        _old_style(process.argv),
        "n,lines: c,bytes: q,quiet,silent v,verbose f follow:: F s,sleep-interval: pid: retry z,zero-terminated",
        unmodelled="max-unchanged-stats:",
    )
    unit, count, _ = _amount(options)
    text = options.get(unit, "")
    from_start = text.startswith("+")
    end = b"\0" if "z" in options else b"\n"
    status = yield from _each(process, options, lambda fd: _tail(process, fd, unit, count, from_start, end))
    if options.last_of(("f", "follow", "F")):
        yield from _follow(process, options)
    return status


def _tail(process: Process, fd: int, unit: str, count: int, from_start: bool, end: bytes) -> Run[None]:
    data = yield from process.read_all(fd)
    if unit == "c":
        start = max(0, count - 1) if from_start else max(0, len(data) - count)
        yield from process.write(1, data[start:])
        return
    lines = split_lines(data, end)
    start = max(0, count - 1) if from_start else max(0, len(lines) - count)
    yield from process.write(1, b"".join(lines[start:]))


def _follow(process: Process, options: Options) -> Run[None]:
    """Look at the files again and again. A device or a pipe never grows: then there is only the waiting."""
    by_name = "F" in options or options["follow"] == "name"
    interval = parse_duration(options.get("s", "1")) or 1.0
    watched_pid = whole_number(options, "pid", 0, "invalid PID")
    watched: dict[str, tuple[File | None, int]] = {}
    for path in options.operands or ["-"]:
        inode = _file(process, path)
        if inode is not None or by_name:
            watched[path] = (inode, len(inode.content) if inode else 0)
    if not watched:
        yield process.machine.never
    while True:
        yield from process.sleep(interval)
        if watched_pid and watched_pid not in process.machine.processes:
            return
        for path, (inode, size) in list(watched.items()):
            current = _file(process, path) if by_name else inode
            if current is None:
                continue
            if current is not inode or len(current.content) < size:
                text = "has been replaced;  following new file" if current is not inode else "file truncated"
                yield from complain(process, f"'{path}' {text}" if current is not inode else f"{path}: {text}")
                size = 0
            if len(current.content) > size:
                yield from process.write(1, current.content[size:])
            watched[path] = (current, len(current.content))


def _file(process: Process, path: str) -> File | None:
    try:
        inode = process.stat(path)
    except SyscallError:
        return None
    return inode if isinstance(inode, File) else None


def _old_style(argv: list[str]) -> list[str]:
    """`-5`, `-5f` and (tail) `+5` as `-n 5`."""
    from_start = re.fullmatch(r"\+(\d+)", argv[1]) if len(argv) in (2, 3) and argv[0].endswith("tail") else None
    if from_start:
        return [argv[0], f"-n+{from_start[1]}", *argv[2:]]
    match = re.fullmatch(r"-(\d+)([cqvf]*)", argv[1]) if len(argv) > 1 else None
    if match is None:
        return argv
    return [argv[0], f"-n{match[1]}", *([f"-{match[2]}"] if match[2] else []), *argv[2:]]


def _amount(options: Options) -> tuple[str, int, bool]:
    """The unit (`n` or `c`), the number, and whether the number counts from the end (`head -n -3`)."""
    unit = options.last_of("nc") or "n"
    text = options.get(unit, "10")
    size = parse_size(text.lstrip("+-"))
    if size is None:
        raise Failure(f"invalid number of {'lines' if unit == 'n' else 'bytes'}: '{text}'")
    return unit, size, text.startswith("-")


def _each(process: Process, options: Options, show: Callable[[int], Run[None]]) -> Run[int]:
    """Show a part of each file, with a title where there are several."""
    paths = options.operands or ["-"]
    titled = options.last_of("qv") == "v" or (len(paths) > 1 and options.last_of("qv") != "q")
    status = 0
    first = True
    for path in paths:
        try:
            fd = yield from open_input(process, path)
        except SyscallError as error:
            reading = error.errno is Errno.EISDIR
            if titled and reading:
                yield from process.write(1, f"{'' if first else chr(10)}==> {path} <==\n".encode())
                first = False
            text = f"error reading '{path}'" if reading else f"cannot open '{path}' for reading"
            yield from complain(process, f"{text}: {error.text}")
            status = 1
            continue
        if titled:
            name = "standard input" if path == "-" else path
            yield from process.write(1, f"{'' if first else chr(10)}==> {name} <==\n".encode())
        first = False
        yield from show(fd)
        close_input(process, fd)
    return status
