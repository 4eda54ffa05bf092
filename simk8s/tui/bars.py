"""The lines at the edges of the screen: where and when we are, which panes there are, which keys help."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from simk8s.tui.command import BY_ACTION, COMMON_FOOTER, PANE_FOOTER
from simk8s.tui.language import _
from simk8s.tui.session import Session


class Header(Static):
    """Run, object, moment, and whether it plays."""

    def show(self, session: Session, *, playing: str, working: str) -> None:
        run, focus = session.run, session.focus
        parts = [
            (" simk8s ", "bold $background on $primary"),
            (f" {run.name} ", "$foreground"),
            (f"│ {focus.subject.title} ", "bold $accent"),
            (f"│ {run.time(focus.seq):.3f} s ", "bold $foreground"),
            (f"#{focus.seq}/{run.last} ", "$quiet"),
        ]
        if playing:
            parts.append((f"│ {playing} ", "bold $success"))
        if working:
            parts.append((f"│ {working} ", "bold $warning"))
        self.update(Content.assemble(*parts))


class Tab(Static):
    """The name of a pane; a click shows it."""

    def __init__(self, number: int, kind: str) -> None:
        super().__init__(id=f"tab-{kind}", classes="tab")
        self.number = number
        self.kind = kind

    def show(self, title: str, *, visible: bool, active: bool) -> None:
        self.set_class(visible, "-visible")
        self.set_class(active, "-active")
        mark = "▸" if active else " "
        self.update(Content.assemble((mark, "$accent"), (f"{self.number} ", "$quiet"), title))

    async def on_click(self, event: events.Click) -> None:
        await self.screen.run_action(f"pane('{self.kind}')")


class Tabs(Horizontal):
    """The names of all panes."""


class FooterKey(Static):
    """A key and what it does; a click does it."""

    def __init__(self, action: str) -> None:
        super().__init__(classes="footer-key")
        self.action = action

    def show(self, action: str) -> None:
        self.action = action
        command = BY_ACTION[action]
        self.update(Content.assemble((command.shown, "bold $accent"), (f" {_(command.label)}", "$foreground")))

    async def on_click(self, event: events.Click) -> None:
        await self.screen.run_action(self.action)


class Footer(Horizontal):
    """At most eight keys: those that are of use everywhere, and one of the pane."""

    def compose(self) -> ComposeResult:
        yield from (FooterKey(action) for action in (*COMMON_FOOTER, "go"))

    def show(self, kind: str, actions: Sequence[str] = ()) -> None:
        """The keys of a pane, or these actions."""
        own = PANE_FOOTER.get(kind, "go")
        actions = actions or (*COMMON_FOOTER[:-1], own, COMMON_FOOTER[-1])
        for key, action in zip(self.query(FooterKey), actions, strict=True):
            key.show(action)
