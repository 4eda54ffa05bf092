"""The timeline as an SVG picture: a row for each line, with colours of its own for light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from simk8s.render.timeline import timeline
from simk8s.sim import History

ROW, TOP, WIDTH = 18, 30, 1120
MARKS = {"good": "+", "bad": "!"}
STYLE = """
  svg { background: #ffffff; } text { font: 12px ui-monospace, monospace; fill: #24292f; white-space: pre; }
  .time, .quiet { fill: #6a737d; } .good { fill: #1a7f37; } .bad { fill: #cf222e; } .actor { fill: #0550ae; }
  @media (prefers-color-scheme: dark) {
    svg { background: #0d1117; } text { fill: #e6edf3; } .time, .quiet { fill: #9198a1; } .good { fill: #3fb950; }
    .bad { fill: #ff7b72; } .actor { fill: #79c0ff; }
  }
"""


def export(history: History) -> Iterator[str]:
    """The SVG text, row by row."""
    lines = timeline(history)
    height = TOP + ROW * len(lines) + 12
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'role="img" aria-label="timeline">\n<style>{STYLE}</style>\n'
    )
    for number, line in enumerate(lines):
        y = TOP + ROW * number
        text = line.text if len(line.text) <= 110 else line.text[:109] + "…"
        yield (
            f'<text x="80" y="{y}" class="time" text-anchor="end">{line.time:.2f}s</text>'
            f'<text x="92" y="{y}" class="{line.tone}">{MARKS.get(line.tone, " ")}</text>'
            f'<text x="108" y="{y}" class="actor">{escape(line.actor)}</text>'
            f'<text x="310" y="{y}" class="{line.tone}">{escape(text)}</text>\n'
        )
    yield "</svg>\n"
