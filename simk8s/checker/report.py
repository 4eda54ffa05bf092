"""What an exploration found, as plain data: what `simk8s check --json` writes, and all ways to show it read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simk8s.checker.crash import Crash
from simk8s.checker.exploration import Exploration
from simk8s.checker.hole import holes
from simk8s.checker.known import Result
from simk8s.checker.order import Order
from simk8s.checker.script import annotated
from simk8s.faults.token import token_of_plan

SCHEMA_VERSION = 1
"""Grows when a field changes its meaning or goes; new fields do not count."""


def report(exploration: Exploration) -> dict[str, Any]:
    """Totals, every crash with its outcome, the holes as stories, the scripts line by line."""
    survey, replay = exploration.survey, exploration.replay
    points = [_crash_free(exploration)] if exploration.crashes == 0 else []
    for number, crash in enumerate(survey.crashes if exploration.crashes else ()):
        result = exploration.result(number)
        if result is not None:
            points.append(point(crash, result, replay))
            points += [_after(crash, more, last, replay) for more, last in result.then]
    points += [_order(order, result, replay) for order, result in exploration.orders.items()]
    found = holes(exploration)
    return {
        "schema_version": SCHEMA_VERSION,
        "complete": exploration.is_complete,
        "trouble": exploration.trouble,
        "manifests": [source.file for source in exploration.setup.sources],
        "options": {name: value for name, value in exploration.setup.options.items() if name in ("addons", "nodes")},
        "totals": _totals(exploration, points, found),
        "crash_free": {**_result(survey.reference), "replay": replay},
        "points": points,
        "holes": found,
        "scripts": annotated(exploration),
        "replay": replay,
    }


def point(crash: Crash, result: Result, replay: str) -> dict[str, Any]:
    """One crash and what came of it."""
    at = crash.point
    return {
        "pod": at.pod,
        "container": at.container,
        "attempt": at.start - 1,
        "file": at.file,
        "line": at.line,
        "command": at.command,
        "command_index": at.index,
        "subshell": at.subshell,
        "where": at.where,
        "stage": at.stage,
        "time_seconds": round(crash.seconds, 6),
        "kill": crash.kill,
        "killed": crash.killed,
        "unsynced": crash.unsynced,
        **_result(result),
        "replay": token_of_plan(replay, [crash.fault()]),
    }


def _after(first: Crash, more: tuple[Crash, ...], result: Result, replay: str) -> dict[str, Any]:
    """The last of several crashes; `after` are those before it."""
    *between, last = (first, *more)
    before = [str(crash.fault()) for crash in between]
    plan = [crash.fault() for crash in (first, *more)]
    return {**point(last, result, replay), "after": before, "replay": token_of_plan(replay, plan)}


_NOWHERE = {
    **dict.fromkeys(("pod", "container", "file", "command", "stage", "killed"), ""),
    **dict.fromkeys(("attempt", "line", "command_index", "subshell"), 0),
    "time_seconds": 0.0,
    "where": "none",
    "kill": "none",
    "unsynced": "kept",
}
"""What a point says of a place that is none."""


def _order(order: Order, result: Result, replay: str) -> dict[str, Any]:
    names = {"pod": order.pod, "container": order.containers[0], "command": str(order), "where": "order"}
    return {**_NOWHERE, **names, **_result(result), "replay": token_of_plan(replay, order.faults)}


def _crash_free(exploration: Exploration) -> dict[str, Any]:
    return {**_NOWHERE, **_result(exploration.survey.reference), "replay": exploration.replay}


def _result(result: Result) -> dict[str, Any]:
    return {
        "outcome": dict(result.outcome),
        "ok": result.is_ok,
        "silent": bool(result.silent),
        "silent_pods": list(result.silent),
        "violations": list(result.violations),
        "ready": dict(result.ready),
        "restarts": dict(result.restarts),
        "files_left": list(result.files_left),
        "notes": dict(result.notes),
        "how": result.end,
        "as_in": result.as_in,
    }


def _totals(exploration: Exploration, points: list[dict[str, Any]], found: list[dict[str, Any]]) -> dict[str, Any]:
    progress = exploration.progress()
    bad = [entry for entry in points if not entry["ok"]]
    return {
        "points": progress.points if exploration.crashes else len(points),
        "crashes": progress.crashes if exploration.crashes else 0,
        "judged": len(points),
        "worlds": progress.worlds,
        "unique_states": progress.unique,
        "pruned": dict(progress.pruned) if exploration.crashes else {},
        "holes": len(found),
        "crashes_with_holes": len([entry for entry in bad if "unknown" not in entry["outcome"].values()]),
        "silent": len([entry for entry in bad if entry["silent"]]),
        "not_known": len([entry for entry in bad if "unknown" in entry["outcome"].values()]),
        "outcomes": _counted(points),
        "crash_free_seconds": round(exploration.survey.seconds, 3),
    }


def _counted(points: list[dict[str, Any]]) -> Mapping[str, int]:
    counts: dict[str, int] = {}
    for entry in points:
        words = set(entry["outcome"].values()) - {"ok"} or {"ok" if entry["ok"] else "unsafe"}
        for word in sorted(words):
            counts[word] = counts.get(word, 0) + 1
    return dict(sorted(counts.items()))
