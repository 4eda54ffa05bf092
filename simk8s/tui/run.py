"""A history that the app shows: how it came about, and what is read from it only once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from simk8s.causes import Chain
from simk8s.causes.chain import chain_to
from simk8s.images import Registry, default_registry
from simk8s.render.lanes import Lane, lanes
from simk8s.sim import Record
from simk8s.tui.focus import Focus
from simk8s.world import Chronicle, World
from simk8s.world.index import Index
from simk8s.world.listing import Listing, listing
from simk8s.world.replicas import Clone, Positions, clones
from simk8s.world.written import Written


class Run:
    """One history. `name` is what the app calls it, `parent` the run it branched off from, after record `since`.

    `deed` says what a person did then. A history that is given as a function is made when somebody looks at it.
    """

    def __init__(
        self,
        name: str,
        chronicle: Chronicle | Callable[[], Chronicle],
        *,
        parent: Run | None = None,
        since: int = -1,
        deed: str = "",
        since_seconds: float | None = None,
        inputs: Any = None,
    ) -> None:
        self.name = name
        self._chronicle = chronicle
        self._inputs = inputs
        self.parent = parent
        self.since = since
        self.deed = deed
        self.since_seconds = since_seconds if since_seconds is not None else parent.time(since) if parent else 0.0

    @property
    def is_made(self) -> bool:
        """Whether the history is there already."""
        return isinstance(self._chronicle, Chronicle)

    @property
    def chronicle(self) -> Chronicle:
        """The history; made now, if it was not yet."""
        if not isinstance(self._chronicle, Chronicle):
            self._chronicle = self._chronicle()
        return self._chronicle

    @property
    def records(self) -> Sequence[Record]:
        return self.chronicle.records

    @property
    def inputs(self) -> Any:
        """What the run was made of; None for a trace that does not say."""
        return self.chronicle.inputs if self.is_made else self._inputs

    @property
    def last(self) -> int:
        """The number of the last record."""
        return len(self.chronicle.records) - 1

    @property
    def end(self) -> float:
        """When the last thing happened, in virtual seconds."""
        return self.chronicle.records[-1].time if self.chronicle.records else 0.0

    @property
    def replay(self) -> str:
        """The token of the run's choices, empty where it is not known."""
        return str((self.inputs or {}).get("cluster", {}).get("replay", ""))

    def time(self, seq: int) -> float:
        """When a record was made."""
        return self.chronicle.records[seq].time if seq >= 0 else 0.0

    def world(self, focus: Focus) -> World:
        return self.chronicle.at(seq=focus.seq)

    @cached_property
    def index(self) -> Index:
        return Index(self.chronicle.records)

    @cached_property
    def lanes(self) -> list[Lane]:
        return lanes(self.chronicle.records)

    @cached_property
    def clones(self) -> list[Clone]:
        return clones(self.chronicle.records)

    @cached_property
    def positions(self) -> Positions:
        return Positions(self.chronicle.records)

    @cached_property
    def written(self) -> Written:
        return Written(self.inputs)

    @cached_property
    def images(self) -> Registry:
        return default_registry()

    def listing(self, seq: int, machine: str) -> Listing:
        """The script of a container after a record."""
        return listing(self.index, self.chronicle.at(seq=seq), machine, self.written, self.images)

    def chain(self, seq: int, goal: str) -> Chain:
        """Why a record came about."""
        return chain_to(self.chronicle.records, seq, goal)
