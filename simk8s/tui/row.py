"""A line of a pane as data: pieces of text with their roles, and where it leads. What it looks like, a theme says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from rich.cells import cell_len

from simk8s.render.line import Tone
from simk8s.tui.focus import Subject

Role = Literal["plain", "quiet", "good", "bad", "strong", "run", "mark", "burnt", "cursor"]

Span: TypeAlias = tuple[str, Role]

TONES: dict[Tone, Role] = {"good": "good", "bad": "bad", "plain": "plain", "quiet": "quiet"}


@dataclass(frozen=True, slots=True)
class Row:
    """One line. `key` names it across moments, `seq` is where it leads, `subject` whom it is about.

    A row that `is_now` is the one that the moment in focus stands at. `hang` is how far continuations are indented.
    """

    spans: tuple[Span, ...]
    key: str = ""
    seq: int | None = None
    subject: Subject | None = None
    is_now: bool = False
    hang: int = 0

    @property
    def text(self) -> str:
        return "".join(text for text, _ in self.spans)


def row(
    *parts: str | Span,
    key: str = "",
    seq: int | None = None,
    subject: Subject | None = None,
    is_now: bool = False,
    hang: int = 0,
) -> Row:
    """A row of texts, plain where no role is given."""
    spans: tuple[Span, ...] = tuple((part, "plain") if isinstance(part, str) else part for part in parts)
    return Row(spans, key, seq, subject, is_now, hang)


def fitted(text: str, width: int) -> str:
    """The text in exactly so many cells: filled with blanks, or cut off with an ellipsis. Wide characters count two."""
    if cell_len(text) <= width:
        return text + " " * (width - cell_len(text))
    return cut(text, width - 1) + "…" + " " * (width - 1 - cell_len(cut(text, width - 1)))


def cut(text: str, width: int) -> str:
    """As much of the beginning as has room in so many cells."""
    used = 0
    for place, character in enumerate(text):
        used += cell_len(character)
        if used > width:
            return text[:place]
    return text


def wrapped(given: Row, width: int) -> Iterator[tuple[Span, ...]]:
    """The lines that a row takes at a width, words kept whole where they can be."""
    if sum(cell_len(text) for text, _role in given.spans) <= width:
        yield given.spans
        return
    line: list[Span] = []
    room = width
    indent = min(given.hang, max(width - 10, 0))
    for text, role in given.spans:
        for word in _words(text):
            while cell_len(word) > room:
                if line and cell_len(word) <= width - indent and room < width - indent:
                    word = word.lstrip() if word.isspace() else word
                else:
                    head = cut(word, room)
                    line.append((head, role))
                    word = word[len(head) :]
                yield tuple(line)
                line, room = [(" " * indent, "plain")], width - indent
                if not word:
                    break
            if word:
                line.append((word, role))
                room -= cell_len(word)
    yield tuple(line)


def _words(text: str) -> Iterator[str]:
    """Words, each with the blanks before it apart."""
    start = 0
    for place in range(1, len(text) + 1):
        if place == len(text) or text[place].isspace() != text[start].isspace():
            yield text[start:place]
            start = place
