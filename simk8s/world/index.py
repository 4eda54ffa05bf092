"""A whole history sorted once, so that what belongs to a container, a volume or a reader is found at once."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from simk8s.render.line import Line
from simk8s.render.timeline import Timeline
from simk8s.sim import Record

T = TypeVar("T", bound="Told | Record")

FILE_VERBS = frozenset(
    f"file.{verb}"
    for verb in (
        "create",
        "write",
        "truncate",
        "mkdir",
        "symlink",
        "mkfifo",
        "socket",
        "rename",
        "link",
        "unlink",
        "rmdir",
    )
)
"""What makes, changes or removes a file; who may read it and what reached the disk is told elsewhere."""


@dataclass(frozen=True, slots=True)
class Told:
    """A line of the timeline, and the record that it tells of."""

    seq: int
    line: Line


class Index:
    """The records of a history by what they are about.

    `story` is the timeline; `logs`, `commands` and `attempts` (one `container.create` each) go by container, such as
    `mysql-0/mysql`; `files` by file system.
    """

    def __init__(self, records: Sequence[Record]) -> None:
        self.records = records
        self.story: list[Told] = []
        self.logs: dict[str, list[Record]] = {}
        self.commands: dict[str, list[Record]] = {}
        self.attempts: dict[str, list[Record]] = {}
        self.files: dict[str, list[Record]] = {}
        timeline = Timeline()
        for record in records:
            self.story += [Told(record.seq, line) for line in timeline.lines(record)]
            if record.verb == "log":
                self.logs.setdefault(record.object, []).append(record)
            elif record.verb == "command":
                self.commands.setdefault(record.actor, []).append(record)
            elif record.verb == "container.create":
                self.attempts.setdefault(record.detail["machine"], []).append(record)
            elif record.verb in FILE_VERBS:
                self.files.setdefault(record.object.partition(":/")[0], []).append(record)

    def attempt(self, machine: str, seq: int) -> Record | None:
        """The `container.create` of the instance that a container has, or had last, at a record."""
        return last(self.attempts.get(machine, ()), seq)

    def log(self, machine: str, seq: int, since: int = -1) -> list[Record]:
        """What a container has printed up to a record, and after another."""
        return between(self.logs.get(machine, ()), since, seq)


def last(items: Sequence[T], seq: int) -> T | None:
    """The last of them up to and with a record."""
    found = bisect_right(items, seq, key=_seq)
    return items[found - 1] if found else None


def between(items: Sequence[T], since: int, seq: int) -> list[T]:
    """Those after the record `since`, up to and with the record `seq`."""
    return list(items[bisect_right(items, since, key=_seq) : bisect_right(items, seq, key=_seq)])


def _seq(item: Told | Record) -> int:
    return item.seq
