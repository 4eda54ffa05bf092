"""The timeline: a lane for each Pod, a slice for each attempt of a container, marks, and the cursor of the moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from textual import events
from textual.message import Message

from simk8s.render.lanes import STEPS, Lane, Mark, Slice, Track
from simk8s.tui.focus import Subject
from simk8s.tui.language import _
from simk8s.tui.pane import Pane
from simk8s.tui.row import Role, Row, Span, fitted, row
from simk8s.tui.view import View

LABEL = 16
"""Cells for the names at the left."""

GLYPHS: dict[str, Span] = {
    "ready": ("◆", "good"),
    "unready": ("◇", "bad"),
    "probe": ("!", "bad"),
    "fault": ("⚡", "bad"),
    "restart": ("↻", "bad"),
    "created": ("+", "quiet"),
    "gone": ("−", "quiet"),
}


@dataclass(frozen=True, slots=True)
class Scale:
    """Which moments the columns stand for: `width` of them from `start` on, each `step` virtual seconds."""

    start: float
    step: float
    width: int

    def column(self, time: float) -> int:
        return int((time - self.start) / self.step)

    def time(self, column: int) -> float:
        return self.start + column * self.step

    def has(self, column: int) -> bool:
        return 0 <= column < self.width


def scale_of(view: View) -> Scale:
    """The whole history, or a part of it around the moment in focus."""
    width = max(view.width - LABEL, 10)
    whole = max(view.run.end, 1e-3)
    span = whole / max(view.zoom, 1.0)
    start = min(max(view.time - span / 2, 0.0), max(whole - span, 0.0))
    return Scale(start, span / (width - 1), width)


def timeline_rows(view: View) -> list[Row]:
    """An axis, and the lanes below it."""
    scale = scale_of(view)
    rows = [row((fitted(_("seconds"), LABEL), "quiet"), (_axis(scale), "quiet")), row(*_ruler(view, scale))]
    for lane in view.run.lanes:
        if lane.marks and view.may_show(lane.marks[0].seq):
            rows += _lane(view, scale, lane)
    return rows


def _axis(scale: Scale) -> str:
    text = ""
    every = 10
    for column in range(0, scale.width, every):
        label = f"{scale.time(column):.0f}" if scale.step * every >= 1 else f"{scale.time(column):.2f}"
        text += fitted(label, min(every, scale.width - column)) if scale.width - column > len(label) else ""
    return text


def _ruler(view: View, scale: Scale) -> list[Span]:
    """A tick every ten columns; the moment in focus stands out; bookmarks, and where this branch leaves its parent."""
    cells: list[Span] = [("┬" if column % 10 == 0 else "─", "quiet") for column in range(scale.width)]
    for seq in view.bookmarks:
        _put(cells, scale, view.run.time(seq), ("⚑", "mark"))
    if view.run.parent is not None:
        _put(cells, scale, view.run.time(view.run.since), ("⑂", "mark"))
    _put(cells, scale, view.time, ("▼", "cursor"))
    return [(" " * LABEL, "plain"), *_joined(cells)]


def _lane(view: View, scale: Scale, lane: Lane) -> Iterator[Row]:
    subject = Subject(lane.key)
    mark = ">" if subject.key == view.focus.subject.key else " "
    marks: list[Span] = [(" ", "plain")] * scale.width
    for found in filter(lambda mark: view.may_show(mark.seq), lane.marks):
        _put(marks, scale, found.time, _glyph(view, found))
    yield _row(view, scale, fitted(f"{mark}{lane.name}", LABEL), "strong", marks, subject)
    for track in lane.tracks.values():
        yield _track(view, scale, lane, track)


def _glyph(view: View, mark: Mark) -> Span:
    glyph, role = GLYPHS[mark.kind]
    return glyph, role if mark.seq <= view.seq else "quiet"


def _track(view: View, scale: Scale, lane: Lane, track: Track) -> Row:
    cells: list[Span] = [("·", "quiet")] * scale.width
    for piece in track.slices:
        _draw(view, scale, piece, cells)
    name = _("init steps") if track.name == STEPS else track.name
    containers = {piece.container for piece in track.slices}
    mine = view.focus.subject.key == lane.key and view.focus.subject.container in containers
    subject = Subject(lane.key, next((piece.container for piece in track.slices[::-1]), ""))
    label = fitted(f" {'>' if mine else ' '}{name}", LABEL)
    return _row(view, scale, label, "run" if mine else "plain", cells, subject)


def _draw(view: View, scale: Scale, piece: Slice, cells: list[Span]) -> None:
    """Low blocks while not ready, high ones while ready, an init step's number; `✗` where it ended badly."""
    end = min(view.run.end if piece.end is None else piece.end, view.horizon_time)
    first, last = scale.column(piece.start), scale.column(end) if piece.start <= end else -1
    if piece.end is not None and piece.end > view.horizon_time:
        piece = replace(piece, end=None)
    for column in range(max(first, 0), min(last, scale.width - 1) + 1):
        time = max(scale.time(column), piece.start)
        role: Role = "quiet" if time > view.time else "good" if piece.is_ready(time) or piece.step else "plain"
        glyph = str(piece.step) if piece.step else "▆" if piece.is_ready(time) else "▂"
        cells[column] = (glyph, role)
    if piece.end is not None and scale.has(last) and piece.status != 0:
        cells[last] = ("✗", "bad" if piece.end <= view.time else "quiet")
    elif piece.end is not None and scale.has(last) and not piece.step:
        cells[last] = ("✓", "good" if piece.end <= view.time else "quiet")


def _row(view: View, scale: Scale, label: str, role: Role, cells: list[Span], subject: Subject) -> Row:
    now = scale.column(view.time)
    if scale.has(now):
        cells[now] = ("│", "cursor")
    return row((label, role), *_joined(cells), key=f"lane {subject.key} {label}", subject=subject)


def _joined(cells: list[Span]) -> Iterator[Span]:
    """Neighbours that look the same are one piece: quicker to draw."""
    for role, group in groupby(cells, key=lambda cell: cell[1]):
        yield "".join(text for text, _role in group), role


def _put(cells: list[Span], scale: Scale, time: float, span: Span) -> None:
    column = scale.column(time)
    if scale.has(column):
        cells[column] = span


class TimelinePane(Pane):
    """The timeline, with a cursor to be dragged."""

    def __init__(self) -> None:
        super().__init__("timeline", timeline_rows)
        self._scale: Scale | None = None

    def show(self, view: View | None) -> None:
        super().show(view)
        if view is not None:
            self._scale = scale_of(view)  # of the width that it has now

    def on_mouse_down(self, event: events.MouseDown) -> None:
        if self._time(event.x) is not None:
            self.capture_mouse()
            self._drag(event)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self.app.mouse_captured is self:
            self._drag(event)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        self.release_mouse()

    def on_click(self, event: events.Click) -> None:
        if self._time(event.x) is None:
            super().on_click(event)

    def _drag(self, event: events.MouseEvent) -> None:
        time = self._time(event.x)
        if time is not None:
            self.post_message(self.Dragged(time))

    def _time(self, x: int) -> float | None:
        """The moment that a column of the pane stands for; None beside the lanes."""
        column = x - self.gutter.left - LABEL
        if self._scale is None or column < 0:
            return None
        return self._scale.time(min(column, self._scale.width - 1))

    class Dragged(Message):
        """The cursor is to stand at this moment, in virtual seconds."""

        def __init__(self, time: float) -> None:
            super().__init__()
            self.time = time
