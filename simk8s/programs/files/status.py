"""stat: what a file is like."""

from __future__ import annotations

import re

from simk8s.machine import Directory, Fifo, File, Inode, Process, SocketFile, Symlink, SyscallError
from simk8s.programs.accounts import name_of_gid, name_of_uid
from simk8s.programs.files.listing import blocks_of, links_of, size_of
from simk8s.programs.files.mode import letters
from simk8s.programs.options import UsageError, parse
from simk8s.programs.processes.calendar import format_date
from simk8s.programs.tool import complain, tool
from simk8s.sim import Run

_KINDS = {Directory: "directory", Symlink: "symbolic link", Fifo: "fifo", SocketFile: "socket"}
_DIRECTIVE = re.compile(r"%(-?0?\d*)([A-Za-z%])|\\([ntr\\])")


@tool("stat")
def stat(process: Process) -> Run[int]:
    """What a file is like, in full or in a format."""
    options = parse(process.argv, "c,format: f,file-system L,dereference printf:", unmodelled="t,terse cached:")
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
