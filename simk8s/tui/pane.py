"""A pane: rows with a cursor, drawn line by line as they come into sight; a click or Enter leads where a row leads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from simk8s.tui.row import Role, Row, Span, wrapped
from simk8s.tui.view import View


class Pane(ScrollView, can_focus=True):
    """One pane. `kind` names it in keys, tabs and help; `of` makes its rows out of a moment."""

    DEFAULT_CSS = ""
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"pane--{role}"
        for role in ("plain", "quiet", "good", "bad", "strong", "run", "mark", "burnt", "cursor", "selected")
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "cursor(-1)", show=False),
        Binding("down,j", "cursor(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home", "cursor(-100000)", show=False),
        Binding("end", "cursor(100000)", show=False),
        Binding("enter", "choose", show=False),
    ]

    class Chosen(Message):
        """A row was chosen with Enter or a click."""

        def __init__(self, pane: Pane, row: Row) -> None:
            super().__init__()
            self.pane = pane
            self.row = row

    class Pointed(Message):
        """The cursor stands on another row."""

        def __init__(self, pane: Pane, row: Row) -> None:
            super().__init__()
            self.pane = pane
            self.row = row

    def __init__(self, kind: str, of: Callable[[Any], list[Row]]) -> None:
        super().__init__(id=kind)
        self.kind = kind
        self.of = of
        self.rows: list[Row] = []
        self.cursor = 0
        self._lines: list[tuple[int, tuple[Span, ...]]] = []
        self._tops: list[int] = []
        self._width = 0
        self._view: View | None = None
        self._is_shown = False
        self._styles: dict[tuple[Role, bool], Style] = {}

    def show(self, view: View | None) -> None:
        """Show a moment: the cursor stays on the row that it is on, or goes where the moment stands."""
        self._view, self._is_shown = view, True
        key = self.rows[self.cursor].key if self.cursor < len(self.rows) else ""
        if view is not None:
            view.width = max(self.scrollable_content_region.width, 10)
        self.rows = self.of(view)
        now = next((n for n, row in enumerate(self.rows) if row.is_now), None)
        if now is None and key:
            now = next((n for n, row in enumerate(self.rows) if row.key == key), None)
        self.cursor = now or 0
        self._lay_out()
        self._reveal()

    def _lay_out(self) -> None:
        self._width = max(self.scrollable_content_region.width, 10)
        self._lines, self._tops = [], []
        for number, row in enumerate(self.rows):
            self._tops.append(len(self._lines))
            self._lines += [(number, spans) for spans in wrapped(row, self._width)]
        self.virtual_size = Size(self._width, len(self._lines))
        self.refresh()

    def on_resize(self) -> None:
        if self._is_shown and self.scrollable_content_region.width != self._width:
            self.show(self._view)
        self.call_after_refresh(self._reveal)  # there may be less room than before

    def render_line(self, y: int) -> Strip:
        place = y + self.scroll_offset.y
        if place >= len(self._lines):
            return Strip.blank(self.size.width, self._style("plain", selected=False))
        number, spans = self._lines[place]
        selected = number == self.cursor and self.has_focus and bool(self.rows[number].key)
        segments = [Segment(text, self._style(role, selected=selected)) for text, role in spans]
        return Strip(segments).adjust_cell_length(self.size.width, self._style("plain", selected=selected))

    def _style(self, role: Role, *, selected: bool) -> Style:
        """What a role looks like; found once, until the theme or the focus changes."""
        found = self._styles.get((role, selected))
        if found is None:
            found = self.rich_style
            if selected:
                found += self.get_component_rich_style("pane--selected", partial=True)
            found += self.get_component_rich_style(f"pane--{role}", partial=True)
            self._styles[role, selected] = found
        return found

    def notify_style_update(self) -> None:
        self._styles.clear()
        super().notify_style_update()

    def action_cursor(self, step: int) -> None:
        """Move the cursor to the next row that has anything on it."""
        self.point_at(self.cursor + step)

    def action_page(self, step: int) -> None:
        self.point_at(self.cursor + step * max(self.size.height - 2, 1))

    def action_choose(self) -> None:
        if self.cursor < len(self.rows):
            self.post_message(self.Chosen(self, self.rows[self.cursor]))

    def point_at(self, place: int) -> None:
        """Put the cursor on a row; rows with nothing on them are passed over."""
        step = 1 if place >= self.cursor else -1
        place = min(max(place, 0), max(len(self.rows) - 1, 0))
        while 0 <= place < len(self.rows) and not self.rows[place].key and 0 <= place + step < len(self.rows):
            place += step
        if place < len(self.rows) and place != self.cursor:
            self.cursor = place
            self._reveal()
            self.refresh()
            self.post_message(self.Pointed(self, self.rows[place]))

    def _reveal(self) -> None:
        """Scroll so that the cursor is in sight, with a little around it."""
        if self.cursor >= len(self._tops):
            return
        top = self._tops[self.cursor]
        height = max(self.scrollable_content_region.height, 1)
        margin = min(3, height // 4)
        offset = self.scroll_offset.y
        if top - margin < offset:
            self.scroll_to(y=max(top - margin, 0), animate=False)
        elif top + margin >= offset + height:
            self.scroll_to(y=top + margin - height + 1, animate=False)

    def on_click(self, event: events.Click) -> None:
        place = event.y - self.gutter.top + self.scroll_offset.y
        if 0 <= place < len(self._lines):
            number = self._lines[place][0]
            is_again = number == self.cursor
            self.point_at(number)
            if is_again or self.rows[number].subject is None:
                self.action_choose()

    def watch_has_focus(self, value: bool) -> None:
        super().watch_has_focus(value)
        self.refresh()

    @property
    def text(self) -> str:
        """Everything in the pane, for copying."""
        return "\n".join(row.text.rstrip() for row in self.rows)

    @property
    def line(self) -> str:
        """The row at the cursor, for copying."""
        return self.rows[self.cursor].text.strip() if self.cursor < len(self.rows) else ""
