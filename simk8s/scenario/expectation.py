"""What a scenario expects, compared with what is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from simk8s.cluster import Cluster, Outcome, Printed
from simk8s.errors import Place, SimError
from simk8s.scenario.document import Step


@dataclass(frozen=True, slots=True)
class Expectation:
    """One thing that was expected. `text` says what, `got` what was found instead (empty where it was met)."""

    text: str
    met: bool
    got: str
    place: Place


def of_result(step: Step, output: Printed | None, outcome: Outcome | None) -> Iterator[Expectation]:
    """What a step's own result is expected to be. Without a word about it: status 0, and to settle."""
    expect, places = step.expect, step.expect_places
    if output is not None:
        wanted = expect.get("status", 0)
        got = f"{output.status}\n{output.stderr}".rstrip()
        yield _compared(f"status {wanted} of {step}", output.status == wanted, got, places.get("status", step.place))
        for stream in ("stdout", "stderr"):
            if stream in expect:
                place = places.get(stream, step.place)
                yield from of_text(f"{stream} of {step}", getattr(output, stream), expect[stream], place)
    if outcome is not None:
        wanted = expect.get("settled", True)
        text = str(step) if wanted else f"{step}, in vain"
        yield _compared(text, outcome.reached == wanted, str(outcome), places.get("settled", step.place))


def of_state(
    cluster: Cluster, expect: Mapping[str, Any], places: Mapping[str, Place], default: Place
) -> Iterator[Expectation]:
    """What the cluster is expected to be like now."""
    for index, pod in enumerate(expect.get("pods", ())):
        yield _pod(cluster, pod, places.get(f"pods/{index}", default))
    for index, file in enumerate(expect.get("files", ())):
        yield from _file(cluster, file, places.get(f"files/{index}", default))
    for index, text in enumerate(expect.get("conditions", ())):
        place = places.get(f"conditions/{index}", default)
        yield _compared(text, cluster.holds(text, place=place), "it is not so", place)


def of_text(name: str, text: str, wanted: str | Mapping[str, Any], place: Place) -> Iterator[Expectation]:
    """What a text is expected to be, to contain, or to match."""
    if isinstance(wanted, str):
        wanted = {"equals": wanted}
    shown = text if text else "nothing"
    for kind, value in wanted.items():
        match kind:
            case "equals":
                yield _compared(f"{name} is {value!r}", text == value, shown, place)
            case "contains":
                for part in _list(value):
                    yield _compared(f"{name} contains {part!r}", part in text, shown, place)
            case "excludes":
                for part in _list(value):
                    yield _compared(f"{name} does not contain {part!r}", part not in text, shown, place)
            case "matches":
                yield _compared(f"{name} matches {value!r}", _matches(value, text, place), shown, place)


def _compared(text: str, met: bool, got: str, place: Place) -> Expectation:
    return Expectation(text, met, "" if met else got, place)


def _list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _matches(pattern: str, text: str, place: Place) -> bool:
    try:
        return re.search(pattern, text, re.MULTILINE) is not None
    except re.error as error:
        raise SimError("SK506", f"{pattern!r} is not a regular expression: {error}", place=place) from error


def _pod(cluster: Cluster, wanted: Mapping[str, Any], place: Place) -> Expectation:
    fields = [key for key in ("ready", "status", "restarts", "node") if key in wanted]
    text = f"pod {wanted['name']}" + "".join(f", {key} {wanted[key]}" for key in fields)
    namespace = wanted.get("namespace", "default")
    found = next((row for row in cluster.pods(namespace) if row.name == wanted["name"]), None)
    if found is None:
        return Expectation(text, False, "there is no such Pod", place)
    met = all(getattr(found, key) == wanted[key] for key in fields)
    got = ", ".join(f"{key} {getattr(found, key)}" for key in fields)
    return _compared(text, met, got, place)


def _file(cluster: Cluster, wanted: Mapping[str, Any], place: Place) -> Iterator[Expectation]:
    path = wanted["path"]
    name = f"{path} in {wanted['pod']}"
    content = cluster.read_file(wanted["pod"], path, container=wanted.get("container"))
    exists = wanted.get("exists", True)
    if not exists or content is None or "content" not in wanted:
        text = f"{name} {'exists' if exists else 'does not exist'}"
        yield _compared(
            text, (content is not None) == exists, "it is there" if content is not None else "it is not", place
        )
        return
    yield from of_text(name, content.decode(errors="replace"), wanted["content"], place)
