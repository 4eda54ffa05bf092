"""A history for other people's tools: Perfetto, ShiViz, asciinema, and whatever reads JSON lines or SVG."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from simk8s.errors import SimError
from simk8s.export import cast, json_lines, perfetto, shiviz, timeline_picture
from simk8s.sim import History

FORMATS: dict[str, Callable[[History], Iterator[str]]] = {
    "perfetto": perfetto.export,
    "shiviz": shiviz.export,
    "jsonl": json_lines.export,
    "svg": timeline_picture.export,
    "asciinema": cast.export,
}
"""Each gives the text piece by piece."""


def export(history: History, format: str) -> Iterator[str]:
    """The history in one of FORMATS, piece by piece. Raises SimError SK511 for others, SK512 where there is nothing."""
    write = FORMATS.get(format)
    if write is None:
        raise SimError("SK511", f"there is no export format {format!r}", hint=f"these exist: {', '.join(FORMATS)}")
    if not history.records:
        raise SimError("SK512", "this history has no records", hint="run it with history, which is the default")
    return write(history)


__all__ = ["FORMATS", "export"]
