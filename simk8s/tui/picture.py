"""A picture of the screen as SVG, in which wide characters have the room of two."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from rich.cells import cell_len
from textual.app import App

_TEXT = re.compile(r'textLength="([\d.]+)"([^>]*)>([^<]*)</text>')


def picture(app: App[Any]) -> str:
    """The screen as it is now."""
    return widened(app.export_screenshot())


def widened(svg: str) -> str:
    """The exporter counts characters, terminals count cells: stretch every text that has wide characters in it.

    >>> widened('<text textLength="24.4" x="0">中文</text>')
    '<text textLength="48.8" x="0">中文</text>'
    """

    def stretch(found: re.Match[str]) -> str:
        length, rest, text = found.groups()
        said = unescape(text)
        if not said or cell_len(said) == len(said):
            return found[0]
        return f'textLength="{round(float(length) * cell_len(said) / len(said), 1)}"{rest}>{text}</text>'

    return _TEXT.sub(stretch, svg)
