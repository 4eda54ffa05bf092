"""The questions that rm, cp, mv and ln ask before they destroy something."""

from __future__ import annotations

from simk8s.machine import Directory, Fifo, File, Inode, Process, Symlink
from simk8s.sim import Run


def confirmed(process: Process, question: str) -> Run[bool]:
    """Ask on standard error; whether the answer on standard input begins with y."""
    name = process.argv[0].rpartition("/")[2]
    yield from process.write(2, f"{name}: {question}? ".encode())
    answer = yield from process.read_until(0)
    return answer[:1] in (b"y", b"Y")


def kind_of(inode: Inode) -> str:
    """What a file is, in words."""
    match inode:
        case Directory():
            return "directory"
        case Symlink():
            return "symbolic link"
        case Fifo():
            return "fifo"
        case File(content):
            return "regular file" if len(content) else "regular empty file"
    return "file"
