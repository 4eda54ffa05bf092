"""Tildes that may stand for a home directory: where they are in a word."""

from __future__ import annotations

import re

from simk8s.shell.syntax.parts import Literal, Part, Tilde
from simk8s.shell.syntax.reader import Reader

_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\[.*\])?\+?=", re.DOTALL)


def with_tildes(parts: tuple[Part, ...], reader: Reader, *, assignment: bool = False) -> tuple[Part, ...]:
    """Mark the tildes that may stand for a home directory: at the start, and in assignments after each `:`.

    bash (not in POSIX mode) does the same in a word that looks like an assignment.
    """
    if not parts or type(parts[0]) is not Literal:
        return parts if not assignment else _colon_tildes(parts)
    first = parts[0]
    if first.text.startswith("~"):
        split = _split_tilde(first, len(parts) == 1, ":/" if assignment else "/")
        parts = split + parts[1:]
    elif not assignment and not reader.dialect.posix and "~" in first.text:
        looks = _ASSIGNMENT.match(first.text)
        if looks and looks.group(1) is None:
            head = Literal(first.line, first.column, looks.group())
            rest = first.text[looks.end() :]
            tail: tuple[Part, ...] = ((Literal(first.line, first.column + looks.end(), rest),) if rest else ()) + parts[
                1:
            ]
            return (head, *with_tildes(tail, reader, assignment=True))
    return _colon_tildes(parts) if assignment else parts


def _split_tilde(literal: Literal, alone: bool, ends: str) -> tuple[Part, ...]:
    text = literal.text
    end = next((i for i, c in enumerate(text) if c in ends), -1)
    if end < 0:
        if not alone:  # what follows is quoted or expanded: then the tilde is text
            return (literal,)
        end = len(text)
    tilde = Tilde(literal.line, literal.column, text[1:end])
    return (tilde, Literal(literal.line, literal.column + end, text[end:])) if end < len(text) else (tilde,)


def _colon_tildes(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    result: list[Part] = []
    for index, part in enumerate(parts):
        if type(part) is not Literal or ":~" not in part.text:
            result.append(part)
            continue
        pieces = part.text.split(":~")
        result.append(Literal(part.line, part.column, pieces[0] + ":"))
        for number, piece in enumerate(pieces[1:], 1):
            last = number == len(pieces) - 1
            alone = not last or index == len(parts) - 1
            split = _split_tilde(Literal(part.line, part.column, "~" + piece), alone, ":/")
            result.extend(split)
            if not last:
                result.append(Literal(part.line, part.column, ":"))
    return tuple(result)
