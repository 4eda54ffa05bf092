"""READY, STATUS and RESTARTS of Pods (KUBELET-70 to KUBELET-74), and the other columns of KCTL-1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from simk8s.api.column import AGE, NAME, Column, Printer, age_of
from simk8s.api.duration import age
from simk8s.api.objects import Object, condition, dig, is_terminating, is_true, name

NONE = "<none>"


@dataclass(frozen=True, slots=True)
class Summary:
    """What `kubectl get pods` says of a Pod. `restarted` is when a container last ended before its restart."""

    ready: int
    total: int
    status: str
    restarts: int
    restarted: str = ""

    @property
    def ready_text(self) -> str:
        return f"{self.ready}/{self.total}"

    def restarts_text(self, now: datetime) -> str:
        if self.restarts and self.restarted:
            return f"{self.restarts} ({age(self.restarted, now)} ago)"
        return str(self.restarts)


def summary(pod: Object) -> Summary:
    """KUBELET-71, step by step."""
    spec, status = pod.get("spec") or {}, pod.get("status") or {}
    text = _before_containers(pod, status)
    sidecars = {
        container["name"]
        for container in spec.get("initContainers") or []
        if container.get("restartPolicy") == "Always"  # KUBELET-5
    }
    total = len(spec.get("containers") or []) + len(sidecars)
    ready = 0
    counted: list[Object] = []
    initializing = False
    for index, container in enumerate(status.get("initContainerStatuses") or []):
        counted.append(container)
        terminated = dig(container, "state", "terminated")
        if terminated and terminated.get("exitCode", 0) == 0:
            continue
        if container["name"] in sidecars and container.get("started"):
            ready += bool(container.get("ready"))
            continue
        text = "Init:" + (_stopped_at(container) or f"{index}/{len(spec.get('initContainers') or [])}")
        initializing = True
        break
    if not initializing or is_true(pod, "Initialized"):
        counted = [entry for entry in status.get("initContainerStatuses") or [] if entry["name"] in sidecars]
        statuses = status.get("containerStatuses") or []
        counted += statuses
        text, running = _of_containers(text, statuses)
        ready += running
        if text == "Completed" and running:
            text = "Running" if is_true(pod, "Ready") else "NotReady"
    if is_terminating(pod):  # VER-16
        if status.get("reason") == "NodeLost":
            text = "Unknown"
        elif status.get("phase") not in ("Failed", "Succeeded"):
            text = "Terminating"
    restarts = sum(entry.get("restartCount", 0) for entry in counted)
    ends = [dig(entry, "lastState", "terminated", "finishedAt", default="") for entry in counted]
    return Summary(ready, total, text, restarts, max(ends, default=""))


def _before_containers(pod: Object, status: Object) -> str:
    scheduled = condition(pod, "PodScheduled")
    if scheduled and scheduled.get("reason") == "SchedulingGated":
        return "SchedulingGated"
    return str(status.get("reason") or status.get("phase") or "")


def _stopped_at(container: Object) -> str:
    """Why this init container does not let the Pod go on; "" while it simply runs or waits for its turn."""
    terminated = dig(container, "state", "terminated")
    if terminated:
        return _end(terminated)
    reason = dig(container, "state", "waiting", "reason", default="")
    return "" if reason == "PodInitializing" else str(reason)


def _of_containers(text: str, statuses: list[Object]) -> tuple[str, int]:
    """The last word of the containers from last to first, and how many of them run and are ready."""
    running = 0
    for container in reversed(statuses):
        state = container.get("state") or {}
        waiting = dig(state, "waiting", "reason", default="")
        terminated = state.get("terminated")
        if waiting:
            text = waiting
        elif terminated:
            text = _end(terminated)
        elif container.get("ready") and state.get("running") is not None:
            running += 1
    return text, running


def _end(terminated: Object) -> str:
    if terminated.get("reason"):
        return str(terminated["reason"])
    if terminated.get("signal"):
        return f"Signal:{terminated['signal']}"
    return f"ExitCode:{terminated.get('exitCode', 0)}"


def _cells(pod: Object, now: datetime) -> Sequence[Any]:
    said = summary(pod)
    ip = dig(pod, "status", "podIP") or dig(pod, "status", "podIPs", 0, "ip", default=NONE)
    return (
        name(pod),
        said.ready_text,
        said.status,
        said.restarts_text(now),
        age_of(pod, now),
        ip,
        dig(pod, "spec", "nodeName", default=NONE),
        dig(pod, "status", "nominatedNodeName", default=NONE),
        _gates(pod),
    )


def _gates(pod: Object) -> str:
    gates = dig(pod, "spec", "readinessGates", default=[])
    if not gates:
        return NONE
    return f"{sum(is_true(pod, gate['conditionType']) for gate in gates)}/{len(gates)}"


PRINTERS = {
    "Pod": Printer(
        (
            NAME,
            Column("Ready"),
            Column("Status"),
            Column("Restarts"),
            AGE,
            Column("IP", 1),
            Column("Node", 1),
            Column("Nominated Node", 1),
            Column("Readiness Gates", 1),
        ),
        _cells,
    )
}
