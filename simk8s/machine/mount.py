"""What one container sees as its files: a root and volumes mounted over it; path resolution through both."""

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Location:
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


class MountTable:
    """Mounts by their absolute path."""

    __slots__ = ("_mounts",)

    def __init__(self, root: FileSystem) -> None:
        self._mounts: dict[str, Mount] = {"/": Mount("/", root, root.root)}

    def mount(
        self, point: str, filesystem: FileSystem, *, sub_path: str = "", read_only: bool = False, file: bool = False
    ) -> None:
        """Show `filesystem` (or the directory or file `sub_path` of it) at `point`, which is made if absent."""
        prefix = "/".join(part for part in sub_path.split("/") if part not in ("", "."))
        existing = filesystem.find(prefix)
        top: Inode = existing if isinstance(existing, File) or (file and existing) else filesystem.directory(prefix)
        self._make_point(point, top)
        inner = f"/{prefix}" if prefix else ""
        self._mounts[point.rstrip("/") or "/"] = Mount(point, filesystem, top, inner, read_only)

    def points(self) -> dict[str, Mount]:
        """The mounts by mount point, sorted by path."""
        return dict(sorted(self._mounts.items()))

    def _make_point(self, point: str, top: Inode) -> None:
        root = self._mounts["/"].filesystem
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
        root = self._mounts["/"]
        root_location = Location("/", root, None, "", root.top, "")
        stack = [root_location]
        pending = [part for part in reversed((path if path[0] == "/" else f"{cwd}/{path}").split("/")) if part]
        must_be_directory = path.endswith("/")
        links = 0
        while pending:
            part = pending.pop()
            if part == ".":
                continue
            if part == "..":
                if len(stack) > 1:
                    stack.pop()
                continue
            here = self._step(stack[-1], part, path)
            if here.inode is None:
                if any(name not in (".",) for name in pending):
                    raise SyscallError(Errno.ENOENT, path)
                return here
            if isinstance(here.inode, Symlink) and (follow or pending or must_be_directory):
                links += 1
                if links > _MAX_SYMLINKS:
                    raise SyscallError(Errno.ELOOP, path)
                target = here.inode.target
                if target.startswith("/"):
                    stack = [root_location]
                pending.extend(name for name in reversed(target.split("/")) if name)
                continue
            stack.append(here)
        found = stack[-1]
        if must_be_directory and not isinstance(found.inode, Directory):
            raise SyscallError(Errno.ENOTDIR, path)
        return found

    def _step(self, at: Location, name: str, whole: str) -> Location:
        directory = at.inode
        if not isinstance(directory, Directory):
            raise SyscallError(Errno.ENOTDIR, whole)
        path = f"{at.path}/{name}" if at.path != "/" else f"/{name}"
        mounted = self._mounts.get(path)
        if mounted is not None:
            return Location(path, mounted, directory, name, mounted.top, mounted.prefix)
        return Location(path, at.mount, directory, name, directory.entries.get(name), f"{at.inner}/{name}")
