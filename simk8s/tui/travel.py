"""Moving in time, playing and stopping: the keys that change the moment in focus."""

from __future__ import annotations

from textual.timer import Timer

from simk8s.errors import SimError
from simk8s.tui import moving
from simk8s.tui.desk import Desk
from simk8s.tui.language import _
from simk8s.tui.moving import Breakpoint
from simk8s.tui.panes.timeline import TimelinePane
from simk8s.tui.prompt import Prompt
from simk8s.tui.session import Session
from simk8s.tui.store import Store

SPEEDS = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 100.0)
TICK_SECONDS = 0.1


class Travel(Desk):
    """The desk, and all ways to another moment."""

    def __init__(self, session: Session, store: Store) -> None:
        super().__init__(session, store)
        self.speed = 10.0
        self._clock = 0.0
        self._timer: Timer | None = None

    @property
    def playing(self) -> str:
        return f"▶ {self.speed:g}×" if self._timer is not None else ""

    # Moving

    def move(self, seq: int | None) -> None:
        """Look at another moment, or say that there is none."""
        if self.session.go(seq):
            self.update()
        else:
            self.notify(_("There is nothing more in this direction."), timeout=2)

    def action_event(self, step: int) -> None:
        run, focus = self.session.run, self.session.focus
        found = moving.next_text(run, focus, step, self.filter) if self.filter else moving.next_event(run, focus, step)
        self.move(found)

    def action_own_event(self, step: int) -> None:
        self.move(moving.next_event(self.session.run, self.session.focus, step, self.session.focus.subject))

    def action_command(self, step: int) -> None:
        self.move(moving.next_command(self.session.run, self.session.focus, step))

    def action_change(self, step: int) -> None:
        self.move(moving.next_change(self.session.run, self.session.focus, step))

    def action_record(self, step: int) -> None:
        self.move(moving.next_record(self.session.run, self.session.focus, step))

    def action_start(self) -> None:
        self.move(0)

    def action_finish(self) -> None:
        self.move(self.session.run.last)

    def action_back(self) -> None:
        if self.session.back():
            self.update()

    def action_go(self) -> None:
        self.query_one(Prompt).ask(_("go to"), self._go, example="90  2m30s  #1791  pod/mysql-1 Ready")

    def _go(self, text: str) -> None:
        found = moving.sought(self.session.run, self.session.focus, text)
        if found is None:
            self.notify(_("Nothing here is called {text}.").format(text=text), severity="warning")
        else:
            self.session.jump(found)
        self.update()

    def action_find(self) -> None:
        self.query_one(Prompt).ask("/", self._find, example=_("a text in events and logs"))

    def _find(self, text: str) -> None:
        self.filter = text
        self.move(moving.next_text(self.session.run, self.session.focus, 1, text))

    def on_timeline_pane_dragged(self, message: TimelinePane.Dragged) -> None:
        self.session.go(moving.at_time(self.session.run, message.time))
        self.update()

    # Playing

    def action_play(self) -> None:
        if self._timer is not None:
            self._stop()
        else:
            self._clock = self.session.run.time(self.session.focus.seq)
            self._timer = self.set_interval(TICK_SECONDS, self._tick)
        self.update()

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _tick(self) -> None:
        """A little more virtual time; a breakpoint in it, or the end, stops."""
        session = self.session
        self._clock += self.speed * TICK_SECONDS
        until = moving.at_time(session.run, self._clock)
        stop = moving.next_stop(session.run, session.focus, 1, session.breakpoints) if session.breakpoints else None
        if stop is not None and stop <= until:
            until = stop
            self._stop()
        if until >= session.run.last:
            self._stop()
        session.go(max(until, session.focus.seq))
        self.update()

    def action_speed(self, step: int) -> None:
        place = min(max(SPEEDS.index(self.speed) + step, 0), len(SPEEDS) - 1)
        self.speed = SPEEDS[place]
        if self._timer is None:
            self.notify(_("Plays {speed} virtual seconds in one.").format(speed=f"{self.speed:g}"), timeout=2)
        self.update()

    def action_scale(self, step: int) -> None:
        self.scale = min(max(self.scale * 2.0**step, 1.0), 4096.0)
        self.update()

    # Stops

    def action_breakpoint(self) -> None:
        script = self.pane("script")
        place = script.rows[script.cursor].key if script.rows else ""
        if self.active == "script" and ":" in place:
            self._toggle(Breakpoint(place=place))
        else:
            self.query_one(Prompt).ask(_("stop when"), self._break_when, example="pod/mysql-1 Ready")

    def _break_when(self, text: str) -> None:
        self._toggle(Breakpoint(condition=text))

    def _toggle(self, point: Breakpoint) -> None:
        try:
            stops = moving.stops_of(self.session.run, point)
        except SimError as error:
            self.notify(str(error), severity="warning")
            return
        is_set = self.session.toggle_breakpoint(point)
        said = (
            _("Breakpoint at {point}: met {count} times in this run.")
            if is_set
            else _("No breakpoint at {point} any more.")
        )
        self.notify(said.format(point=point, count=len(stops)), timeout=3)
        self.update()

    def action_run(self, step: int) -> None:
        session = self.session
        if not session.breakpoints:
            self.notify(_("There are no breakpoints. Set one with b."), severity="warning")
            return
        self.move(moving.next_stop(session.run, session.focus, step, session.breakpoints))

    def action_bookmark(self) -> None:
        time = self.session.run.time(self.session.focus.seq)
        is_set = self.session.toggle_bookmark(f"{time:.2f} s {self.session.focus.subject.title}")
        self.notify(_("Bookmark set.") if is_set else _("Bookmark taken away."), timeout=2)
        self.update()
