"""Where a parse stands in its text: the offset, lines and columns, here-documents that still wait for their lines."""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from simk8s.shell.syntax.dialect import Dialect
from simk8s.shell.syntax.nodes import HereDocument, Sequence
from simk8s.shell.syntax.parts import Part


class ShellSyntaxError(Exception):
    """The text is not in the shell's language. `line` is the one bash names.

    `message` is bash's without its prefix; `second` the line that bash prints below it.
    """

    expected = ""
    """The word that had to stand there, where only one could."""

    status: int | None = 2
    """What `bash -c` ends with: for an error inside `$( )` or an array's parentheses bash has its own."""

    told = True
    """Whether bash says it; it ends with `[[ ]]` in silence."""

    def __init__(self, message: str, line: int, column: int, *, second: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column
        self.second = second

    def lines(self, prefix: str) -> list[str]:
        """What bash prints; `prefix` is its name and what it reads, `bash: -c` or `./start.sh`."""
        said = [f"{prefix}: line {self.line}: {self.message}"] if self.told else []
        if self.second is not None:
            said.append(f"{prefix}: line {self.line}: {self.second}")
        return said


@lru_cache(maxsize=512)
def line_starts(text: str) -> tuple[int, ...]:
    """The offsets at which the lines of `text` begin."""
    starts = [0]
    offset = text.find("\n")
    while offset >= 0:
        starts.append(offset + 1)
        offset = text.find("\n", offset + 1)
    return tuple(starts)


_QUOTED_WORDS = re.compile(r"(?:[ \t]|'[^']*'|\"[^\"]*\"|\\.)*")
"""What does not end the search for an alias behind one that ends in a blank: quoted words are not looked up."""


@dataclass(slots=True)
class Reader:
    """A text and how far it has been read. All parsing functions share one Reader and move its `offset`."""

    text: str
    dialect: Dialect
    extglob: bool = False
    offset: int = 0
    first_line: int = 1
    first_column: int = 1
    nested: Callable[[Reader, str], Sequence] | None = None
    document: bool = False  # the text is that of a here-document
    inside: int = 0
    """How many `$( )` stand around."""
    pending: list[HereDocument] = field(default_factory=list)
    warnings: list[tuple[int, str]] = field(default_factory=list)
    aliases: dict[str, str] = field(default_factory=dict)
    replaced: list[tuple[int, int, str]] = field(default_factory=list)
    nested_parts: dict[int, tuple[str, bool, Part | ShellSyntaxError, int]] = field(default_factory=dict)
    """Those that have been read, by where they begin: the text, whether in double quotes, what was found, its end."""
    starts: list[int] = field(init=False)
    """The offsets at which lines begin: those that have been asked about, from the one that was read first."""
    _begin: int = field(default=0, init=False)
    """The line last asked about: where it begins and ends, its number, and what makes a column of an offset."""
    _end: int = field(default=0, init=False)
    _line: int = field(default=0, init=False)
    _before: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        known = line_starts(self.text)
        index = bisect_right(known, self.offset) - 1
        self.starts = [known[index]]
        if index:
            self.first_line += index
            self.first_column = 1

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset."""
        if not self._begin <= offset < self._end:
            self._find_line(offset)
        return self._line, offset - self._before

    def line_at(self, offset: int) -> int:
        return self.place(offset)[0]

    def _find_line(self, offset: int) -> None:
        starts, text = self.starts, self.text
        end = sys.maxsize
        while starts[-1] <= offset:
            found = text.find("\n", starts[-1])
            if found < 0:
                end = sys.maxsize
                break
            end = found + 1
            if end > offset:
                break
            starts.append(end)
        index = bisect_right(starts, offset) - 1
        self._begin = starts[index]
        self._end = starts[index + 1] if index + 1 < len(starts) else end
        self._line = index + self.first_line
        self._before = self._begin - (1 if index else self.first_column)

    def join_lines(self, offset: int) -> None:
        """Take out the backslashes with line ends that stand at `offset`: outside of quotes they are nothing at all.

        What is left counts its lines as before, because the next line now begins at `offset`.
        """
        while self.text.startswith("\\\n", offset):
            self._find_line(offset)
            self.text = self.text[:offset] + self.text[offset + 2 :]
            index = bisect_right(self.starts, offset)
            self.starts[index:] = [offset, *(start - 2 for start in self.starts[index + 1 :])]
            self._begin = self._end = 0
            self.replaced = [
                (first - 2 * (first > offset), last - 2 * (last > offset), name) for first, last, name in self.replaced
            ]

    def replace_alias(self, start: int, end: int, name: str) -> None:
        """Put an alias' value where its name stands, and read on there. A name is not replaced inside itself."""
        value = self.aliases[name]
        self._find_line(start)
        del self.starts[bisect_right(self.starts, start) :]
        self._begin = self._end = 0
        self.text = self.text[:start] + value + self.text[end:]
        growth = len(value) - (end - start)
        self.replaced = [(first, last + growth if last >= end else last, other) for first, last, other in self.replaced]
        self.replaced.append((start, start + len(value), name))
        self.offset = start

    def is_alias(self, name: str, offset: int) -> bool:
        return name in self.aliases and not any(
            first <= offset < last and other == name for first, last, other in self.replaced
        )

    def follows_blank_alias(self, offset: int) -> bool:
        """The word at `offset` comes right after an alias whose value ends in a blank: it may be one, too."""
        ended = [(last, name) for _, last, name in self.replaced if last <= offset]
        nearest = max((last for last, _ in ended), default=0)
        blank = all(self.aliases[name][-1:] in (" ", "\t") for last, name in ended if last == nearest)
        return bool(ended) and blank and _QUOTED_WORDS.fullmatch(self.text, nearest, offset) is not None

    @property
    def end_line(self) -> int:
        """The line bash names when the text ends too early: one more than there are."""
        lines = len(self.starts) - 1 + self.text.count("\n", self.starts[-1])
        if not self.text.endswith("\n"):
            lines += 1
        return lines + self.first_line

    def unexpected_end(self, opening: str, closing: str, start: int) -> ShellSyntaxError:
        """The text ended inside a quote or a bracket that began at `start`."""
        line, column = self.place(start)
        if opening in ("$(", "<(", ">("):
            line = self.end_line
        return ShellSyntaxError(f"unexpected EOF while looking for matching `{closing}'", line, column)

    def unexpected(self, token: str, offset: int) -> ShellSyntaxError:
        """The grammar does not allow `token`, which begins at `offset`."""
        line, column = self.place(offset)
        return ShellSyntaxError(
            f"syntax error near unexpected token `{token}'", line, column, second=f"`{self.line_text(offset)}'"
        )

    def early_end(self) -> ShellSyntaxError:
        """The text ended where a command was not complete."""
        return ShellSyntaxError("syntax error: unexpected end of file", self.end_line, 1)

    def line_text(self, offset: int) -> str:
        self._find_line(offset)
        end = self.text.find("\n", offset)
        return self.text[self._begin : len(self.text) if end < 0 else end]
