"""What a file descriptor stands for. Each kind answers `read`, `write` and `close`; shared ones count references."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import shake_256
from typing import TYPE_CHECKING

from simk8s.machine.content import Content, Sparse, as_json, splice
from simk8s.machine.durability import before_write, force
from simk8s.machine.errno import Errno, SyscallError
from simk8s.machine.filesystem import File
from simk8s.machine.lock import FileLock
from simk8s.machine.mount import Location
from simk8s.sim import Run, Waits

if TYPE_CHECKING:
    from simk8s.machine.process import Process

BULK = 65536  # a file transfer of at least this many bytes takes time at the disk's rate

FORCED_SECONDS = 0.0015
"""What a small write to a disk costs when it cannot be put off: on a slow disk all of them are like that (SIM)."""


class Handle:
    """An open file description. `refs` counts the descriptors that share it, in this process and its children."""

    refs = 1
    is_terminal = False

    def read(self, process: Process, count: int) -> Run[Content]:
        """Up to `count` bytes; empty at the end of file."""
        raise SyscallError(Errno.EBADF)
        yield

    def read_until(self, process: Process, delimiter: bytes, limit: int) -> Run[bytes]:
        """Bytes up to and with the first `delimiter`; the rest stays for the next reader, as if read byte by byte."""
        raise SyscallError(Errno.EBADF)
        yield

    def write(self, process: Process, data: Content) -> Waits:
        """Write all of `data`, waiting for room where needed."""
        raise SyscallError(Errno.EBADF)

    def sync(self, process: Process) -> Run[None]:
        """fsync(2): make durable what was written."""
        raise SyscallError(Errno.EINVAL)
        yield

    def is_ready(self) -> bool:
        """Whether a read would not have to wait."""
        return True

    def share(self) -> Handle:
        """One descriptor more leads here."""
        self.refs += 1
        return self

    def release(self) -> None:
        """One descriptor less; the last one closes."""
        self.refs -= 1
        if self.refs == 0:
            self.close()

    def close(self) -> None:
        """Nothing to do for most kinds."""


class FileHandle(Handle):
    """An open regular file with its offset."""

    def __init__(
        self,
        file: File,
        location: Location,
        *,
        append: bool = False,
        readable: bool = True,
        writable: bool = False,
    ) -> None:
        self.file = file
        self.label = location.label
        """How history names the file that was opened."""
        self._location = location
        self._moves = location.mount.filesystem.moves
        self.append = append
        self.readable = readable
        self.writable = writable
        self.offset = 0

    def lock(self) -> FileLock:
        """The file's lock, which this description may take; closing it lets go."""
        if self.file.lock is None:
            self.file.lock = FileLock()
        return self.file.lock

    def close(self) -> None:
        if self.file.lock is not None:
            self.file.lock.release(self)

    def read(self, process: Process, count: int) -> Run[Content]:
        if not self.readable:
            raise SyscallError(Errno.EBADF)
        data, offset = self.file.content, self.offset
        length = data.length if type(data) is Sparse else len(data)
        if offset or length > count:
            data = data[offset : offset + count]
            length = len(data)
        self.offset = offset + length
        if length and self.file.is_news:
            self.file.is_news = False
        if length >= BULK:
            yield from process.sleep(length / process.machine.costs.disk_bytes_per_second)
        return data

    def read_until(self, process: Process, delimiter: bytes, limit: int) -> Run[bytes]:
        rest = self.file.content[self.offset : self.offset + limit]
        data = rest if isinstance(rest, bytes) else bytes(rest)
        end = data.find(delimiter) + 1 if delimiter else 0
        data = data[:end] if end else data
        self.offset += len(data)
        if data and self.file.is_news:
            self.file.is_news = False
        return data
        yield

    def write(self, process: Process, data: Content) -> Run[None]:
        if not self.writable:
            raise SyscallError(Errno.EBADF)
        yield from process.step("write", self.label)
        disk = self._location.mount.filesystem
        if disk.is_failing:
            raise SyscallError(Errno.EIO)
        if disk.slowness > 1:
            yield from process.sleep(disk.slowness * FORCED_SECONDS)
        size = data.length if type(data) is Sparse else len(data)
        if disk.in_memory and disk.size() + size > disk.capacity:
            raise SyscallError(Errno.ENOSPC)
        file, now = self.file, process.sim.env._now
        before_write(file, now)
        offset = len(file.content) if self.append else self.offset
        file.content = splice(file.content, offset, data)
        file.mtime = now
        file.is_news = True
        self.offset = offset + size
        if disk.in_memory:
            process.machine.check_memory(process)
            if process.status is not None:
                yield process.machine.never
        if process.sim.history.enabled:
            process.record("file.write", self.label, offset=offset, data=as_json(data), **self._moved)
        if size >= BULK:
            yield from process.sleep(disk.slowness * size / process.machine.costs.disk_bytes_per_second)

    def sync(self, process: Process) -> Run[None]:
        yield from process.step("fsync", self.label)
        _, mount, parent, name, _, _ = self._location
        if mount.filesystem.is_failing:
            raise SyscallError(Errno.EIO)
        moved = self._moved
        force(self.file, None if moved else parent, name)
        process.record("file.sync", self.label, **moved)

    @property
    def _moved(self) -> dict[str, int]:
        """What history is told of the file, beside its label, where that no longer leads to it.

        It may have been renamed or unlinked since it was opened.
        """
        _, mount, parent, name, _, _ = self._location
        here = parent.entries.get(name) if parent is not None else None
        return {} if here is self.file and mount.filesystem.moves == self._moves else {"inode": self.file.number}


