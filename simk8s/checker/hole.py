"""The holes: crashes with a bad end, those of one cause together, each told by its shortest counterexample."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

from simk8s.checker.crash import SERVING, Crash
from simk8s.checker.exploration import Exploration
from simk8s.checker.known import Result
from simk8s.faults.point import CrashPoint
from simk8s.faults.token import token_of_plan

WORST = ("lost", "corrupt", "diverged", "stale", "stopped", "unreachable", "crashloop", "stuck", "absent", "unknown")
"""Bad outcomes from the worst on: what is wrong and looks right comes before what everybody sees."""

_LOST = {
    "kept": "",
    "lost": ", and with it what was not synced",
    "names": ", and with it the contents that were not synced, but not the names",
    "contents": ", and with it the names that were not synced, but not the contents",
}
"""What went with the power, by `Crash.unsynced`."""

_ORDINAL = re.compile(r"-(\d+)$")


def holes(exploration: Exploration) -> list[dict[str, Any]]:
    """One entry for each place in a script and kind of end: those of the manifests first, by line."""
    groups: dict[tuple[Any, ...], list[tuple[Crash, Result]]] = defaultdict(list)
    files = {source.file for source in exploration.setup.sources}
    for number, crash in enumerate(exploration.survey.crashes if exploration.crashes else ()):
        result = exploration.result(number)
        if result is not None and not result.is_ok and result.is_known:
            groups[_cause(crash, result, files)].append((crash, result))
    found = [_told(exploration, group) for group in groups.values()]
    found += _of_orders(exploration)
    found += _of_several(exploration)
    reference = exploration.survey.reference
    if not reference.is_ok and reference.is_known:
        found.append(_crash_free(exploration))
    return sorted(found, key=lambda hole: order_of(hole, files))


def order_of(hole: dict[str, Any], files: set[str]) -> tuple[Any, ...]:
    """What can be mended in the manifests comes before what is an image's."""
    is_of_image = bool(hole["file"]) and hole["file"] not in files
    return (is_of_image, hole["file"], hole["line"], hole["pod"], hole["killed"], hole["word"])


def _of_orders(exploration: Exploration) -> list[dict[str, Any]]:
    bad = [(order, found) for order, found in exploration.orders.items() if not found.is_ok and found.is_known]
    return [
        {
            **_without_crash(exploration, found, [f"in {order.pod} the programs got going so: {order}"]),
            "pod": order.pod,
            "container": order.containers[0],
            "where": "order",
            "replay": token_of_plan(exploration.replay, order.faults),
            "faults": [fault.as_plain() for fault in order.faults],
        }
        for order, found in bad
    ]


def _of_several(exploration: Exploration) -> list[dict[str, Any]]:
    """Bad ends that take several crashes, none of which is bad alone: one for each last command and word."""
    told: dict[tuple[Any, ...], dict[str, Any]] = {}
    for number, result in exploration.results.items():
        if not result.is_ok or result.end == "between":
            continue
        first = exploration.survey.crashes[number]
        for more, last in result.then:
            if last.is_ok or not last.is_known:
                continue
            before = [
                f"first: {_victim(crash)} {_moment(crash)} {_short(crash.point.command)}"
                for crash in (first, *more[:-1])
            ]
            hole = _told(exploration, [(more[-1], last)])
            plan = [crash.fault() for crash in (first, *more)]
            hole |= {
                "story": [*before, *hole["story"]],
                "replay": token_of_plan(exploration.replay, plan),
                "faults": [fault.as_plain() for fault in plan],
            }
            known = told.setdefault((more[-1].point.file, more[-1].point.line, hole["word"], len(more)), hole)
            known["crashes"] += known is not hole
    return list(told.values())


def worst(result: Result) -> str:
    """The worst word of an outcome; `unsafe` where all is well in the end, and a safety property was broken."""
    words = set(result.outcome.values()) - {"ok"}
    return min(words, key=WORST.index, default="unsafe" if result.violations else "ok")


def _cause(crash: Crash, result: Result, files: set[str]) -> tuple[Any, ...]:
    """What the crashes of one hole have in common. The script of an image is one place: nobody here can mend it."""
    at = crash.point
    line = at.line if at.file in files else 0
    who = "itself" if crash.kills_itself else crash.killed.rpartition("/")[2] if crash.kill == "container" else ""
    return (at.file, line, at.container, crash.kill, crash.unsynced, who, worst(result), bool(result.silent))


def _told(exploration: Exploration, group: list[tuple[Crash, Result]]) -> dict[str, Any]:
    crash, result = min(group, key=lambda entry: (_replicas(*entry), entry[0].position))
    at = crash.point
    before = _done_before(exploration, crash)
    pods = sorted({entry.point.pod for entry, _ in group})
    return {
        "file": at.file,
        "line": at.line,
        "pod": at.pod,
        "container": at.container,
        "command": at.command,
        "command_index": at.index,
        "subshell": at.subshell,
        "where": at.where,
        "after_line": before.line if before else 0,
        "kill": crash.kill,
        "killed": crash.killed,
        "word": worst(result),
        "silent": bool(result.silent),
        "outcome": dict(result.outcome),
        "crashes": len(group),
        "pods": pods,
        "replicas": _replicas(crash, result),
        "story": story(crash, result, before),
        "get_pods": result.pods,
        "log": result.log,
        "replay": token_of_plan(exploration.replay, [crash.fault()]),
        "faults": [crash.fault().as_plain()],
    }


