"""A checker's report as text: the scripts with a gutter, then each hole as a story."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from simk8s.render.line import Tone

Styled = tuple[Tone, str]
"""A line of text and its tone; the text alone says everything."""

SIGNS = {"": " ", "ok": "+", "unknown": "?"}
"""In the gutter. A hole is `!`, one that nobody would notice `!!`."""

GUTTER_WIDTH = 36
"""What does not fit is cut to the worst word; the JSON report has all."""


def lines(report: Mapping[str, Any]) -> Iterator[Styled]:
    """The whole report."""
    if report["totals"]["judged"] > 1:
        yield from _scripts(report)
    for number, hole in enumerate(report["holes"], 1):
        yield from _hole(number, hole)
    yield from _not_known(report)
    yield from _end(report)


def sign(verdict: str) -> str:
    """What stands before a line that came to that verdict."""
    return SIGNS.get(verdict, "!!" if verdict.startswith("silent") else "!")


def tone(verdict: str) -> Tone:
    """The colour that says the same again."""
    return {"": "plain", "ok": "good", "unknown": "quiet"}.get(verdict, "bad")  # type: ignore[return-value]


def tally(line: Mapping[str, Any]) -> str:
    """What was tried at a line, and what became of it: `12 ok`, `2 silent stale, 1 crashloop of 5`."""
    if not line["tried"]:
        return ""
    if line["verdict"] == "ok":
        return f"{line['tried']} ok"
    bad = [f"{count} {word}" for word, count in line["outcomes"].items() if word != "ok"]
    whole = f"{', '.join(bad)} of {line['tried']}"
    return whole if len(whole) <= GUTTER_WIDTH else f"{bad[0]}, ... of {line['tried']}"


def _scripts(report: Mapping[str, Any]) -> Iterator[Styled]:
    for script in report["scripts"]:
        is_of_image = not any(script["file"] == file for file in report["manifests"])
        yield "plain", ""
        yield (
            "plain",
            f"{script['file']}, container {script['container']}" + (" (bad lines only)" if is_of_image else ""),
        )
        shown = [line for line in script["lines"] if not is_of_image or line["verdict"] not in ("", "ok")]
        width = max((len(tally(line)) for line in shown), default=0)
        for line in shown:
            gutter = f"{sign(line['verdict']):>2} {tally(line):<{width}}"
            yield tone(line["verdict"]), f"{gutter} {line['line'] or '':>4} | {line['text']}".rstrip()
        if not shown:
            yield "good", " + every crash is survived"


def _hole(number: int, hole: Mapping[str, Any]) -> Iterator[Styled]:
    word = f"{'SILENT ' if hole['silent'] else ''}{hole['word']}"
    how_many = f" ({times(hole)})" if hole["crashes"] else ""
    yield "plain", ""
    yield "bad", f"hole {number}: {word} - {where(hole)}{how_many}"
    for text in hole["story"]:
        yield "plain", f"   {text}"
    for text in hole["log"].splitlines():
        yield "quiet", f"     {text}"
    for text in hole["get_pods"].splitlines():
        yield "plain", f"   {text}"
    yield "plain", f"   shown by {counted(hole['replicas'], 'replica')}"
    yield "plain", f"   replay: {hole['replay']}"


def where(hole: Mapping[str, Any]) -> str:
    """Where a hole is."""
    if hole["where"] == "order":
        return "by the order of the programs"
    place = f"{hole['file']}:{hole['line']}, container {hole['container']}" if hole["file"] else ""
    return place if hole["where"] != "none" else ", ".join(filter(None, ("without any crash", place)))


def times(hole: Mapping[str, Any]) -> str:
    """How many of the crashes that were tried end in this hole, one of which its story tells."""
    return "one crash ends so" if hole["crashes"] == 1 else f"{hole['crashes']} different crashes end so"


def counted(number: int, what: str, plural: str = "") -> str:
    """A number and its noun."""
    return f"{number} {what if number == 1 else plural or what + 's'}"


def verdict(report: Mapping[str, Any]) -> str:
    """What it all comes to, in a few words."""
    totals = report["totals"]
    if totals["holes"]:
        silent = len([hole for hole in report["holes"] if hole["silent"]])
        return f"{counted(totals['holes'], 'hole')}, {silent} of them silent"
    if not totals["not_known"]:
        return "no hole"
    if not totals["crashes"]:
        return "no hole found, but what becomes of the run without any crash is not known"
    return f"no hole found, but of {counted(totals['not_known'], 'crash', 'crashes')} it is not known what becomes"


def again(report: Mapping[str, Any]) -> str:
    """The command that plays a story again, but for its token."""
    options = report["options"]
    words = ["simk8s", "run", *("-" if file == "STDIN" else shlex.quote(file) for file in report["manifests"])]
    words += [f"--addon {name}" for name in options.get("addons", ())]
    words += [f"--nodes {options['nodes']}"] if "nodes" in options else []
    return " ".join([*words, "--judge --replay TOKEN"])


def _not_known(report: Mapping[str, Any]) -> Iterator[Styled]:
    found: dict[str, int] = {}
    for point in report["points"]:
        if "unknown" in point["outcome"].values():
            why = next((note for note in point["notes"].values() if note), "no reason given")
            found[why] = found.get(why, 0) + 1
    for why, count in sorted(found.items()):
        yield "plain", ""
        what = counted(count, "crash", "crashes") if report["totals"]["crashes"] else "the run without any crash"
        yield "quiet", f"not known: {what}: {why}"


def _end(report: Mapping[str, Any]) -> Iterator[Styled]:
    totals = report["totals"]
    yield "plain", ""
    if report["trouble"]:
        yield "bad", f"not complete ({report['trouble']}): {totals['judged']} of {totals['crashes']} crashes judged"
    if not totals["crashes"]:
        yield "plain", "tried: the run without any crash"
        yield from _verdict(report)
        return
    pruned = ", ".join(f"{count} {reason}" for reason, count in totals["pruned"].items() if count)
    yield (
        "plain",
        (
            f"{totals['points']} points, {totals['crashes']} crashes, {totals['worlds']} worlds, "
            f"{totals['unique_states']} unique; pruned: {pruned or 'none'}"
        ),
    )
    yield from _verdict(report)


def _verdict(report: Mapping[str, Any]) -> Iterator[Styled]:
    totals = report["totals"]
    yield "plain", "outcomes: " + ", ".join(f"{count} {word}" for word, count in totals["outcomes"].items())
    if totals["holes"]:
        yield "plain", f"play one again: {again(report)}"
    yield "bad" if totals["holes"] else "quiet" if totals["not_known"] else "good", verdict(report)
