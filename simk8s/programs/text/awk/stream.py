"""Where awk's records come from and its output goes: files, pipes from and to commands."""

from __future__ import annotations

from simk8s.machine import Handle, Process, SyscallError
from simk8s.programs.stream import BLOCK, close_input, cooked, open_input
from simk8s.programs.text.pattern import compile_pattern
from simk8s.programs.tool import Failure
from simk8s.sim import Run


class Records:
    """The records of a descriptor, cut as RS says at each moment."""

    def __init__(self, process: Process, fd: int) -> None:
        self.process = process
        self.fd = fd
        self.text = ""
        self.position = 0
        self.ended = False

    def next(self, separator: str) -> Run[str | None]:
        """The next record; None at the end."""
        while True:
            if not separator:
                while self.position < len(self.text) and self.text[self.position] == "\n":
                    self.position += 1
            found = self._find(separator)
            if found is not None:
                start, end = found
                record = self.text[self.position : start]
                self.position = end
                return record
            if self.ended:
                rest = self.text[self.position :]
                self.text, self.position = "", 0
                if not separator or separator == "\n":
                    rest = rest.removesuffix("\n") if not separator else rest
                elif len(separator) > 1:
                    rest = rest.removesuffix("\n")
                return rest if rest or (separator and found is not None) else None
            yield from self._more()

    def _more(self) -> Run[None]:
        data = yield from self.process.read(self.fd, BLOCK)
        self.ended = not len(data)
        self.text = self.text[self.position :] + bytes(data).decode("latin-1")
        self.position = 0

    def _find(self, separator: str) -> tuple[int, int] | None:
        if len(separator) == 1:
            at = self.text.find(separator, self.position)
            return (at, at + 1) if at >= 0 else None
        pattern = compile_pattern(separator or "\n\n+", extended=True, awk=True)
        match = pattern.search(self.text, self.position)
        if match is None or match.end() == match.start() or (match.end() == len(self.text) and not self.ended):
            return None
        return match.span()


class Streams:
    """Everything that is open, by the text that names it."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.pending: list[str] = []  # standard output, until somebody could notice that it is late
        self.inputs: dict[tuple[str, str], Records] = {}
        self.outputs: dict[tuple[str, str], tuple[int, list[str]]] = {}
        self.children: dict[tuple[str, str], Process] = {}

    def flush(self) -> Run[None]:
        """Write everything that waits to be written."""
        if self.pending:
            text, self.pending = "".join(self.pending), []
            yield from self.process.write(1, text.encode("latin-1"))
        for fd, waiting in self.outputs.values():
            if waiting:
                text = "".join(waiting)
                waiting.clear()
                yield from self.process.write(fd, text.encode("latin-1"))

    def write(self, kind: str, name: str, text: str) -> Run[None]:
        """`print > name`, `>> name` or `| name`."""
        if not kind or name in ("/dev/stdout", "-"):
            self.pending.append(text)
            return
        if name == "/dev/stderr":
            yield from self.flush()
            yield from self.process.write(2, text.encode("latin-1"))
            return
        key = ("|" if kind == "|" else ">", name)
        if key not in self.outputs:
            fd = (yield from self._command(key)) if kind == "|" else (yield from self._file(name, kind == ">>"))
            self.outputs[key] = (fd, [])
        self.outputs[key][1].append(text)

    def _file(self, name: str, append: bool) -> Run[int]:
        try:
            handle = yield from self.process.open(
                cooked(name), write=True, create=True, truncate=not append, append=append
            )
        except SyscallError as error:
            raise Failure(f'cannot open "{name}" for output ({error.text})', 2) from None
        return self.process.install(handle, private=True)

    def _command(self, key: tuple[str, str]) -> Run[int]:
        yield from self.flush()
        reader, writer = self.process.pipe()
        yield from self._start(key, {0: reader})
        reader.release()
        return self.process.install(writer, private=True)

    def _start(self, key: tuple[str, str], files: dict[int, Handle]) -> Run[None]:
        argv = ["sh", "-c", cooked(key[1])]
        self.children[key] = yield from self.process.spawn(argv, path="/bin/sh", files=files)

    def reader(self, kind: str, name: str) -> Run[Records | None]:
        """What `getline < name` or `name | getline` reads; None where it cannot be opened."""
        key = (kind, name)
        if key in self.inputs:
            return self.inputs[key]
        yield from self.flush()
        if kind == "|":
            reader, writer = self.process.pipe()
            yield from self._start(key, {1: writer})
            writer.release()
            fd = self.process.install(reader, private=True)
        else:
            try:
                fd = yield from open_input(self.process, "-" if name == "/dev/stdin" else cooked(name))
            except SyscallError:
                return None
        self.inputs[key] = Records(self.process, fd)
        return self.inputs[key]

    def system(self, command: str) -> Run[int]:
        """Run a command with the shell and wait for it; its status."""
        yield from self.flush()
        child = yield from self.process.spawn(["sh", "-c", cooked(command)], path="/bin/sh")
        return (yield from self.process.wait(child)) or 0

    def close(self, name: str) -> Run[int]:
        """Close everything of that name; a command's status, 0, or -1 where nothing was open."""
        status = -1
        yield from self.flush()
        for kind in ("<", "|"):
            records = self.inputs.pop((kind, name), None)
            if records is not None:
                close_input(self.process, records.fd)
                status = yield from self._wait((kind, name))
        for kind in (">", "|"):
            output = self.outputs.pop((kind, name), None)
            if output is not None:
                self.process.close(output[0])
                status = yield from self._wait((kind, name))
        return status

    def close_all(self) -> Run[None]:
        """The end of the program: nothing stays open, and commands are waited for."""
        yield from self.flush()
        for _, name in [*self.inputs, *self.outputs]:
            yield from self.close(name)

    def _wait(self, key: tuple[str, str]) -> Run[int]:
        child = self.children.pop(key, None)
        if child is None:
            return 0
        return (yield from self.process.wait(child)) or 0
