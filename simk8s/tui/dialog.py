"""What opens over the main screen: a menu, a text to read, the help."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Generic, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from simk8s.tui.language import _
from simk8s.tui.pane import Pane
from simk8s.tui.row import Row
from simk8s.tui.view import View

T = TypeVar("T")

LETTERS = "abcdefghimnoprstuvwxyz"
"""Letters that choose an item; those that move in a list are left out."""


class Menu(ModalScreen[T | None], Generic[T]):
    """Choose one of several things, with the arrows or by its letter. Escape chooses nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", show=False),
        Binding("j", "move(1)", show=False),
        Binding("k", "move(-1)", show=False),
    ]

    def __init__(self, title: str, items: Sequence[tuple[str, T]]) -> None:
        super().__init__()
        self.heading = title
        self.items = items

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(Content.assemble((self.heading, "bold $primary")), classes="dialog-title")
            yield OptionList(
                *(Option(self._prompt(number, text)) for number, (text, _value) in enumerate(self.items)), compact=True
            )
            yield Static(
                Content.assemble((_("Enter or a letter chooses, Esc leaves"), "$quiet")), classes="dialog-foot"
            )

    def _prompt(self, number: int, text: str) -> Content:
        letter = LETTERS[number] if number < len(LETTERS) else " "
        return Content.assemble((f"{letter} ", "bold $accent"), text)

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()

    def on_key(self, event: events.Key) -> None:
        letter = event.character
        if letter and letter in LETTERS[: len(self.items)]:
            event.stop()
            self.dismiss(self.items[LETTERS.index(letter)][1])

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self.items[event.option_index][1])

    def action_leave(self) -> None:
        self.dismiss(None)

    def action_move(self, step: int) -> None:
        options = self.query_one(OptionList)
        if step > 0:
            options.action_cursor_down()
        else:
            options.action_cursor_up()


class Reader(ModalScreen[int | None]):
    """A text, or rows that lead somewhere: Enter on such a row leaves with its record."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", show=False),
        Binding("c", "copy", show=False),
        Binding("C", "copy_all", show=False),
    ]

    def __init__(self, title: str, of: Callable[[int], list[Row]], view: View) -> None:
        super().__init__()
        self.heading = title
        self.of = of
        self.view = view

    def compose(self) -> ComposeResult:
        with Vertical(classes="reader"):
            yield Static(Content.assemble((self.heading, "bold $primary")), classes="dialog-title")
            yield Pane("reader", lambda view: self.of(view.width))
            yield Static(
                Content.assemble((_("c copies the line, C everything, Esc leaves"), "$quiet")), classes="dialog-foot"
            )

    def on_mount(self) -> None:
        self.call_after_refresh(self._show)

    def _show(self) -> None:
        pane = self.query_one(Pane)
        pane.show(self.view)
        pane.focus()

    def on_pane_chosen(self, message: Pane.Chosen) -> None:
        if message.row.seq is not None:
            self.dismiss(message.row.seq)

    def action_leave(self) -> None:
        self.dismiss(None)

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(self.query_one(Pane).line)

    def action_copy_all(self) -> None:
        self.app.copy_to_clipboard(self.query_one(Pane).text)
