"""The app around the screens: themes, the command palette, and what is kept when it ends."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.screen import Screen

from simk8s.tui.command import COMMANDS
from simk8s.tui.desk import KINDS, TITLES
from simk8s.tui.language import _
from simk8s.tui.screen import MainScreen
from simk8s.tui.session import Session
from simk8s.tui.theme import NAMES, THEMES

SMALLEST = (60, 16)
"""Columns and lines below which nothing sensible can be shown."""


class SimApp(App[None]):
    """`simk8s tui`."""

    CSS_PATH = "app.tcss"
    TITLE = "simk8s"
    BINDINGS: ClassVar[list[BindingType]] = []
    ENABLE_COMMAND_PALETTE = True

    def __init__(self, session: Session, *, theme: str = NAMES[0]) -> None:
        super().__init__()
        self.session = session
        for found in THEMES:
            self.register_theme(found)
        self.theme = theme

    def on_mount(self) -> None:
        self.push_screen(MainScreen(self.session))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Everything that has a key is in the palette, too."""
        if not isinstance(screen, MainScreen):
            return
        for number, kind in enumerate(KINDS, 1):
            title = _("Show {pane}").format(pane=_(TITLES[kind]))
            yield SystemCommand(title, str(number), lambda kind=kind: screen.action_pane(kind))
        for command in COMMANDS:
            yield SystemCommand(
                f"{_(command.about)}",
                command.shown,
                lambda action=command.action: self.call_later(screen.run_action, action),
            )
        for name in NAMES:
            yield SystemCommand(_("Theme {name}").format(name=name), "", lambda name=name: self._use(name))

    def _use(self, theme: str) -> None:
        self.theme = theme
