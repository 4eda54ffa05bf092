"""HTML out of elements: escaped by construction, styled in line, readable on light and on dark pages.

Colours are those of the page (`inherit`), half-transparent greys, and accents of middle lightness that stand out on
both. An accent never says anything alone: a mark and a word say the same.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from html import escape

from simk8s.render.line import Tone

GOOD, BAD, QUIET = "#2e9e5b", "#d9483b", "#8a8a8a"
ACCENTS: dict[Tone, str] = {"good": GOOD, "bad": BAD, "quiet": QUIET, "plain": "#6f8fb5"}
RULE = "1px solid rgba(128,128,128,.45)"
SHADE = "rgba(128,128,128,.13)"
MONOSPACE = "font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;font-size:12px"
CELL = "text-align:left;vertical-align:top;padding:1px 10px 1px 0;white-space:pre-wrap"


class Html(str):
    """Text that is markup already."""

    __slots__ = ()


def element(tag: str, *content: object, style: str = "", **attributes: str) -> Html:
    """One element. Whatever is not Html is escaped; `style` may be several declarations.

    >>> element("b", "2 < 3", style="color:inherit")
    '<b style="color:inherit">2 &lt; 3</b>'
    """
    given = {"style": style, **attributes} if style else attributes
    written = "".join(f' {name.rstrip("_")}="{escape(value)}"' for name, value in given.items())
    return Html(f"<{tag}{written}>{joined(*content)}</{tag}>")


def joined(*content: object) -> Html:
    """Several pieces one after the other."""
    return Html("".join(piece if isinstance(piece, Html) else escape(str(piece)) for piece in content))


def framed(*content: object, accent: str = "") -> Html:
    """What an object shows of itself: a block in the page's own colours, with an accent at its left edge if given."""
    edge = f"border-left:4px solid {accent};padding-left:10px;" if accent else ""
    return element("div", *content, style=f"color:inherit;margin:4px 0;{edge}")


def monospace(text: str, *, style: str = "") -> Html:
    """Text as a terminal shows it. Wide tables scroll, they do not wrap."""
    look = f"{MONOSPACE};color:inherit;background:transparent;margin:0;overflow-x:auto;white-space:pre;{style}"
    return element("pre", text, style=look)


def rows_table(headings: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> Html:
    """A table of text in monospace, in the order given."""
    head = [element("th", heading, style=f"{CELL};border-bottom:{RULE}", scope="col") for heading in headings]
    body = [element("tr", *(element("td", cell, style=CELL) for cell in row)) for row in rows]
    look = f"{MONOSPACE};color:inherit;border-collapse:collapse;margin:0;table-layout:auto"
    return element("table", element("thead", element("tr", *head)), element("tbody", *body), style=look)


def embedded(svg: str, words: str) -> Html:
    """An SVG as an image of its own, so that its style sheet does not reach the page around it."""
    source = f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}"
    return Html(f'<img src="{source}" alt="{escape(words)}" style="max-width:100%;height:auto">')


def folded(title: str, *content: object) -> Html:
    """Something that opens when its title is clicked."""
    return element("details", element("summary", title, style="cursor:pointer;opacity:.8"), *content)
