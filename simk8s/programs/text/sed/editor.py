"""sed at work: the pattern space, the hold space, and the lines that go in and out."""

from __future__ import annotations

from simk8s.machine import Errno, File, Handle, Process, SyscallError
from simk8s.programs.files.path import dir_name, join
from simk8s.programs.names import unused_name
from simk8s.programs.options import Options, parse
from simk8s.programs.stream import Lines, close_input, open_input, raw, read_lines, write_text
from simk8s.programs.text.pattern import Match, Pattern
from simk8s.programs.text.sed.script import Address, Command, Parser
from simk8s.programs.tool import Failure, complain, tool
from simk8s.sim import Run

_MAX_STEPS = 1_000_000  # commands for one line, against scripts that branch for ever


@tool("sed")
def sed(process: Process) -> Run[int]:
    """Edit lines as a script says."""
    options = parse(
        process.argv,
        "n,quiet,silent e,expression: f,file: E,r,regexp-extended i,in-place:: s,separate u,unbuffered z,null-data "
        "posix l,line-length: sandbox follow-symlinks",
    )
    paths = list(options.operands)
    text, source = "", "-e expression #1"
    pieces: list[str] = []
    for name, value in options.given:
        if name == "e":
            pieces.append(raw(value))
        elif name == "f":
            try:
                pieces += yield from read_lines(process, value)
            except SyscallError as error:
                raise Failure(f"couldn't open file {value}: {error.text}", 4) from None
            source = f"file {value} line 1"
    if not pieces:
        if not paths:
            raise Failure("Usage: sed [OPTION]... {script-only-if-no-other-script} [input-file]...")
        pieces.append(raw(paths.pop(0)))
    text = "\n".join(pieces)
    quiet = "n" in options or text.partition("\n")[0] == "#n"
    commands = Parser(text, extended="E" in options, source=source).parse()
    editor = Editor(process, commands, paths or ["-"], options, quiet=quiet)
    return (yield from editor.run())


