"""What one container sees as its files: a root and volumes mounted over it; path resolution through both."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from simk8s.machine.errno import Errno, SyscallError
from simk8s.machine.filesystem import Directory, File, FileSystem, Inode, Symlink

_MAX_SYMLINKS = 40


@dataclass(frozen=True, slots=True)
class Mount:
    """A directory (or, with `subPath` of a file, a file) of a file system, seen at `point`."""

    point: str
    filesystem: FileSystem
    top: Inode
    prefix: str = ""  # the path of `top` inside its file system
    read_only: bool = False


class Location(NamedTuple):
    """Where a path leads: the mount, the directory that holds the name, and what is there (None: nothing yet)."""

    path: str
    mount: Mount
    parent: Directory | None
    name: str
    inode: Inode | None
    inner: str  # the path inside the file system

    @property
    def label(self) -> str:
        """How history names the file: `volume:path`."""
        return f"{self.mount.filesystem.name}:{self.inner or '/'}"


_Stop: TypeAlias = tuple[str, Mount, Inode, str, Directory | None, str]


class MountTable:
    """Mounts by their absolute path."""

    __slots__ = ("_mounts", "_names", "_root")

    def __init__(self, root: FileSystem) -> None:
        self._root = Mount("/", root, root.root)
        self._mounts: dict[str, Mount] = {"/": self._root}
        self._names: set[str] = set()  # the last names of the mount points: a path without one of them meets no mount

    def mount(
        self, point: str, filesystem: FileSystem, *, sub_path: str = "", read_only: bool = False, file: bool = False
    ) -> None:
        """Show `filesystem` (or the directory or file `sub_path` of it) at `point`, which is made if absent."""
        prefix = "/".join(part for part in sub_path.split("/") if part not in ("", "."))
        existing = filesystem.find(prefix)
        top: Inode = existing if isinstance(existing, File) or (file and existing) else filesystem.directory(prefix)
        self._make_point(point, top)
        inner = f"/{prefix}" if prefix else ""
        point = point.rstrip("/") or "/"
        self._mounts[point] = Mount(point, filesystem, top, inner, read_only)
        self._names.add(point.rpartition("/")[2])
        self._root = self._mounts["/"]

    def is_point(self, path: str) -> bool:
        """Whether something is mounted at this absolute path (`/` always is)."""
        return path in self._mounts

    def points(self) -> dict[str, Mount]:
        """The mounts by mount point, sorted by path."""
        return dict(sorted(self._mounts.items()))

    def filesystems(self) -> list[FileSystem]:
        """The file systems that are mounted, each once."""
        return list(dict.fromkeys(mount.filesystem for mount in self.points().values()))

    def _make_point(self, point: str, top: Inode) -> None:
        root = self._root.filesystem
        if root.find(point) is None:
            if isinstance(top, Directory):
                root.directory(point)
            else:
                root.place(point, File())

    def resolve(self, path: str, cwd: str = "/", *, follow: bool = True) -> Location:
        """Follow `path` from `cwd`. The last name need not exist; everything before it must be a directory.

        Raises SyscallError ENOENT, ENOTDIR or ELOOP.
        """
        if not path:
            raise SyscallError(Errno.ENOENT, path)
        whole, names = _split(path if path[0] == "/" else f"{cwd}/{path}")
        must_be_directory = path[-1] == "/"
        if not must_be_directory and ".." not in names:
            straight = self._straight(whole, names, path, follow)
            if straight is not None:
                return straight
        return self._around(names, path, follow or must_be_directory, must_be_directory)

    def _straight(self, whole: str, names: tuple[str, ...], path: str, follow: bool) -> Location | None:
        """Where the names lead when no link is in the way; None where one is."""
        mount = self._root
        inode: Inode | None = mount.top
        parent: Directory | None = None
        point = 0  # the part of `whole` that leads to `mount` has this length
        name = ""
        left = len(names)
        for name in names:
            if type(inode) is not Directory:
                raise SyscallError(Errno.ENOENT if inode is None else Errno.ENOTDIR, path)
            parent = inode
            left -= 1
            if name in self._names and (mounted := self._mounts.get("/" + "/".join(names[: len(names) - left]))):
                mount, inode, point = mounted, mounted.top, len(mounted.point)
                continue
            inode = parent.entries.get(name)
            if type(inode) is Symlink and (follow or left):
                return None
        return Location(whole, mount, parent, name, inode, mount.prefix + (whole[point:] if names else ""))

    def _around(self, names: tuple[str, ...], path: str, follow: bool, must_be_directory: bool) -> Location:
        """Where the names lead, through links and upwards."""
        mounts = self._mounts
        root = self._root
        # For each directory on the way: its path, mount, inode, path inside the file system, holder and name there.
        top: _Stop = ("/", root, root.top, "", None, "")
        stack = [top]
        pending = list(names[::-1])
        links = 0
        while pending:
            name = pending.pop()
            if name == "..":
                if len(stack) > 1:
                    stack.pop()
                continue
            above, mount, directory, inner, _, _ = stack[-1]
            if type(directory) is not Directory:
                raise SyscallError(Errno.ENOTDIR, path)
            here = f"{above}/{name}" if len(stack) > 1 else f"/{name}"
            mounted = mounts.get(here)
            if mounted is not None:
                stack.append((here, mounted, mounted.top, mounted.prefix, directory, name))
                continue
            inode = directory.entries.get(name)
            if inode is None:
                if pending:
                    raise SyscallError(Errno.ENOENT, path)
                return Location(here, mount, directory, name, None, f"{inner}/{name}")
            if type(inode) is Symlink and (follow or pending):
                links += 1
                if links > _MAX_SYMLINKS:
                    raise SyscallError(Errno.ELOOP, path)
                if inode.target.startswith("/"):
                    stack = [top]
                pending.extend(part for part in reversed(inode.target.split("/")) if part and part != ".")
                continue
            stack.append((here, mount, inode, f"{inner}/{name}", directory, name))
        found, mount, inode, inner, parent, name = stack[-1]
        if must_be_directory and not isinstance(inode, Directory):
            raise SyscallError(Errno.ENOTDIR, path)
        return Location(found, mount, parent, name, inode, inner)


@lru_cache(maxsize=8192)  # programs ask for the same files again and again
def _split(path: str) -> tuple[str, tuple[str, ...]]:
    """An absolute path without what says nothing, as a whole and in names."""
    names = tuple(name for name in path.split("/") if name and name != ".")
    return f"/{'/'.join(names)}", names
