"""`xbstream`: packs files into a stream, and unpacks a stream into files that must not exist yet (XB-60 to XB-66)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simk8s.errors import SimError
from simk8s.machine import Handle, SyscallError, program
from simk8s.machine.pipe import PipeReader
from simk8s.mysql.profile import profile_of
from simk8s.mysql.xtrabackup.stream import BrokenStream, Chunk, Decoder, chunks_of, encode
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.machine import Process

READ_BYTES = 16 << 20


@program("xbstream")
def xbstream(process: Process) -> Run[int]:
    """Extract (`-x`) from standard input, or create (`-c`) on standard output."""
    options = _parse(process.argv[1:])
    if isinstance(options, str):
        yield from process.complain(options)
        return 1
    if options.directory:
        if not process.is_directory(options.directory):
            yield from process.complain(
                f"Can't change dir to '{options.directory}' (Errcode: 2 - No such file or directory)"
            )
            return 1
        process.cwd = process.realpath(options.directory)
    if options.create:
        return (yield from _create(process, options.files))
    return (yield from _Extraction(process).run())


@dataclass(slots=True)
class _Options:
    extract: bool = False
    create: bool = False
    directory: str = ""
    files: list[str] = field(default_factory=list)


def _parse(arguments: list[str]) -> _Options | str:
    options = _Options()
    words = iter(arguments)
    for word in words:
        name, equals, value = word.partition("=")
        match name:
            case "-x" | "--extract":
                options.extract = True
            case "-c" | "--create":
                options.create = True
            case "-v" | "--verbose":
                pass
            case "-C" | "--directory":
                options.directory = value if equals else next(words, "")
            case "-p" | "--parallel":
                _ = value if equals else next(words, "")
            case _ if name.startswith("-C"):
                options.directory = word[2:]
            case _ if name.startswith("-"):
                if name in ("--decompress", "--decrypt", "--encrypt-key", "--encrypt-key-file"):
                    raise SimError("SK720", f"xbstream {name} is not modelled", hint="send an uncompressed stream")
                return f"[ERROR] unknown option '{word}'"
            case _:
                options.files.append(word)
    if options.extract and options.create:
        return "can't set multiple modes"
    if not options.extract and not options.create:
        return "mode must be specified: use -c or -x"
    return options


def _create(process: Process, paths: list[str]) -> Run[int]:
    for path in paths:
        try:
            handle = yield from process.open(path, read=True)
            data = yield from handle.read(process, 1 << 40)
        except SyscallError as error:
            yield from process.complain(f"failed to open file '{path}' (Errcode: {error.errno.number} - {error.text})")
            return 1
        handle.release()
        for chunk in chunks_of(path, data):
            yield from process.write(1, encode(chunk))
    return 0


class _Extraction:
    """One stream being unpacked into the current directory."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self._open: dict[str, Handle] = {}

    def run(self) -> Run[int]:
        decoder = Decoder()
        stdin = self.process.handle(0)
        pipe = stdin.pipe if isinstance(stdin, PipeReader) else None
        try:
            while True:
                if pipe is not None and not pipe.is_ready:
                    yield pipe.grown(decoder.missing)
                data = yield from stdin.read(self.process, READ_BYTES)
                if not len(data):
                    break
                for chunk in decoder.feed(data):
                    if not (yield from self._write(chunk)):
                        # XB-62: the failure reaches the exit status from 2.4.12 on (PXB-1542)
                        return int(profile_of(self.process).is_xtrabackup_at_least("2.4.12"))
            decoder.finish()
        except BrokenStream as broken:
            yield from self.process.write(2, f"{broken}\n".encode())
            return 1
        return 0

    def _write(self, chunk: Chunk) -> Run[bool]:
        """Put one chunk into its file; False after a message where that failed."""
        path, data, _ = chunk
        handle = self._open.get(path)
        if handle is None:
            handle = yield from self._create(path)
            if handle is None:
                return False
            self._open[path] = handle
        if data is None:
            yield from handle.sync(self.process)
            self._open.pop(path).release()
            return True
        try:
            yield from handle.write(self.process, data)
        except SyscallError as error:
            yield from self.process.complain(f"my_write() failed (Errcode: {error.errno.number} - {error.text})")
            return False
        return True

    def _create(self, path: str) -> Run[Handle | None]:
        """XB-61: one level of directory is made as needed; the file must be new."""
        process = self.process
        try:
            try:
                return (yield from process.open(path, write=True, create=True, exclusive=True))
            except SyscallError:
                above = path.rpartition("/")[0]
                if not above or process.is_directory(above):
                    raise
            yield from process.mkdir(above)
            return (yield from process.open(path, write=True, create=True, exclusive=True))
        except SyscallError as error:
            shown = f"./{path.removeprefix('./')}"
            yield from process.complain(
                f"Can't create/write to file '{shown}' (Errcode: {error.errno.number} - {error.text})"
            )
            yield from process.complain("failed to create file.")
            return None
