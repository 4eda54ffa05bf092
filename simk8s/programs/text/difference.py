"""How two texts differ: the shortest list of changes, and its normal, context, unified and ed forms."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from simk8s.programs.unmodelled import Unmodelled

_MOST_CHANGES = 3000
NO_NEWLINE = "\\ No newline at end of file\n"


@dataclass(frozen=True, slots=True)
class Change:
    """Lines `start` to `stop` of the one text stand for `other_start` to `other_stop` of the other (from 0)."""

    start: int
    stop: int
    other_start: int
    other_stop: int


def changes(one: Sequence[str], other: Sequence[str]) -> list[Change]:
    """The fewest changes that make the one text into the other, each as far down as it can be.

    >>> changes("abc", "axc")
    [Change(start=1, stop=2, other_start=1, other_stop=2)]
    """
    gone, new = _marks(one, other)
    _slide(one, gone)
    _slide(other, new)
    found = []
    i = j = 0
    while i < len(one) or j < len(other):
        start, other_start = i, j
        while i < len(one) and gone[i]:
            i += 1
        while j < len(other) and new[j]:
            j += 1
        if (i, j) != (start, other_start):
            found.append(Change(start, i, other_start, j))
        i, j = i + 1, j + 1
    return found


def _marks(one: Sequence[str], other: Sequence[str]) -> tuple[list[bool], list[bool]]:
    """Which lines are in no longest common subsequence (Myers' algorithm)."""
    gone, new = [True] * len(one), [True] * len(other)
    furthest = {1: 0}
    trail: list[dict[int, int]] = []
    for distance in range(len(one) + len(other) + 1):
        if distance > _MOST_CHANGES:
            raise Unmodelled(f"more than {_MOST_CHANGES} differences")
        trail.append(dict(furthest))
        for diagonal in range(-distance, distance + 1, 2):
            down = diagonal == -distance or (diagonal != distance and furthest[diagonal - 1] < furthest[diagonal + 1])
            x = furthest[diagonal + 1] if down else furthest[diagonal - 1] + 1
            while x < len(one) and x - diagonal < len(other) and one[x] == other[x - diagonal]:
                x += 1
            furthest[diagonal] = x
            if x >= len(one) and x - diagonal >= len(other):
                _walk_back(trail, len(one), len(other), gone, new)
                return gone, new
    return gone, new


def _walk_back(trail: list[dict[int, int]], x: int, y: int, gone: list[bool], new: list[bool]) -> None:
    for distance in range(len(trail) - 1, -1, -1):
        furthest, diagonal = trail[distance], x - y
        down = diagonal == -distance or (
            diagonal != distance and furthest.get(diagonal - 1, -1) < furthest.get(diagonal + 1, -1)
        )
        before = diagonal + 1 if down else diagonal - 1
        start_x = furthest.get(before, 0)
        start_y = start_x - before
        while x > max(start_x, 0) and y > max(start_y, 0):
            x, y = x - 1, y - 1
            gone[x] = new[y] = False
        x, y = start_x, start_y


def _slide(lines: Sequence[str], marks: list[bool]) -> None:
    """Move each run of marked lines down while the line behind it is like its first one."""
    at = 0
    while at < len(lines):
        if not marks[at]:
            at += 1
            continue
        start = at
        while at < len(lines) and marks[at]:
            at += 1
        while at < len(lines) and lines[start] == lines[at]:
            marks[start], marks[at] = False, True
            start += 1
            while at < len(lines) and marks[at]:
                at += 1


def _range(start: int, stop: int) -> str:
    """Lines of the normal and ed forms: `3`, `3,5`, or the line before where there are none."""
    return f"{start + 1},{stop}" if stop - start > 1 else str(stop)


def _lines(mark: str, lines: Sequence[str], start: int, stop: int) -> Iterator[str]:
    for line in lines[start:stop]:
        yield f"{mark}{line}" if line.endswith("\n") else f"{mark}{line}\n{NO_NEWLINE}"


def normal(one: Sequence[str], other: Sequence[str], found: list[Change]) -> Iterator[str]:
    """The form with `<` and `>`."""
    for change in found:
        letter = "c" if change.start < change.stop and change.other_start < change.other_stop else "d"
        letter = "a" if change.start == change.stop else letter
        yield f"{_range(change.start, change.stop)}{letter}{_range(change.other_start, change.other_stop)}\n"
        yield from _lines("< ", one, change.start, change.stop)
        if letter == "c":
            yield "---\n"
        yield from _lines("> ", other, change.other_start, change.other_stop)


def ed(one: Sequence[str], other: Sequence[str], found: list[Change]) -> Iterator[str]:
    """The form that the editor ed carries out, from the end to the beginning."""
    for change in reversed(found):
        added = other[change.other_start : change.other_stop]
        letter = "d" if not added else "a" if change.start == change.stop else "c"
        yield f"{_range(change.start, change.stop)}{letter}\n"
        if added:
            yield from (line if line.endswith("\n") else f"{line}\n" for line in added)
            yield ".\n"


def _hunks(found: list[Change], context: int) -> Iterator[list[Change]]:
    """Changes that are shown together: those with few lines between them."""
    number = 0
    keyed = []
    for at, change in enumerate(found):
        if at and change.start - found[at - 1].stop > 2 * context:
            number += 1
        keyed.append((number, change))
    for _, group in groupby(keyed, key=lambda pair: pair[0]):
        yield [change for _, change in group]


def unified(
    one: Sequence[str], other: Sequence[str], found: list[Change], titles: tuple[str, str], context: int
) -> Iterator[str]:
    """The form with `+`, `-` and some lines around."""
    yield f"--- {titles[0]}\n+++ {titles[1]}\n"
    for hunk in _hunks(found, context):
        start, stop = max(0, hunk[0].start - context), min(len(one), hunk[-1].stop + context)
        other_start = hunk[0].other_start - (hunk[0].start - start)
        other_stop = hunk[-1].other_stop + (stop - hunk[-1].stop)
        yield f"@@ -{_span(start, stop)} +{_span(other_start, other_stop)} @@\n"
        at = start
        for change in hunk:
            yield from _lines(" ", one, at, change.start)
            yield from _lines("-", one, change.start, change.stop)
            yield from _lines("+", other, change.other_start, change.other_stop)
            at = change.stop
        yield from _lines(" ", one, at, stop)


def _span(start: int, stop: int) -> str:
    count = stop - start
    return f"{start + 1 if count else start}" + ("" if count == 1 else f",{count}")


def contextual(
    one: Sequence[str], other: Sequence[str], found: list[Change], titles: tuple[str, str], context: int
) -> Iterator[str]:
    """The form with both sides of each hunk in full."""
    yield f"*** {titles[0]}\n--- {titles[1]}\n"
    for hunk in _hunks(found, context):
        start, stop = max(0, hunk[0].start - context), min(len(one), hunk[-1].stop + context)
        other_start = hunk[0].other_start - (hunk[0].start - start)
        other_stop = hunk[-1].other_stop + (stop - hunk[-1].stop)
        yield f"***************\n*** {_range(start, stop)} ****\n"
        if any(change.start < change.stop for change in hunk):
            yield from _side(one, start, stop, [(c.start, c.stop, c.other_start < c.other_stop) for c in hunk], "-")
        yield f"--- {_range(other_start, other_stop)} ----\n"
        if any(change.other_start < change.other_stop for change in hunk):
            sides = [(c.other_start, c.other_stop, c.start < c.stop) for c in hunk]
            yield from _side(other, other_start, other_stop, sides, "+")


def _side(lines: Sequence[str], start: int, stop: int, sides: list[tuple[int, int, bool]], mark: str) -> Iterator[str]:
    at = start
    for first, last, both in sides:
        yield from _lines("  ", lines, at, first)
        yield from _lines("! " if both else f"{mark} ", lines, first, last)
        at = last
    yield from _lines("  ", lines, at, stop)


Form = Callable[[Sequence[str], Sequence[str], list[Change]], Iterator[str]]
