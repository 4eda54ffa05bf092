"""A checker's report as one HTML page that needs nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simk8s.render.crash_report import again, counted, sign, tally, times, tone, verdict, where
from simk8s.render.html import ACCENTS, QUIET, Html, element, folded, framed, joined, monospace, rows_table

_PAGE = "color:inherit;font-family:system-ui,sans-serif;max-width:110em;margin:1em auto;padding:0 1em"
_ROOT = ":root{color-scheme:light dark}"


def page(report: Mapping[str, Any]) -> str:
    """The whole page."""
    title = f"Crash report: {', '.join(report['manifests'])}"
    head = element("head", Html('<meta charset="utf-8">'), element("title", title), element("style", Html(_ROOT)))
    body = element("body", element("h1", title), *_parts(report), style=_PAGE)
    return f'<!DOCTYPE html>\n<html lang="en">{head}{body}</html>\n'


def _parts(report: Mapping[str, Any]) -> list[Html]:
    parts = [_totals(report)]
    if report["holes"]:
        parts.append(element("h2", "Holes"))
        parts += [_hole(number, hole) for number, hole in enumerate(report["holes"], 1)]
    if report["scripts"]:
        parts.append(element("h2", "Scripts"))
        parts += [_script(script, report) for script in report["scripts"]]
    if report["points"]:
        parts.append(folded(f"All {len(report['points'])} crashes", _points(report)))
    return parts


def _totals(report: Mapping[str, Any]) -> Html:
    totals = report["totals"]
    told = verdict(report)
    if report["trouble"]:
        told += f"; not complete: {report['trouble']}"
    figures = [(name.replace("_", " "), value) for name, value in totals.items() if not isinstance(value, dict)]
    figures += [(f"pruned: {reason}", count) for reason, count in totals["pruned"].items()]
    figures += [(f"outcome: {word}", count) for word, count in totals["outcomes"].items()]
    accent = ACCENTS["bad" if totals["holes"] else "quiet" if totals["not_known"] else "good"]
    parts = [framed(element("strong", told), accent=accent)]
    if totals["holes"]:
        parts.append(element("p", "Play one again: ", element("code", again(report))))
    return joined(*parts, folded("Figures", rows_table(("what", "number"), figures)))


def _hole(number: int, hole: Mapping[str, Any]) -> Html:
    word = f"{'silent ' if hole['silent'] else ''}{hole['word']}"
    story = element("ol", *(element("li", text) for text in hole["story"]), style="overflow-wrap:anywhere")
    replay = element("p", "Replay: ", element("code", hole["replay"], style="word-break:break-all"))
    shown = f"Shown by {counted(hole['replicas'], 'replica')}" + (f"; {times(hole)}." if hole["crashes"] else ".")
    replicas = element("p", shown)
    seen = monospace(hole["get_pods"])
    log = folded("last words", monospace(hole["log"])) if hole["log"] else Html("")
    return framed(
        element("h3", f"{number}. {word}: {where(hole)}"), story, seen, log, replicas, replay, accent=ACCENTS["bad"]
    )


def _script(script: Mapping[str, Any], report: Mapping[str, Any]) -> Html:
    rows = [_line(line) for line in script["lines"]]
    bad = len([line for line in script["lines"] if line["verdict"] not in ("", "ok")])
    title = f"{script['file']}, container {script['container']}: {bad or 'no'} bad line{'' if bad == 1 else 's'}"
    table = rows_table(("", "tried", "line", "text"), rows)
    return joined(element("h3", title), table) if script["file"] in report["manifests"] else folded(title, table)


def _line(line: Mapping[str, Any]) -> tuple[object, ...]:
    colour = f"color:{ACCENTS[tone(line['verdict'])]}"
    marks = (element("b", sign(line["verdict"]), style=colour), element("span", tally(line), style=colour))
    return (*marks, element("span", line["line"] or "", style=f"color:{QUIET}"), line["text"])


def _points(report: Mapping[str, Any]) -> Html:
    rows = [
        (
            f"{point['pod']}/{point['container']}",
            f"{point['command_index']} {point['where']}",
            f"{point['kill']} {point['killed']}",
            " ".join(point["outcome"].values()) + (" (silent)" if point["silent"] else ""),
            point["how"],
        )
        for point in report["points"]
    ]
    return rows_table(("container", "point", "killed", "outcome", "known by"), rows)
