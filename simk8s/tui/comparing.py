"""Two runs side by side: what happened in both, what in one only, and what became of the Pods."""

from __future__ import annotations

from collections.abc import Iterator

from simk8s.tui.language import _
from simk8s.tui.row import Role, Row, fitted, row
from simk8s.tui.run import Run
from simk8s.tui.telling import told

TIME = 9


def compare_rows(left: Run, right: Run, width: int) -> list[Row]:
    """The left run is the one that the right one branched off from. What both did before is left out."""
    half = max((width - TIME - 4) // 2, 12)
    since = right.since if right.parent is left else 0
    rows = [
        row(" " * TIME, (fitted(left.name, half), "strong"), " │ ", (fitted(right.name, half), "strong")),
        row(
            (fitted(f"{left.time(since):.2f}", TIME), "quiet"),
            (fitted(_("goes on as it was"), half), "quiet"),
            " │ ",
            (fitted(right.deed, half), "mark"),
        ),
    ]
    rows += _stories(left, right, since, half)
    rows.append(row(""))
    rows.append(row((_("in the end"), "strong")))
    rows += _ends(left, right, half)
    return rows


def _stories(left: Run, right: Run, since: int, half: int) -> Iterator[Row]:
    lines = [
        {(round(told.line.time, 2), told.line.text): told for told in run.index.story if told.seq > since}
        for run in (left, right)
    ]
    for key in sorted(lines[0].keys() | lines[1].keys(), key=lambda key: (key[0], key[1])):
        both = key in lines[0] and key in lines[1]
        cells = []
        for found in lines:
            line = found.get(key)
            role: Role = "quiet" if both else "bad" if line is not None and line.line.tone == "bad" else "plain"
            mark = " " if both else {"good": "+", "bad": "!"}.get(line.line.tone, "·") if line is not None else " "
            cells.append((fitted(f"{mark} {told(line.line.text)}" if line is not None else "", half), role))
        seq = lines[1][key].seq if key in lines[1] else None
        yield row((fitted(f"{key[0]:.2f}", TIME), "quiet"), cells[0], " │ ", cells[1], key=str(key), seq=seq)


def _ends(left: Run, right: Run, half: int) -> Iterator[Row]:
    cards = [{card.title: card for card in run.chronicle.at().board.pods} for run in (left, right)]
    for name in sorted(cards[0].keys() | cards[1].keys()):
        cells = []
        for found, other in (cards, cards[::-1]):
            card = found.get(name)
            restarts = sum(container.restarts for container in card.containers) if card else 0
            text = f"{name}  {card.ready}  {card.status}  ↻{restarts}" if card else f"{name}  -"
            same = other.get(name)
            is_same = card is not None and same is not None and (card.ready, card.status) == (same.ready, same.status)
            tone: Role = "plain" if is_same else "bad" if card is None or card.tone == "bad" else "good"
            cells.append((fitted(text, half), tone))
        yield row(" " * TIME, cells[0], " │ ", cells[1], key=f"end {name}")
