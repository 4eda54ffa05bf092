"""Where a backup goes: into a stream on standard output, or into a directory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from simk8s.machine import Content, SyscallError
from simk8s.machine.content import joined
from simk8s.mysql.xtrabackup.stream import CHUNK_BYTES, Chunk, encode, encode_ending
from simk8s.programs.files.archive_member import BLOCK, RECORD, Member
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.machine import Process


class WriteFailed(Exception):
    """The backup's destination takes no more; that was said on standard error."""


class Sink(Protocol):
    """Takes files by their path in the data directory. Raises WriteFailed."""

    doing: tuple[str, str]

    def put(self, path: str, content: Content) -> Run[None]:
        """A file with this content."""

    def copy(self, path: str) -> Run[None]:
        """A file of the current directory."""

    def finish(self) -> Run[None]:
        """No more files come."""


def sink_for(process: Process, stream: str | None, directory: str) -> Sink:
    """What `--stream` asks for; without it, files in the directory."""
    match stream:
        case "xbstream":
            return XbstreamSink(process)
        case "tar":
            return TarSink(process)
    return LocalSink(process, directory)


class _Stream:
    """Standard output. `failed` is what is said when nobody reads it any more."""

    doing = ("Streaming", "")
    failed = ""

    def __init__(self, process: Process) -> None:
        self.process = process

    def finish(self) -> Run[None]:
        yield from ()

    def _write(self, data: Content) -> Run[None]:
        try:
            yield from self.process.write(1, data)
        except SyscallError as error:
            text = f"(Errcode: {error.errno.number} - {error.text})"
            yield from self.process.complain(f"Error writing file 'UNOPENED' {text}")
            yield from self.process.write(2, f"{self.failed}\n".encode())
            raise WriteFailed from error


class XbstreamSink(_Stream):
    """`--stream=xbstream`."""

    failed = "xb_stream_write_data() failed."

    def put(self, path: str, content: Content) -> Run[None]:
        yield from self._write(encode_ending(path, content, 0))

    def copy(self, path: str) -> Run[None]:
        """XB-60: each full read is a chunk; the rest goes out together with the end of the file."""
        handle = yield from self.process.open(path, read=True)
        offset = 0
        while True:
            data = yield from handle.read(self.process, CHUNK_BYTES)
            if len(data) < CHUNK_BYTES:
                break
            yield from self._write(encode(Chunk(path, data, offset)))
            offset += len(data)
        handle.release()
        yield from self._write(encode_ending(path, data, offset))


class TarSink(_Stream):
    """`--stream=tar`: an archive, which xbstream cannot read."""

    failed = "xtrabackup: Error: write to the archive failed."

    def __init__(self, process: Process) -> None:
        super().__init__(process)
        self._written = 0

    def put(self, path: str, content: Content) -> Run[None]:
        head = Member(path, "0", 0o640, 0, 0, len(content), self.process.sim.now).header()
        member = joined([head, content, bytes(-len(content) % BLOCK)])
        self._written += len(member)
        yield from self._write(member)

    def copy(self, path: str) -> Run[None]:
        yield from self.put(path, (yield from _whole(self.process, path)))

    def finish(self) -> Run[None]:
        yield from self._write(bytes(2 * BLOCK + -(self._written + 2 * BLOCK) % RECORD))


def _whole(process: Process, path: str) -> Run[Content]:
    handle = yield from process.open(path, read=True)
    content = yield from handle.read(process, 1 << 40)
    handle.release()
    return content


class LocalSink:
    """A directory on this machine."""

    def __init__(self, process: Process, directory: str) -> None:
        self.process = process
        self.directory = directory
        self.doing = ("Copying", f" to {directory}")

    def put(self, path: str, content: Content) -> Run[None]:
        target = f"{self.directory}/{path}"
        above = target.rpartition("/")[0]
        try:
            if not self.process.is_directory(above):
                yield from self.process.mkdir(above)
            handle = yield from self.process.open(target, write=True, create=True, exclusive=True)
            if len(content):
                yield from handle.write(self.process, content)
        except SyscallError as error:
            text = f"(Errcode: {error.errno.number} - {error.text})"
            yield from self.process.complain(f"Can't create/write to file '{target}' {text}")
            raise WriteFailed from error
        handle.release()

    def copy(self, path: str) -> Run[None]:
        yield from self.put(path, (yield from _whole(self.process, path)))

    def finish(self) -> Run[None]:
        yield from ()
