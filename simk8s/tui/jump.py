"""Jump mode: a letter over every pane, that goes there."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.geometry import Offset, Region
from textual.screen import ModalScreen
from textual.widgets import Label

LETTERS = "asdfghjklqwert"


class Jump(ModalScreen[str | None]):
    """`places` are the names of what can be jumped to, with where each is on the screen."""

    def __init__(self, places: dict[str, Region]) -> None:
        super().__init__()
        self.places = dict(zip(LETTERS, places.items(), strict=False))

    def compose(self) -> ComposeResult:
        for letter, (_name, region) in self.places.items():
            label = Label(f" {letter} ", classes="jump")
            label.styles.offset = Offset(region.x + 2, region.y)
            yield label

    def on_key(self, event: events.Key) -> None:
        event.stop()
        found = self.places.get(event.character or "")
        self.dismiss(found[0] if found else None)

    def on_click(self) -> None:
        self.dismiss(None)
