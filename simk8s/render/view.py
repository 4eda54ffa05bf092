"""Parts of a history to look at: records as they are, or the story that they tell."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

from simk8s.render.html import ACCENTS, Html, element, framed, rows_table
from simk8s.render.line import Line, Tone, one_line
from simk8s.render.table import table
from simk8s.render.timeline import timeline
from simk8s.sim import Record

T = TypeVar("T", Record, Line)

SHOWN_ROWS = 60
"""As many rows are shown at once; of longer ones the first and the last, and how many are between."""

_DETAIL_WIDTH = 90
_MARKS: dict[Tone, str] = {"good": "+", "bad": "!"}


def records_view(
    records: Iterable[Record],
    *,
    actor: str = "",
    verb: str = "",
    object: str = "",
    since: float = 0.0,
    until: float = math.inf,
) -> Records:
    """The records by, of and about something, in a span of virtual time in seconds.

    A name stands for everything in it too: `mysql-0` for `mysql-0/mysql`, `mysql` for the verb `mysql.commit`.
    """
    return Records(
        tuple(
            record
            for record in records
            if since <= record.time <= until
            and _is_in(record.verb, verb)
            and _is_in(record.actor, actor)
            and _is_in(record.object, object)
        )
    )


def story_view(
    records: Iterable[Record], *about: str, actor: str = "", since: float = 0.0, until: float = math.inf
) -> Story:
    """The lines of the timeline that name one of `about`, by an actor, in a span of virtual time in seconds."""
    return Story(
        tuple(
            line
            for line in timeline(records)
            if since <= line.time <= until
            and _is_in(line.actor, actor)
            and (not about or any(_names(f"{line.actor} {line.text}", word) for word in about))
        )
    )


def _is_in(name: str, whole: str) -> bool:
    return not whole or (name.startswith(whole) and (len(name) == len(whole) or name[len(whole)] in "/:[."))


def _names(text: str, word: str) -> bool:
    """Whether the word is there, and not only the beginning of a longer one: mysql-1 is not mysql-10."""
    return re.search(re.escape(word) + r"(?!\w)", text) is not None


@dataclass(frozen=True, slots=True)
class _View(Generic[T]):
    """Some items in the order in which they happened."""

    items: tuple[T, ...]

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[T]:
        return iter(self.items)

    def __getitem__(self, index: int) -> T:
        return self.items[index]

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))


class Records(_View[Record]):
    """Records as they are: number, time, actor, verb, object, detail, and the numbers of those that led to them."""

    __slots__ = ()

    def __str__(self) -> str:
        return table(_RECORD, _cut([_record_row(record) for record in self.items])) + _count(self.items)

    def _repr_html_(self) -> str:
        return _shown(_RECORD, [_record_row(record) for record in self.items])


class Story(_View[Line]):
    """What a person wants to read of a history, one line each."""

    __slots__ = ()

    def __str__(self) -> str:
        return "".join(f"{line}\n" for line in self.items) + _count(self.items)

    def _repr_html_(self) -> str:
        return _shown(_LINE, [_line_row(line) for line in self.items])


_RECORD = ("#", "TIME", "ACTOR", "VERB", "OBJECT", "DETAIL", "AFTER")
_LINE = ("TIME", "", "WHO", "WHAT HAPPENED")

Row: TypeAlias = tuple[object, ...]


def _record_row(record: Record) -> Row:
    after = " ".join(f"#{seq}" for seq in record.causes)
    return f"#{record.seq}", f"{record.time:.2f}s", record.actor, record.verb, record.object, _detail(record), after


def _detail(record: Record) -> str:
    """Of a change to an object, only the fields that it touches."""
    patch = record.detail.get("patch")
    if patch is not None:
        fields = [f"{step['op']} {step['path']}" for step in patch if step["path"] != "/metadata/resourceVersion"]
        text = ", ".join(fields)
    else:
        text = one_line(", ".join(f"{key}={value}" for key, value in record.detail.items()))
    return text if len(text) <= _DETAIL_WIDTH else text[: _DETAIL_WIDTH - 1] + "…"


def _line_row(line: Line) -> Row:
    mark = element("b", _MARKS.get(line.tone, ""), style=f"color:{ACCENTS[line.tone]}")
    return f"{line.time:.2f}s", mark, line.actor, line.text


def _shown(headings: tuple[str, ...], rows: list[Row]) -> Html:
    count = element("div", _count(rows), style="opacity:.75;font-size:12px")
    return framed(rows_table(headings, _cut(rows)), count)


def _cut(rows: list[Row]) -> list[Row]:
    if len(rows) <= SHOWN_ROWS:
        return rows
    half = SHOWN_ROWS // 2
    gap = ("…", *("" for _ in rows[0][1:]))
    return [*rows[:half], gap, *rows[-half:]]


def _count(items: Sequence[object]) -> str:
    return f"{len(items)} rows" if len(items) != 1 else "1 row"
