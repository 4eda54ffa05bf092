"""A sed script as data, and how its text is read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from simk8s.programs.text.pattern import Pattern, PatternError, compile_pattern
from simk8s.programs.tool import Failure
from simk8s.programs.unmodelled import Unmodelled


@dataclass(slots=True)
class Address:
    """A line number, `$`, `first~step`, `+N`, `~N` or an expression (`pattern` None: the last one used)."""

    kind: str
    number: int = 0
    step: int = 0
    pattern: Pattern | None = None


@dataclass(slots=True)
class Command:
    """A command with its addresses. `jump` is the index where a block ends or a branch leads."""

    name: str
    first: Address | None = None
    second: Address | None = None
    negated: bool = False
    text: str = ""
    pattern: Pattern | None = None
    replacement: list[tuple[str, str]] = field(default_factory=list)
    flags: str = ""
    occurrence: int = 1
    table: dict[int, str] = field(default_factory=dict)
    jump: int = -1
    active: bool = False
    end_line: int = 0


class Parser:
    """Reads a script, one command after another. Raises Failure in GNU sed's words."""

    def __init__(self, text: str, *, extended: bool, source: str) -> None:
        self.text = text
        self.extended = extended
        self.source = source
        self.position = 0
        self.commands: list[Command] = []
        self.blocks: list[int] = []
        self.labels: dict[str, int] = {}

    def parse(self) -> list[Command]:
        """All commands, with jumps resolved."""
        while self._skip(" \t\n;"):
            self._command()
        if self.blocks:
            raise Failure(f"{self.source}, char 0: unmatched `{{'")
        for command in self.commands:
            if command.name in "btT":
                if command.text and command.text not in self.labels:
                    raise Failure(f"can't find label for jump to `{command.text}'")
                command.jump = self.labels.get(command.text, len(self.commands))
        return self.commands

    def _fail(self, message: str) -> Failure:
        return Failure(f"{self.source}, char {self.position}: {message}")

    def _peek(self) -> str:
        return self.text[self.position : self.position + 1]

    def _skip(self, characters: str) -> bool:
        """Skip some characters and comments; whether there is more."""
        while self.position < len(self.text):
            if self._peek() == "#" and "\n" in characters:
                end = self.text.find("\n", self.position)
                self.position = len(self.text) if end < 0 else end
            elif self._peek() in characters:
                self.position += 1
            else:
                return True
        return False

    def _command(self) -> None:
        first = self._address()
        second = None
        if first is not None:
            self._skip(" \t")
            if self._peek() == ",":
                self.position += 1
                self._skip(" \t")
                second = self._address(second=True)
                if second is None:
                    self.position += 1
                    raise self._fail("unexpected `,'")
        if first and first.kind == "number" and first.number == 0 and not (second and second.kind == "pattern"):
            self.position += 1
            raise self._fail("invalid usage of line address 0")
        self._skip(" \t")
        negated = False
        while self._peek() == "!":
            negated = True
            self.position += 1
            self._skip(" \t")
        name = self._peek()
        if not name:
            raise self._fail("missing command")
        self.position += 1
        command = Command(name, first, second, negated)
        self._arguments(command)

    def _arguments(self, command: Command) -> None:
        match command.name:
            case "{":
                self.blocks.append(len(self.commands))
            case "}":
                if not self.blocks:
                    raise self._fail("unexpected `}'")
                self._end_of_command()
                self.commands[self.blocks.pop()].jump = len(self.commands)
                return
            case ":":
                self._skip(" \t")
                self.labels[self._until("\n;").strip()] = len(self.commands)
                return
            case "b" | "t" | "T":
                self._skip(" \t")
                command.text = self._until("\n;}").strip()
            case "a" | "i" | "c":
                command.text = self._text()
            case "r" | "w" | "R" | "W":
                self._skip(" \t")
                command.text = self._until("\n")
                if not command.text:
                    raise self._fail("missing filename in r/R/w/W commands")
            case "s":
                self._substitution(command)
            case "y":
                self._transliteration(command)
            case "q" | "Q" | "l" | "L":
                self._skip(" \t")
                command.text = self._digits()
                self._end_of_command()
            case "=" | "d" | "D" | "g" | "G" | "h" | "H" | "n" | "N" | "p" | "P" | "x" | "z" | "F":
                self._end_of_command()
            case "e" | "v":
                raise Unmodelled(f"command '{command.name}'")
            case _:
                raise self._fail(f"unknown command: `{command.name}'")
        self.commands.append(command)

    def _end_of_command(self) -> None:
        self._skip(" \t")
        if self._peek() not in ("", "\n", ";", "}", "#"):
            self.position += 1
            raise self._fail("extra characters after command")

    def _until(self, ends: str) -> str:
        start = self.position
        while self.position < len(self.text) and self._peek() not in ends:
            self.position += 1
        return self.text[start : self.position]

    def _digits(self) -> str:
        match = re.compile(r"\d*").match(self.text, self.position)
        assert match is not None
        self.position = match.end()
        return match[0]

    def _address(self, *, second: bool = False) -> Address | None:
        character = self._peek()
        if character.isdecimal():
            number = int(self._digits())
            self._skip(" \t")
            if self._peek() == "~" and not second:
                self.position += 1
                return Address("step", number, int(self._digits() or 0))
            return Address("number", number)
        if second and character in ("+", "~"):
            self.position += 1
            return Address(character, int(self._digits() or 0))
        if character == "$":
            self.position += 1
            return Address("last")
        if character not in ("/", "\\") or not character:
            return None
        if character == "\\":
            self.position += 1
        text = self._delimited(regex=True)
        if text is None:
            raise self._fail("unterminated address regex")
        flags = ""
        while self._peek() in ("I", "M") and self._peek():
            flags += self._peek()
            self.position += 1
        return Address("pattern", pattern=self._compiled(text, flags))

    def _compiled(self, text: str, flags: str) -> Pattern | None:
        if not text:
            return None
        try:
            return compile_pattern(
                text, extended=self.extended, ignore_case="I" in flags or "i" in flags, multiline="M" in flags.upper()
            )
        except PatternError as error:
            raise self._fail(str(error)) from None

    def _delimited(self, *, regex: bool) -> str | None:
        """The text up to the delimiter that stands here; the next call finds the same delimiter."""
        delimiter = self._peek()
        self.position += 1
        parts: list[str] = []
        bracket = False
        while self.position < len(self.text):
            character = self._peek()
            self.position += 1
            if character == "\\" and self.position < len(self.text):
                following = self._peek()
                self.position += 1
                if following == delimiter:
                    parts.append(delimiter if delimiter not in "&" or regex else f"\\{delimiter}")
                elif following == "\n" and regex:
                    parts.append("\n")
                elif following == "x" and (code := re.compile("[0-9A-Fa-f]{2}").match(self.text, self.position)):
                    self.position = code.end()
                    parts.append(_protected(chr(int(code[0], 16)), regex))
                else:
                    parts.append(f"\\{following}")
            elif character == delimiter and not bracket:
                return "".join(parts)
            elif character == "\n" and regex:
                return None
            else:
                if regex:
                    bracket = _in_bracket(bracket, character, "".join(parts[-2:]))
                parts.append(character)
        return None

    def _substitution(self, command: Command) -> None:
        text = self._delimited(regex=True)
        self.position -= 1
        replacement = self._delimited(regex=False) if text is not None else None
        if text is None or replacement is None:
            self.position = len(self.text)
            raise self._fail("unterminated `s' command")
        flags = ""
        while (flag := self._peek()) not in ("", "\n", ";", "}", "#", " ", "\t"):
            self.position += 1
            if flag == "w":
                self._skip(" \t")
                command.text = self._until("\n")
            elif flag.isdecimal():
                self.position -= 1
                command.occurrence = int(self._digits())
                if command.occurrence == 0:
                    raise self._fail("number option to `s' command may not be zero")
                flags += "0"
                continue
            elif flag == "e":
                raise Unmodelled("the flag 'e' of command 's'")
            elif flag not in "gpiImM":
                raise self._fail("unknown option to `s'")
            if flag in flags and flag in "gp":
                raise self._fail(f"multiple `{flag}' options to `s' command")
            flags += flag
        command.flags = flags
        self._end_of_command()
        command.pattern = self._compiled(text, flags)
        command.replacement = _replacement(replacement)
        groups = command.pattern.groups if command.pattern else 9
        for kind, value in command.replacement:
            if kind == "group" and int(value) > groups:
                raise self._fail(f"invalid reference \\{value} on `s' command's RHS")

    def _transliteration(self, command: Command) -> None:
        before = self._delimited(regex=False)
        self.position -= 1
        after = self._delimited(regex=False) if before is not None else None
        if before is None or after is None:
            raise self._fail("unterminated `y' command")
        one, other = _unescaped(before), _unescaped(after)
        if len(one) != len(other):
            raise self._fail("strings for `y' command are different lengths")
        command.table = {ord(a): b for a, b in reversed(list(zip(one, other, strict=True)))}
        self._end_of_command()

    def _text(self) -> str:
        """The text of `a`, `i` and `c`: on the same line, or after a backslash and a newline."""
        self._skip(" \t")
        if not self._peek():
            raise self._fail("expected \\ after `a', `c' or `i'")
        if self._peek() == "\\":
            after = re.compile(r"\\[ \t]*\n").match(self.text, self.position)
            self.position = after.end() if after else self.position + 1
        parts: list[str] = []
        while self.position < len(self.text):
            character = self._peek()
            self.position += 1
            if character == "\n":
                break
            if character == "\\":
                character = self._peek()
                self.position += 1
                character = {"n": "\n", "t": "\t"}.get(character, character) if parts else character
            parts.append(character)
        return "".join(parts) + "\n"


