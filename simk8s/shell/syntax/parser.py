"""The parser as the shell uses it: a command at a time, each remembered by the text it stands in."""

from __future__ import annotations

import re
from functools import lru_cache

from msgspec import Struct

from simk8s.shell.syntax.dialect import BASH, Dialect
from simk8s.shell.syntax.grammar import Grammar, read_nested
from simk8s.shell.syntax.nodes import Command, Sequence
from simk8s.shell.syntax.reader import Reader, ShellSyntaxError


class Parser:
    """Reads `text` one complete command at a time, so what stands before a syntax error can run first.

    `first_line` and `first_column` are where the text stands in what a person wrote. `extglob` may change between two
    commands (`shopt -s extglob`), as in bash, and so may `aliases` (name and value).
    An alias changes the text itself: where a command ends inside of one, `_Unit.text` has its value put in.

    >>> parser = Parser("echo one; echo two\\necho three")
    >>> parser.next_command().commands[1].source
    'echo two'
    >>> parser.next_command().words[1].constant
    'three'
    >>> parser.next_command() is None
    True
    """

    def __init__(
        self,
        text: str,
        dialect: Dialect = BASH,
        *,
        extglob: bool = False,
        first_line: int = 1,
        first_column: int = 1,
    ) -> None:
        self.text = text
        self.dialect = dialect
        self.extglob = extglob
        self.first_line = first_line
        self.first_column = first_column
        self.offset = 0
        self._next_line = first_line
        self.last_line = first_line
        """The line at which the last command ends."""
        self.last_text = ""
        """The lines in which it stands."""
        self.warnings: tuple[tuple[int, str], ...] = ()
        self.aliases: tuple[tuple[str, str], ...] = ()

    def next_command(self) -> Command | None:
        """The next command, None at the end. Raises ShellSyntaxError; `warnings` are (line, text) of this command."""
        place = (self.first_line, self.first_column)
        unit = _unit(self.text, self.offset, place, self.dialect, self.extglob, self.aliases)
        self.last_text = unit.read
        self.last_line = self._next_line + unit.height
        self._next_line += unit.lines
        self.text = unit.text
        self.offset = unit.end
        self.warnings = unit.warnings
        return unit.command

    @property
    def at_end(self) -> bool:
        """Whether nothing but blanks and comments is left."""
        return _NOTHING.match(self.text, self.offset) is not None


_NOTHING = re.compile(r"(?:\s|#[^\n]*(?:\n|\Z))*\Z")


class _Unit(Struct, frozen=True, gc=False):
    """A command, or the end. It took `lines` to read it; it ends `height` lines below the first."""

    command: Command | None
    end: int
    read: str
    lines: int
    height: int
    warnings: tuple[tuple[int, str], ...]
    text: str


@lru_cache(maxsize=4096)
def _unit(
    text: str,
    offset: int,
    place: tuple[int, int],
    dialect: Dialect,
    extglob: bool,
    aliases: tuple[tuple[str, str], ...],
) -> _Unit:
    reader = Reader(text, dialect, extglob, offset, *place, nested=read_nested, aliases=dict(aliases))
    try:
        command = Grammar(reader).unit()
    except RecursionError:
        line, column = reader.place(reader.offset)
        raise ShellSyntaxError("syntax error: nested too deeply", line, column) from None
    inside = reader.replaced and any(first < reader.offset < last for first, last, _ in reader.replaced)
    end = reader.offset if inside else len(text) - (len(reader.text) - reader.offset)
    read = text[offset:end]
    own = read.rstrip("\n")
    counts = read.count("\n"), own.count("\n")
    return _Unit(command, end, own + "\n", *counts, tuple(reader.warnings), reader.text if inside else text)


def parse(text: str, dialect: Dialect = BASH, *, extglob: bool = False, first_line: int = 1) -> Sequence:
    """All commands of a text. Raises ShellSyntaxError."""
    parser = Parser(text, dialect, extglob=extglob, first_line=first_line)
    commands = []
    while (command := parser.next_command()) is not None:
        commands.append(command)
    return Sequence(first_line, 1, tuple(commands))
