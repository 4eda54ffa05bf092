"""From the pieces that expansion makes to fields: splitting at IFS, then file names, then the quotes are gone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from simk8s.shell import pathname
from simk8s.shell.limit import together
from simk8s.shell.pattern import quote_pattern

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell

QUOTED, LITERAL, EXPANDED = 0, 1, 2
"""What may still happen to a piece of text: nothing; only globbing; splitting and globbing."""

Piece: TypeAlias = tuple[str, int]

BREAK: Piece = ("", 3)
"""A boundary between two elements of `"$@"`: a new field begins."""

CHANGED_BREAK: Piece = ("@", 3)
"""The same for elements that an operator has changed: a value that is assigned joins them as in `"$*"`."""

NOTHING: Piece = ("", EXPANDED)
"""What is left of an expansion without a value, or of `"$@"` without elements: no word by itself, unlike `""`, but
what stands beside it stands beside an expansion.
"""

AT: Piece = ("", 4)
"""A boundary in an unquoted `$@`. Where fields are split, the elements are one text joined by IFS's first character."""

CHANGED_AT: Piece = ("@", 4)
"""The same where an operator has changed the elements: a value that is assigned joins them as in `$*`."""

STAR: Piece = ("*", 4)
"""The same for an unquoted `$*`, which is joined in that way even where nothing is split."""

_MAGIC = re.compile(r"[*?\[\\]")
_MAGIC_EXTENDED = re.compile(r"[*?\[\\]|[+@!]\(")


@lru_cache(maxsize=64)
def _delimiter(ifs: str) -> re.Pattern[str] | None:
    """What separates two fields: at most one character that is no white space, with white space around it."""
    if not ifs:
        return None
    blank = "".join(c for c in ifs if c in " \t\n")
    other = "".join(c for c in ifs if c not in " \t\n")
    b = f"[{re.escape(blank)}]" if blank else ""
    o = f"[{re.escape(other)}]" if other else ""
    if not other:
        return re.compile(f"{b}+")
    if not blank:
        return re.compile(o)
    return re.compile(f"{b}*{o}{b}*|{b}+")


def fields(shell: Shell, pieces: list[Piece]) -> list[str]:
    """The words that `pieces` become."""
    return named(shell, split(pieces, shell.ifs))


def named(shell: Shell, found: Iterable[list[Piece]]) -> list[str]:
    """Fields as words: those that are patterns stand for names of files."""
    result: list[str] = []
    for field in found:
        if len(field) == 1 and field[0][1] == QUOTED:
            result.append(field[0][0])
        else:
            result += pathname.expanded(shell, field)
    return result


def split(pieces: list[Piece], ifs: str) -> list[list[Piece]]:
    """The fields that `pieces` become at the characters of IFS."""
    delimiter = _delimiter(ifs)
    if ifs != " \t\n" and any(kind in (EXPANDED, 4) for _, kind in pieces):
        pieces = [part for piece in pieces for part in _with_delimiters_quoted(piece, ifs)]
    done: list[list[Piece]] = []
    current: list[Piece] | None = None
    after_blank = False  # the last field was ended by white space, which a following `:` would belong to
    for piece in pieces:
        text, kind = piece
        if kind > 3 and ifs:
            text, kind = ifs[0], EXPANDED
        if kind >= 3:
            if current is not None:
                done.append(current)
            current = None
            after_blank = False
        elif kind != EXPANDED or delimiter is None:
            if text or kind == QUOTED:
                if current is None:
                    current = []
                current.append((text, kind))
                after_blank = False
        else:
            position = 0
            for match in delimiter.finditer(text):
                start, end = match.span()
                if start > position:
                    if current is None:
                        current = []
                    current.append((text[position:start], EXPANDED))
                    after_blank = False
                position = end
                blank = not match.group().strip(" \t\n")
                if current is not None:
                    done.append(current)
                    current = None
                    after_blank = blank
                elif not blank:
                    if not after_blank:
                        done.append([])
                    after_blank = False
            if position < len(text):
                if current is None:
                    current = []
                current.append((text[position:], EXPANDED))
                after_blank = False
    if current is not None:
        done.append(current)
    return done


def _with_delimiters_quoted(piece: Piece, ifs: str) -> list[Piece]:
    """Beside an expansion bash quotes what is in IFS, lest it is split there: a `*` or `[:` loses its meaning."""
    text, kind = piece
    if kind != LITERAL or not any(character in ifs for character in text):
        return [piece]
    return [(character, QUOTED if character in ifs else LITERAL) for character in text]


def joined(pieces: list[Piece], ifs: str) -> str:
    """The pieces as one string, where nothing is split."""
    if len(pieces) == 1:
        return pieces[0][0]
    return together([between(p, ifs) if p[1] >= 3 else p[0] for p in pieces])


def between(boundary: Piece, ifs: str) -> str:
    """What stands between two elements in a value that is assigned."""
    return ifs[:1] or " " * (boundary != STAR) if boundary[0] else " "


def starred(pieces: list[Piece], ifs: str) -> str:
    """The pieces as one string for `[index]=value` in a list, where all elements are joined as in `"$*"`."""
    return together([(ifs[:1] or " ") if kind >= 3 else text for text, kind in pieces])


def compared(pieces: list[Piece], ifs: str) -> str:
    """The pieces as one string for `case` and `[[ ]]`."""
    return together([between_compared(p, ifs) if p[1] >= 3 else p[0] for p in pieces])


def between_compared(boundary: Piece, ifs: str) -> str:
    """What stands between two elements in what `case` and `[[ ]]` compare: operators make no difference."""
    return ifs[:1] if boundary == STAR else " "


def documented(pieces: list[Piece]) -> str:
    """The pieces as one string in a here-document."""
    return together([" " if kind >= 3 else text for text, kind in pieces])


def as_pattern(pieces: list[Piece], ifs: str) -> str:
    """The pieces as a shell pattern, in which quoted text has lost its meaning."""
    return "".join(
        between_compared(p, ifs) if p[1] >= 3 else quote_pattern(p[0]) if p[1] == QUOTED else p[0] for p in pieces
    )


def may_be_pattern(field: list[Piece], extglob: bool) -> bool:
    magic = _MAGIC_EXTENDED if extglob else _MAGIC
    if len(field) == 1:
        text, kind = field[0]
        return kind != QUOTED and magic.search(text) is not None
    return any(kind != QUOTED and magic.search(text) for text, kind in field)
