"""A chain of causes as a picture: time from left to right, a lane for each actor, an arrow where one waits for another.

The SVG has its own colours for light and dark, and every link says more when it is pointed at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from simk8s.causes import Chain, Link

LEFT, RIGHT, TOP, LANE, BAR = 190, 36, 74, 30, 16
WIDTH = 1180
MINIMAL = 2.5
"""The width in pixels that even the shortest link has."""

STYLE = """
  svg { background: #ffffff; font: 12px system-ui, sans-serif; }
  text { fill: #24292f; } .quiet { fill: #6a737d; } .head { font-size: 15px; font-weight: 600; }
  .lane { stroke: #e3e7ec; } .grid { stroke: #eef1f4; } .arrow { stroke: #8b949e; fill: none; }
  .control { fill: #4c78a8; } .node { fill: #8c6bb1; } .container { fill: #3b9e73; } .goal { fill: #d9822b; }
  .in { fill: #ffffff; font-size: 11px; } .also { opacity: 0.35; }
  @media (prefers-color-scheme: dark) {
    svg { background: #0d1117; } text { fill: #e6edf3; } .quiet { fill: #9198a1; } .lane { stroke: #262d36; }
    .grid { stroke: #1b2129; } .arrow { stroke: #7d8590; } .in { fill: #ffffff; }
    .control { fill: #3d6ea5; } .node { fill: #7b5aa6; } .container { fill: #2a8560; } .goal { fill: #c46f1b; }
  }
"""


def picture(chain: Chain) -> str:
    """The SVG text."""
    lanes = _lanes(chain.links)
    height = TOP + LANE * len(lanes) + 40
    scale = (WIDTH - LEFT - RIGHT) / (chain.seconds or 1.0)
    body = [
        *_frame(chain, lanes, scale, height),
        *_needs(chain, lanes, scale),
        *_arrows(chain, lanes, scale),
        *_bars(chain.links, chain, lanes, scale, ""),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'role="img" aria-label="{escape(chain.goal)}">\n<style>{STYLE}</style>\n' + "\n".join(body) + "\n</svg>\n"
    )


def _lanes(links: Sequence[Link]) -> dict[str, int]:
    """A lane number for each actor, in the order of their first link, with those who were only needed among them."""
    lanes: dict[str, int] = {}
    for link in links:
        for need in link.needs:
            for other in need.links:
                lanes.setdefault(other.actor, len(lanes))
        lanes.setdefault(link.actor, len(lanes))
    return lanes


def _frame(chain: Chain, lanes: dict[str, int], scale: float, height: int) -> Iterator[str]:
    yield f'<text class="head" x="16" y="26">{escape(chain.goal)}</text>'
    yield f'<text class="quiet" x="16" y="45">{chain.seconds:.1f} virtual seconds, {len(chain.links)} links</text>'
    step = _step(chain.seconds)
    moment = 0.0
    while moment <= chain.seconds:
        x = LEFT + moment * scale
        yield f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 8}" y2="{height - 30}"/>'
        at = chain.start + moment
        yield f'<text class="quiet" x="{x:.1f}" y="{height - 12}" text-anchor="middle">{at:.0f}s</text>'
        moment += step
    for actor, number in lanes.items():
        y = _y(number)
        yield f'<line class="lane" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text x="{LEFT - 12}" y="{y + 4:.1f}" text-anchor="end">{escape(actor)}</text>'


def _step(seconds: float) -> float:
    for step in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000):
        if seconds / step <= 12:
            return step
    return seconds / 10


def _y(lane: int) -> float:
    return TOP + lane * LANE + LANE / 2


def _bars(links: Sequence[Link], chain: Chain, lanes: dict[str, int], scale: float, extra: str) -> Iterator[str]:
    for link in links:
        x = LEFT + max(link.start - chain.start, 0) * scale
        width = max(link.seconds * scale, MINIMAL)
        y = _y(lanes[link.actor]) - BAR / 2
        kind = "goal" if link is chain.links[-1] else _kind(link.actor)
        said = f"{link.actor}: {link.text}\n{link.start:.2f}s to {link.end:.2f}s, {link.seconds:.2f}s\n{link.place}"
        yield (
            f'<rect class="{kind}{extra}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{BAR}" rx="2">'
            f"<title>{escape(said.rstrip())}</title></rect>"
        )
        inside = "" if extra else _label(link, width)
        if inside:
            yield f'<text class="in" pointer-events="none" x="{x + 4:.1f}" y="{y + 12:.1f}">{escape(inside)}</text>'


def _label(link: Link, width: float) -> str:
    """What fits into a bar: the words, or their beginning, or at least how long it took."""
    room = int((width - 8) / 6.2)
    if len(link.text) <= room:
        return link.text
    if room >= 14:
        return link.text[: room - 1] + "…"
    seconds = f"{link.seconds:.0f}s"
    return seconds if room >= len(seconds) else ""


def _kind(actor: str) -> str:
    if actor.startswith("kubelet/"):
        return "node"
    is_container = "/" in actor and "." not in actor.partition("/")[0]
    return "container" if is_container else "control"


def _needs(chain: Chain, lanes: dict[str, int], scale: float) -> Iterator[str]:
    """What had to be there too, pale: it took no time of the chain."""
    for link in chain.links:
        for need in link.needs:
            yield from _bars(need.links, chain, lanes, scale, " also")
            last = need.links[-1]
            x, y = LEFT + (last.end - chain.start) * scale, _y(lanes[last.actor])
            there, below = LEFT + (link.end - chain.start) * scale, _y(lanes[link.actor])
            yield f'<path class="arrow" stroke-dasharray="2 3" d="M{x:.1f} {y:.1f} L{there:.1f} {below:.1f}"/>'


def _arrows(chain: Chain, lanes: dict[str, int], scale: float) -> Iterator[str]:
    for link, after in zip(chain.links, chain.links[1:], strict=False):
        if link.actor != after.actor:
            x = LEFT + (link.end - chain.start) * scale
            y, below = _y(lanes[link.actor]), _y(lanes[after.actor])
            yield f'<path class="arrow" d="M{x:.1f} {y:.1f} V{below:.1f}"/>'