def _in_bracket(inside: bool, character: str, before: str) -> bool:
    if inside:
        return not (character == "]" and before[-1:] != "[" and before[-2:] != "[^")
    return character == "[" and before[-1:] != "\\"


def _protected(character: str, regex: bool) -> str:
    return f"\\{character}" if character in ("\\.[]*^$/" if regex else "\\&") else character


def _replacement(text: str) -> list[tuple[str, str]]:
    """Pieces of a replacement: `text`, `group` (a digit) and `case` (one of LUluE).

    >>> _replacement("[&]\\\\U\\\\1\\\\n")
    [('text', '['), ('group', '0'), ('text', ']'), ('case', 'U'), ('group', '1'), ('text', '\\n')]
    """
    pieces: list[tuple[str, str]] = []
    position = 0
    while position < len(text):
        character = text[position]
        position += 1
        kind = "text"
        if character == "&":
            kind, character = "group", "0"
        elif character == "\\" and position < len(text):
            character = text[position]
            position += 1
            if character.isdecimal():
                kind = "group"
            elif character in "LUluE":
                kind = "case"
            else:
                character = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "a": "\a"}.get(character, character)
        if kind == "text" and pieces and pieces[-1][0] == "text":
            pieces[-1] = ("text", pieces[-1][1] + character)
        else:
            pieces.append((kind, character))
    return pieces


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda m: {"n": "\n", "t": "\t", "\\": "\\"}.get(m[1], m[1]), text)


@lru_cache(maxsize=256)  # a script's sed is run with the same words again and again
def parsed(text: str, extended: bool, source: str) -> tuple[Command, ...]:
    """The commands of a script. Who runs them copies them first: they know where a range of lines has come to."""
    return tuple(Parser(text, extended=extended, source=source).parse())
