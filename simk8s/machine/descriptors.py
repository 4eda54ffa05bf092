"""The system calls on descriptors: opening, reading, writing, and the table of what is open."""

from __future__ import annotations

from simk8s.machine.content import Content
from simk8s.machine.durability import before_write
from simk8s.machine.errno import Errno, SyscallError
from simk8s.machine.files import Files
from simk8s.machine.filesystem import Device, Directory, Fifo, File, Inode
from simk8s.machine.handle import FileHandle, Handle, NullHandle, PatternHandle
from simk8s.machine.mount import Location
from simk8s.machine.pipe import Pipe, PipeBothWays
from simk8s.sim import Run, Waits

HELD = 1 << 20
HELD_SECONDS = 0.0005
"""What is read to be held in memory is accounted for in pieces of so many bytes, each of which takes so long."""


class Descriptors(Files):
    """The part of a Process that deals with open files. What is open is a handle; a descriptor is its number."""

    files: dict[int, Handle]
    private_files: set[int]

    def open(
        self,
        path: str,
        *,
        read: bool = False,
        write: bool = False,
        create: bool = False,
        exclusive: bool = False,
        truncate: bool = False,
        append: bool = False,
        mode: int = 0o666,
    ) -> Run[Handle]:
        """Open a path and return the handle, not yet in the descriptor table (see `install`). Raises SyscallError."""
        location = self.locate(path)
        inode = location.inode
        if inode is None:
            if not create:
                raise SyscallError(Errno.ENOENT, path)
            inode = yield from self._create(location, path, mode)
        elif exclusive:
            raise SyscallError(Errno.EEXIST, path)
        if not isinstance(inode, File):
            return (yield from self._open_special(inode, location, path, read, write))
        if (read and not self.may(inode, 4)) or (write and not self.may(inode, 2)):
            raise SyscallError(Errno.EACCES, path)
        if write and location.mount.read_only:
            raise SyscallError(Errno.EROFS, path)
        if write:
            self._tell_of(location)
        if truncate and len(inode.content):
            yield from self.step("truncate", location.label)
            before_write(inode, self.sim.now)
            inode.content = b""
            inode.mtime = self.sim.now
            inode.is_news = True
            self.record("file.truncate", location.label, size=0)
        return FileHandle(inode, location, append=append, readable=read, writable=write)

    def _open_special(self, inode: Inode, location: Location, path: str, read: bool, write: bool) -> Run[Handle]:
        match inode:
            case Directory():
                if write:
                    raise SyscallError(Errno.EISDIR, path)
                return FileHandle(File(), location)
            case Device(name):
                return self._open_device(name, path)
            case Fifo():
                return (yield from self._open_fifo(inode, read, write))
        raise SyscallError(Errno.ENOTCONN, path)

    def _create(self, location: Location, path: str, mode: int) -> Run[File]:
        self._check_parent(location, path)
        yield from self.step("create", location.label)
        current = self._parent(location).entries.get(location.name)
        if isinstance(current, File):
            return current  # somebody else made it while this step took its time
        file = File(b"", mode & ~self.umask, self.uid, self.gid, self.sim.env._now)
        self._changing(location).entries[location.name] = file
        file.number = self.record("file.create", location.label, mode=file.mode, **self._owner)
        return file

    def _open_device(self, name: str, path: str) -> Handle:
        match name:
            case "null":
                return NullHandle()
            case "zero" | "full" | "urandom":
                return PatternHandle(name)
            case "stdin" | "stdout" | "stderr":
                return self._descriptor(("stdin", "stdout", "stderr").index(name), path)
            case _ if name.startswith("fd/"):
                return self._descriptor(int(name[3:]), path)
        raise SyscallError(Errno.ENOENT, path)

    def _descriptor(self, number: int, path: str) -> Handle:
        if number not in self.files:
            raise SyscallError(Errno.ENOENT, path)
        return self.files[number].share()

    def _open_fifo(self, fifo: Fifo, read: bool, write: bool) -> Run[Handle]:
        pipe = fifo.pipe if isinstance(fifo.pipe, Pipe) else Pipe(self.sim)
        fifo.pipe = pipe
        reader, writer = pipe.ends()
        if read and write:  # fifo(7): that waits for nobody
            pipe.notify()
            return PipeBothWays(reader, writer)
        keep, drop = (writer, reader) if write else (reader, writer)
        other = "readers" if write else "writers"
        while getattr(pipe, other) <= 1:  # fifo(7): opening waits for the other end
            yield pipe.changed()
        drop.release()
        return keep

    def install(self, handle: Handle, fd: int | None = None, *, private: bool = False) -> int:
        """Put a handle into the descriptor table, at `fd` (closing what was there) or at the lowest free number.

        A `private` one is closed on exec: programs that this process starts do not inherit it.
        """
        if fd is None:
            fd = 0
            while fd in self.files:
                fd += 1
        elif fd in self.files:
            self.files[fd].release()
        self.files[fd] = handle
        if private:
            self.private_files.add(fd)
        else:
            self.private_files.discard(fd)
        return fd

    def dup(self, old: int, new: int) -> None:
        """Make `new` lead where `old` leads. Raises EBADF."""
        handle = self.handle(old)
        if old != new:
            self.install(handle.share(), new)

    def close(self, fd: int) -> None:
        handle = self.files.pop(fd, None)
        if handle is None:
            raise SyscallError(Errno.EBADF)
        self.private_files.discard(fd)
        handle.release()

    def handle(self, fd: int) -> Handle:
        try:
            return self.files[fd]
        except KeyError:
            raise SyscallError(Errno.EBADF) from None

    def read(self, fd: int, count: int = 65536) -> Run[Content]:
        """Up to `count` bytes from a descriptor; empty at the end of file."""
        try:
            handle = self.files[fd]
        except KeyError:
            raise SyscallError(Errno.EBADF) from None
        return handle.read(self, count)  # type: ignore[arg-type]

    def read_until(self, fd: int, delimiter: bytes = b"\n", limit: int = 1 << 20) -> Run[bytes]:
        """A line (with its delimiter, unless the end of file came first), leaving the rest for the next reader."""
        return self.handle(fd).read_until(self, delimiter, limit)  # type: ignore[arg-type]

    def read_all(self, fd: int) -> Run[bytes]:
        """Everything up to the end of file, held in memory."""
        pieces: list[Content] = []
        total, told = 0, HELD
        while data := (yield from self.read(fd)):
            pieces.append(data)
            total += len(data)
            if total >= told:
                told = total + HELD
                yield from self.hold(total)  # type: ignore[attr-defined]
                yield from self.sleep(HELD_SECONDS)  # type: ignore[attr-defined]
        return b"".join([bytes(piece) for piece in pieces])

    def write(self, fd: int, data: Content) -> Waits:
        """All of `data` to a descriptor."""
        try:
            handle = self.files[fd]
        except KeyError:
            raise SyscallError(Errno.EBADF) from None
        return handle.write(self, data) if data else ()  # type: ignore[arg-type]

    def read_file(self, path: str) -> Run[bytes]:
        """A whole file. Raises SyscallError."""
        handle = yield from self.open(path, read=True)
        if self.is_directory(path):
            raise SyscallError(Errno.EISDIR, path)
        pieces = []
        while data := (yield from handle.read(self, 1 << 20)):  # type: ignore[arg-type]
            pieces.append(bytes(data))
        handle.release()
        return b"".join(pieces)

    def write_file(self, path: str, data: Content, *, append: bool = False, mode: int = 0o666) -> Run[None]:
        """Replace (or extend) a whole file: create or truncate, then write, as two steps."""
        handle = yield from self.open(path, write=True, create=True, truncate=not append, append=append, mode=mode)
        if len(data):
            yield from handle.write(self, data)  # type: ignore[arg-type]
        handle.release()
