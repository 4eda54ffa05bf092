"""The board as HTML: nodes as a line, Pods as cards in the order of their ordinals."""

from __future__ import annotations

from collections.abc import Iterator

from simk8s.render.board import MARKS, Board, Card, Container
from simk8s.render.html import ACCENTS, BAD, GOOD, QUIET, RULE, SHADE, Html, element, framed, joined

_ROW = "display:flex;flex-wrap:wrap;gap:8px;margin:6px 0"
_FAINT = "opacity:.72;font-size:12px"
_PILL = f"border:{RULE};border-radius:10px;padding:0 8px;font-size:12px"


def board_html(board: Board) -> Html:
    """The whole board."""
    return framed(
        element("div", *_nodes(board), style=_ROW),
        element("div", *map(_card, board.pods), style=f"{_ROW};align-items:stretch"),
        *_spare(board),
        element("div", f"after {board.time_seconds:.1f}s of virtual time", style=_FAINT),
    )


def _nodes(board: Board) -> Iterator[Html]:
    for node, state in board.nodes:
        mark = "✓" if state == "Ready" else "✗"
        accent = GOOD if state == "Ready" else BAD
        names = ", ".join(pod.title for pod in board.on(node)) or "no Pods"
        yield element("span", _mark(mark, accent), f" {node} {state}: {names}", style=_PILL)


def _card(pod: Card) -> Html:
    accent = ACCENTS[pod.tone]
    title = element("div", element("b", pod.title), f"  {pod.ready}", style="font-size:14px;white-space:pre")
    status = element("div", _mark(MARKS[pod.tone], accent), f" {pod.status}", style="font-weight:600")
    steps = [container for container in pod.containers if container.step]
    others = [container for container in pod.containers if not container.step]
    claims = [element("div", f"▤ {claim}", style=_FAINT) for claim in pod.claims]
    return element(
        "div",
        title,
        status,
        element("div", f"on {pod.node}" if pod.node else "on no node yet", style=_FAINT),
        _part("steps, one after the other", steps),
        _part("containers, in no order", others),
        *([element("div", *claims, style=f"margin-top:6px;border-top:{RULE};padding-top:4px")] if claims else []),
        style=f"border:{RULE};border-top:4px solid {accent};border-radius:6px;background:{SHADE};"
        "padding:8px 10px;min-width:165px;max-width:198px;font-size:12.5px;line-height:1.45",
    )


def _part(heading: str, containers: list[Container]) -> Html:
    if not containers:
        return Html()
    return joined(
        element("div", heading, style=f"{_FAINT};margin-top:6px"),
        *(element("div", *_container(container)) for container in containers),
    )


def _container(container: Container) -> Iterator[Html]:
    yield _mark(MARKS[container.tone], ACCENTS[container.tone])
    yield joined(f" {container.step}. " if container.step else " ", element("b", container.name), f" {container.said}")
    if container.restarts:
        yield joined(f", restarted {container.restarts}x")


def _mark(mark: str, accent: str) -> Html:
    return element("span", mark, style=f"color:{accent};font-weight:700")


def _spare(board: Board) -> Iterator[Html]:
    if board.spare:
        names = "; ".join(map(str, board.spare))
        yield element(
            "div", f"▤ claims without a Pod: {names}", style=f"border-left:4px solid {QUIET};padding-left:8px"
        )
