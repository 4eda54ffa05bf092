"""The story so far, and what is still to come: one line for everything that a person wants to know of."""

from __future__ import annotations

from simk8s.tui.focus import subject_of
from simk8s.tui.row import TONES, Row, row
from simk8s.tui.telling import told
from simk8s.tui.view import View

MARKS = {"good": "+", "bad": "!"}


def event_rows(view: View) -> list[Row]:
    """Every line of the timeline that the filter lets through. What is still to come is quiet."""
    rows: list[Row] = []
    now = -1
    for event in view.run.index.story:
        line = event.line
        text = told(line.text)
        if not view.may_show(event.seq):
            break
        if not view.passes(f"{line.actor} {line.text} {text}"):
            continue
        if event.seq <= view.seq:
            now = len(rows)
        role = TONES[line.tone] if event.seq <= view.seq else "quiet"
        rows.append(
            row(
                (f"{line.time:8.2f} ", "quiet"),
                (f"{MARKS.get(line.tone, ' ')} ", role),
                (text, role),
                (f"  {line.actor}", "quiet"),
                key=str(event.seq),
                seq=event.seq,
                subject=subject_of(view.run.records[event.seq], view.world),
                is_now=False,
                hang=11,
            )
        )
    if now >= 0:
        rows[now] = Row(rows[now].spans, rows[now].key, rows[now].seq, rows[now].subject, True, 11)
    return rows
