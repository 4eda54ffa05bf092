"""sed at work: the pattern space, the hold space, and what each command does with them."""

from __future__ import annotations

from simk8s.machine import Process
from simk8s.programs.options import Options
from simk8s.programs.text.pattern import Match, Pattern
from simk8s.programs.text.sed.flow import Flow
from simk8s.programs.text.sed.script import Address, Command
from simk8s.programs.tool import Failure
from simk8s.sim import Run

_MAX_STEPS = 1_000_000  # commands for one line, against scripts that branch for ever


class Editor(Flow):
    """The state of one run over the input files."""

    def __init__(
        self, process: Process, commands: list[Command], paths: list[str], options: Options, *, quiet: bool
    ) -> None:
        super().__init__(process, paths, options)
        self.commands = commands
        self.quiet = quiet
        self.space = ""
        self.hold = ""
        self.substituted = False
        self.last_pattern: Pattern | None = None
        self.exit_code = 0
        self.wanted = [pattern for command in commands if (pattern := _condition(command)) is not None]
        """What a line must have of, or nothing happens on it. Empty: on any line something may happen."""
        if not quiet or len(self.wanted) < len(commands):
            self.wanted.clear()

    def run(self) -> Run[int]:
        """Run the script over every line; the exit status."""
        for command in self.commands:
            if command.name in "wWs" and command.text:
                yield from self.open_output(command.text)
        while (yield from self._read()):
            code = yield from self._cycle()
            if code is not None:
                yield from self.flush()
                yield from self.end_file()
                return code
            if self.wanted:
                self._skip_to(self.wanted)
        yield from self.flush()
        return self.status

    def _cycle(self) -> Run[int | None]:
        """Run the script on the pattern space until it asks for the next line; a status where it asks to quit."""
        while True:
            outcome = yield from self._script()
            if outcome != "restart":
                break
        if outcome == "quit-silently":
            return self.exit_code
        if outcome != "delete" and not self.quiet:
            self.emit(self.space, open_ended=self.line_is_open)
        yield from self.append()
        return self.exit_code if outcome == "quit" else None

    def _script(self) -> Run[str]:
        index = 0
        self.substituted = False
        for _ in range(_MAX_STEPS):
            if index >= len(self.commands):
                return "end"
            command = self.commands[index]
            first = command.first
            if first is None:
                selected = True
            elif first.kind == "pattern" and command.second is None:
                selected = self._search(first.pattern, self.space) is not None
            else:
                selected = yield from self._selects(command)
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
                command.active = not (yield from self.is_last())
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
                command.active = not (yield from self.is_last())
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
                return (yield from self.is_last())
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
                self.emit(self.space)
            case "d":
                return "delete"
            case "D":
                _, newline, rest = self.space.partition("\n")
                if not newline:
                    return "delete"
                self.space = rest
                yield from self.append()
                return "restart"
            case "P":
                self.emit(self.space.partition("\n")[0])
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
                self.emit(str(self.number))
            case "F":
                self.emit(self.path)
            case "l":
                self.emit(_visible(self.space))
            case "a" | "r":
                self.queue.append((command.name, command.text))
            case "i":
                self.emit(command.text.removesuffix("\n"))
            case "c":
                if command.second is None or command.negated or not command.active:
                    self.emit(command.text.removesuffix("\n"))
                return "delete"
            case "w":
                yield from self.write_to(command.text, self.space)
            case "W":
                yield from self.write_to(command.text, self.space.partition("\n")[0])
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
        if name == "n" and not self.quiet and not (yield from self.is_last()):
            self.emit(self.space, open_ended=self.line_is_open)
        if (yield from self.is_last()):
            return "quit"
        yield from self.append()
        line = yield from self.next_line()
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
            self.emit(self.space)
        if command.text:
            yield from self.write_to(command.text, self.space)


def _condition(command: Command) -> Pattern | None:
    """What a line must have for a command without any other condition to do something on it; None: not known."""
    if command.name != "s" or command.negated or command.second is not None:
        return None
    if command.first is None:
        return command.pattern
    return command.first.pattern if command.first.kind == "pattern" else None


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
