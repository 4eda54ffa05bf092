"""JSON lines: a header with format and version, then a record a line, as `history.schema.json` beside this says."""

from __future__ import annotations

from collections.abc import Iterator

from simk8s.sim import History


def export(history: History) -> Iterator[str]:
    """What `simk8s run --trace` saves; `History.load` reads it again."""
    for line in history.lines():
        yield line.decode()
