"""Patterns with groups, `@(...)` and its like: matched by the set of places they can reach, so nothing is gone back to.

A regular expression cannot say `!(...)`, and for `+(a|aa)` it would try every way to cut the subject up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import regex


@dataclass(frozen=True, slots=True)
class Characters:
    """Some parts that match exactly one character each."""

    expression: regex.Pattern[str]
    length: int


@dataclass(frozen=True, slots=True)
class Any:
    """`*`"""

    expression: regex.Pattern[str]


@dataclass(frozen=True, slots=True)
class Group:
    """`?( *( +( @( !(` with its alternatives."""

    operator: str
    choices: tuple[Sequence, ...]


Sequence: TypeAlias = "tuple[Characters | Any | Group, ...]"


@dataclass(frozen=True, slots=True)
class Grouped:
    """A pattern with groups. It says like a compiled expression whether it matches, and where a match can end."""

    sequence: Sequence

    def fullmatch(self, subject: str, start: int = 0) -> bool | None:
        return True if len(subject) in self.ends(subject, start) else None

    def ends(self, subject: str, start: int = 0) -> set[int]:
        """All the offsets at which a match that begins at `start` can end."""
        return _ends(self.sequence, subject, {start}, len(subject))


def _ends(sequence: Sequence, subject: str, starts: set[int], stop: int) -> set[int]:
    """The offsets at which a match of `sequence` that begins at one of `starts` can end."""
    places = starts
    for part in sequence:
        if isinstance(part, Characters):
            matches, length = part.expression.fullmatch, part.length
            places = {p + length for p in places if p + length <= stop and matches(subject, p, p + length)}
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
