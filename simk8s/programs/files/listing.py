"""ls and stat: what there is and what it is like."""

from __future__ import annotations

import re

from simk8s.machine import Directory, Fifo, File, Inode, Process, SocketFile, Symlink, SyscallError
from simk8s.programs.accounts import name_of_gid, name_of_uid
from simk8s.programs.files.mode import letters
from simk8s.programs.files.path import base_name, join
from simk8s.programs.options import Options, UsageError, parse
from simk8s.programs.processes.calendar import format_date
from simk8s.programs.tool import complain, tool
from simk8s.sim import Run

_HALF_YEAR_SECONDS = 15_778_476


def size_of(inode: Inode) -> int:
    """A file's size in bytes as stat(2) tells it."""
    match inode:
        case File(content):
            return len(content)
        case Directory():
            return 4096
        case Symlink(target):
            return len(target.encode())
    return 0


def blocks_of(inode: Inode) -> int:
    """How many KiB of disk a file takes."""
    return -(-size_of(inode) // 4096) * 4 if isinstance(inode, File | Directory) else 0


def links_of(inode: Inode) -> int:
    """How many names lead to an inode."""
    if isinstance(inode, Directory):
        return 2 + sum(isinstance(below, Directory) for below in inode.entries.values())
    return inode.links if isinstance(inode, File) else 1


def human(size: int) -> str:
    """A size as `1.5K`, rounded up.

    >>> human(500), human(1025), human(50 * 1024)
    ('500', '1.1K', '50K')
    """
    power = 0
    while -(-size // 1024**power) >= 1024 and power < 5:
        power += 1
    if power == 0:
        return str(size)
    tenths = -(-size * 10 // 1024**power)
    amount = f"{tenths // 10}.{tenths % 10}" if tenths < 100 else str(-(-size // 1024**power))
    return amount + " KMGTP"[power]


_KNOWN = (
    "l a,all A,almost-all 1 d,directory h,human-readable t r,reverse S R,recursive F,classify:: p "
    "n,numeric-uid-gid g o G,no-group s,size U X c u C x m k L,dereference color:: full-time time-style: sort: "
    "group-directories-first q b N B f"
)


@tool("ls", "dir", trouble=2)
def ls(process: Process) -> Run[int]:
    """List directories and files."""
    options = parse(process.argv, _KNOWN)
    paths = options.operands or ["."]
    files: list[tuple[str, Inode]] = []
    folders: list[str] = []
    status = 0
    for path in paths:
        try:
            inode = _look(process, path, options)
        except SyscallError as error:
            yield from complain(process, f"cannot access '{path}': {error.text}")
            status = 2
            continue
        if isinstance(inode, Directory) and "d" not in options:
            folders.append(path)
        else:
            files.append((path, inode))
    yield from _show(process, _ordered(files, options), options)
    folders = [path for path, _ in _ordered([(path, process.stat(path)) for path in folders], options)]
    titled = len(paths) > 1 or "R" in options
    first = not files
    while folders:
        folder = folders.pop(0)
        if titled:
            yield from process.print(f"{folder}:" if first else f"\n{folder}:")
        first = False
        entries = _entries(process, folder, options)
        if _is_long(options) or "s" in options:
            yield from process.print(f"total {sum(blocks_of(inode) for _, inode in entries)}")
        yield from _show(process, entries, options)
        if "R" in options:
            below = [join(folder, name) for name, inode in entries if isinstance(inode, Directory)]
            folders = [path for path in below if base_name(path) not in (".", "..")] + folders
    return status


def _look(process: Process, path: str, options: Options) -> Inode:
    inode = process.stat(path, follow=False)
    if isinstance(inode, Symlink) and ("L" in options or not ("d" in options or _is_long(options) or "F" in options)):
        try:
            return process.stat(path)
        except SyscallError:
            return inode
    return inode


def _is_long(options: Options) -> bool:
    return options.last_of(("l", "n", "g", "o", "full-time", "C", "x", "m")) in ("l", "n", "g", "o", "full-time")


def _entries(process: Process, folder: str, options: Options) -> list[tuple[str, Inode]]:
    names = process.listdir(folder)
    if "a" in options or "f" in options:
        names = [".", "..", *names]
    elif "A" not in options:
        names = [name for name in names if not name.startswith(".")]
    if "B" in options:
        names = [name for name in names if not name.endswith("~")]
    entries: list[tuple[str, Inode]] = []
    for name in names:
        try:
            entries.append((name, process.stat(join(folder, name), follow="L" in options)))
        except SyscallError:
            continue
    return _ordered(entries, options)


def _ordered(entries: list[tuple[str, Inode]], options: Options) -> list[tuple[str, Inode]]:
    order = options["sort"] or options.last_of(("t", "S", "U", "X", "f"))
    if order in ("U", "f", "none"):
        return entries
    entries = sorted(entries, key=lambda entry: entry[0].encode("utf-8", "surrogateescape"))
    if order in ("t", "time"):
        entries = sorted(entries, key=lambda entry: -entry[1].mtime)
    elif order in ("S", "size"):
        entries = sorted(entries, key=lambda entry: -size_of(entry[1]))
    elif order in ("X", "extension"):
        entries = sorted(entries, key=lambda entry: entry[0].rpartition(".")[2] if "." in entry[0] else "")
    if "r" in options:
        entries.reverse()
    if "group-directories-first" in options:
        entries = sorted(entries, key=lambda entry: not isinstance(entry[1], Directory))
    return entries


def _show(process: Process, entries: list[tuple[str, Inode]], options: Options) -> Run[None]:
    if not entries:
        return
    names = [name + _mark(inode, options) for name, inode in entries]
    if _is_long(options):
        text = _long(process, entries, names, options)
    else:
        if "s" in options:
            width = max(len(str(blocks_of(inode))) for _, inode in entries)
            names = [f"{blocks_of(inode):{width}d} {name}" for (_, inode), name in zip(entries, names, strict=True)]
        layout = options.last_of("1Cxm")
        if layout == "m":
            text = ", ".join(names) + "\n"
        elif layout in ("C", "x") or (not layout and process.handle(1).is_terminal):
            text = _in_columns(names, 80)
        else:
            text = "".join(f"{name}\n" for name in names)
    yield from process.write(1, text.encode("utf-8", "surrogateescape"))


def _mark(inode: Inode, options: Options) -> str:
    if isinstance(inode, Directory) and ("F" in options or "p" in options):
        return "/"
    if "F" not in options:
        return ""
    match inode:
        case Symlink():
            return "" if _is_long(options) else "@"
        case Fifo():
            return "|"
        case SocketFile():
            return "="
        case File() if inode.mode & 0o111:
            return "*"
    return ""


def _long(process: Process, entries: list[tuple[str, Inode]], names: list[str], options: Options) -> str:
    rows = []
    for (_, inode), name in zip(entries, names, strict=True):
        numeric = "n" in options
        size = human(size_of(inode)) if "h" in options else str(size_of(inode))
        owner = str(inode.uid) if numeric else name_of_uid(process, inode.uid)
        group = str(inode.gid) if numeric else name_of_gid(process, inode.gid)
        target = f" -> {inode.target}" if isinstance(inode, Symlink) else ""
        columns = [letters(inode), str(links_of(inode))]
        columns += [] if "g" in options else [owner]
        columns += [] if "o" in options or "G" in options else [group]
        rows.append([*columns, size, _time(process, inode.mtime, options), name + target])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    left = {0, *range(2, len(rows[0]) - 3)}
    lines = []
    for row in rows:
        cells = [c.ljust(w) if n in left else c.rjust(w) for n, (c, w) in enumerate(zip(row, widths, strict=False))]
        lines.append(" ".join([*cells, row[-1]]) + "\n")
    return "".join(lines)


def _time(process: Process, seconds: float, options: Options) -> str:
    style = options["time-style"]
    if "full-time" in options or style == "full-iso":
        return format_date(seconds, "%Y-%m-%d %H:%M:%S.%N +0000")
    if style == "long-iso":
        return format_date(seconds, "%Y-%m-%d %H:%M")
    if style.startswith("+"):
        return format_date(seconds, style[1:])
    recent = -3600 < process.sim.now - seconds < _HALF_YEAR_SECONDS
    return format_date(seconds, "%b %e %H:%M" if recent else "%b %e  %Y")


def _in_columns(names: list[str], width: int) -> str:
    longest = max(map(len, names)) + 2
    columns = max(1, width // longest)
    rows = -(-len(names) // columns)
    lines = ["".join(name.ljust(longest) for name in names[row::rows]).rstrip() for row in range(rows)]
    return "".join(f"{line}\n" for line in lines)


_KINDS = {Directory: "directory", Symlink: "symbolic link", Fifo: "fifo", SocketFile: "socket"}
_DIRECTIVE = re.compile(r"%(-?0?\d*)([A-Za-z%])|\\([ntr\\])")


@tool("stat")
def stat(process: Process) -> Run[int]:
    """What a file is like, in full or in a format."""
    options = parse(process.argv, "c,format: f,file-system L,dereference printf:")
    if not options.operands:
        raise UsageError("missing operand")
    status = 0
    for path in options.operands:
        try:
            inode = process.stat(path, follow="L" in options)
        except SyscallError as error:
            yield from complain(process, f"cannot statx '{path}': {error.text}")
            status = 1
            continue
        if "f" in options:
            text = _file_system(process, path, options["c"])
        elif "c" in options or "printf" in options:
            text = formatted(process, path, inode, options["c"] or options["printf"])
            text += "\n" if "c" in options else ""
        else:
            text = _in_full(process, path, inode)
        yield from process.write(1, text.encode("utf-8", "surrogateescape"))
    return status


def formatted(process: Process, path: str, inode: Inode, layout: str) -> str:
    """A file's attributes in the layout of stat(1)."""
    kind = _KINDS.get(type(inode), "regular file" if isinstance(inode, File) else "character special file")
    if kind == "regular file" and not size_of(inode):
        kind = "regular empty file"
    target = f" -> '{inode.target}'" if isinstance(inode, Symlink) else ""
    moment = format_date(inode.mtime, "%Y-%m-%d %H:%M:%S.%N +0000")
    seconds = format_date(inode.mtime, "%s")
    values = {
        "n": path, "N": f"'{path}'{target}", "a": format(inode.mode, "o"), "A": letters(inode), "F": kind,
        "u": str(inode.uid), "U": name_of_uid(process, inode.uid), "g": str(inode.gid),
        "G": name_of_gid(process, inode.gid), "s": str(size_of(inode)), "b": str(blocks_of(inode) * 2), "B": "512",
        "h": str(links_of(inode)), "i": "1", "d": "1", "D": "1", "o": "4096", "m": _mount_point(process, path),
        "x": moment, "y": moment, "z": moment, "w": moment, "X": seconds, "Y": seconds, "Z": seconds, "W": seconds,
        "f": format(inode.mode | (0o040000 if isinstance(inode, Directory) else 0o100000), "x"), "t": "0", "T": "0",
        "%": "%",
    }  # fmt: skip

    def replace(match: re.Match[str]) -> str:
        if match[3]:
            return {"n": "\n", "t": "\t", "r": "\r", "\\": "\\"}[match[3]]
        text = values.get(match[2], "?")
        width = int(match[1].lstrip("-0") or 0)
        return text.ljust(width) if match[1].startswith("-") else text.rjust(width)

    return _DIRECTIVE.sub(replace, layout)


def _in_full(process: Process, path: str, inode: Inode) -> str:
    layout = (
        "  File: %n\n  Size: %-10s\tBlocks: %-10b IO Block: %-6o %F\nDevice: 0,1\tInode: 1           Links: %h\n"
        "Access: (0%a/%A)  Uid: (%5u/%8U)   Gid: (%5g/%8G)\nAccess: %x\nModify: %y\nChange: %z\n Birth: -\n"
    )
    if isinstance(inode, Symlink):
        layout = layout.replace("%n", f"{path} -> {inode.target}")
    if inode.mode > 0o777:
        layout = layout.replace("(0%a", "(%a")
    return formatted(process, path, inode, layout)


def _mount_point(process: Process, path: str) -> str:
    return process.locate(path, follow=False).mount.point


def _file_system(process: Process, path: str, layout: str) -> str:
    values = {"n": path, "T": "ext2/ext3", "t": "ef53", "s": "4096", "S": "4096", "b": "2621440", "f": "2359296",
              "a": "2228224", "i": "1", "l": "255", "c": "655360", "d": "600000", "%": "%"}  # fmt: skip
    if not layout:
        layout = (
            '  File: "%n"\n    ID: %i        Namelen: %l     Type: %T\nBlock size: %s       Fundamental block size: %S'
        )
    return _DIRECTIVE.sub(lambda m: values.get(m[2] or "", "\n"), layout) + "\n"
