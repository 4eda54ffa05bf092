"""All that a pane needs to know in order to show a moment."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from simk8s.tui.focus import Focus, Subject, pods_of
from simk8s.tui.gutter import Gutter
from simk8s.tui.run import Run
from simk8s.world import World
from simk8s.world.index import last
from simk8s.world.listing import Listing


@dataclass
class View:
    """A moment of a run, its subject, and what a person has set: a filter, breakpoints, opened files, a check result.

    `width` is how many cells the pane that is being shown has for a line.
    """

    run: Run
    focus: Focus
    filter: str = ""
    breakpoints: frozenset[str] = frozenset()
    opened: str = ""
    check: Gutter | None = None
    width: int = 80
    zoom: float = 1.0
    bookmarks: tuple[int, ...] = ()
    printed: tuple[Any, ...] = ()
    horizon: int | None = None
    """The last record that may be shown, in a lesson that asks what will happen; None: all."""

    @cached_property
    def world(self) -> World:
        return self.run.world(self.focus)

    @cached_property
    def machine(self) -> str:
        """The container in focus; where something larger is, the one in it that ran a command last, or began last."""
        subject = self.focus.subject
        if subject.container:
            return subject.machine
        index = self.run.index
        prefixes = tuple(f"{Subject(key).pod}/" for key in pods_of(subject, self.world))
        for known in (index.commands, index.attempts):
            found = [
                (done.seq, name)
                for name, all_of_it in known.items()
                if name.startswith(prefixes) and (done := last(all_of_it, self.seq)) is not None
            ]
            if found:
                return max(found)[1]
        return ""

    @property
    def pod(self) -> str:
        """The Pod of that container, such as `mysql-0`."""
        return self.machine.rpartition("/")[0] or self.focus.subject.pod

    @cached_property
    def listing(self) -> Listing:
        return self.run.listing(self.focus.seq, self.machine)

    @property
    def seq(self) -> int:
        return self.focus.seq

    @property
    def time(self) -> float:
        """In virtual seconds."""
        return self.run.time(self.focus.seq)

    @property
    def horizon_time(self) -> float:
        """Up to when anything is shown, in virtual seconds."""
        return self.run.end if self.horizon is None else self.run.time(self.horizon)

    def may_show(self, seq: int) -> bool:
        """Whether a record is not beyond the horizon."""
        return self.horizon is None or seq <= self.horizon

    def passes(self, text: str) -> bool:
        """Whether the filter lets a text through."""
        return self.filter.lower() in text.lower()
