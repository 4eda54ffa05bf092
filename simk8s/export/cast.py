"""An asciinema cast (version 2) of the timeline, as if it were printed while time passes."""

from __future__ import annotations

import json
from collections.abc import Iterator

from simk8s.render.timeline import timeline
from simk8s.sim import History

WIDTH, HEIGHT = 120, 32
IDLE_SECONDS = 1.0
"""Players skip longer waits."""

_COLOURS = {"good": "32", "bad": "31", "quiet": "90"}


def export(history: History) -> Iterator[str]:
    """A header line, then a line for each piece of output: moment, `o`, text."""
    header = {"version": 2, "width": WIDTH, "height": HEIGHT, "idle_time_limit": IDLE_SECONDS, "title": "simk8s"}
    yield json.dumps(header) + "\n"
    for line in timeline(history):
        text = str(line)
        text = text if len(text) <= WIDTH else text[: WIDTH - 1] + "…"
        colour = _COLOURS.get(line.tone)
        shown = f"\x1b[{colour}m{text}\x1b[0m" if colour else text
        yield json.dumps([line.time, "o", shown + "\r\n"], ensure_ascii=False) + "\n"
