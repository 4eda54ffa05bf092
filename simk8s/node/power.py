"""What a loss of power takes from a node's disks, and what history is told of it."""

from __future__ import annotations

from typing import Any, Literal

from simk8s.machine import Directory, File, FileSystem
from simk8s.machine.content import as_json
from simk8s.machine.copy_up import copy_up
from simk8s.machine.durability import lose
from simk8s.machine.filesystem import NOT_IN_HISTORY, Inode
from simk8s.sim import Actor, Simulation

Unsynced = Literal["kept", "lost", "names", "contents", "chosen"]
"""What becomes of what was written and not forced to disk: kept, lost, only the names in directories or only the
contents of files kept, or a choice for each file and directory.
"""


def lose_unsynced(sim: Simulation, actor: Actor, filesystem: FileSystem, unsynced: Unsynced) -> None:
    """Leave in a file system what had reached the disk."""
    if unsynced == "kept":
        return

    def is_kept(path: str, inode: Inode) -> bool:
        if unsynced == "chosen":
            return sim.choose(2, f"power/{filesystem.name}:{path}") == 0
        return unsynced == ("names" if isinstance(inode, Directory) else "contents")

    def record(verb: str, object: str = "", **detail: Any) -> int:
        return sim.record(actor, verb, object, **detail)

    for path, directory, name, before in lose(filesystem.root, sim.now, is_kept):
        label = f"{filesystem.name}:{path}/{name}"
        now = directory.entries.get(name)
        if before is now and isinstance(now, File):
            record("file.truncate", label, size=0)
            if len(now.content):
                record("file.write", label, offset=0, data=as_json(now.content))
            continue
        if before is not None:
            _gone(record, label, before)
        if now is not None:
            _forget(now)
            copy_up(record, label, now, below=True)


def _gone(record: Any, label: str, inode: Inode) -> None:
    if isinstance(inode, Directory):
        for name, below in sorted(inode.entries.items()):
            _gone(record, f"{label}/{name}", below)
        record("file.rmdir", label)
    else:
        record("file.unlink", label)


def _forget(inode: Inode) -> None:
    """History is told anew what this is."""
    inode.number = NOT_IN_HISTORY
    if isinstance(inode, Directory):
        for below in inode.entries.values():
            _forget(below)
