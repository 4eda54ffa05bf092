"""A volume as a person looks at it: what is in it, what has just appeared, changed, or been burnt after reading."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from simk8s.machine.content import Content
from simk8s.sim import Record
from simk8s.world.index import Index, between
from simk8s.world.state import FileSystem, Inode, World

Touch = Literal["", "new", "changed", "burnt"]

RECENT_SECONDS = 5.0
"""What was touched in the last so many virtual seconds has just been touched."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A name in a volume. `touch` is how it was touched last, `seq` that record, `is_recent` whether just now.

    Burnt names are gone: `became` is what such a file was renamed to, empty where it was removed.
    """

    path: str
    kind: str
    size: int = 0
    touch: Touch = ""
    seq: int = -1
    time: float = 0.0
    is_recent: bool = False
    became: str = ""
    target: str = ""

    @property
    def depth(self) -> int:
        return self.path.count("/") - 1

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


def entries(index: Index, world: World, filesystem: str, *, base: str = "") -> list[Entry]:
    """Everything in a volume (below `base`), and what was in it and is not any more, as a tree in order of names."""
    tree = world.filesystems.get(filesystem)
    if tree is None:
        return []
    touched: dict[str, tuple[Touch, Record, str]] = {}
    for record in between(index.files.get(filesystem, ()), -1, world.seq):
        _touch(touched, record)
    prefix = base.rstrip("/")
    found = [_entry(path, inode, touched.get(path), world) for path, inode in tree.files.items() if path != "/"]
    found += [
        Entry(path, "file", 0, "burnt", record.seq, record.time, _is_recent(record, world), became)
        for path, (touch, record, became) in touched.items()
        if touch == "burnt" and path not in tree.files
    ]
    below = [entry for entry in found if not prefix or entry.path.startswith(f"{prefix}/")]
    return sorted(below, key=lambda entry: entry.path.split("/"))


def content_at(tree: FileSystem | None, path: str) -> Content | None:
    """What a file holds; None where there is no such file."""
    inode = tree.files.get(path) if tree is not None else None
    return inode.content if inode is not None and inode.kind == "file" else None


def _touch(touched: dict[str, tuple[Touch, Record, str]], record: Record) -> None:
    path = "/" + record.object.partition(":/")[2]
    match record.verb:
        case "file.rename" | "file.link":
            target = "/" + str(record.detail["to"]).partition(":/")[2]
            if record.verb == "file.rename":
                touched[path] = ("burnt", record, target)
            touched[target] = ("new", record, "")
        case "file.unlink" | "file.rmdir":
            touched[path] = ("burnt", record, "")
        case "file.write" | "file.truncate":
            known = touched.get(path)
            just_made = known is not None and known[0] == "new" and record.time - known[1].time < RECENT_SECONDS
            touched[path] = ("new" if just_made else "changed", record, "")
        case _:
            touched[path] = ("new", record, "")


def _entry(path: str, inode: Inode, touch: tuple[Touch, Record, str] | None, world: World) -> Entry:
    size = len(inode.content) if inode.kind == "file" else 0
    if touch is None:
        return Entry(path, inode.kind, size, target=inode.target)
    how, record, _ = touch
    return Entry(path, inode.kind, size, how, record.seq, record.time, _is_recent(record, world), target=inode.target)


def _is_recent(record: Record, world: World) -> bool:
    return world.time - record.time < RECENT_SECONDS
