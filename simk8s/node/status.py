"""The status of a Pod, as a function of what its containers are doing (KUBELET-30 to 37, 65 to 68)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Literal

from simk8s.api.defaults.pod import qos_class
from simk8s.api.objects import Object, condition, dig

CONDITIONS = ("PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled")
"""KUBELET-67: what the kubelet writes, in its order."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Not running: not started yet, or the last attempt to start was refused for `reason`."""

    reason: str
    message: str = ""

    def as_json(self) -> Object:
        return {"waiting": _without_empty(reason=self.reason, message=self.message)}


@dataclass(frozen=True, slots=True)
class Running:
    started_at: str

    def as_json(self) -> Object:
        return {"running": {"startedAt": self.started_at}}


@dataclass(frozen=True, slots=True)
class Terminated:
    """KUBELET-34: how an instance ended."""

    exit_code: int
    reason: str
    message: str = ""
    started_at: str | None = None
    finished_at: str | None = None
    container_id: str = ""

    def as_json(self) -> Object:
        entry: Object = {"exitCode": self.exit_code}
        return {
            "terminated": entry
            | _without_empty(
                reason=self.reason,
                message=self.message,
                startedAt=self.started_at or "",
                finishedAt=self.finished_at or "",
                containerID=self.container_id,
            )
        }


Kind = Literal["init", "sidecar", "app"]


def init_kind(spec: Object) -> Kind:
    """KUBELET-5: an init container with a restartPolicy of its own is a native sidecar."""
    return "sidecar" if spec.get("restartPolicy") == "Always" else "init"


@dataclass(frozen=True, slots=True)
class ContainerView:
    """What the kubelet knows of one container. `last` is the end of the instance before the one that `state` is about.

    `is_ready` is the readiness probe's word (or that there is none), `is_started` the startup probe's.
    """

    name: str
    kind: Kind
    image: str
    state: Waiting | Running | Terminated
    last: Terminated | None = None
    restarts: int = 0
    is_ready: bool = False
    is_started: bool = False
    image_id: str = ""
    container_id: str = ""

    @property
    def is_running(self) -> bool:
        return isinstance(self.state, Running)

    @property
    def ever_ran(self) -> bool:
        return not isinstance(self.state, Waiting) or self.last is not None

    @property
    def counts_as_ready(self) -> bool:
        if self.kind == "init":  # KUBELET-68
            return isinstance(self.state, Terminated) and self.state.exit_code == 0
        return self.is_running and self.is_started and self.is_ready


@dataclass(frozen=True, slots=True)
class PodView:
    """What the kubelet knows of one Pod, containers in the order of the spec."""

    init: Sequence[ContainerView]
    app: Sequence[ContainerView]
    host_ip: str = ""
    pod_ip: str = ""
    start_time: str = ""
    has_sandbox: bool = False
    restart_policy: str = "Always"
    rejection: tuple[str, str] | None = None
    """Reason and message of a Pod that the kubelet does not run, or no longer runs (KUBELET-61)."""
    is_stopped: bool = False
    """The Pod was deleted and every container has stopped (KUBELET-58)."""


def pod_status(pod: Object, view: PodView, now: str) -> Object:
    """The whole status to write; what other components own of the present one is kept."""
    before = pod.get("status") or {}
    phase = phase_of(view, before.get("phase") or "Pending")
    if view.rejection and not any(container.ever_ran for container in (*view.init, *view.app)):
        # nothing of it was ever tried, so nothing is said of its containers
        return {**before, "phase": phase, "reason": view.rejection[0], "message": view.rejection[1]}
    status: Object = {
        "phase": phase,
        "conditions": _kept(before.get("conditions"), _conditions(pod, view, phase, now)),
        "qosClass": before.get("qosClass") or qos_class(pod["spec"]),
    }
    if view.rejection:
        status |= {"reason": view.rejection[0], "message": view.rejection[1]}
    if view.host_ip:
        status |= {"hostIP": view.host_ip, "hostIPs": [{"ip": view.host_ip}]}
    if view.pod_ip:
        status |= {"podIP": view.pod_ip, "podIPs": [{"ip": view.pod_ip}]}
    if view.start_time:
        status["startTime"] = view.start_time
    generation = pod["metadata"].get("generation")
    if generation:  # VER-14
        status["observedGeneration"] = generation
    if view.init:
        entries = [_container_status(container) for container in view.init]
        status["initContainerStatuses"] = _kept(before.get("initContainerStatuses"), entries)
    if view.app:
        by_name = sorted(view.app, key=lambda container: container.name)  # KUBELET-37
        entries = [_container_status(container) for container in by_name]
        status["containerStatuses"] = _kept(before.get("containerStatuses"), entries)
    others = {key: value for key, value in before.items() if key in _OTHERS_FIELDS}
    return others | status


def _kept(before: list[Object] | None, now: list[Object]) -> list[Object]:
    """The entries, those that say what they said before as the very same objects: the store need not compare them."""
    return [old if old == new else new for old, new in zip(chain(before or (), repeat(None)), now, strict=False)]


_OTHERS_FIELDS = ("nominatedNodeName", "resize", "resourceClaimStatuses", "ephemeralContainerStatuses")


