"""What a command printed and how a run ended, as HTML."""

from __future__ import annotations

from simk8s.render.html import BAD, GOOD, Html, element, framed, monospace

_FAINT = "opacity:.75;font-size:12px"


def printed_html(stdout: str, stderr: str, status: int) -> Html:
    """Output as a terminal shows it, then errors and a status other than 0, each named."""
    parts: list[Html] = []
    if stdout:
        parts.append(monospace(stdout.rstrip("\n")))
    if stderr:
        label = element("div", "standard error:", style=_FAINT)
        parts.append(framed(label, monospace(stderr.rstrip("\n")), accent="#b58a2e"))
    if status:
        parts.append(element("div", f"✗ exit status {status}", style=f"border-left:4px solid {BAD};padding-left:10px"))
    return framed(*parts or [element("span", "(nothing printed)", style=_FAINT)])


def outcome_html(text: str, reached: bool) -> Html:
    """How a run ended: the first line of `text` with a mark, the others as they are."""
    first, _, rest = text.partition("\n")
    mark, accent = ("✓", GOOD) if reached else ("✗", BAD)
    head = element("div", element("b", mark, style=f"color:{accent}"), f" {first}")
    return framed(head, *([monospace(rest)] if rest else []), accent=accent)