class NullHandle(Handle):
    """`/dev/null`: always at the end of file, takes everything."""

    def read(self, process: Process, count: int) -> Run[Content]:
        return b""
        yield

    def read_until(self, process: Process, delimiter: bytes, limit: int) -> Run[bytes]:
        return b""
        yield

    def write(self, process: Process, data: Content) -> Waits:
        return ()


class PatternHandle(NullHandle):
    """`/dev/zero`, `/dev/full` and `/dev/urandom`: bytes without end."""

    def __init__(self, name: str) -> None:
        self.name = name

    def read(self, process: Process, count: int) -> Run[Content]:
        if self.name != "urandom":
            return Sparse([count])
        seed = process.sim.choose(1 << 32, "urandom")  # one choice a read
        return shake_256(seed.to_bytes(4, "big")).digest(min(count, 4096))
        yield

    def read_until(self, process: Process, delimiter: bytes, limit: int) -> Run[bytes]:
        data = bytes((yield from self.read(process, min(limit, 4096))))
        end = data.find(delimiter) + 1 if delimiter else 0
        return data[:end] if end else data

    def write(self, process: Process, data: Content) -> Waits:
        if self.name == "full":
            raise SyscallError(Errno.ENOSPC)
        return ()


class SourceHandle(Handle):
    """Bytes that are there from the start: what a person pipes into a command."""

    def __init__(self, data: bytes = b"") -> None:
        self.data = data

    def read(self, process: Process, count: int) -> Run[Content]:
        head, self.data = self.data[:count], self.data[count:]
        return head
        yield

    def read_until(self, process: Process, delimiter: bytes, limit: int) -> Run[bytes]:
        end = self.data.find(delimiter, 0, limit) + 1 if delimiter else 0
        cut = end or min(limit, len(self.data))
        head, self.data = self.data[:cut], self.data[cut:]
        return head
        yield


class SinkHandle(Handle):
    """Hands what is written to whoever listens: a container's log, a test, a `kubectl exec`."""

    def __init__(self, listener: Callable[[Process, bytes], None]) -> None:
        self.listener = listener

    def write(self, process: Process, data: Content) -> Waits:
        self.listener(process, data if isinstance(data, bytes) else bytes(data))
        return ()
