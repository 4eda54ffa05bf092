"""The record and its fields: each is rebuilt from the other when it is asked for after a change."""

from __future__ import annotations

from collections.abc import Callable

from simk8s.programs.text.awk.value import UNSET, Value, from_input, to_text
from simk8s.programs.text.pattern import compile_pattern
from simk8s.programs.tool import Failure

_MOST_FIELDS = 1_000_000


def split(text: str, separator: str) -> list[str]:
    """Fields of a text, for a separator as in FS.

    >>> split("  a b ", " "), split("a:b::", ":"), split("a1b22c", "[0-9]+")
    (['a', 'b'], ['a', 'b', '', ''], ['a', 'b', 'c'])
    """
    if separator == " ":
        return text.split()
    if not text:
        return []
    if not separator:
        return list(text)
    if len(separator) == 1 and separator != "\\":
        return text.split(separator)
    pieces: list[str] = []
    position = start = 0
    pattern = compile_pattern(separator, extended=True, awk=True)
    while position <= len(text) and (match := pattern.search(text, position)):
        if match.end() == match.start():
            position = match.end() + 1
            continue
        pieces.append(text[start : match.start()])
        start = position = match.end()
    return [*pieces, text[start:]]


class Record:
    """`$0`, `$1`... and NF."""

    def __init__(self, separator: Callable[[], str], output_separator: Callable[[], str]) -> None:
        self.separator = separator
        self.output_separator = output_separator
        self._text: str | None = ""
        self._fields: list[Value] | None = []
        self._split_by = " "

    def set_text(self, text: str) -> None:
        """A new `$0`. It is split by what FS is now, once a field is asked for."""
        self._text = text
        self._fields = None
        self._split_by = self.separator()

    @property
    def text(self) -> str:
        """`$0`"""
        if self._text is None:
            self._text = self.output_separator().join(to_text(value) for value in self.fields)
        return self._text

    @property
    def fields(self) -> list[Value]:
        """`$1` and on."""
        if self._fields is None:
            assert self._text is not None
            self._fields = [from_input(field) for field in split(self._text, self._split_by)]
        return self._fields

    def get(self, index: int) -> Value:
        """A field, `$0` for index 0."""
        if index == 0:
            return from_input(self.text)
        if index < 0:
            raise Failure(f"negative field index ${index}", 2)
        fields = self.fields
        return fields[index - 1] if index <= len(fields) else UNSET

    def set(self, index: int, value: Value) -> None:
        """Change a field; `$0` follows."""
        if index == 0:
            self.set_text(to_text(value))
            return
        self.resize(max(index, len(self.fields)))
        self.fields[index - 1] = value
        self._text = None

    def resize(self, count: int) -> None:
        """A new NF."""
        if not 0 <= count < _MOST_FIELDS:
            raise Failure(f"field index {count} is out of range", 2)
        fields = self.fields
        self._fields = fields[:count] + [UNSET] * (count - len(fields))
        self._text = None
