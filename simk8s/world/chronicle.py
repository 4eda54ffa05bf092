"""A history that can be asked for the world at any moment, backwards and forwards."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from simk8s.errors import Place, SimError
from simk8s.render.view import Records, Story, records_view, story_view
from simk8s.sim import History, Record
from simk8s.world import files, nodes, processes, servers  # noqa: F401  (each registers its rules)
from simk8s.world.difference import Change, difference
from simk8s.world.fold import Fold
from simk8s.world.state import World

CHECKPOINT_RECORDS = 256
"""A world is kept for every so many records; any other is folded from the one before it."""


class Chronicle(History):
    """The history of a run, or one read from a file, with the worlds it tells of.

    Moments are virtual seconds, or sequence numbers of records; the world at a moment is the one after everything that
    happened up to and at it. Nothing is simulated: a saved trace is enough.

    >>> from simk8s import Cluster
    >>> cluster = Cluster(seed=1)
    >>> cluster.run("1s").reached
    True
    >>> world = cluster.history.at(0.5)
    >>> sorted(world.nodes)
    ['node-1', 'node-2', 'node-3']
    """

    def __init__(self, *, enabled: bool = True) -> None:
        super().__init__(enabled=enabled)
        self._checkpoints: list[World] = [World()]  # the one at [n] is after n * CHECKPOINT_RECORDS records
        self._latest = World()
        self.name = "history"
        """Of the file that it comes from."""

    def at(self, time: float | None = None, *, seq: int | None = None) -> World:
        """The world at a time, or right after a record; without either, at the end."""
        if seq is None:
            seq = len(self.records) - 1 if time is None else self.last_before(time)
        seq = min(max(seq, -1), len(self.records) - 1)
        self._check_is_kept()
        if self._latest.seq != seq:
            self._latest = self._folded(seq)
        return self._latest

    def last_before(self, time: float) -> int:
        """The last record up to and at that time, -1 where there is none."""
        return bisect_right(self.records, time, key=lambda record: record.time) - 1

    def next(
        self,
        seq: int = -1,
        *,
        object: str | None = None,
        actor: str | None = None,
        script: str | None = None,
        verb: str | None = None,
    ) -> Record | None:
        """The first record after `seq` that fits everything that is asked.

        `object` is also what lies in it (`Pod/default/web-0` has its containers, a volume its files, a container its
        processes), `actor` also everybody in it (`mysql-0` has its containers). `script` is the process that runs
        it, as in `mysql-0/mysql[1]`: its commands.
        """
        wanted = _test(object, actor, script, verb)
        records = self.records
        return next((records[n] for n in range(seq + 1, len(records)) if wanted(records[n])), None)

    def previous(
        self,
        seq: int | None = None,
        *,
        object: str | None = None,
        actor: str | None = None,
        script: str | None = None,
        verb: str | None = None,
    ) -> Record | None:
        """The last record before `seq` (None: the end) that fits everything that is asked; see `next`."""
        wanted = _test(object, actor, script, verb)
        records = self.records
        start = (len(records) if seq is None else min(seq, len(records))) - 1
        return next((records[n] for n in range(start, -1, -1) if wanted(records[n])), None)

    def changes(self, first: float, second: float) -> list[Change]:
        """What is different at the second moment from what was at the first."""
        return difference(self.at(first), self.at(second))

    def worlds(self) -> Iterator[tuple[Record, World]]:
        """Every record with the world after it, in order."""
        fold = Fold()
        for record in self.records:
            self._apply(fold, record)
            yield record, fold.freeze()

    def where(
        self, *, actor: str = "", verb: str = "", object: str = "", since: float = 0.0, until: float = math.inf
    ) -> Records:
        """A table of the records by, of and about something, in a span of virtual seconds.

        A name stands for everything in it too: `mysql-0` for `mysql-0/mysql`, `mysql` for the verb `mysql.commit`.
        """
        return records_view(self, actor=actor, verb=verb, object=object, since=since, until=until)

    def story(self, *about: str, actor: str = "", since: float = 0.0, until: float = math.inf) -> Story:
        """The timeline: what a person wants to read, as lines that name one of `about` (without any: all lines)."""
        return story_view(self, *about, actor=actor, since=since, until=until)

    def __repr__(self) -> str:
        until = self.records[-1].time if self.records else 0.0
        return f"<history: {len(self)} records in {until:.1f}s of virtual time>"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self.story()))

    def _repr_html_(self) -> str:
        return self.story()._repr_html_()

    def _folded(self, seq: int) -> World:
        wanted = (seq + 1) // CHECKPOINT_RECORDS
        checkpoints = self._checkpoints
        if len(checkpoints) <= wanted:
            fold = Fold(checkpoints[-1])
            for start in range((len(checkpoints) - 1) * CHECKPOINT_RECORDS, wanted * CHECKPOINT_RECORDS):
                self._apply(fold, self.records[start])
                if (start + 1) % CHECKPOINT_RECORDS == 0:
                    checkpoints.append(fold.freeze())
        world = checkpoints[wanted]
        if world.seq <= self._latest.seq <= seq:
            world = self._latest
        fold = Fold(world)
        for record in self.records[world.seq + 1 : seq + 1]:
            self._apply(fold, record)
        return fold.freeze()

    def _apply(self, fold: Fold, record: Record) -> None:
        try:
            fold.apply(record)
        except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
            raise SimError(
                "SK103",
                f"record {record.seq} ({record.verb} {record.object}) does not follow from those before it: {error!r}",
                place=Place(self.name, record.seq + 2),
                hint="this trace was edited, or made by another version of simk8s; make it anew with --trace",
            ) from error

    def _check_is_kept(self) -> None:
        if not self.enabled:
            raise SimError("SK510", "this run keeps no history", hint="make the Cluster without history=False")


def open_trace(path: str | Path) -> Chronicle:
    """The history that `simk8s run --trace FILE` has saved. Raises SimError SK101 and SK103."""
    chronicle = Chronicle.load(Path(path))
    chronicle.name = str(path)
    return chronicle


def _test(object: str | None, actor: str | None, script: str | None, verb: str | None) -> Callable[[Record], bool]:
    machine, _, pid = script.removesuffix("]").partition("[") if script else ("", "", "")

    def wanted(record: Record) -> bool:
        if verb is not None and record.verb != verb:
            return False
        if object is not None and not _is_in(record.object, object):
            return False
        if actor is not None and not _is_in(record.actor, actor):
            return False
        if script is None:
            return True
        return record.verb == "command" and record.actor == machine and str(record.detail["pid"]) == pid

    return wanted


def _is_in(name: str, whole: str) -> bool:
    return name.startswith(whole) and (len(name) == len(whole) or name[len(whole)] in "/:[")
