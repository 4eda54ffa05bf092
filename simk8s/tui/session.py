"""What a person is doing with a history: where they look, how they came there, what they marked, what they tried."""

from __future__ import annotations

from dataclasses import dataclass

from simk8s.cluster import Printed
from simk8s.tui.deed import Deed, Kubectl, do, has_changed_anything, twin_at
from simk8s.tui.focus import Focus, Subject
from simk8s.tui.moving import Breakpoint
from simk8s.tui.run import Run

AHEAD_SECONDS = 900.0
"""How far a branch runs on at most before it is shown; it ends earlier where it has settled."""

BACK_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A moment of a run that a person wants to find again."""

    run: str
    seq: int
    name: str


class Session:
    """The runs that are open, the one that is shown, and the focus in it. All of it without a screen."""

    def __init__(self, run: Run, *, path: str = "") -> None:
        self.path = path
        self.runs = [run]
        self.run = run
        self.focus = first_focus(run)
        self.bookmarks: list[Bookmark] = []
        self.breakpoints: list[Breakpoint] = []
        self._came_from: list[tuple[Run, Focus]] = []

    def go(self, seq: int | None) -> bool:
        """Look at another moment. False where there is none."""
        if seq is None or not 0 <= seq <= self.run.last:
            return False
        self.focus = self.focus.at(seq)
        return True

    def choose(self, subject: Subject) -> None:
        """Look at another object."""
        self.focus = self.focus.on(subject)

    def jump(self, seq: int | None, subject: Subject | None = None) -> bool:
        """As `go` and `choose`, and `back` leads here again."""
        before = (self.run, self.focus)
        if seq is not None and not self.go(seq):
            return False
        if subject is not None:
            self.choose(subject)
        self._came_from = [*self._came_from[-BACK_LIMIT:], before]
        return True

    def back(self) -> bool:
        """To where the last jump came from."""
        if not self._came_from:
            return False
        self.run, self.focus = self._came_from.pop()
        return True

    def show(self, run: Run, seq: int | None = None) -> None:
        """Change to another run, at the same time as here or at a record."""
        self._came_from.append((self.run, self.focus))
        time = self.run.time(self.focus.seq)
        self.run = run
        wanted = run.chronicle.last_before(time) if seq is None else seq
        self.focus = self.focus.at(min(max(wanted, 0), run.last))

    def toggle_breakpoint(self, point: Breakpoint) -> bool:
        """Set it, or clear it where it is set. Whether it is set now."""
        if point in self.breakpoints:
            self.breakpoints.remove(point)
            return False
        self.breakpoints.append(point)
        return True

    def toggle_bookmark(self, name: str) -> bool:
        """Mark the moment in focus, or take its mark away. Whether it is marked now."""
        here = [mark for mark in self.bookmarks if (mark.run, mark.seq) == (self.run.name, self.focus.seq)]
        if here:
            self.bookmarks.remove(here[0])
            return False
        self.bookmarks.append(Bookmark(self.run.name, self.focus.seq, name))
        return True

    def run_named(self, name: str) -> Run | None:
        return next((run for run in self.runs if run.name == name), None)

    def act(
        self, deed: Deed, *, seq: int | None = None, ahead: float = AHEAD_SECONDS
    ) -> tuple[Run | None, Printed | None]:
        """Do something at the moment in focus, or at a record, in a twin of the run; it runs on until it settles.

        Returns the new branch, None where a kubectl command has only looked; and what was printed. Changes nothing
        of the session: `add` does. Raises SimError.
        """
        return acted(self.run, self.focus.seq if seq is None else seq, deed, self._name(), ahead)

    def add(self, branch: Run) -> None:
        """Take a branch in, and look at the first thing that is different in it."""
        self.runs.append(branch)
        self.show(branch, min(branch.since + 1, branch.last))

    def _name(self) -> str:
        return f"branch-{len(self.runs)}"


def acted(run: Run, seq: int, deed: Deed, name: str, ahead: float) -> tuple[Run | None, Printed | None]:
    """See `Session.act`."""
    cluster = twin_at(run, seq)
    printed = do(deed, cluster)
    if isinstance(deed, Kubectl) and not has_changed_anything(cluster.history, seq):
        return None, printed
    cluster.run("settled", timeout=ahead)
    return Run(name, cluster.history, parent=run, since=min(seq, run.last), deed=str(deed)), printed


def first_focus(run: Run) -> Focus:
    """What to look at first: the first command of a script, and its Pod; where there is none, the end."""
    commands = [found[0] for machine, found in run.index.commands.items() if machine in run.index.attempts]
    if not commands:
        return Focus(run.last, Subject(run.lanes[0].key if run.lanes else "Node/node-1"))
    first = min(commands, key=lambda record: record.seq)
    key = run.index.attempts[first.actor][0].object
    return Focus(first.seq, Subject(key.rpartition("/")[0]))
