"""Text as the text tools see it: bytes, a character each (the C locale), in lines that arrive in blocks."""

from __future__ import annotations

from collections.abc import Iterable

from simk8s.machine import Errno, Process, SyscallError
from simk8s.sim import Run

BLOCK = 65536


def raw(text: str) -> str:
    """A word of the command line as the tools see it: its UTF-8 bytes, a character each.

    >>> len(raw("ä"))
    2
    """
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("latin-1")


def cooked(text: str) -> str:
    """The opposite of `raw`: what becomes a file name or an argument."""
    return text if text.isascii() else text.encode("latin-1").decode("utf-8", "surrogateescape")


def open_input(process: Process, path: str) -> Run[int]:
    """A descriptor that reads a file, or standard input for `-`. Raises SyscallError, EISDIR for a directory."""
    if path == "-":
        return 0
    if process.is_directory(path):
        raise SyscallError(Errno.EISDIR, path)
    return process.install((yield from process.open(path, read=True)), private=True)


def close_input(process: Process, fd: int) -> None:
    """Close what `open_input` opened."""
    if fd:
        process.close(fd)


class Lines:
    """The lines of a descriptor, without their delimiters, in blocks as they arrive.

    `is_open_ended` says afterwards whether the last line had no delimiter.
    """

    def __init__(self, process: Process, fd: int, delimiter: str = "\n") -> None:
        self.process = process
        self.fd = fd
        self.delimiter = delimiter
        self.is_open_ended = False
        self._rest = ""

    def block(self) -> Run[list[str]]:
        """Some more lines; none at the end of file."""
        while True:
            data = yield from self.process.read(self.fd, BLOCK)
            if not len(data):
                last, self._rest = self._rest, ""
                self.is_open_ended = bool(last)
                return [last] if last else []
            *lines, self._rest = (self._rest + bytes(data).decode("latin-1")).split(self.delimiter)
            if lines:
                return lines

    def all(self) -> Run[list[str]]:
        """Every line that is left."""
        lines: list[str] = []
        while block := (yield from self.block()):
            lines += block
        return lines


def read_lines(process: Process, path: str, delimiter: str = "\n") -> Run[list[str]]:
    """All lines of a file or of standard input (`-`). Raises SyscallError."""
    fd = yield from open_input(process, path)
    lines = yield from Lines(process, fd, delimiter).all()
    close_input(process, fd)
    return lines


def write_text(process: Process, text: str, fd: int = 1) -> Run[None]:
    """Write what the tools see as text."""
    if text:
        yield from process.write(fd, text.encode("latin-1"))


def write_lines(process: Process, lines: Iterable[str], delimiter: str = "\n") -> Run[None]:
    """Write lines with their delimiters, in one go."""
    yield from write_text(process, "".join(f"{line}{delimiter}" for line in lines))
