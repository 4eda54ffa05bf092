"""Patterns without groups: texts of a fixed length with `*` between them. They match without going back.

Each `*` but the last takes as little as it can: what is left for the rest is then as much as there can be.
"""

from __future__ import annotations

import regex

Pieces = tuple[tuple[str, ...], ...]
"""What stands between the `*`: for each character of the subject one regular expression."""


class Shape:
    """One such pattern, ready to be looked for at the start, at the end or anywhere."""

    __slots__ = ("_all", "_head", "_mirrored", "_pieces", "_shortest", "flags", "longest")

    def __init__(self, pieces: Pieces, flags: int) -> None:
        first, *rest = ("".join(piece) for piece in pieces)
        lazy = [f"(?>.*?{piece})" for piece in rest]
        self.flags = flags
        self.longest = regex.compile(first + "".join([*lazy[:-1], *(f".*{piece}" for piece in rest[-1:])]), flags)
        self._shortest = regex.compile(first + "".join(lazy), flags)
        self._head = regex.compile(first, flags)
        self._pieces = pieces
        self._mirrored: Shape | None = None

    def prefix(self, subject: str, *, longest: bool) -> int | None:
        """How many characters at the start match."""
        found = (self.longest if longest else self._shortest).match(subject)
        return None if found is None else found.end()

    def suffix(self, subject: str, *, longest: bool) -> int | None:
        """Where what matches at the end begins."""
        if self._mirrored is None:
            self._mirrored = Shape(tuple(piece[::-1] for piece in self._pieces[::-1]), self.flags)
        length = self._mirrored.prefix(subject[::-1], longest=longest)
        return None if length is None else len(subject) - length

    def find(self, subject: str, position: int) -> tuple[int, int] | None:
        """The first place from `position` on where it matches, and the longest match there.

        Where the text before the first `*` is found but not the rest, nothing later can have the rest either.
        """
        head = self._head.search(subject, position)
        found = None if head is None else self.longest.match(subject, head.start())
        return None if found is None else found.span()
