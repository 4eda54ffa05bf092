"""The first screen without a PATH: lessons by name with how far they are, and scenarios to look at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Static

from simk8s.scenario import lesson as lessons
from simk8s.scenario import loading
from simk8s.tui.language import _, current
from simk8s.tui.pane import Pane
from simk8s.tui.row import Row, row
from simk8s.tui.store import Store


class Home(Screen[None]):
    """Choose a lesson or a scenario."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q,escape", "leave", show=False)]

    class Picked(Message):
        """This file is to be opened."""

        def __init__(self, path: str) -> None:
            super().__init__()
            self.path = path

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.store = store
        self.working = ""

    def compose(self) -> ComposeResult:
        yield Static(Content.assemble((" simk8s ", "bold $background on $primary"), "  ", _("What shall we look at?")))
        yield Pane("home", lambda view: list(home_rows(self.store)))
        yield Static(Content.assemble((_(" Enter opens, q quits"), "$quiet")), id="home-foot")

    def on_mount(self) -> None:
        self.call_after_refresh(self.show)

    def show(self) -> None:
        """The list, with the progress of now."""
        pane = self.query_one(Pane)
        pane.show(None)
        pane.focus()
        if not pane.rows[pane.cursor].key:
            pane.point_at(pane.cursor + 1)

    def on_pane_chosen(self, message: Pane.Chosen) -> None:
        if message.row.key:
            self.query_one("#home-foot", Static).update(_(" It runs: a moment, please …"))
            self.post_message(self.Picked(message.row.key))

    def action_leave(self) -> None:
        """Back to what is looked at; where nothing is, out."""
        if len(self.app.screen_stack) > 2:
            self.app.pop_screen()
        else:
            self.app.exit()


def home_rows(store: Store) -> Iterator[Row]:
    """Lessons in their order, then scenarios by name."""
    yield row((_("Lessons"), "strong"))
    for path in lessons.lessons():
        lesson = lessons.load(path)
        progress = store.progress(lesson.name)
        mark = ("✓", "good") if progress.is_done else ("›", "run") if progress.step else ("·", "quiet")
        far = "" if progress.is_done or not progress.step else f"  {progress.step}/{len(lesson.steps)}"
        yield row("  ", mark, f" {lesson.titled(current())}", (far, "quiet"), key=str(path))  # type: ignore[arg-type]
    yield row("")
    yield row((_("Scenarios"), "strong"))
    for path in loading.built_in():
        found = loading.load(path)
        yield row(f"    {found.title}", (f"  {path.stem}", "quiet"), key=str(path), hang=4)
