"""The desk: all panes around one focus, and what is open beside them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.screen import Screen
from textual.widgets import Static

from simk8s.tui.bars import Footer, Header, Tab, Tabs
from simk8s.tui.command import COMMANDS
from simk8s.tui.gutter import Gutter
from simk8s.tui.language import N_, _
from simk8s.tui.pane import Pane
from simk8s.tui.panes.cluster import cluster_rows
from simk8s.tui.panes.console import Printout, console_rows
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
from simk8s.tui.store import Store
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
    "console": N_("kubectl"),
}

DRAWERS = ("why", "console")
"""What opens below the panes, one at a time."""

KINDS = tuple(kind for kind in TITLES if kind not in DRAWERS)
"""The panes in the order of their numbers."""

ALWAYS = ("cluster", "script", "timeline")
"""The panes that are always there where there is room; the fourth place is for the others in turn."""

WIDE, HIGH = 120, 30
LEAST_WIDE, LEAST_HIGH = 60, 16
"""Columns and lines below which there is no room for a pane."""


class Desk(Screen[None]):
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

    AUTO_FOCUS = ""  # the pane at hand gets it, when all are laid out

    def __init__(self, session: Session, store: Store) -> None:
        super().__init__()
        self.session = session
        self.store = store
        self.active = "cluster"
        self.tool = "files"
        self.filter = ""
        self.opened = ""
        self.scale = 1.0
        self.working = ""
        self.printed: list[Printout] = []
        self.in_drawer = False
        self.found: Gutter | None = None

    def compose(self) -> ComposeResult:
        yield Static("", id="too-small")
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
            yield from self.further_panes()
        yield Pane("why", why_rows)
        yield Pane("console", console_rows)
        yield Prompt()
        yield Footer()

    footer: ClassVar[tuple[str, ...]] = ()
    """What the footer shows instead of the keys of the pane."""

    def further_panes(self) -> Iterable[Pane]:
        """What other screens have beside the eight panes."""
        return ()

    @property
    def horizon(self) -> int | None:
        """The last record that may be shown; None: all."""
        return None

    def on_mount(self) -> None:
        for kind in DRAWERS:
            self.pane(kind).add_class("drawer")
        self.lay_out()

    def on_resize(self, event: events.Resize) -> None:
        width, height = event.size
        self.set_class(width >= WIDE and height >= HIGH, "-wide")
        self.set_class(width < LEAST_WIDE or height < LEAST_HIGH, "-small")
        said = _("This terminal has {width} × {height} cells. simk8s needs {least} × {high}: please make it larger.")
        too_small = said.format(width=width, height=height, least=LEAST_WIDE, high=LEAST_HIGH)
        self.query_one("#too-small", Static).update(too_small)
        self.call_after_refresh(self.lay_out)

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
            self.found,
            zoom=self.scale,
            printed=tuple(self.printed),
            horizon=self.horizon,
            bookmarks=tuple(mark.seq for mark in session.bookmarks if mark.run == session.run.name),
        )

    @property
    def shown(self) -> tuple[str, ...]:
        """The panes that there is room for."""
        if not self.has_class("-wide") or self.has_class("-zoomed"):
            return (self.active,)
        return (*ALWAYS, self.tool)

    @property
    def playing(self) -> str:
        """What the header says of playing."""
        return ""

    @property
    def drawer(self) -> str:
        """The drawer that is open, empty where none is."""
        return next((kind for kind in DRAWERS if self.pane(kind).has_class("-open")), "")

    def pane(self, kind: str) -> Pane:
        return self.query_one(f"#{kind}", Pane)

    def lay_out(self) -> None:
        """Let the panes that there is room for be seen, and show the moment in them."""
        shown = self.shown
        for kind, title in TITLES.items():
            self.pane(kind).border_title = _(title)
        for kind in KINDS:
            self.pane(kind).display = kind in shown
        self.call_after_refresh(self._laid_out)

    def _laid_out(self) -> None:
        if not self.query_one(Prompt).display:
            self.at_hand.focus()
        self.update()

    @property
    def at_hand(self) -> Pane:
        """The pane that keys go to."""
        return self.pane(self.drawer if self.drawer and self.in_drawer else self.active)

    def update(self) -> None:
        """Show the moment in focus everywhere."""
        view = self.view
        shown = self.shown
        for kind in filter(None, (*shown, self.drawer)):
            self.pane(kind).show(view)
        for tab in self.query(Tab):
            tab.show(_(TITLES[tab.kind]), visible=tab.kind in shown, active=tab.kind == self.active)
        said = " ".join(filter(None, (self.playing, f"/{self.filter}" if self.filter else "")))
        self.query_one(Header).show(self.session, playing=said, working=self.working)
        self.query_one(Footer).show(self.active, self.footer)

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
        if isinstance(event.widget, Pane) and event.widget.kind in TITLES:
            self.in_drawer = event.widget.kind in DRAWERS
            if not self.in_drawer and event.widget.kind != self.active:
                self.active = event.widget.kind
                self.update()

    def on_prompt_closed(self) -> None:
        self.lay_out()

    # Panes

    def action_pane(self, kind: str) -> None:
        self.active = kind
        self.in_drawer = False
        if kind not in ALWAYS:
            self.tool = kind
        self.lay_out()

    def action_other_pane(self, step: int) -> None:
        order = self.shown if len(self.shown) > 1 else KINDS
        if self.drawer and not self.in_drawer:
            self.pane(self.drawer).focus()
            return
        place = order.index(self.active) if self.active in order else 0
        self.action_pane(order[(place + step) % len(order)])

    def action_zoom(self) -> None:
        self.toggle_class("-zoomed")
        self.lay_out()

    def open_drawer(self, kind: str) -> None:
        """Open this drawer, or none; the one that was open closes."""
        for other in DRAWERS:
            self.pane(other).set_class(other == kind, "-open")
        self.in_drawer = bool(kind)
        self.lay_out()

    def action_why(self) -> None:
        self.open_drawer("" if self.drawer == "why" else "why")

    def action_close(self) -> None:
        """Close what was opened last: the drawer, the filter, the zoom."""
        if self.drawer:
            self.open_drawer("")
        elif self.filter:
            self.filter = ""
        elif self.has_class("-zoomed"):
            self.remove_class("-zoomed")
        self.lay_out()
