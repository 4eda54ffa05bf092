"""Where a script stands in the manifest it came from, so that every line of it can be shown where a person wrote it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simk8s.errors import Place

if TYPE_CHECKING:
    import yaml


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a text's characters that stand side by side in the file: from `line`, `column` of the text on."""

    line: int
    column: int
    place: Place


@dataclass(frozen=True, slots=True)
class ScriptPlace:
    """Maps line and column of a text (both from 1) to the file it was written in.

    A block scalar is one shift: line by line, `indent` to the right. Other scalars are put together of `pieces`.
    """

    place: Place
    indent: int = 0
    pieces: tuple[Piece, ...] = ()

    def at(self, line: int, column: int = 1) -> Place:
        """The place of that line and column. Where folding has lost it: the nearest piece before."""
        if not self.pieces:
            return Place(self.place.file, self.place.line + line - 1, column + self.indent)
        best = self.pieces[0]
        for piece in self.pieces:
            if (piece.line, piece.column) <= (line, column):
                best = piece
        right = column - best.column if best.line == line else 0
        return Place(best.place.file, best.place.line, best.place.column + max(right, 0))


def script_place(value: str, node: yaml.ScalarNode, file: str, lines: list[str]) -> ScriptPlace:
    """The place of a scalar's content: of a block scalar from the line below its `|`, of others piece by piece."""
    start = node.start_mark
    if node.style == "|":
        first = start.line + 1  # counts from 0: the line below the indicator
        return ScriptPlace(Place(file, first + 1, 1), _indent_of_block(value, lines, first))
    if node.style == ">":
        return _folded(value, file, lines[start.line + 1 : node.end_mark.line], start.line + 1, 0)
    quote = 1 if node.style in ("'", '"') else 0
    own = lines[start.line : node.end_mark.line + 1]
    if node.end_mark.line < len(lines):
        own[-1] = own[-1][: node.end_mark.column - quote]
    return _folded(value, file, own, start.line, start.column + quote)


def _indent_of_block(value: str, lines: list[str], first: int) -> int:
    for offset, line in enumerate(value.split("\n")):
        if line.strip() and first + offset < len(lines):
            raw = lines[first + offset]
            return len(raw) - len(raw.lstrip(" ")) - (len(line) - len(line.lstrip(" ")))
    return 0


def _folded(value: str, file: str, lines: list[str], first: int, column: int) -> ScriptPlace:
    """Each line of the file gives a piece of the text; its first words are looked for in what is left of the text.

    `lines` are the scalar's own, the first of them line `first` of the file, counted from 0.
    """
    pieces = []
    offset = 0
    for number, raw in enumerate(lines, first):
        begin = max(column if number == first else 0, len(raw) - len(raw.lstrip()))
        head = raw[begin:].split("\\")[0].rstrip(" ")
        found = value.find(head, offset) if head else -1
        if found < 0:
            continue
        line = value.count("\n", 0, found) + 1
        left = found - (value.rfind("\n", 0, found) + 1) + 1
        pieces.append(Piece(line, left, Place(file, number + 1, begin + 1)))
        offset = found + len(head)
    start = Place(file, first + 1, column + 1)
    return ScriptPlace(start, 0, tuple(pieces) or (Piece(1, 1, start),))
