"""Priorities: the built-in classes, and what admission makes of `priorityClassName` (SCHED-13)."""

from __future__ import annotations

from simk8s.api.errors import forbidden
from simk8s.api.objects import Object, name
from simk8s.api.store import Store, Write
from simk8s.api.validation.priority import SYSTEM

PREEMPTS = "PreemptLowerPriority"

_DESCRIPTIONS = {
    "system-cluster-critical": (
        "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary."
    ),
    "system-node-critical": "Used for system critical pods that must not be moved from their current node.",
}


def system_classes() -> list[Object]:
    """The classes that the API server makes for itself."""
    return [
        {
            "apiVersion": "scheduling.k8s.io/v1",
            "kind": "PriorityClass",
            "metadata": {"name": class_name},
            "value": value,
            "description": _DESCRIPTIONS[class_name],
        }
        for class_name, value in SYSTEM.items()
    ]


def fill_in_priority(write: Write) -> None:
    """Admission: a Pod's priority is that of its class; there is one default class at most. Raises ApiError 403."""
    if write.operation == "DELETE":
        return
    if write.resource.kind == "Pod":
        write.new = _with_priority(write)
    elif write.resource.kind == "PriorityClass" and write.new.get("globalDefault"):
        default = _default_class(write.store)
        if default is not None and name(default) != name(write.new):
            why = f"PriorityClass {name(default)} is already marked as default. Only one default can exist"
            raise forbidden(write.resource, name(write.new), why)


def _with_priority(write: Write) -> Object:
    spec: Object = write.new["spec"]
    if write.old is not None:  # an update may leave them out
        before = write.old["spec"]
        kept = {field: before[field] for field in ("priority", "preemptionPolicy") if field in before}
        return {**write.new, "spec": {**spec, **{f: v for f, v in kept.items() if spec.get(f) is None}}}
    wanted = spec.get("priorityClassName")
    chosen = write.store.find("PriorityClass", wanted, "") if wanted else _default_class(write.store)
    if wanted and chosen is None:
        raise forbidden(write.resource, name(write.new), f"no PriorityClass with name {wanted} was found")
    priority, policy = (chosen["value"], chosen["preemptionPolicy"]) if chosen is not None else (0, PREEMPTS)
    told = "must not be provided in pod spec; priority admission controller computed"
    if spec.get("priority", priority) != priority:
        why = f"the integer value of priority ({spec['priority']}) {told} {priority} from the given PriorityClass name"
        raise forbidden(write.resource, name(write.new), why)
    if spec.get("preemptionPolicy", policy) != policy:
        given = spec["preemptionPolicy"]
        why = f"the string value of PreemptionPolicy ({given}) {told} {policy} from the given PriorityClass name"
        raise forbidden(write.resource, name(write.new), why)
    named = {"priorityClassName": name(chosen)} if chosen is not None else {}
    return {**write.new, "spec": {**spec, **named, "preemptionPolicy": policy, "priority": priority}}


def _default_class(store: Store) -> Object | None:
    """The class of Pods that name none; the lowest where several got in."""
    defaults = [entry for entry in store.list("PriorityClass") if entry.get("globalDefault")]
    return min(defaults, key=lambda entry: int(entry["value"]), default=None)
