"""The lines that go into sed and come out of it, file after file; and files edited in place."""

from __future__ import annotations

from functools import lru_cache

from simk8s.machine import Errno, File, Handle, Process, SyscallError
from simk8s.programs.files.path import dir_name, join
from simk8s.programs.names import unused_name
from simk8s.programs.options import Options
from simk8s.programs.stream import Lines, close_input, open_input, read_lines, write_text
from simk8s.programs.text.pattern import Pattern
from simk8s.programs.tool import Failure, complain
from simk8s.sim import Run


class Flow:
    """Where the next line comes from and where output goes."""

    def __init__(self, process: Process, paths: list[str], options: Options) -> None:
        self.process = process
        self.paths = list(reversed(paths))
        self.in_place = "i" in options
        self.separate = self.in_place or "s" in options
        self.suffix = options["i"]
        self.delimiter = "\0" if "z" in options else "\n"
        self.status = 0
        self.number = 0
        self.queue: list[tuple[str, str]] = []  # what `a` and `r` add after this line
        self.output: list[str] = []
        self.owes_newline = False
        self.line_is_open = False  # the current line is the file's last and has no newline
        self.lines: Lines | None = None
        self.block: list[str] = []
        self.at = 0
        self.path = ""
        self.files: dict[str, Handle] = {}

    # Input

    def _skip_to(self, wanted: list[Pattern]) -> None:
        """Pass over lines that are at hand and have nothing of what is wanted."""
        passed = _unwanted(tuple(self.block[self.at :]), tuple(wanted))
        self.at += passed
        self.number += passed

    def _read(self) -> Run[bool]:
        """The next line into the pattern space."""
        line = yield from self.next_line()
        if line is None:
            return False
        self.space = line
        return True

    def next_line(self) -> Run[str | None]:
        if not (yield from self._fill(across=True)):
            return None
        line = self.block[self.at]
        self.at += 1
        self.number += 1
        self.line_is_open = self.at == len(self.block) and self.lines is not None and self.lines.is_open_ended
        return line

    def _fill(self, *, across: bool) -> Run[bool]:
        """See to it that a line is at hand; with `across`, from the next file where this one is used up."""
        while self.at >= len(self.block):
            if self.lines is not None:
                yield from self.flush()
                self.block, self.at = (yield from self.lines.block()), 0
                if self.block:
                    return True
                if self.separate and not across:
                    return False
                yield from self.end_file()
            if not self.paths:
                return False
            yield from self._open_next()
        return True

    def _open_next(self) -> Run[None]:
        path = self.paths.pop()
        try:
            if self.in_place and not isinstance(self.process.stat(path), File):
                yield from complain(self.process, f"couldn't edit {path}: not a regular file")
                self.status = 4
                return
            fd = yield from open_input(self.process, path)
        except SyscallError as error:
            if error.errno is Errno.EISDIR:
                raise Failure(f"read error on {path}: {error.text}", 4) from None
            yield from complain(self.process, f"can't read {path}: {error.text}")
            self.status = 2
            return
        self.path = path
        self.lines = Lines(self.process, fd, self.delimiter)
        if self.separate:
            self.number = 0

    def end_file(self) -> Run[None]:
        """Done with a file. Edited in place, its new text is written beside it and renamed over it."""
        lines, self.lines = self.lines, None
        if lines is None:
            return
        if self.in_place:
            yield from self._replace_file()
        close_input(self.process, lines.fd)
        self.owes_newline = self.owes_newline and not self.in_place

    def _replace_file(self) -> Run[None]:
        process, path = self.process, self.path
        data = "".join(self.output).encode("latin-1")
        self.output = []
        self.owes_newline = False
        directory = dir_name(path)
        temporary = unused_name(process, join(directory, "sedXXXXXX"), "sed")
        inode = process.stat(path)
        try:
            yield from process.write_file(temporary, data, mode=0o600)
        except SyscallError as error:
            raise Failure(f"couldn't open temporary file {temporary}: {error.text}", 4) from None
        yield from process.chmod(temporary, inode.mode)
        if process.uid == 0:
            yield from process.chown(temporary, inode.uid, inode.gid)
        try:
            if self.suffix:
                name = path.rpartition("/")[2]
                backup = self.suffix.replace("*", name) if "*" in self.suffix else name + self.suffix
                yield from process.rename(path, backup if "/" in backup else join(directory, backup))
            yield from process.rename(temporary, path)
        except SyscallError as error:
            raise Failure(f"cannot rename {temporary}: {error.text}", 4) from None

    def is_last(self) -> Run[bool]:
        return not (yield from self._fill_ahead())

    def _fill_ahead(self) -> Run[bool]:
        if self.at < len(self.block):
            return True
        path_lines = self.lines
        if path_lines is not None:
            self.block, self.at = (yield from path_lines.block()), 0
            if self.block:
                return True
        if self.separate:
            return False
        return (yield from self._fill(across=True))

    # Output

    def emit(self, text: str, *, open_ended: bool = False) -> None:
        if self.owes_newline:
            self.output.append(self.delimiter)
        self.owes_newline = open_ended
        self.output.append(text if open_ended else text + self.delimiter)

    def flush(self) -> Run[None]:
        if self.output and not self.in_place:
            text = "".join(self.output)
            self.output = []
            yield from write_text(self.process, text)

    def open_output(self, path: str) -> Run[None]:
        if path in self.files or path in ("/dev/stdout", "/dev/stderr"):
            return
        try:
            handle = yield from self.process.open(path, write=True, create=True, truncate=True)
        except SyscallError as error:
            raise Failure(f"couldn't open file {path}: {error.text}", 4) from None
        self.files[path] = handle
        self.process.install(handle, private=True)

    def write_to(self, path: str, text: str) -> Run[None]:
        if path == "/dev/stdout":
            self.emit(text)
        elif path == "/dev/stderr":
            yield from write_text(self.process, text + self.delimiter, 2)
        else:
            yield from self.files[path].write(self.process, (text + self.delimiter).encode("latin-1"))

    def append(self) -> Run[None]:
        queue, self.queue = self.queue, []
        for kind, text in queue:
            if kind == "a":
                self.emit(text.removesuffix("\n"))
                continue
            try:
                lines = yield from read_lines(self.process, text if text != "/dev/stdin" else "-")
            except SyscallError:
                continue
            for line in lines:
                self.emit(line)


@lru_cache(maxsize=64)  # a script asks the same program for the same text at each start
def _unwanted(lines: tuple[str, ...], wanted: tuple[Pattern, ...]) -> int:
    """How many lines come before the first that has something of what is wanted."""
    for number, line in enumerate(lines):
        for pattern in wanted:
            if pattern.search(line):
                return number
    return len(lines)
