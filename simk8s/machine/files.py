"""The system calls on paths. Questions (`stat`, `listdir`) are plain; changes are steps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from simk8s.machine.content import splice
from simk8s.machine.copy_up import copy_up
from simk8s.machine.durability import before_change, before_write, force, force_all
from simk8s.machine.errno import Errno, SyscallError
from simk8s.machine.filesystem import NOT_IN_HISTORY, Directory, Fifo, File, Inode, Symlink, unseen
from simk8s.machine.mount import Location
from simk8s.sim import Run, Simulation, Waits

if TYPE_CHECKING:
    from simk8s.machine.machine import Machine


class Files:
    """The part of a Process that deals with paths."""

    machine: Machine
    sim: Simulation
    cwd: str
    umask: int
    uid: int
    gid: int
    groups: tuple[int, ...]

    def step(self, verb: str, object: str = "", seconds: float | None = None) -> Waits:
        raise NotImplementedError

    def record(self, verb: str, object: str = "", **detail: Any) -> int:
        raise NotImplementedError

    # Questions

    def locate(self, path: str, *, follow: bool = True) -> Location:
        """Where a path leads, whether or not something is there. Raises SyscallError."""
        return self.machine.mounts.resolve(path, self.cwd, follow=follow)

    def existing(self, path: str, *, follow: bool = False) -> Location:
        """As `locate`, of what is there. Raises SyscallError ENOENT."""
        location = self.machine.mounts.resolve(path, self.cwd, follow=follow)
        if location.inode is None:
            raise SyscallError(Errno.ENOENT, path)
        return location

    def stat(self, path: str, *, follow: bool = True) -> Inode:
        """What is at a path. Raises SyscallError ENOENT."""
        inode = self.machine.mounts.find(path, self.cwd, follow=follow)
        if inode is None:
            raise SyscallError(Errno.ENOENT, path)
        return inode

    def find(self, path: str) -> Inode | None:
        """What is at a path; None where there is nothing, whatever the reason."""
        try:
            return self.machine.mounts.find(path, self.cwd)
        except SyscallError:
            return None

    def exists(self, path: str, *, follow: bool = True) -> bool:
        try:
            self.stat(path, follow=follow)
        except SyscallError:
            return False
        return True

    def is_directory(self, path: str) -> bool:
        return isinstance(self.find(path), Directory)

    def is_file(self, path: str) -> bool:
        return isinstance(self.find(path), File)

    def listdir(self, path: str) -> list[str]:
        """The names in a directory, sorted. Raises SyscallError."""
        return sorted(self._directory(path)[1].entries)

    def scan(self, path: str) -> Iterator[tuple[str, Inode]]:
        """The names in a directory, sorted, each with what is there when its turn comes, be it a link."""
        where, directory = self._directory(path)
        return self._scan(where.rstrip("/"), directory)

    def _scan(self, where: str, directory: Directory) -> Iterator[tuple[str, Inode]]:
        mounts = self.machine.mounts
        points = mounts.points_in(where)
        for name in sorted(directory.entries):
            inode = mounts.find(f"{where}/{name}") if name in points else directory.entries.get(name)
            if inode is not None:
                yield name, inode

    def _directory(self, path: str) -> tuple[str, Directory]:
        location = self.locate(path)
        if location.inode is None:
            raise SyscallError(Errno.ENOENT, path)
        if not isinstance(location.inode, Directory):
            raise SyscallError(Errno.ENOTDIR, path)
        return location.path, location.inode

    def readlink(self, path: str) -> str:
        inode = self.stat(path, follow=False)
        if not isinstance(inode, Symlink):
            raise SyscallError(Errno.EINVAL, path)
        return inode.target

    def realpath(self, path: str) -> str:
        """The absolute path without links. Raises SyscallError where it leads nowhere."""
        location = self.locate(path)
        if location.inode is None:
            raise SyscallError(Errno.ENOENT, path)
        return location.path

    def peek(self, path: str) -> bytes:
        """A small file's content, or nothing where it cannot be read: for what libc reads behind a program's back."""
        inode = self.find(path)
        return bytes(inode.content) if isinstance(inode, File) else b""

    def may(self, inode: Inode, access: int) -> bool:
        """Whether this process may read (4), write (2) or execute (1)."""
        if self.uid == 0:
            return access != 1 or isinstance(inode, Directory) or bool(inode.mode & 0o111)
        shift = 6 if inode.uid == self.uid else 3 if inode.gid in (self.gid, *self.groups) else 0
        return bool((inode.mode >> shift) & access)

    # Changes of the tree

    def unlink(self, path: str) -> Run[None]:
        """Remove a name that is not a directory."""
        location = self.existing(path)
        if isinstance(location.inode, Directory):
            raise SyscallError(Errno.EISDIR, path)
        self._check_parent(location, path)
        yield from self.step("unlink", location.label)
        gone = self._changing(location).entries.pop(location.name, None)
        if gone is None:
            raise SyscallError(Errno.ENOENT, path)
        if isinstance(gone, File):
            gone.links -= 1
        self.record("file.unlink", location.label)

    def rename(self, old: str, new: str) -> Run[None]:
        """Move a name, replacing what the new one led to, in one atomic step."""
        source = self.existing(old)
        target = self.locate(new, follow=False)
        self._check_parent(source, old)
        self._check_parent(target, new)
        if source.mount is not target.mount:
            raise SyscallError(Errno.EXDEV, new)
        if isinstance(target.inode, Directory):
            if not isinstance(source.inode, Directory):
                raise SyscallError(Errno.EISDIR, new)
            if target.inode.entries:
                raise SyscallError(Errno.ENOTEMPTY, new)
        elif isinstance(source.inode, Directory) and target.inode is not None:
            raise SyscallError(Errno.ENOTDIR, new)
        if isinstance(source.inode, Directory) and target.path.startswith(source.path + "/"):
            raise SyscallError(Errno.EINVAL, new)
        self._tell_of(source, below=True)
        yield from self.step("rename", source.label)
        moved = self._changing(source).entries.pop(source.name, None)
        if moved is None:
            raise SyscallError(Errno.ENOENT, old)
        self._changing(target).entries[target.name] = moved
        if isinstance(moved, Directory):
            source.mount.filesystem.moves += 1
        self.record("file.rename", source.label, to=target.label)

    def mkdir(self, path: str, mode: int = 0o777) -> Run[None]:
        location = self.locate(path.rstrip("/") or "/")
        if location.inode is not None:
            raise SyscallError(Errno.EEXIST, path)
        self._check_parent(location, path)
        yield from self.step("mkdir", location.label)
        directory = Directory({}, mode & ~self.umask, self.uid, self.gid, self.sim.now)
        if self._changing(location).entries.setdefault(location.name, directory) is not directory:
            raise SyscallError(Errno.EEXIST, path)
        directory.number = self.record("file.mkdir", location.label, mode=directory.mode, **self._owner)

    def rmdir(self, path: str) -> Run[None]:
        location = self.existing(path)
        if not isinstance(location.inode, Directory):
            raise SyscallError(Errno.ENOTDIR, path)
        if self.machine.mounts.is_point(location.path):
            raise SyscallError(Errno.EBUSY, path)
        if location.inode.entries:
            raise SyscallError(Errno.ENOTEMPTY, path)
        self._check_parent(location, path)
        yield from self.step("rmdir", location.label)
        self._changing(location).entries.pop(location.name, None)
        self.record("file.rmdir", location.label)

    def link(self, existing: str, new: str) -> Run[None]:
        """A second name for a file."""
        source = self.existing(existing, follow=True)
        inode = source.inode
        assert inode is not None
        if isinstance(inode, Directory):
            raise SyscallError(Errno.EPERM, existing)
        self._tell_of(source)
        yield from self._add(new, inode, "link", existing=source.label)
        if isinstance(inode, File):
            inode.links += 1

    def symlink(self, target: str, path: str) -> Run[None]:
        link = Symlink(target, 0o777, self.uid, self.gid, self.sim.now)
        yield from self._add(path, link, "symlink", target=target, **self._owner)

    def mkfifo(self, path: str, mode: int = 0o666) -> Run[None]:
        fifo = Fifo(None, mode & ~self.umask, self.uid, self.gid, self.sim.now)
        yield from self._add(path, fifo, "mkfifo", mode=fifo.mode, **self._owner)

    def _add(self, path: str, inode: Inode, verb: str, **detail: Any) -> Run[None]:
        location = self.locate(path, follow=False)
        if location.inode is not None:
            raise SyscallError(Errno.EEXIST, path)
        self._check_parent(location, path)
        yield from self.step(verb, location.label)
        self._changing(location).entries[location.name] = inode
        seq = self.record(f"file.{verb}", location.label, **detail)
        if inode.number == NOT_IN_HISTORY:
            inode.number = seq

    # Changes of one file

    def chmod(self, path: str, mode: int) -> Run[None]:
        return self.chmod_at(self.existing(path, follow=True), mode)

    def chmod_at(self, location: Location, mode: int) -> Run[None]:
        self._tell_of(location)
        yield from self.step("chmod", location.label)
        assert location.inode is not None
        unseen(location.inode)
        location.inode.mode = mode
        self.record("file.chmod", location.label, mode=mode)

    def chown(self, path: str, uid: int, gid: int, *, follow: bool = True) -> Run[None]:
        return self.chown_at(self.existing(path, follow=follow), uid, gid)

    def chown_at(self, location: Location, uid: int, gid: int) -> Run[None]:
        inode = location.inode
        assert inode is not None
        if self.uid != 0:
            raise SyscallError(Errno.EPERM, location.path)
        if inode.uid == uid and inode.gid == gid:
            return
        self._tell_of(location)
        yield from self.step("chown", location.label)
        unseen(inode)
        inode.uid, inode.gid = uid, gid
        self.record("file.chown", location.label, uid=uid, gid=gid)

    def truncate(self, path: str, size: int) -> Run[None]:
        location = self.existing(path, follow=True)
        if not isinstance(location.inode, File):
            raise SyscallError(Errno.EISDIR, path)
        self._tell_of(location)
        yield from self.step("truncate", location.label)
        content = location.inode.content
        before_write(location.inode, self.sim.now)
        location.inode.content = content[:size] if size <= len(content) else splice(content, size, b"")
        location.inode.mtime = self.sim.now
        self.record("file.truncate", location.label, size=size)

    def utime(self, path: str, seconds: float) -> Run[None]:
        location = self.existing(path, follow=True)
        assert location.inode is not None
        self._tell_of(location)
        yield from self.step("utime", location.label)
        location.inode.mtime = seconds
        self.record("file.utime", location.label, mtime=seconds)

    def fsync(self, path: str) -> Run[None]:
        """Make a file's content durable. A step of its own, since power loss respects it."""
        location = self.existing(path, follow=True)
        yield from self.step("fsync", location.label)
        if location.mount.filesystem.is_failing:
            raise SyscallError(Errno.EIO, path)
        force(location.inode, location.parent, location.name)
        self.record("file.sync", location.label)

    def sync(self) -> Run[None]:
        """Make everything durable that is on the file systems of this machine."""
        yield from self.step("sync")
        for filesystem in self.machine.mounts.filesystems():
            force_all(filesystem.root)
        self.record("file.sync")

    @property
    def _owner(self) -> dict[str, int]:
        """Whose a new file is, for history, where it is not root's."""
        return {"uid": self.uid, "gid": self.gid} if self.uid or self.gid else {}

    def _tell_of(self, location: Location, *, below: bool = False) -> None:
        """A file of the image is about to be changed: history, which knows no images, learns first what it was."""
        if self.sim.history.enabled and location.inode is not None:
            copy_up(self.record, location.label, location.inode, below=below)

    def _parent(self, location: Location) -> Directory:
        if location.parent is None:
            raise SyscallError(Errno.EBUSY, location.path)
        return location.parent

    def _changing(self, location: Location) -> Directory:
        """The directory whose names are about to change."""
        parent = location.parent
        if parent is None:
            raise SyscallError(Errno.EBUSY, location.path)
        before_change(parent, self.sim.env._now)
        return parent

    def _check_parent(self, location: Location, path: str) -> None:
        if location.mount.filesystem.is_failing:
            raise SyscallError(Errno.EIO, path)
        if location.parent is None or self.machine.mounts.is_point(location.path):
            raise SyscallError(Errno.EBUSY, path)
        if location.mount.read_only:
            raise SyscallError(Errno.EROFS, path)
        if self.uid != 0 and not self.may(location.parent, 2):
            raise SyscallError(Errno.EACCES, path)
