"""A cluster at one moment, as a board: nodes, Pods by ordinal, init containers as steps, containers, claims."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from simk8s.api.claim import claim_names
from simk8s.api.columns.node import node_status
from simk8s.api.columns.pod import summary
from simk8s.api.objects import Object, controller_of, dig, is_true, name, namespace
from simk8s.render.line import Tone
from simk8s.render.table import table

MARKS: dict[Tone, str] = {"good": "✓", "bad": "✗", "plain": "›", "quiet": "·"}
"""Done or ready; failed; under way; not begun. A word beside it says the same."""


@dataclass(frozen=True, slots=True)
class Container:
    """One container of a Pod. `step` counts init containers from 1, other containers have 0; `said` is kubectl's."""

    name: str
    step: int
    said: str
    tone: Tone
    restarts: int = 0


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim: its phase, and its size once it is bound."""

    name: str
    phase: str
    size: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.phase}" + (f", {self.size}" if self.size else "")


@dataclass(frozen=True, slots=True)
class Card:
    """A Pod. `node` is empty while it has none; `namespace` too, where it is the default one."""

    name: str
    ready: str
    status: str
    tone: Tone
    node: str
    containers: tuple[Container, ...]
    claims: tuple[Claim, ...]
    namespace: str = ""

    @property
    def title(self) -> str:
        return f"{self.namespace}/{self.name}" if self.namespace else self.name


@dataclass(frozen=True, slots=True)
class Board:
    """Everything on it. `nodes` are pairs of name and state; `spare` are claims that no Pod uses now."""

    time_seconds: float
    nodes: tuple[tuple[str, str], ...]
    pods: tuple[Card, ...]
    spare: tuple[Claim, ...]

    def __str__(self) -> str:
        return "\n".join(_text(self))

    def on(self, node: str) -> list[Card]:
        """The Pods of a node."""
        return [pod for pod in self.pods if pod.node == node]

    def _repr_html_(self) -> str:
        from simk8s.render.board_html import board_html

        return board_html(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))


def board(objects: Iterable[Object], time_seconds: float) -> Board:
    """The board of these objects. `time_seconds` is the virtual time they are of."""
    kinds: dict[str, list[Object]] = {}
    for found in objects:
        kinds.setdefault(found["kind"], []).append(found)
    claims = {(namespace(claim), name(claim)): claim for claim in kinds.get("PersistentVolumeClaim", [])}
    pods = sorted(kinds.get("Pod", []), key=_place)
    used = {(namespace(pod), claim) for pod in pods for claim in claim_names(pod)}
    return Board(
        time_seconds,
        tuple((name(node), node_status(node)) for node in sorted(kinds.get("Node", []), key=name)),
        tuple(_card(pod, claims) for pod in pods),
        tuple(_claim(claim) for where, claim in sorted(claims.items()) if where not in used),
    )


def _place(pod: Object) -> tuple[str, str, int, str]:
    """Sets by name and their Pods by ordinal; Pods of their own by name."""
    owner = controller_of(pod)
    stem, _, ordinal = name(pod).rpartition("-")
    if owner is not None and owner["kind"] == "StatefulSet" and ordinal.isdigit():
        return namespace(pod), stem, int(ordinal), ""
    return namespace(pod), name(pod), -1, ""


def _card(pod: Object, claims: dict[tuple[str, str], Object]) -> Card:
    said = summary(pod)
    tone: Tone = "plain"
    if is_true(pod, "Ready") or said.status == "Completed":
        tone = "good"
    elif any(word in said.status for word in ("Error", "BackOff", "ExitCode", "Signal", "OOMKilled", "Unknown")):
        tone = "bad"
    where = namespace(pod)
    used = [(claim, claims.get((where, claim))) for claim in claim_names(pod)]
    return Card(
        name(pod),
        said.ready_text,
        said.status,
        tone,
        dig(pod, "spec", "nodeName", default=""),
        tuple(_containers(pod)),
        tuple(Claim(wanted, "missing") if found is None else _claim(found) for wanted, found in used),
        "" if where == "default" else where,
    )


def _containers(pod: Object) -> Iterator[Container]:
    """In the order of the spec, whether or not their states are known yet."""
    for part, field in (("initContainers", "initContainerStatuses"), ("containers", "containerStatuses")):
        states = {status["name"]: status for status in dig(pod, "status", field, default=[])}
        for number, spec in enumerate(dig(pod, "spec", part, default=[]), 1):
            status = states.get(spec["name"]) or {}
            said, tone = _state(status, is_step=part == "initContainers")
            step = number if part == "initContainers" else 0
            yield Container(spec["name"], step, said, tone, status.get("restartCount", 0))


def _state(status: Object, *, is_step: bool) -> tuple[str, Tone]:
    state = status.get("state") or {}
    if "running" in state:
        if is_step:
            return "Running", "plain"
        return ("Running, ready", "good") if status.get("ready") else ("Running, not ready", "plain")
    if "terminated" in state:
        ended = state["terminated"]
        code = ended.get("exitCode", 0)
        said = str(ended.get("reason") or "Terminated")
        return (said, "good") if code == 0 else (f"{said}, exit status {code}", "bad")
    reason = dig(state, "waiting", "reason", default="")
    if not reason or reason in ("PodInitializing", "ContainerCreating"):
        return reason or "not begun", "quiet"
    return reason, "bad"


def _claim(claim: Object) -> Claim:
    bound = dig(claim, "status", "capacity", "storage", default="")
    return Claim(name(claim), dig(claim, "status", "phase", default="Pending"), bound)


def _text(shown: Board) -> Iterator[str]:
    yield f"after {shown.time_seconds:.1f}s of virtual time"
    yield ""
    rows = [(node, state, ", ".join(pod.title for pod in shown.on(node)) or "-") for node, state in shown.nodes]
    yield table(("NODE", "STATUS", "PODS"), rows)
    rows_of = [_row(pod) for pod in shown.pods]
    if rows_of:
        lines = table(("POD", "READY", "STATUS", "NODE", "CLAIMS"), rows_of).splitlines()
        yield lines[0]
        for pod, line in zip(shown.pods, lines[1:], strict=True):
            yield line
            yield from (f"  {container_text(container)}" for container in pod.containers)
    if shown.spare:
        yield ""
        yield "claims without a Pod: " + "; ".join(map(str, shown.spare))


def _row(pod: Card) -> tuple[str, ...]:
    return pod.title, pod.ready, pod.status, pod.node or "-", "; ".join(map(str, pod.claims)) or "-"


def container_text(container: Container) -> str:
    """`✓ 1 init-mysql: Completed`."""
    step = f"{container.step} " if container.step else ""
    again = f", restarted {container.restarts}x" if container.restarts else ""
    return f"{MARKS[container.tone]} {step}{container.name}: {container.said}{again}"
