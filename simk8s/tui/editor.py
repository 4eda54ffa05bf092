"""A file in an editor over the panes: the manifest that a lesson wants to be mended."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static, TextArea

from simk8s.tui.language import _


class Editor(ModalScreen[bool]):
    """Ctrl+S writes the file and leaves with True, Escape leaves it as it was. `line` is where the cursor begins."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "keep", show=False, priority=True),
        Binding("escape", "leave", show=False, priority=True),
    ]

    def __init__(self, path: Path, line: int) -> None:
        super().__init__()
        self.path = path
        self.line = line

    def compose(self) -> ComposeResult:
        with Vertical(classes="reader"):
            yield Static(Content.assemble((str(self.path), "bold $primary")), classes="dialog-title")
            yield TextArea(
                self.path.read_text(encoding="utf-8"), soft_wrap=False, show_line_numbers=True, tab_behavior="indent"
            )
            keys = _("Ctrl+S keeps it, Esc leaves it as it was; Ctrl+X cuts a line, Ctrl+V puts it back, Ctrl+Z undoes")
            yield Static(Content.assemble((keys, "$quiet")), classes="dialog-foot")

    def on_mount(self) -> None:
        text = self.query_one(TextArea)
        text.cursor_blink = False
        text.move_cursor((max(self.line - 1, 0), 0), center=True)
        text.focus()

    def action_keep(self) -> None:
        self.path.write_text(self.query_one(TextArea).text, encoding="utf-8")
        self.dismiss(True)

    def action_leave(self) -> None:
        self.dismiss(False)