class Editor:
    """The state of one run over the input files."""

    def __init__(
        self, process: Process, commands: list[Command], paths: list[str], options: Options, *, quiet: bool
    ) -> None:
        self.process = process
        self.commands = commands
        self.paths = list(reversed(paths))
        self.in_place = "i" in options
        self.separate = self.in_place or "s" in options
        self.suffix = options["i"]
        self.quiet = quiet
        self.delimiter = "\0" if "z" in options else "\n"
        self.status = 0
        self.space = ""
        self.hold = ""
        self.number = 0
        self.substituted = False
        self.last_pattern: Pattern | None = None
        self.queue: list[tuple[str, str]] = []  # what `a` and `r` add after this line
        self.output: list[str] = []
        self.owes_newline = False
        self.line_is_open = False  # the current line is the file's last and has no newline
        self.lines: Lines | None = None
        self.block: list[str] = []
        self.at = 0
        self.path = ""
        self.files: dict[str, Handle] = {}
        self.exit_code = 0

    def run(self) -> Run[int]:
        """Run the script over every line; the exit status."""
        for command in self.commands:
            if command.name in "wWs" and command.text:
                yield from self._open_output(command.text)
        while (yield from self._read()):
            code = yield from self._cycle()
            if code is not None:
                yield from self._flush()
                yield from self._end_file()
                return code
        yield from self._flush()
        return self.status

    # Input

    def _read(self) -> Run[bool]:
        """The next line into the pattern space."""
        line = yield from self._next_line()
        if line is None:
            return False
        self.space = line
        return True

    def _next_line(self) -> Run[str | None]:
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
                yield from self._flush()
                self.block, self.at = (yield from self.lines.block()), 0
                if self.block:
                    return True
                if self.separate and not across:
                    return False
                yield from self._end_file()
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

    def _end_file(self) -> Run[None]:
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

    def _is_last(self) -> Run[bool]:
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

    def _emit(self, text: str, *, open_ended: bool = False) -> None:
        if self.owes_newline:
            self.output.append(self.delimiter)
        self.owes_newline = open_ended
        self.output.append(text if open_ended else text + self.delimiter)

    def _flush(self) -> Run[None]:
        if self.output and not self.in_place:
            text = "".join(self.output)
            self.output = []
            yield from write_text(self.process, text)

    def _open_output(self, path: str) -> Run[None]:
        if path in self.files or path in ("/dev/stdout", "/dev/stderr"):
            return
        try:
            handle = yield from self.process.open(path, write=True, create=True, truncate=True)
        except SyscallError as error:
            raise Failure(f"couldn't open file {path}: {error.text}", 4) from None
        self.files[path] = handle
        self.process.install(handle, private=True)

    def _write_to(self, path: str, text: str) -> Run[None]:
        if path == "/dev/stdout":
            self._emit(text)
        elif path == "/dev/stderr":
            yield from write_text(self.process, text + self.delimiter, 2)
        else:
            yield from self.files[path].write(self.process, (text + self.delimiter).encode("latin-1"))

    # One line

    def _cycle(self) -> Run[int | None]:
        """Run the script on the pattern space until it asks for the next line; a status where it asks to quit."""
        while True:
            outcome = yield from self._script()
            if outcome != "restart":
                break
        if outcome == "quit-silently":
            return self.exit_code
        if outcome != "delete" and not self.quiet:
            self._emit(self.space, open_ended=self.line_is_open)
        yield from self._append()
        return self.exit_code if outcome == "quit" else None

    def _script(self) -> Run[str]:
        index = 0
        self.substituted = False
        for _ in range(_MAX_STEPS):
            if index >= len(self.commands):
                return "end"
            command = self.commands[index]
            selected = command.first is None or (yield from self._selects(command))
            if selected == command.negated:
                index = command.jump if command.name == "{" else index + 1
                continue
            outcome = yield from self._execute(command)
            if outcome == "jump":
                index = command.jump
            elif outcome:
                return outcome
            else:
                index += 1
        raise Failure("the script has branched a million times on one line (SK301)")

    def _selects(self, command: Command) -> Run[bool]:
        first, second = command.first, command.second
        assert first is not None
        if second is None:
            return (yield from self._matches(first))
        if command.active:
            if second.kind == "pattern":
                command.active = not (yield from self._matches(second))
                return True
            if second.kind == "last":
                command.active = not (yield from self._is_last())
                return True
            command.active = self.number < command.end_line
            return self.number <= command.end_line or (yield from self._matches(first))
        if first.kind == "number" and first.number == 0:
            if self.number == 1:
                command.active = not (yield from self._matches(second))
                return True
            return False
        if not (yield from self._matches(first)):
            return False
        match second.kind:
            case "number":
                command.end_line = second.number
            case "+":
                command.end_line = self.number + second.number
            case "~":
                command.end_line = self.number - self.number % (second.number or 1) + second.number
            case "last":
                command.active = not (yield from self._is_last())
                return True
            case _:
                command.active = True
                return True
        command.active = self.number < command.end_line
        return True

    def _matches(self, address: Address) -> Run[bool]:
        match address.kind:
            case "number":
                return self.number == address.number
            case "last":
                return (yield from self._is_last())
            case "step":
                if address.step == 0:
                    return self.number == address.number
                return self.number >= address.number and (self.number - address.number) % address.step == 0
        return self._search(address.pattern, self.space) is not None

    def _search(self, pattern: Pattern | None, text: str, start: int = 0) -> Match | None:
        wanted = pattern or self.last_pattern
        if wanted is None:
            raise Failure("no previous regular expression")
        self.last_pattern = wanted
        return wanted.search(text, start)

    def _execute(self, command: Command) -> Run[str]:
        """Carry out one command; what is to happen then, nothing for the next one."""
        match command.name:
            case "s":
                yield from self._substitute(command)
            case "p":
                self._emit(self.space)
            case "d":
                return "delete"
            case "D":
                _, newline, rest = self.space.partition("\n")
                if not newline:
                    return "delete"
                self.space = rest
                yield from self._append()
                return "restart"
            case "P":
                self._emit(self.space.partition("\n")[0])
            case "n" | "N":
                return (yield from self._next(command.name))
            case "g":
                self.space = self.hold
            case "G":
                self.space += "\n" + self.hold
                self.line_is_open = False
            case "h":
                self.hold = self.space
            case "H":
                self.hold += "\n" + self.space
            case "x":
                self.space, self.hold = self.hold, self.space
                self.line_is_open = False
            case "y":
                self.space = self.space.translate(command.table)
            case "z":
                self.space = ""
            case "=":
                self._emit(str(self.number))
            case "F":
                self._emit(self.path)
            case "l":
                self._emit(_visible(self.space))
            case "a" | "r":
                self.queue.append((command.name, command.text))
            case "i":
                self._emit(command.text.removesuffix("\n"))
            case "c":
                if command.second is None or command.negated or not command.active:
                    self._emit(command.text.removesuffix("\n"))
                return "delete"
            case "w":
                yield from self._write_to(command.text, self.space)
            case "W":
                yield from self._write_to(command.text, self.space.partition("\n")[0])
            case "q" | "Q":
                self.exit_code = int(command.text or 0)
                return "quit" if command.name == "q" else "quit-silently"
            case "b":
                return "jump"
            case "t" | "T":
                taken = self.substituted == (command.name == "t")
                self.substituted = False
                return "jump" if taken else ""
        return ""

    def _next(self, name: str) -> Run[str]:
        if name == "n" and not self.quiet and not (yield from self._is_last()):
            self._emit(self.space, open_ended=self.line_is_open)
        if (yield from self._is_last()):
            return "quit"
        yield from self._append()
        line = yield from self._next_line()
        assert line is not None
        self.space = line if name == "n" else f"{self.space}\n{line}"
        return ""

    def _substitute(self, command: Command) -> Run[None]:
        text = self.space
        pieces: list[str] = []
        position = count = done = copied = 0
        previous_end = -1
        while position <= len(text) and (match := self._search(command.pattern, text, position)):
            begin, end = match.span()
            if begin == end == previous_end:  # an empty match right behind another one does not count
                position = end + 1
                continue
            count += 1
            if count >= command.occurrence:
                pieces += [text[copied:begin], expand(command.replacement, match)]
                copied = end
                done += 1
                if "g" not in command.flags:
                    break
            previous_end = end
            position = end if end > begin else end + 1
        if not done:
            return
        self.space = "".join(pieces) + text[copied:]
        self.substituted = True
        if "p" in command.flags:
            self._emit(self.space)
        if command.text:
            yield from self._write_to(command.text, self.space)

    def _append(self) -> Run[None]:
        queue, self.queue = self.queue, []
        for kind, text in queue:
            if kind == "a":
                self._emit(text.removesuffix("\n"))
                continue
            try:
                lines = yield from read_lines(self.process, text if text != "/dev/stdin" else "-")
            except SyscallError:
                continue
            for line in lines:
                self._emit(line)


def expand(replacement: list[tuple[str, str]], match: Match) -> str:
    """The replacement's text for a match, with its changes of case."""
    parts: list[str] = []
    mode = once = ""
    for kind, value in replacement:
        if kind == "case":
            if value in "lu":
                once = value
            else:
                mode, once = ("", "") if value == "E" else (value, once)
            continue
        text = (match[int(value)] or "") if kind == "group" else value
        text = text.upper() if mode == "U" else text.lower() if mode == "L" else text
        if once and text:
            text = (text[0].upper() if once == "u" else text[0].lower()) + text[1:]
            once = ""
        parts.append(text)
    return "".join(parts)


def _visible(text: str) -> str:
    names = {"\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\f": "\\f", "\v": "\\v", "\a": "\\a", "\b": "\\b"}
    shown = "".join(names.get(c) or (c if " " <= c <= "~" else f"\\{ord(c):03o}") for c in text) + "$"
    lines = []
    while len(shown) > 70:
        lines.append(shown[:69] + "\\")
        shown = shown[69:]
    return "\n".join([*lines, shown])
