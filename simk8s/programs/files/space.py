"""Disks and how full they are: df, du, mountpoint, sync, fsync."""

from __future__ import annotations

from simk8s.machine import Directory, Process, SyscallError
from simk8s.programs.files.listing import blocks_of, human, size_of
from simk8s.programs.files.path import join
from simk8s.programs.options import Options, UsageError, parse
from simk8s.programs.tool import complain, tool, whole_number
from simk8s.sim import Run


@tool("df")
def df(process: Process) -> Run[int]:
    """How full the mounted volumes are."""
    options = parse(
        process.argv,
        "h,human-readable k m a,all T,print-type P,portability l,local total",
        unmodelled="B,block-size: H,si i,inodes output:: sync no-sync t,type: x,exclude-type: v",
    )
    mounts = process.machine.mounts.points()
    points = list(mounts)
    if options.operands:
        points = []
        for path in options.operands:
            try:
                process.stat(path)
                points.append(process.locate(path).mount.point)
            except SyscallError as error:
                yield from complain(process, f"{path}: {error.text}")
                return 1
    block, available = "1K-blocks", "Available"
    if "h" in options:
        block, available = "Size", "Avail"
    elif "m" in options:
        block = "1M-blocks"
    used_title = "Capacity" if "P" in options else "Use%"
    kind_title = ["Type"] if "T" in options else []
    rows = [["Filesystem", *kind_title, block, "Used", available, used_title, "Mounted on"]]
    for point in points:
        mount = mounts[point.rstrip("/") or "/"]
        used = sum(blocks_of(inode) for _, inode in mount.filesystem.walk())
        size = mount.filesystem.capacity >> 10
        numbers = (size, used, max(0, size - used))
        cells = [human(number * 1024) if "h" in options else str(number >> 10 if "m" in options else number)
                 for number in numbers]  # fmt: skip
        kind = ["ext4"] if "T" in options else []
        rows.append([mount.filesystem.name, *kind, *cells, f"{-(-100 * used // size)}%", mount.point])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    left = {0, 1} if "T" in options else {0}
    for row in rows:
        cells = [
            c.ljust(w) if n in left else c.rjust(w) for n, (c, w) in enumerate(zip(row[:-1], widths, strict=False))
        ]
        yield from process.print(" ".join([*cells, row[-1]]))
    return 0


@tool("du")
def du(process: Process) -> Run[int]:
    """How much disk files and trees take."""
    options = parse(
        process.argv,
        "s,summarize h,human-readable b,bytes k m a,all c,total d,max-depth: x,one-file-system apparent-size",
        unmodelled="0,null B,block-size: D,dereference-args files0-from: H inodes l,count-links L,dereference "
        "P,no-dereference S,separate-dirs si t,threshold: time:: time-style: X,exclude-from: exclude:",
    )
    total = 0
    status = 0
    for path in options.operands or ["."]:
        try:
            rows: list[tuple[int, str, int, bool]] = []
            size = _usage(process, path, options, 0, rows)
        except SyscallError as error:
            yield from complain(process, f"cannot access '{path}': {error.text}")
            status = 1
            continue
        total += size
        deepest = 0 if "s" in options else whole_number(options, "d", 1 << 30, "invalid maximum depth")
        for number, name, depth, is_directory in rows:
            if depth <= deepest and (is_directory or "a" in options or depth == 0):
                yield from process.print(f"{_amount(number, options)}\t{name}")
    if "c" in options:
        yield from process.print(f"{_amount(total, options)}\ttotal")
    return status


def _usage(process: Process, path: str, options: Options, depth: int, rows: list[tuple[int, str, int, bool]]) -> int:
    inode = process.stat(path, follow=False)
    apparent = "b" in options or "apparent-size" in options
    size = size_of(inode) if apparent else blocks_of(inode) * 1024
    if isinstance(inode, Directory):
        for name in process.listdir(path):
            size += _usage(process, join(path, name), options, depth + 1, rows)
    rows.append((size, path, depth, isinstance(inode, Directory)))
    return size


def _amount(size: int, options: Options) -> str:
    if "h" in options:
        return human(size)
    unit = 1 if "b" in options else 1 << 20 if "m" in options else 1024
    return str(-(-size // unit))


@tool("mountpoint")
def mountpoint(process: Process) -> Run[int]:
    """Whether something is mounted at a directory."""
    options = parse(process.argv, "q,quiet d,fs-devno x,devno nofollow")
    if len(options.operands) != 1:
        raise UsageError("bad usage")
    path = options.operands[0]
    try:
        real = process.realpath(path)
    except SyscallError as error:
        if "q" not in options:
            yield from complain(process, f"{path}: {error.text}")
        return 1
    mounted = real in process.machine.mounts.points()
    if "q" not in options:
        yield from process.print(f"{path} is {'' if mounted else 'not '}a mountpoint")
    return 0 if mounted else 32


@tool("sync", "fsync")
def sync(process: Process) -> Run[int]:
    """Make what was written durable: some files, or everything."""
    options = parse(process.argv, "d,data f,file-system")
    for path in options.operands:
        try:
            yield from process.fsync(path)
        except SyscallError as error:
            yield from complain(process, f"error opening '{path}': {error.text}")
            return 1
    if not options.operands:
        yield from process.sync()
    return 0
