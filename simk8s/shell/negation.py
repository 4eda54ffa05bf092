"""Patterns with `!(...)`, which no regular expression says directly: matched by the set of places they can reach."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import regex


@dataclass(frozen=True, slots=True)
class One:
    """A part that is exactly one character."""

    expression: regex.Pattern[str]


@dataclass(frozen=True, slots=True)
class Any:
    """`*`"""

    expression: regex.Pattern[str]


@dataclass(frozen=True, slots=True)
class Group:
    """`?( *( +( @( !(` with its alternatives."""

    operator: str
    choices: tuple[Sequence, ...]


Sequence: TypeAlias = "tuple[One | Any | Group, ...]"


@dataclass(frozen=True, slots=True)
class Negating:
    """A pattern that is used like a compiled expression: `fullmatch` and `match` say whether it matches."""

    sequence: Sequence

    def fullmatch(self, subject: str, start: int = 0, end: int | None = None) -> bool | None:
        stop = len(subject) if end is None else end
        return True if stop in _ends(self.sequence, subject, {start}, stop) else None

    def match(self, subject: str, start: int = 0) -> bool | None:
        return True if _ends(self.sequence, subject, {start}, len(subject)) else None


def _ends(sequence: Sequence, subject: str, starts: set[int], stop: int) -> set[int]:
    """The offsets at which a match of `sequence` that begins at one of `starts` can end."""
    places = starts
    for part in sequence:
        if isinstance(part, One):
            places = {p + 1 for p in places if p < stop and part.expression.match(subject, p, p + 1)}
        elif isinstance(part, Any):
            reached: set[int] = set()
            for place in places:
                end = part.expression.match(subject, place, stop)
                reached.update(range(place, (end.end() if end else place) + 1))
            places = reached
        else:
            places = _group_ends(part, subject, places, stop)
        if not places:
            break
    return places


def _group_ends(group: Group, subject: str, starts: set[int], stop: int) -> set[int]:
    if group.operator == "!":
        reached: set[int] = set()
        for start in starts:
            reached |= set(range(start, stop + 1)) - _once(group, subject, {start}, stop)
        return reached
    once = _once(group, subject, starts, stop)
    if group.operator == "@":
        return once
    if group.operator == "?":
        return starts | once
    seen = set(once)
    fresh = once
    while fresh:
        fresh = _once(group, subject, fresh, stop) - seen
        seen |= fresh
    return seen | starts if group.operator == "*" else seen


def _once(group: Group, subject: str, starts: set[int], stop: int) -> set[int]:
    reached: set[int] = set()
    for choice in group.choices:
        reached |= _ends(choice, subject, starts, stop)
    return reached
