"""File systems in memory: a tree of inodes that volumes, image layers and emptyDirs are made of.

Nothing here takes time or asks for permission; that is the business of the system calls in `process.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from simk8s.machine.content import Content
from simk8s.machine.errno import Errno, SyscallError

if TYPE_CHECKING:
    from simk8s.machine.lock import FileLock
    from simk8s.machine.socket import Listener

EXECUTABLE_MAGIC = b"\x7fELF simk8s "

DISK_BYTES = 10 << 30
"""How large a disk is of which nothing else is known (SIM)."""

NOT_IN_HISTORY = -1
"""The number of an inode that came with an image. Others have that of the history record that tells what they are."""

IN_IMAGE = -2
"""The number of an inode that is part of an image: all its containers look at it, and who may change it has its own."""


@dataclass(slots=True, eq=False)
class Glance:
    """A directory as somebody has seen it: names, and contents, modes and owners of its files.

    It is left at the directory and at each file, and `holds` until one of them changes.
    """

    holds: bool = True


@dataclass(slots=True, eq=False)
class File:
    """A regular file. Its content is immutable data that each write replaces."""

    content: Content = b""
    mode: int = 0o644
    uid: int = 0
    gid: int = 0
    mtime: float = 0.0
    links: int = 1
    lock: FileLock | None = None
    locked_by: object | None = None  # fcntl(2): the process that has locked it, as long as that is alive
    number: int = NOT_IN_HISTORY
    durable: Content = b""
    """The content on disk, where it has changed since `dirty_since` (None: it is the same): see `durability.py`."""
    dirty_since: float | None = None
    is_news: bool = False
    """Whether it was written since it was last read: all that anybody asks its access time for."""
    glance: Glance | None = None


@dataclass(slots=True, eq=False)
class Directory:
    """Names and what they lead to. Listed by name, since a real directory has no order to rely on."""

    entries: dict[str, Inode] = field(default_factory=dict)
    mode: int = 0o755
    uid: int = 0
    gid: int = 0
    mtime: float = 0.0
    number: int = NOT_IN_HISTORY
    durable: dict[str, Inode] | None = None
    """The names on disk, where they have changed since `dirty_since`, at last at `changed_at`."""
    dirty_since: float = 0.0
    changed_at: float = 0.0
    glance: Glance | None = None


@dataclass(slots=True, eq=False)
class Symlink:
    target: str
    mode: int = 0o777
    uid: int = 0
    gid: int = 0
    mtime: float = 0.0
    number: int = NOT_IN_HISTORY


@dataclass(slots=True, eq=False)
class SocketFile:
    """The name of a Unix-domain socket. It outlives the process that listens: connecting is then refused."""

    listener: Listener | None = None
    mode: int = 0o777
    uid: int = 0
    gid: int = 0
    mtime: float = 0.0
    number: int = NOT_IN_HISTORY


@dataclass(slots=True, eq=False)
class Fifo:
    """A named pipe; the pipe itself is made by whoever opens it first."""

    pipe: object | None = None
    mode: int = 0o644
    uid: int = 0
    gid: int = 0
    mtime: float = 0.0
    number: int = NOT_IN_HISTORY


@dataclass(slots=True, eq=False)
class Device:
    """`null`, `zero`, `full`, `urandom`, `tty`, or a descriptor of the process itself (`stdin`, `fd/3`)."""

    name: str
    mode: int = 0o666
    uid: int = 0
    gid: int = 0
    mtime: float = 0.0
    number: int = NOT_IN_HISTORY


Inode: TypeAlias = File | Directory | Symlink | SocketFile | Fifo | Device


class FileSystem:
    """A named tree. The name says in history which volume or layer a file belongs to.

    What is `in_memory` (tmpfs) takes the memory of the machines that write to it. Faults make the disk below it slow,
    or every write to it fail.
    """

    __slots__ = ("capacity", "in_memory", "is_failing", "moves", "name", "root", "slowness")

    def __init__(self, name: str, root: Directory | None = None, *, in_memory: bool = False) -> None:
        self.name = name
        self.root = root or Directory()
        self.in_memory = in_memory
        self.capacity = DISK_BYTES
        """What df says that it can hold; what is in memory can hold no more."""
        self.slowness = 1.0
        self.is_failing = False
        self.moves = 0
        """How often a directory was renamed: whoever has remembered a path may be wrong since."""

    def copy(self, name: str) -> FileSystem:
        """A tree of its own with the same content: how an image is based on another."""
        return FileSystem(name, copy_tree(self.root))

    def layer(self, name: str) -> FileSystem:
        """A tree of its own on this image: a container's writable layer.

        What is below the root is copied when the container first reaches for it (`own`), not when it only looks.
        """
        if self.root.number != IN_IMAGE:
            _seal(self.root)
        root = _copy(self.root)
        assert isinstance(root, Directory)
        return FileSystem(name, root)

    def install(self, files: Mapping[str, str | bytes], *, mode: int = 0o644) -> None:
        """Put files into the tree by path, with the directories that they need: for images and tests."""
        for path, text in files.items():
            self.place(path, File(text.encode() if isinstance(text, str) else text, mode))

    def place(self, path: str, inode: Inode) -> None:
        """Put any inode at `path`, making the directories above it."""
        *above, name = [part for part in path.split("/") if part]
        directory = self.directory("/".join(above))
        unseen(directory)
        directory.entries[name] = inode

    def directory(self, path: str) -> Directory:
        """The directory at `path`, made if it is not there (as for a `subPath` mount)."""
        here = self.root
        if here.number == IN_IMAGE:
            here.number = NOT_IN_HISTORY  # an image that changes after all: its next layer seals what is new
        for part in path.split("/"):
            if part in ("", "."):
                continue
            if part not in here.entries:
                unseen(here)
            below = own(here, part, here.entries.setdefault(part, Directory()))
            if not isinstance(below, Directory):
                raise SyscallError(Errno.ENOTDIR, path)
            here = below
        return here

    def size(self) -> int:
        """The bytes of all its files."""
        return sum(len(inode.content) for _, inode in self.walk() if isinstance(inode, File))

    def find(self, path: str) -> Inode | None:
        """What is at `path`, symbolic links not followed."""
        here: Inode = self.root
        for part in path.split("/"):
            if part in ("", "."):
                continue
            if not isinstance(here, Directory) or part not in here.entries:
                return None
            here = here.entries[part]
        return here

    def walk(self) -> Iterator[tuple[str, Inode]]:
        """Every path below the root with its inode, by name."""
        yield from _walk("", self.root)


def unseen(inode: Inode) -> None:
    """Something of it changes: who has looked at it has to look again."""
    if isinstance(inode, File | Directory) and inode.glance is not None:
        inode.glance.holds = False
        inode.glance = None


def executable(program: str) -> File:
    """The file of a simulated program: moving, copying or removing it has the effect that it has for real."""
    return File(EXECUTABLE_MAGIC + program.encode() + b"\n", 0o755)


def own(directory: Directory, name: str, inode: Inode) -> Inode:
    """What is at a name, for who may change it: the container's own copy of what is still the image's."""
    if inode.number == IN_IMAGE:
        inode = directory.entries[name] = _copy(inode)
    return inode


def own_all(directory: Directory) -> None:
    """The same for everything below a directory."""
    for name in [*directory.entries]:
        inode = own(directory, name, directory.entries[name])
        if isinstance(inode, Directory):
            own_all(inode)


def copy_tree(directory: Directory) -> Directory:
    """A deep copy of a tree; file contents are shared, since they are never changed in place."""
    entries = {
        name: copy_tree(inode) if isinstance(inode, Directory) else _copy(inode)
        for name, inode in directory.entries.items()
    }
    return Directory(entries, directory.mode, directory.uid, directory.gid, directory.mtime)


def _copy(inode: Inode) -> Inode:
    match inode:
        case File(content, mode, uid, gid, mtime):
            return File(content, mode, uid, gid, mtime)
        case Directory(entries, mode, uid, gid, mtime):
            return Directory(dict(entries), mode, uid, gid, mtime)
        case Device(name, mode, uid, gid):
            return Device(name, mode, uid, gid)
        case Symlink(target):
            return Symlink(target)
        case Fifo(_, mode):
            return Fifo(None, mode)
        case SocketFile():
            return SocketFile()


def _seal(directory: Directory) -> None:
    directory.number = IN_IMAGE
    for inode in directory.entries.values():
        if isinstance(inode, Directory):
            _seal(inode)
        else:
            inode.number = IN_IMAGE


def _walk(prefix: str, directory: Directory) -> Iterator[tuple[str, Inode]]:
    for name in sorted(directory.entries):
        inode = directory.entries[name]
        path = f"{prefix}/{name}"
        yield path, inode
        if isinstance(inode, Directory):
            yield from _walk(path, inode)
