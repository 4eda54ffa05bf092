"""What history is told of a file that came with an image, before the first change of it.

History holds no images. So, as an overlay file system copies a file up into the writable layer before it changes it,
the file is written to history whole; the records of its changes then make sense to whoever has history alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simk8s.machine.content import as_json
from simk8s.machine.filesystem import NOT_IN_HISTORY, Device, Directory, Fifo, File, Inode, SocketFile, Symlink, own

Record = Callable[..., int]
"""`record(verb, object, **detail)`: `Process.record`."""


def copy_up(record: Record, label: str, inode: Inode, *, below: bool = False) -> None:
    """Write to history what is at `label`, unless it knows; with everything `below` where a directory is to move."""
    if inode.number == NOT_IN_HISTORY:
        inode.number = record("file.copy_up", label, **_described(inode))
    if below and isinstance(inode, Directory):
        for name in sorted(inode.entries):
            copy_up(record, f"{label}/{name}", own(inode, name, inode.entries[name]), below=True)


def _described(inode: Inode) -> dict[str, Any]:
    detail: dict[str, Any] = {"mode": inode.mode}
    if inode.uid or inode.gid:
        detail |= {"uid": inode.uid, "gid": inode.gid}
    match inode:
        case File():
            return detail | {"type": "file", "data": as_json(inode.content), "mtime": inode.mtime}
        case Directory():
            return detail | {"type": "directory"}
        case Symlink(target):
            return detail | {"type": "symlink", "target": target}
        case SocketFile():
            return detail | {"type": "socket"}
        case Fifo():
            return detail | {"type": "fifo"}
        case Device(name):
            return detail | {"type": "device", "name": name}
