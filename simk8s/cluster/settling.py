"""What is wanted of a cluster and not there yet, read from its objects alone; and when waiting has no more sense."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from simk8s.api.claim import claim_names
from simk8s.api.objects import Key, Object, condition, dig, is_terminating, is_true, key, metadata
from simk8s.api.store import Store

QUIET_SECONDS = 60.0
"""Nothing changed for so long: what is there is what stays, unless something is still at work."""

PATIENCE_SECONDS = 600.0
"""While something is at work or crash-loops: give up when nothing more was reached for so long."""

OBSERVED = ("Pod", "PersistentVolumeClaim", "StatefulSet", "Deployment", "ReplicaSet", "DaemonSet", "Job")
UNCOUNTED = ("Event", "Lease", "Node")
"""Kinds whose changes are no sign of life: they tick whatever happens, a node's status every five minutes."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Something that is wanted and not there.

    `object` as kubectl names it (`pod/mysql-1`), `wanted` a few words, `reason` what is known about why not.
    `stuck` tells that nothing is under way which could change it. `container` is the one to read the log of.
    """

    object: str
    wanted: str
    reason: str = ""
    stuck: bool = False
    namespace: str = "default"
    container: str = ""

    def __str__(self) -> str:
        return f"{self.object} is not {self.wanted}" + (f": {self.reason}" if self.reason else "")


@dataclass(frozen=True, slots=True)
class Wants:
    """How much of what is wanted is there."""

    met: int
    waits: tuple[Wait, ...]

    @property
    def satisfied(self) -> bool:
        return not self.waits

    @property
    def stuck(self) -> bool:
        """Whether nothing is under way any more. A set waits for its Pods, so it never decides this alone."""
        roots = [wait for wait in self.waits if not wait.object.startswith(_OWNERS)] or list(self.waits)
        return bool(roots) and all(wait.stuck for wait in roots)


_OWNERS = ("statefulset/", "deployment/", "replicaset/", "daemonset/", "job/")


def wants(objects: Store | Iterable[Object]) -> Wants:
    """Everything that is wanted of these objects (or of a store's): sets complete, Pods ready or done, claims bound."""
    met = 0
    waits: list[Wait] = []
    for wait in _checked(_View(objects)):
        if wait is None:
            met += 1
        else:
            waits.append(wait)
    return Wants(met, tuple(waits))


def is_satisfied(store: Store) -> bool:
    """As `wants(store).satisfied`, for who does not ask what is missing, nor why."""
    return all(wait is None for wait in _checked(_View(store, explains=False)))


def _checked(view: _View) -> Iterator[Wait | None]:
    return (wait for kind in OBSERVED for found in view.of(kind) for wait in _CHECKS[kind](found, view))


class _View:
    """The objects by kind, each one's latest Event, and the claims that Pods use.

    One that does not explain is asked whether Pods are Ready, and not why they are not.
    """

    def __init__(self, objects: Store | Iterable[Object], *, explains: bool = True) -> None:
        self.explains = explains
        self._store = objects if isinstance(objects, Store) else None  # asked for the kinds that are looked at
        self._kinds: dict[str, list[Object]] = {}
        if not isinstance(objects, Store):
            for found in objects:
                self._kinds.setdefault(found["kind"], []).append(found)

    @cached_property
    def _told(self) -> dict[str, list[Object]]:
        """The Events by the UID of what they are about."""
        told: dict[str, list[Object]] = {}
        for event in self.of("Event"):
            told.setdefault(event["involvedObject"].get("uid", ""), []).append(event)
        return told

    @cached_property
    def used_claims(self) -> frozenset[Key]:
        pods = self.of("Pod")
        return frozenset(Key(key(pod).namespace, claim) for pod in pods for claim in claim_names(pod))

    def of(self, kind: str) -> list[Object]:
        return self._kinds.get(kind, []) if self._store is None else self._store.list(kind)

    def last_event(self, about: Object, *reasons: str, saying: str = "") -> Object | None:
        """The latest Event about an object, of one of these reasons where any are given, that begins with `saying`."""
        events = [
            event
            for event in self._told.get(metadata(about).get("uid", ""), ())
            if (not reasons or event["reason"] in reasons) and event["message"].startswith(saying)
        ]
        return max(events, key=lambda event: int(event["metadata"]["resourceVersion"]), default=None)


Check = Callable[[Object, _View], Iterator[Wait | None]]
"""Yields None for each thing that is there, and a Wait for each that is not."""


def _wait(found: Object, wanted: str, reason: str = "", *, stuck: bool = False, container: str = "") -> Wait:
    where = key(found)
    return Wait(f"{found['kind'].lower()}/{where.name}", wanted, reason, stuck, where.namespace, container)


def _pod(pod: Object, view: _View) -> Iterator[Wait | None]:
    if is_terminating(pod):
        yield _wait(pod, "gone", "it is terminating")
        return
    phase = dig(pod, "status", "phase", default="Pending")
    yield None  # it exists
    if phase == "Succeeded":
        yield from (None for _ in range(2 + len(dig(pod, "spec", "initContainers", default=[]))))
        return
    if phase == "Failed":
        yield _failed(pod)
        return
    yield from _scheduled(pod, view)
    statuses = dig(pod, "status", "initContainerStatuses", default=[])
    yield from (None for status in statuses if status.get("ready") or status.get("started"))
    if is_true(pod, "Ready"):
        yield None
    elif dig(pod, "spec", "nodeName"):
        yield _unready(pod, view) if view.explains else _wait(pod, "Ready")


def _failed(pod: Object) -> Wait:
    """Why a Pod that is not started again has failed: it was driven out, or a container of it ended so."""
    if message := dig(pod, "status", "message", default=""):
        return _wait(pod, "Running", message, stuck=True)
    for field in ("initContainerStatuses", "containerStatuses"):
        for entry in dig(pod, "status", field, default=[]):
            if code := dig(entry, "state", "terminated", "exitCode"):
                text = f"it has failed: container {entry['name']} ended with status {code}"
                return _wait(pod, "Running", text, stuck=True, container=entry["name"])
    return _wait(pod, "Running", "it has failed", stuck=True)


def _scheduled(pod: Object, view: _View) -> Iterator[Wait | None]:
    if dig(pod, "spec", "nodeName"):
        yield None
        return
    scheduled = condition(pod, "PodScheduled") or {}
    reason = scheduled.get("message", "")
    # A claim that waits is named for itself, with its own Event.
    # Where others are being driven out for it (SCHED-13), there is hope.
    refused = scheduled.get("reason") in ("Unschedulable", "SchedulingGated")
    yield _wait(pod, "scheduled", reason, stuck=refused and not dig(pod, "status", "nominatedNodeName"))


_HOPELESS = frozenset(
    {
        "CreateContainerConfigError",
        "CreateContainerError",
        "ErrImageNeverPull",
        "ErrImagePull",
        "ImagePullBackOff",
        "InvalidImageName",
    }
)


def _unready(pod: Object, view: _View) -> Wait:
    """Why a scheduled Pod is not Ready: its first container that cannot go on, else the first that is on its way."""
    status = pod.get("status") or {}
    statuses = [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]
    for entry in statuses:
        name = entry["name"]
        waiting = dig(entry, "state", "waiting", default={})
        if waiting.get("reason") in _HOPELESS:
            pull = view.last_event(pod, "Failed", saying="Failed to pull") if "Image" in waiting["reason"] else None
            message = pull["message"] if pull else waiting.get("message", "")
            text = f"container {name}: {waiting['reason']}: {message}".rstrip(": ")
            return _wait(pod, "Ready", text, stuck=True)
        if waiting.get("reason") == "CrashLoopBackOff":
            ended = dig(entry, "lastState", "terminated", default={})
            text = (
                f"container {name}: CrashLoopBackOff, started {entry.get('restartCount', 0) + 1} times, "
                f"last exit status {ended.get('exitCode', '?')}"
            )
            return _wait(pod, "Ready", text, container=name)
    event = view.last_event(pod)
    if event is not None and event["reason"] in ("FailedMount", "FailedAttachVolume", "FailedCreatePodSandBox"):
        return _wait(pod, "Ready", f"{event['reason']}: {event['message']}", stuck=True)
    for entry in statuses:
        if "running" in (entry.get("state") or {}) and not entry.get("ready"):
            initial = entry in (status.get("initContainerStatuses") or [])
            what = "init container" if initial else "container"
            probe = view.last_event(pod, "Unhealthy")
            text = f"{what} {entry['name']} runs" + (" and has not finished" if initial else " and is not ready")
            if probe is not None and not initial:
                text += f" ({_first_line(probe['message']).rstrip(': ')})"
            return _wait(pod, "Ready", text, container=entry["name"])
        if "terminated" in (entry.get("state") or {}) and not entry.get("ready"):
            code = entry["state"]["terminated"].get("exitCode", "?")
            return _wait(pod, "Ready", f"container {entry['name']} ended with status {code}", container=entry["name"])
    reason = next((r for entry in statuses if (r := dig(entry, "state", "waiting", "reason"))), "ContainerCreating")
    return _wait(pod, "Ready", reason)


def _claim(claim: Object, view: _View) -> Iterator[Wait | None]:
    if dig(claim, "status", "phase") == "Bound":
        yield None
        return
    if is_terminating(claim):
        return
    event = view.last_event(claim)
    reason = event["reason"] if event else ""
    if reason == "WaitForFirstConsumer" and key(claim) not in view.used_claims:
        return  # it is meant to wait until somebody uses it
    text = f"{reason}: {event['message']}" if event else "no volume yet"
    yield _wait(claim, "Bound", text, stuck=reason in ("FailedBinding", "ProvisioningFailed"))


def _set(owner: Object, view: _View) -> Iterator[Wait | None]:
    """StatefulSet, Deployment and ReplicaSet: as many as wanted, ready, and of the newest revision."""
    if is_terminating(owner):
        yield _wait(owner, "gone", "it is being deleted")
        return
    wanted = dig(owner, "spec", "replicas", default=1)
    status = owner.get("status") or {}
    if status.get("observedGeneration", 0) < metadata(owner).get("generation", 0):
        warning = view.last_event(owner)
        yield _wait(owner, "seen by its controller", warning["message"] if warning else "", stuck=warning is not None)
        return
    ready, exist = status.get("readyReplicas", 0), status.get("replicas", 0)
    yield from (None for _ in range(min(ready, wanted)))
    if _rolls(owner):  # a rollout gets on by what is updated, while as many as ever are ready
        yield from (None for _ in range(min(status.get("updatedReplicas", 0), wanted)))
    if ready < wanted:
        failure = view.last_event(owner, "FailedCreate", "FailedUpdate")
        text = f"{ready} of {wanted} replicas are ready"
        text += f" ({failure['reason']}: {failure['message']})" if failure else ""
        yield _wait(owner, "complete", text, stuck=failure is not None)
    elif exist > wanted:
        yield _wait(owner, "complete", f"{exist - wanted} replicas too many")
    elif _rolls(owner) and status.get("updatedReplicas", 0) < wanted:
        yield _wait(owner, "updated", f"{status.get('updatedReplicas', 0)} of {wanted} replicas are updated")


def _rolls(owner: Object) -> bool:
    """Whether every replica is to become the newest revision by itself."""
    if owner["kind"] != "StatefulSet":
        return bool(owner["kind"] == "Deployment")
    strategy = dig(owner, "spec", "updateStrategy", default={})
    rolling = strategy.get("type", "RollingUpdate") == "RollingUpdate"
    return bool(rolling and not dig(strategy, "rollingUpdate", "partition"))


def _daemon_set(owner: Object, view: _View) -> Iterator[Wait | None]:
    wanted = dig(owner, "status", "desiredNumberScheduled", default=0)
    ready = dig(owner, "status", "numberReady", default=0)
    yield from (None for _ in range(min(ready, wanted)))
    if ready < wanted or "status" not in owner:
        yield _wait(owner, "complete", f"{ready} of {wanted} Pods are ready")


def _job(job: Object, view: _View) -> Iterator[Wait | None]:
    if is_true(job, "Complete"):
        yield None
    else:
        failed = condition(job, "Failed") if is_true(job, "Failed") else None
        yield _wait(job, "complete", (failed or {}).get("message", ""), stuck=failed is not None)


_CHECKS: dict[str, Check] = {
    "Pod": _pod,
    "PersistentVolumeClaim": _claim,
    "StatefulSet": _set,
    "Deployment": _set,
    "ReplicaSet": _set,
    "DaemonSet": _daemon_set,
    "Job": _job,
}


def _first_line(text: str) -> str:
    return text.strip().split("\n", 1)[0][:160]


class Patience:
    """Decides, look by look, whether to go on waiting.

    `look(now, changed_at, wants)` returns the next moment to look at, or None when the waiting is over: everything is
    there and nothing changed for QUIET_SECONDS, or it makes no sense to wait any longer.
    """

    def __init__(self, now: float) -> None:
        self.best = -1
        self.began = self.reached_at = now

    def look(self, now: float, changed_at: float, current: Wants) -> float | None:
        if current.met > self.best:
            self.best = current.met
            self.reached_at = now
        quiet_at = max(changed_at, self.began) + QUIET_SECONDS  # what happened just before may not show yet
        if now >= quiet_at and (current.satisfied or current.stuck):
            return None
        give_up_at = self.reached_at + PATIENCE_SECONDS
        if now >= give_up_at:
            return None
        if now < quiet_at:
            return min(quiet_at, give_up_at)
        return min(now + QUIET_SECONDS, give_up_at)
