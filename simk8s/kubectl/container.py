"""Which container of a Pod a command means, and whether it has a log or can run something (KCTL-15)."""

from __future__ import annotations

from typing import Any

from simk8s.api.errors import ApiError, bad_request
from simk8s.api.objects import Object, annotations_of, condition, containers, dig, name
from simk8s.api.resources import Resource
from simk8s.api.selector import from_object
from simk8s.kubectl.command import Context
from simk8s.kubectl.failure import Failure
from simk8s.kubectl.selection import targets
from simk8s.sim import Run

_DEFAULT = "kubectl.kubernetes.io/default-container"


def pod_of(context: Context, words: list[str]) -> Run[Object]:
    """The Pod that was named: by its name, or the best one of `statefulset/mysql`."""
    return (yield from pods_named(context, words[0]))[0]


def pods_named(context: Context, word: str, *, for_logs: bool = False) -> Run[list[Object]]:
    """The Pods that `mysql-0` or `statefulset/mysql` stands for, the best one first; never none."""
    if "/" not in word:
        return [(yield from context.get(context.access.registry.typed("pods"), word))]
    target = targets([word], context.access.registry)[0]
    assert target.names
    obj = yield from context.get(target.resource, target.names[0])
    if target.resource.kind == "Pod":
        return [obj]
    pods = yield from _selected(context, target.resource, obj, for_logs)
    if not pods:
        raise Failure("timed out waiting for the condition")
    return sorted(pods, key=lambda pod: _preference(pod, for_logs))


def _selected(context: Context, resource: Resource, owner: Object, for_logs: bool) -> Run[list[Object]]:
    """The Pods that an owner or a Service selects."""
    selector = dig(owner, "spec", "selector")
    if not selector:
        what = "cannot get the logs from" if for_logs else "cannot attach to"
        raise Failure(f"{what} *v1.{resource.kind}: selector for *v1.{resource.kind} not implemented")
    if resource.kind == "Service":
        selector = {"matchLabels": selector}
    pods = context.access.registry.typed("pods")
    return (yield from context.list(pods, context.namespace, from_object(selector)))


_PHASES = ("Running", "Unknown", "Pending")


def _preference(pod: Object, for_logs: bool) -> tuple[Any, ...]:
    """Running before others, ready before others, long before short; for logs those that restarted often first."""
    phase = dig(pod, "status", "phase", default="Pending")
    ready = condition(pod, "Ready") or {}
    is_ready = ready.get("status") == "True"
    restarts = max(
        (entry.get("restartCount", 0) for entry in dig(pod, "status", "containerStatuses", default=[])), default=0
    )
    return (
        not dig(pod, "spec", "nodeName"),
        _PHASES.index(phase) if phase in _PHASES else len(_PHASES),
        not is_ready,
        ready.get("lastTransitionTime", "") if is_ready else "",
        -restarts if for_logs else restarts,
        dig(pod, "metadata", "creationTimestamp", default=""),
        name(pod),
    )


def container_of(context: Context, pod: Object, wanted: str, *, quiet: bool = False) -> str:
    """The container's name. Where none was asked for: the first, and a notice where there are others."""
    spec = pod["spec"]
    names = [entry["name"] for entry in containers(spec)]
    if wanted:
        if wanted not in names:
            raise Failure(f"container {wanted} not found in pod {name(pod)}")
        return wanted
    default = annotations_of(pod).get(_DEFAULT)
    chosen = default if default in names else spec["containers"][0]["name"]
    if len(names) > 1 and not quiet:
        context.err(f'Defaulted container "{chosen}" out of: {all_names(spec)}\n')
    return str(chosen)


def all_names(spec: Object) -> str:
    """`mysql, xtrabackup, init-mysql (init), clone-mysql (init)`."""
    own = [entry["name"] for entry in spec.get("containers") or []]
    return ", ".join(own + [f"{entry['name']} (init)" for entry in spec.get("initContainers") or []])


def status_of(pod: Object, container: str) -> Object | None:
    """The entry of `containerStatuses` or `initContainerStatuses`."""
    status = pod.get("status") or {}
    entries = [*(status.get("containerStatuses") or []), *(status.get("initContainerStatuses") or [])]
    return next((entry for entry in entries if entry["name"] == container), None)


def check_has_log(pod: Object, container: str, previous: bool) -> None:
    """Refuse as the kubelet does where there is no instance to read from. Raises ApiError BadRequest."""
    where = f'container "{container}" in pod "{name(pod)}"'
    if not dig(pod, "spec", "nodeName"):
        raise bad_request(f"pod {name(pod)} does not have a host assigned")
    entry = status_of(pod, container)
    if entry is None:
        raise bad_request(f"{where} is not available")
    last = dig(entry, "lastState", "terminated")
    if previous:
        if not last:
            raise bad_request(f'previous terminated container "{container}" in pod "{name(pod)}" not found')
        return
    state = entry.get("state") or {}
    if state.get("running") is not None or state.get("terminated") or last:
        return
    reason = dig(state, "waiting", "reason", default="")
    match reason:
        case "ErrImagePull":
            raise bad_request(f"{where} is waiting to start: image can't be pulled")
        case "ImagePullBackOff":
            raise bad_request(f"{where} is waiting to start: trying and failing to pull image")
        case "":
            raise bad_request(f"{where} is waiting to start - no logs yet")
    raise bad_request(f"{where} is waiting to start: {reason}")


def check_runs(pod: Object, container: str) -> None:
    """Refuse where no process of the container could take a command."""
    if not dig(pod, "spec", "nodeName"):
        raise bad_request(f"pod {name(pod)} does not have a host assigned")
    entry = status_of(pod, container)
    if entry is None or dig(entry, "state", "running") is None:
        why = f'Internal error occurred: unable to upgrade connection: container not found ("{container}")'
        raise ApiError("InternalError", 500, why)
