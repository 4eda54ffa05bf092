"""What one container sees as its files: a root and volumes mounted over it; path resolution through both."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from simk8s.machine.errno import Errno, SyscallError
from simk8s.machine.filesystem import IN_IMAGE, Directory, File, FileSystem, Inode, Symlink, own

_MAX_SYMLINKS = 40
_MOST_SIMPLE_LINKS = 4  # where there are more on the way, it may be a circle


@dataclass(frozen=True, slots=True)
class Mount:
    """A directory (or, with `subPath` of a file, a file) of a file system, seen at `point`."""

    point: str
    filesystem: FileSystem
    top: Inode
    label: str  # how history names `top`, without a last slash: `volume:path`
    read_only: bool = False


class Location(NamedTuple):
    """Where a path leads: the mount, the directory that holds the name, and what is there (None: nothing yet)."""

    path: str
    mount: Mount
    parent: Directory | None
    name: str
    inode: Inode | None
    label: str  # how history names the file: `volume:path`


class _Route(NamedTuple):
    """How to go straight to `path`: from the top of the last mount on the way by `names` (none: it is that top).

    `below` is the same in one text. Without a mount point there is no such way: the path leads upwards.
    """

    path: str
    point: str
    names: tuple[str, ...]
    below: str


_NOWHERE = _Route("", "", (), "")
_MOST_ROUTES = 4096

_Stop: TypeAlias = tuple[str, Mount, Inode, str, Directory | None, str]


class MountTable:
    """Mounts by their absolute path."""

    __slots__ = ("_mounts", "_root", "_routes", "version")

    def __init__(self, root: FileSystem) -> None:
        self._root = Mount("/", root, root.root, f"{root.name}:")
        self._mounts: dict[str, Mount] = {"/": self._root}
        self._routes = _routes_of(("/",))
        self.version = 0
        """How often something was mounted."""

    def mount(
        self, point: str, filesystem: FileSystem, *, sub_path: str = "", read_only: bool = False, file: bool = False
    ) -> None:
        """Show `filesystem` (or the directory or file `sub_path` of it) at `point`, which is made if absent."""
        prefix = "/".join(part for part in sub_path.split("/") if part not in ("", "."))
        existing = filesystem.find(prefix)
        top: Inode = existing if isinstance(existing, File) or (file and existing) else filesystem.directory(prefix)
        self._make_point(point, top)
        label = f"{filesystem.name}:/{prefix}" if prefix else f"{filesystem.name}:"
        point = point.rstrip("/") or "/"
        self._mounts[point] = Mount(point, filesystem, top, label, read_only)
        self._routes = _routes_of(tuple(self._mounts))
        self._root = self._mounts["/"]
        self.version += 1

    def is_point(self, path: str) -> bool:
        """Whether something is mounted at this absolute path (`/` always is)."""
        return path in self._mounts

    def points_in(self, directory: str) -> list[str]:
        """The names in a directory at which something is mounted; `directory` without a last slash."""
        return [name for above, _, name in (point.rpartition("/") for point in self._mounts) if above == directory]

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

    def find(self, path: str, cwd: str = "/", *, follow: bool = True) -> Inode | None:
        """What is at `path`; None where there is nothing. Raises SyscallError ENOTDIR or ELOOP."""
        whole = path if path[:1] == "/" else f"{cwd}/{path}"
        links = 0
        while True:
            _, point, names, _ = (self._routes.get(whole) or self._route(whole)) if path else _NOWHERE
            if not point:
                break
            inode: Inode | None = self._mounts[point].top
            for name in names:
                if type(inode) is not Directory:
                    if inode is None:
                        return None
                    break
                inode = inode.entries.get(name)
            else:
                if not follow or type(inode) is not Symlink:
                    return inode
            if type(inode) is not Symlink or links == _MOST_SIMPLE_LINKS:
                break
            links += 1
            whole = self._behind_link(point, names)
        try:
            return self.resolve(path, cwd, follow=follow).inode
        except SyscallError as error:
            if error.errno is Errno.ENOENT:
                return None
            raise

    def _behind_link(self, point: str, names: tuple[str, ...]) -> str:
        """The path that is left once the first link on this way has been followed."""
        above = point.rstrip("/")
        inode: Inode | None = self._mounts[point].top
        for index, name in enumerate(names, 1):
            inode = inode.entries.get(name) if isinstance(inode, Directory) else None
            if isinstance(inode, Symlink):
                start = "" if inode.target.startswith("/") else f"{above}/"
                return "/".join((start + inode.target, *names[index:]))
            above = f"{above}/{name}"
        return "/"  # what is mounted there is a link itself: no route leads there

    def steps(self, path: str, cwd: str = "/") -> tuple[Inode | None, dict[tuple[Directory, str], Inode | None]] | None:
        """What is at `path`, and the directories and names that lead there with what they lead to.

        None where that is not all: where there is a link on the way or no directory, or `path` goes upwards.
        """
        whole = path if path[:1] == "/" else f"{cwd}/{path}"
        _, point, names, _ = (self._routes.get(whole) or self._route(whole)) if path else _NOWHERE
        if not point:
            return None
        steps: dict[tuple[Directory, str], Inode | None] = {}
        inode: Inode | None = self._mounts[point].top
        for name in names:
            if inode is None:
                return None, steps
            if not isinstance(inode, Directory):
                return None
            directory, inode = inode, inode.entries.get(name)
            steps[directory, name] = inode
        return None if isinstance(inode, Symlink) else (inode, steps)

    def resolve(self, path: str, cwd: str = "/", *, follow: bool = True) -> Location:
        """Follow `path` from `cwd`. The last name need not exist; everything before it must be a directory.

        Whoever asks may change what is there: what was the image's on the way becomes the container's own.
        Raises SyscallError ENOENT, ENOTDIR or ELOOP.
        """
        if not path:
            raise SyscallError(Errno.ENOENT, path)
        whole = path if path[0] == "/" else f"{cwd}/{path}"
        there, point, names, below = self._routes.get(whole) or self._route(whole)
        if names:
            mount = self._mounts[point]
            inode: Inode | None = mount.top
            parent: Directory | None = None
            for name in names:
                if type(inode) is not Directory:
                    break
                parent = inode
                inode = parent.entries.get(name)
                if inode is not None and inode.number == IN_IMAGE:
                    inode = own(parent, name, inode)
            else:
                if not follow or type(inode) is not Symlink:
                    return Location(there, mount, parent, name, inode, mount.label + below)
            if inode is None:
                raise SyscallError(Errno.ENOENT, path)
            if type(inode) is not Symlink:
                raise SyscallError(Errno.ENOTDIR, path)
        must_be_directory = path[-1] == "/"
        if path[:2] == ".." and self.find(cwd) is None:  # a removed directory still knows what it was in
            whole = _upwards(cwd, path)
        return self._around(_names(whole), path, follow or must_be_directory, must_be_directory)

    def _route(self, path: str) -> _Route:
        """How to go to an absolute path as long as no link is in the way: remembered, for programs ask again."""
        routes = self._routes
        if len(routes) >= _MOST_ROUTES:
            routes.clear()
        route = routes[path] = self._planned(path)
        return route

    def _planned(self, path: str) -> _Route:
        names = _names(path)
        if path[-1] == "/" or ".." in names:
            return _NOWHERE
        whole = f"/{'/'.join(names)}"
        longest = max((point for point in self._mounts if f"{whole}/".startswith(f"{point}/")), key=len, default="/")
        below = names if longest == "/" else names[longest.count("/") :]
        return _Route(whole, longest, below, f"/{'/'.join(below)}")

    def _around(self, names: tuple[str, ...], path: str, follow: bool, must_be_directory: bool) -> Location:
        """Where the names lead, through links and upwards."""
        mounts = self._mounts
        root = self._root
        # For each directory on the way: its path, mount, inode, label without a last slash, holder and name there.
        top: _Stop = ("/", root, root.top, root.label, None, "")
        stack = [top]
        pending = list(names[::-1])
        links = 0
        while pending:
            name = pending.pop()
            if name == "..":
                if len(stack) > 1:
                    stack.pop()
                continue
            above, mount, directory, label, _, _ = stack[-1]
            if type(directory) is not Directory:
                raise SyscallError(Errno.ENOTDIR, path)
            here = f"{above}/{name}" if len(stack) > 1 else f"/{name}"
            mounted = mounts.get(here)
            if mounted is not None:
                stack.append((here, mounted, mounted.top, mounted.label, directory, name))
                continue
            inode = directory.entries.get(name)
            if inode is None:
                if pending:
                    raise SyscallError(Errno.ENOENT, path)
                return Location(here, mount, directory, name, None, f"{label}/{name}")
            inode = own(directory, name, inode)
            if type(inode) is Symlink and (follow or pending):
                links += 1
                if links > _MAX_SYMLINKS:
                    raise SyscallError(Errno.ELOOP, path)
                if inode.target.startswith("/"):
                    stack = [top]
                pending.extend(part for part in reversed(inode.target.split("/")) if part and part != ".")
                continue
            stack.append((here, mount, inode, f"{label}/{name}", directory, name))
        found, mount, inode, label, parent, name = stack[-1]
        if must_be_directory and not isinstance(inode, Directory):
            raise SyscallError(Errno.ENOTDIR, path)
        is_root = label == f"{mount.filesystem.name}:"
        return Location(found, mount, parent, name, inode, f"{label}/" if is_root else label)


def _upwards(cwd: str, path: str) -> str:
    """Where a path leads from `cwd`, its first steps upwards taken."""
    above, names = list(_names(cwd)), list(_names(path))
    while names[:1] == [".."]:
        del names[0], above[-1:]
    return "/" + "/".join(above + names)


@lru_cache(maxsize=64)
def _routes_of(points: tuple[str, ...]) -> dict[str, _Route]:
    """The routes that are known of all tables with these mount points: containers of one kind ask for the same files.

    They say nothing of what is there, so they hold for all of them and for ever.
    """
    return {}


@lru_cache(maxsize=8192)  # containers of one image ask for the same files
def _names(path: str) -> tuple[str, ...]:
    """An absolute path in names, without what says nothing."""
    return tuple(name for name in path.split("/") if name and name != ".")
