"""The main screen: the panes around one focus, and the keys that move it."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.screen import Screen
from textual.timer import Timer

from simk8s.errors import SimError
from simk8s.tui import moving
from simk8s.tui.bars import Footer, Header, Tab, Tabs
from simk8s.tui.command import COMMANDS
from simk8s.tui.language import N_, _
from simk8s.tui.moving import Breakpoint
from simk8s.tui.pane import Pane
from simk8s.tui.panes.cluster import cluster_rows
from simk8s.tui.panes.events import event_rows
from simk8s.tui.panes.files import file_rows
from simk8s.tui.panes.logs import log_rows
from simk8s.tui.panes.names import name_rows
from simk8s.tui.panes.replication import replication_rows
from simk8s.tui.panes.script import script_rows
from simk8s.tui.panes.timeline import TimelinePane
from simk8s.tui.panes.why import why_rows
from simk8s.tui.prompt import Prompt
from simk8s.tui.session import Session
from simk8s.tui.view import View

TITLES = {
    "cluster": N_("Cluster"),
    "script": N_("Script"),
    "timeline": N_("Timeline"),
    "files": N_("Files"),
    "replication": N_("Replicas"),
    "names": N_("Names"),
    "events": N_("Events"),
    "logs": N_("Logs"),
    "why": N_("Why"),
}

KINDS = tuple(kind for kind in TITLES if kind != "why")
"""The panes in the order of their numbers."""

ALWAYS = ("cluster", "script", "timeline")
"""The panes that are always there where there is room; the fourth place is for the others in turn."""

WIDE, HIGH = 120, 30
SPEEDS = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 100.0)
TICK_SECONDS = 0.1


class MainScreen(Screen[None]):
    """One focus; every pane follows it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(command.key, command.action, command.label, show=False) for command in COMMANDS),
        *(Binding(str(number), f"pane('{kind}')", show=False) for number, kind in enumerate(KINDS, 1)),
        Binding("right", "event(1)", show=False),
        Binding("left", "event(-1)", show=False),
        Binding("tab", "other_pane(1)", show=False),
        Binding("shift+tab", "other_pane(-1)", show=False),
        Binding("escape", "close", show=False),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.active = "cluster"
        self.tool = "files"
        self.filter = ""
        self.opened = ""
        self.scale = 1.0
        self.speed = 10.0
        self.working = ""
        self._clock = 0.0
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        yield Header()
        with Tabs():
            yield from (Tab(number, kind) for number, kind in enumerate(KINDS, 1))
        with Container(id="panes"):
            yield Pane("cluster", cluster_rows)
            yield Pane("script", script_rows)
            yield TimelinePane()
            yield Pane("files", file_rows)
            yield Pane("replication", replication_rows)
            yield Pane("names", name_rows)
            yield Pane("events", event_rows)
            yield Pane("logs", log_rows)
        yield Pane("why", why_rows)
        yield Prompt()
        yield Footer()

    def on_mount(self) -> None:
        self.query_one("#why").add_class("drawer")
        self._arrange()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width >= WIDE and event.size.height >= HIGH, "-wide")
        self.call_after_refresh(self._arrange)

    # What is shown

    @property
    def view(self) -> View:
        """The moment in focus, as the panes need it."""
        session = self.session
        return View(
            session.run,
            session.focus,
            self.filter,
            frozenset(point.place for point in session.breakpoints if point.place),
            self.opened,
            zoom=self.scale,
            bookmarks=tuple(mark.seq for mark in session.bookmarks if mark.run == session.run.name),
        )

    @property
    def shown(self) -> tuple[str, ...]:
        """The panes that there is room for."""
        if not self.has_class("-wide") or self.has_class("-zoomed"):
            return (self.active,)
        return (*ALWAYS, self.tool)

    def pane(self, kind: str) -> Pane:
        return self.query_one(f"#{kind}", Pane)

    def _arrange(self) -> None:
        """Let the panes that there is room for be seen, and show the moment in them."""
        shown = self.shown
        for kind in KINDS:
            pane = self.pane(kind)
            pane.display = kind in shown
            pane.border_title = _(TITLES[kind])
        self.pane("why").border_title = _(TITLES["why"])
        if not self.query_one(Prompt).display and not self.pane("why").has_focus:
            self.pane(self.active).focus()
        self.call_after_refresh(self.update)

    def update(self) -> None:
        """Show the moment in focus everywhere."""
        view = self.view
        shown = self.shown
        for kind in (*shown, *(["why"] if self.pane("why").has_class("-open") else [])):
            pane = self.pane(kind)
            view.width = max(pane.scrollable_content_region.width, 10)
            pane.show(view)
        for tab in self.query(Tab):
            tab.show(_(TITLES[tab.kind]), visible=tab.kind in shown, active=tab.kind == self.active)
        playing = f"▶ {self.speed:g}×" if self._timer is not None else ""
        if self.filter:
            playing = f"{playing} /{self.filter}".strip()
        self.query_one(Header).show(self.session, playing=playing, working=self.working)
        self.query_one(Footer).show(self.active)

    def on_pane_pointed(self, message: Pane.Pointed) -> None:
        """The cursor of the cluster chooses the object in focus."""
        if message.pane.kind in ("cluster", "timeline") and message.row.subject is not None:
            self.session.choose(message.row.subject)
            self.update()

    def on_pane_chosen(self, message: Pane.Chosen) -> None:
        row, kind = message.row, message.pane.kind
        if kind == "files" and row.key.count(":"):
            self.opened = "" if self.opened == row.key else row.key
            self.update()
        elif kind == "cluster" and row.subject is not None and row.subject.container:
            self.session.choose(row.subject)
            self.action_pane("script")
        elif row.seq is not None or row.subject is not None:
            self.session.jump(row.seq, row.subject if kind != "logs" else None)
            self.update()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        if isinstance(event.widget, Pane) and event.widget.kind in KINDS and event.widget.kind != self.active:
            self.active = event.widget.kind
            self.update()

    def on_prompt_closed(self) -> None:
        self._arrange()

    # Panes

    def action_pane(self, kind: str) -> None:
        self.active = kind
        if kind not in ALWAYS:
            self.tool = kind
        self._arrange()

    def action_other_pane(self, step: int) -> None:
        order = self.shown if len(self.shown) > 1 else KINDS
        if self.pane("why").has_class("-open") and not self.pane("why").has_focus:
            self.pane("why").focus()
            return
        place = order.index(self.active) if self.active in order else 0
        self.action_pane(order[(place + step) % len(order)])
        self.pane(self.active).focus()

    def action_zoom(self) -> None:
        self.toggle_class("-zoomed")
        self._arrange()

    def action_why(self) -> None:
        why = self.pane("why")
        why.toggle_class("-open")
        if why.has_class("-open"):
            why.focus()
        self._arrange()
        if not why.has_class("-open"):
            self.pane(self.active).focus()

    def action_close(self) -> None:
        """Close what was opened last: the drawer, the filter, the zoom."""
        if self.pane("why").has_class("-open"):
            self.action_why()
        elif self.filter:
            self.filter = ""
        elif self.has_class("-zoomed"):
            self.remove_class("-zoomed")
        self._arrange()

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
