"""The app around the screens: themes, the command palette, opening things, and what is kept when it ends."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import ClassVar

from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.screen import Screen

from simk8s.errors import SimError
from simk8s.tui.command import COMMANDS
from simk8s.tui.desk import KINDS, TITLES
from simk8s.tui.gutter import Gutter
from simk8s.tui.home import Home
from simk8s.tui.language import _
from simk8s.tui.opening import Opened, opened
from simk8s.tui.screen import MainScreen
from simk8s.tui.store import Store
from simk8s.tui.teaching import LessonScreen
from simk8s.tui.theme import NAMES, THEMES


class SimApp(App[None]):
    """`simk8s tui`. Without anything to look at it begins with a list of what there is."""

    CSS_PATH = "app.tcss"
    TITLE = "simk8s"
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(
        self, first: Opened | None, *, store: Store | None = None, theme: str = NAMES[0], gutter: Gutter | None = None
    ) -> None:
        super().__init__()
        self.found = gutter
        self.first = first
        self.store = store or Store(None)
        for found in THEMES:
            self.register_theme(found)
        self.theme = theme

    def on_mount(self) -> None:
        if self.first is None:
            self.push_screen(Home(self.store))
        else:
            self.show(self.first)

    def show(self, what: Opened) -> None:
        """A run with its lesson, if it has one; as it was left the last time."""
        self.first = what
        self.store.restore_session(what.session)
        course = what.course(self.store)
        if course is None:
            screen = MainScreen(what.session, self.store)
        else:
            screen = LessonScreen(what.session, course, self.store)
        screen.found = self.found
        if len(self.screen_stack) > 1:
            self.pop_screen()  # the list that it was picked from
        self.push_screen(screen)

    def on_home_picked(self, message: Home.Picked) -> None:
        self.run_worker(partial(self._open, message.path), thread=True, group="opening", exclusive=True)

    def _open(self, path: str) -> None:
        try:
            found = opened(path)
        except SimError as error:
            self.call_from_thread(self.notify, str(error), severity="error", markup=False)
        else:
            self.call_from_thread(self.show, found)

    def keep(self) -> str:
        """Keep the session, if there is one; returns the replay token of its run."""
        if self.first is None:
            return ""
        self.store.keep_session(self.first.session)
        return self.first.session.runs[0].replay

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Everything that has a key is in the palette, too."""
        if not isinstance(screen, MainScreen):
            return
        for number, kind in enumerate(KINDS, 1):
            title = _("Show {pane}").format(pane=_(TITLES[kind]))
            yield SystemCommand(title, str(number), partial(screen.action_pane, kind))
        for command in COMMANDS:
            act = partial(self.call_later, screen.run_action, command.action)
            yield SystemCommand(_(command.about), command.shown, act)
        for name in NAMES:
            yield SystemCommand(_("Theme {name}").format(name=name), "", partial(setattr, self, "theme", name))
