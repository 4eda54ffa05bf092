"""The line at the bottom in which a person types: where to go, what to find, a kubectl command."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static


class PromptInput(Input):
    """The text field. Escape leaves it, up and down go through what was typed before."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "leave", ""),
        ("up", "earlier(1)", ""),
        ("down", "earlier(-1)", ""),
    ]

    def action_leave(self) -> None:
        self.query_ancestor(Prompt).close()

    def action_earlier(self, step: int) -> None:
        self.query_ancestor(Prompt).earlier(step)


class Prompt(Horizontal):
    """Asks one thing at a time; hidden while it asks nothing."""

    def __init__(self) -> None:
        super().__init__()
        self._then: Callable[[str], None] = lambda text: None
        self._typed: dict[str, list[str]] = {}
        self._what = ""
        self._place = 0

    def compose(self) -> ComposeResult:
        yield Static("", id="prompt-label")
        yield PromptInput(compact=True, select_on_focus=False)

    def ask(self, label: str, then: Callable[[str], None], *, example: str = "", text: str = "") -> None:
        """Ask; what is typed goes to `then`. Nothing does where the person leaves it."""
        self._then, self._what, self._place = then, label, 0
        self.query_one("#prompt-label", Static).update(f"{label} ")
        field = self.query_one(PromptInput)
        field.placeholder = example
        field.value = text
        field.cursor_position = len(text)
        self.display = True
        field.focus()

    def close(self) -> None:
        """Ask nothing any more."""
        self.display = False
        self.screen.set_focus(None)
        self.post_message(self.Closed())

    class Closed(Message):
        """The prompt asks nothing any more."""

    def earlier(self, step: int) -> None:
        typed = self._typed.get(self._what, [])
        self._place = min(max(self._place + step, 0), len(typed))
        self.query_one(PromptInput).value = typed[-self._place] if self._place else ""

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        text = event.value.strip()
        self.close()
        if text:
            self._typed.setdefault(self._what, []).append(text)
            self._then(text)