def phase_of(view: PodView, before: str = "Pending") -> str:
    """KUBELET-65, KUBELET-66."""
    if before in ("Failed", "Succeeded"):
        return before
    if view.rejection:
        return "Failed"
    apps = view.app
    running = any(container.is_running for container in (*apps, *view.init) if container.kind != "init")
    stopped = [container for container in apps if not container.is_running and container.ever_ran]
    if view.is_stopped:
        codes = [_last_exit(container) for container in apps]
        return "Succeeded" if codes and all(code == 0 for code in codes) else "Failed"
    if view.restart_policy == "Never" and any(_has_failed(container) for container in view.init):
        return "Failed"
    initialized = any(container.ever_ran for container in apps)
    if not initialized and any(_is_initializing(container) for container in view.init):
        return "Pending"
    if any(not container.ever_ran for container in apps):
        return "Pending"
    if running or view.restart_policy == "Always":
        return "Running"
    if any(not isinstance(container.state, Terminated) for container in stopped):
        return "Running"  # waiting for its next start
    if all(_last_exit(container) == 0 for container in stopped):
        return "Succeeded"
    return "Failed" if view.restart_policy == "Never" else "Running"


def _is_initializing(container: ContainerView) -> bool:
    if container.kind == "sidecar":
        return not (container.is_running and container.is_started)
    return not (isinstance(container.state, Terminated) and container.state.exit_code == 0)


def _has_failed(container: ContainerView) -> bool:
    return container.kind == "init" and isinstance(container.state, Terminated) and container.state.exit_code != 0


def _last_exit(container: ContainerView) -> int | None:
    if isinstance(container.state, Terminated):
        return container.state.exit_code
    return container.last.exit_code if container.last else None


def is_initialized(view: PodView) -> bool:
    """Whether every init container is done, or was once: a running app container proves it."""
    if any(container.ever_ran for container in view.app):
        return True
    return not any(_is_initializing(container) for container in view.init)


def _conditions(pod: Object, view: PodView, phase: str, now: str) -> list[Object]:
    wanted: dict[str, tuple[bool, str, str]] = {
        "PodReadyToStartContainers": (view.has_sandbox, "", ""),
        "Initialized": _initialized(view, phase),
    }
    ready = _containers_ready(view, phase)
    wanted["Ready"] = _gated(pod, ready)
    wanted["ContainersReady"] = ready
    wanted["PodScheduled"] = (True, "", "")
    before = {entry["type"]: entry for entry in dig(pod, "status", "conditions", default=[])}
    others = [entry for kind, entry in before.items() if kind not in CONDITIONS]
    generation = pod["metadata"].get("generation")
    return others + [
        _condition(before.get(kind), kind, *wanted[kind], now=now, generation=generation) for kind in CONDITIONS
    ]


def _condition(
    before: Object | None, kind: str, holds: bool, reason: str, message: str, *, now: str, generation: int | None
) -> Object:
    status = "True" if holds else "False"
    since = now
    if before is not None and before.get("status") == status:
        since = before.get("lastTransitionTime") or now
    entry: Object = {"type": kind, "status": status, "lastTransitionTime": since}
    if generation:
        entry["observedGeneration"] = generation
    return entry | _without_empty(reason=reason, message=message)


def _initialized(view: PodView, phase: str) -> tuple[bool, str, str]:
    if phase == "Succeeded":
        return True, "PodCompleted", ""
    if is_initialized(view):
        return True, "", ""
    names = [container.name for container in view.init if _is_initializing(container)]
    return False, "ContainersNotInitialized", f"containers with incomplete status: [{' '.join(names)}]"


def _containers_ready(view: PodView, phase: str) -> tuple[bool, str, str]:
    if phase == "Succeeded":
        return False, "PodCompleted", ""
    if phase == "Failed":
        return False, "PodFailed", ""
    counted = [container for container in (*view.init, *view.app) if container.kind != "init"]
    names = [container.name for container in counted if not container.counts_as_ready]
    if names:
        return False, "ContainersNotReady", f"containers with unready status: [{' '.join(names)}]"
    return True, "", ""


def _gated(pod: Object, ready: tuple[bool, str, str]) -> tuple[bool, str, str]:
    if not ready[0]:
        return ready
    for gate in dig(pod, "spec", "readinessGates", default=[]):
        kind = gate["conditionType"]
        entry = condition(pod, kind)
        if entry is None:
            return (
                False,
                "ReadinessGatesNotReady",
                f'corresponding condition of pod readiness gate "{kind}" does not exist.',
            )
        if entry.get("status") != "True":
            return (
                False,
                "ReadinessGatesNotReady",
                (f'the status of pod readiness gate "{kind}" is not "True", but {entry.get("status")}'),
            )
    return ready


def _container_status(container: ContainerView) -> Object:
    status: Object = {
        "name": container.name,
        "state": container.state.as_json(),
        "lastState": container.last.as_json() if container.last else {},
        "ready": container.counts_as_ready,
        "restartCount": container.restarts,
        "image": container.image,
        "imageID": container.image_id,
        "started": container.is_running and container.is_started,
    }
    if container.container_id:
        status["containerID"] = container.container_id
    return status


def waiting_reason(has_init_containers: bool) -> str:
    """KUBELET-30, KUBELET-31: why a container that nobody has tried to start yet is waiting."""
    return "PodInitializing" if has_init_containers else "ContainerCreating"


def needs_rewrite(pod: Object, ours: Object) -> bool:
    """Whether somebody else has changed what the kubelet owns of a status (NODE-11): it then writes its own again."""
    theirs = pod.get("status") or {}
    if theirs.get("phase") != ours.get("phase") and theirs.get("phase") not in ("Failed", "Succeeded"):
        return True
    return any(_status_of(theirs, kind) != _status_of(ours, kind) for kind in ("Ready", "ContainersReady"))


def _status_of(status: Mapping[str, object], kind: str) -> str:
    conditions: Iterable[Object] = status.get("conditions") or []  # type: ignore[assignment]
    return next((str(entry.get("status")) for entry in conditions if entry.get("type") == kind), "")


def _without_empty(**fields: str) -> Object:
    return {name: value for name, value in fields.items() if value}
