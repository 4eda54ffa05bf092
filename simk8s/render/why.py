"""A chain of causes, or what is waited for, as text and as plain data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from simk8s.causes import Chain, Link, WhyNot

SCHEMA = "simk8s-why/1"
ACTOR_WIDTH = 24


def text(chain: Chain) -> str:
    """The chain as lines: when each link was done, how long it took, whose work it was, and what it was."""
    head = f"{chain.goal}: {chain.seconds:.2f}s from the first cause ({chain.start:.2f}s) to the end ({chain.end:.2f}s)"
    lines = [head, "", f"{'DONE AT':>9} {'TOOK':>8}  {'WHO':<{ACTOR_WIDTH}} WHAT"]
    lines += _links(chain.links, "")
    return "\n".join(lines) + "\n"


def _links(links: Sequence[Link], indent: str) -> Iterator[str]:
    for link in links:
        yield f"{indent}{link.end:>8.2f}s {_took(link.seconds)}  {link.actor:<{ACTOR_WIDTH}} {link.text}".rstrip()
        margin = indent + " " * (21 + ACTOR_WIDTH)
        if link.place:
            yield f"{margin}{link.place}"
        for part, seconds in link.parts:
            yield f"{margin}{_took(seconds).strip():>7}  {part}"
        for need in link.needs:
            yield f"{indent}    needed too, and there {_took(need.slack).strip()} before:"
            yield from _links(need.links, indent + "    ")


def _took(seconds: float) -> str:
    return f"{'<0.01s':>8}" if 0 < seconds < 0.005 else f"{seconds:>7.2f}s"


def refusal(found: WhyNot) -> str:
    """Why it is not so: what waits for what, and the ring where there is one."""
    lines = [f"{found.goal}: it never was."]
    by_what = {wait.what: wait for wait in found.waits}
    lines += _waits(found.goal, by_what, "", set())
    if found.ring:
        lines += ["", "They wait for each other:", *_circle(found.ring)]
    return "\n".join(lines) + "\n"


def _waits(what: str, by_what: dict[str, Any], indent: str, told: set[str]) -> Iterator[str]:
    wait = by_what[what]
    told.add(what)
    yield f"{indent}{what}: no. {wait.reason}"
    for line in wait.log:
        yield f"{indent}  | {line}"
    for other in wait.on:
        if other in told:
            yield f"{indent}  {other}: see above"
        else:
            yield from _waits(other, by_what, indent + "  ", told)


def _circle(ring: Sequence[str]) -> Iterator[str]:
    for index, what in enumerate(ring):
        yield f"  {'which waits for ' if index else ''}{what}"
    yield f"  which waits for {ring[0]} again"


def data(chain: Chain) -> dict[str, Any]:
    """The chain as plain data: `simk8s why --json`."""
    return {
        "schema": SCHEMA,
        "goal": chain.goal,
        "happened": True,
        "start_seconds": chain.start,
        "end_seconds": chain.end,
        "links": [_link(link) for link in chain.links],
    }


def _link(link: Link) -> dict[str, Any]:
    return {
        "actor": link.actor,
        "text": link.text,
        "place": link.place,
        "start_seconds": link.start,
        "end_seconds": link.end,
        "records": list(link.seqs),
        "parts": [{"text": part, "seconds": seconds} for part, seconds in link.parts],
        "needs": [
            {"slack_seconds": round(need.slack, 6), "links": [_link(other) for other in need.links]}
            for need in link.needs
        ],
    }


def refusal_data(found: WhyNot) -> dict[str, Any]:
    """What is waited for as plain data."""
    waits = [
        {"what": wait.what, "reason": wait.reason, "on": list(wait.on), "log": list(wait.log)} for wait in found.waits
    ]
    return {"schema": SCHEMA, "goal": found.goal, "happened": False, "waits": waits, "ring": list(found.ring)}