def _done_before(exploration: Exploration, crash: Crash) -> CrashPoint | None:
    """The command that the same container had done last: a hole lies between two lines, and either may be to blame.

    What stands in the line of the crash is left out: it may be the other end of a pipeline, and not be done.
    """
    at = crash.point
    points = (
        other.point
        for other in exploration.survey.crashes
        if (other.point.pod, other.point.container, other.point.start) == (at.pod, at.container, at.start)
        and other.point.where == "before"
        and not other.point.subshell
        and (other.point.file, other.point.line) != (at.file, at.line)
        and other.point.index < at.index
    )
    return max(points, key=lambda point: point.index, default=None)


def story(crash: Crash, result: Result, before: CrashPoint | None = None) -> list[str]:
    """What happened, in a few lines. `before` is the command that was done last."""
    at = crash.point
    attempt = f", start {at.start}" if at.start > 1 else ""
    inner = f"command {at.subshell} in a subshell of " if at.subshell else ""
    came = "served" if at.where == SERVING else f"came to {inner}command {at.index}{attempt}: {_short(at.command)}"
    lines = [f"{at.pod}/{at.container} {came}"]
    if before is not None:
        lines.append(f"done last before it: line {before.line}, {_short(before.command)}")
    lines.append(f"killed: {_victim(crash)} {_moment(crash)}, {crash.seconds:.1f} s after the start")
    if result.files_left:
        lines.append(f"on the disk of {at.pod} then: {_names(result.files_left)}")
    return [*lines, *_ends(result)]


def _ends(result: Result) -> list[str]:
    """What became of each Pod that is not well, and what else was wrong."""
    lines = []
    for pod, word in result.outcome.items():
        if word != "ok":
            note = f": {result.notes[pod]}" if result.notes.get(pod) else ""
            lines.append(f"{pod} is {word}{' and says it is Ready' if pod in result.silent else ''}{note}")
    return [*lines, *result.violations]


def _victim(crash: Crash) -> str:
    match crash.kill:
        case "container":
            is_of_pod = crash.killed.partition("/")[0] == crash.point.pod
            other = ", a neighbour," if is_of_pod else ", in another Pod,"
            return f"container {crash.killed}{'' if crash.kills_itself else other}"
        case "pod":
            return f"Pod {crash.killed} (deleted)"
        case _:
            return f"{crash.killed} (lost{_LOST[crash.unsynced]}, back after a while)"


def _moment(crash: Crash) -> str:
    match crash.point.where:
        case "before":
            return "right before it"
        case "serving":
            return "long after it, while it serves"
        case where:
            return f"inside of it, at {where!r}"


def _names(files: tuple[str, ...]) -> str:
    shown = [name for name in files if not name.endswith(".pem")]
    return " ".join(shown[:24]) + (f" and {len(shown) - 24} more" if len(shown) > 24 else "")


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 100 else line[:99] + "…"


def _replicas(crash: Crash, result: Result) -> int:
    """How many replicas show it: up to the Pod at whose point it falls, and the first that comes to a bad end."""
    bad = [_ordinal(pod) for pod, word in result.outcome.items() if word != "ok"]
    victim = crash.killed.partition("/")[0]
    return max(_ordinal(crash.point.pod), _ordinal(victim) if crash.kill != "node" else 0, min(bad, default=0)) + 1


def _ordinal(pod: str) -> int:
    found = _ORDINAL.search(pod)
    return int(found[1]) if found else 0


def _crash_free(exploration: Exploration) -> dict[str, Any]:
    """The run itself comes to a bad end: at the last command of the container that fails, where one does."""
    result = exploration.survey.reference
    hole = _without_crash(exploration, result, ["nothing was killed"])
    looping = [pod for pod, word in result.outcome.items() if word == "crashloop"]
    last = [point for point in exploration.survey.last if point.pod in looping[:1] and point.start > 1]
    if not last:
        return hole
    at = max(last, key=lambda point: point.start)
    hole["story"].insert(1, f"{at.pod}/{at.container} ends at line {at.line}, {_short(at.command)}")
    names = {"file": at.file, "line": at.line, "pod": at.pod, "container": at.container, "command": at.command}
    return {**hole, **names, "command_index": at.index, "subshell": at.subshell}


def _without_crash(exploration: Exploration, result: Result, story: list[str]) -> dict[str, Any]:
    return {
        **dict.fromkeys(("file", "pod", "container", "command", "killed"), ""),
        "line": 0,
        "command_index": 0,
        "subshell": 0,
        "where": "none",
        "after_line": 0,
        "kill": "none",
        "word": worst(result),
        "silent": bool(result.silent),
        "outcome": dict(result.outcome),
        "crashes": 0,
        "pods": sorted(pod for pod, word in result.outcome.items() if word != "ok"),
        "replicas": min((_ordinal(pod) for pod, word in result.outcome.items() if word != "ok"), default=0) + 1,
        "story": [*story, *_ends(result)],
        "get_pods": result.pods,
        "log": result.log,
        "replay": exploration.replay,
        "faults": [],
    }
