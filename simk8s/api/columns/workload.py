"""Columns of StatefulSets (KCTL-2), their revisions (KCTL-9) and the other kinds that make Pods."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from simk8s.api import selector
from simk8s.api.column import AGE, NAME, Column, Printer, age_of
from simk8s.api.duration import human, parse_timestamp
from simk8s.api.objects import Object, controller_of, dig, is_true, name

NONE = "<none>"
_TEMPLATE = (Column("Containers", 1), Column("Images", 1))
_TEMPLATE_AND_SELECTOR = (*_TEMPLATE, Column("Selector", 1))


def _containers(obj: Object) -> tuple[str, str]:
    """Comma lists of names and images; init containers are not shown."""
    containers = dig(obj, "spec", "template", "spec", "containers", default=[])
    return ",".join(entry["name"] for entry in containers), ",".join(entry.get("image", "") for entry in containers)


def _selector(obj: Object) -> str:
    return str(selector.from_object(dig(obj, "spec", "selector", default={}))) or NONE


def _status(obj: Object, field: str) -> int:
    return int(dig(obj, "status", field, default=0))


def _stateful_set(obj: Object, now: datetime) -> Sequence[Any]:
    ready = f"{_status(obj, 'readyReplicas')}/{dig(obj, 'spec', 'replicas', default=0)}"
    return name(obj), ready, age_of(obj, now), *_containers(obj)


def _deployment(obj: Object, now: datetime) -> Sequence[Any]:
    return (
        name(obj),
        f"{_status(obj, 'readyReplicas')}/{dig(obj, 'spec', 'replicas', default=0)}",
        _status(obj, "updatedReplicas"),
        _status(obj, "availableReplicas"),
        age_of(obj, now),
        *_containers(obj),
        _selector(obj),
    )


def _replica_set(obj: Object, now: datetime) -> Sequence[Any]:
    return (
        name(obj),
        dig(obj, "spec", "replicas", default=0),
        _status(obj, "replicas"),
        _status(obj, "readyReplicas"),
        age_of(obj, now),
        *_containers(obj),
        _selector(obj),
    )


def _daemon_set(obj: Object, now: datetime) -> Sequence[Any]:
    node_selector = dig(obj, "spec", "template", "spec", "nodeSelector", default={})
    return (
        name(obj),
        _status(obj, "desiredNumberScheduled"),
        _status(obj, "currentNumberScheduled"),
        _status(obj, "numberReady"),
        _status(obj, "updatedNumberScheduled"),
        _status(obj, "numberAvailable"),
        ",".join(f"{key}={value}" for key, value in sorted(node_selector.items())) or NONE,
        age_of(obj, now),
        *_containers(obj),
        _selector(obj),
    )


def _job(obj: Object, now: datetime) -> Sequence[Any]:
    status = obj.get("status") or {}
    state = "Complete" if is_true(obj, "Complete") else "Failed" if is_true(obj, "Failed") else "Running"
    if dig(obj, "spec", "suspend") and state == "Running":
        state = "Suspended"
    lasted = ""
    if begun := status.get("startTime"):
        end = parse_timestamp(status["completionTime"]) if status.get("completionTime") else now
        lasted = human((end - parse_timestamp(begun)).total_seconds())
    done = f"{status.get('succeeded', 0)}/{dig(obj, 'spec', 'completions', default=1)}"
    return name(obj), state, done, lasted, age_of(obj, now), *_containers(obj), _selector(obj)


def _revision(obj: Object, now: datetime) -> Sequence[Any]:
    owner = controller_of(obj)
    controller = NONE
    if owner:
        group = owner["apiVersion"].rpartition("/")[0]
        controller = f"{owner['kind'].lower()}{'.' + group if group else ''}/{owner['name']}"
    return name(obj), controller, obj.get("revision", 0), age_of(obj, now)


def _budget(obj: Object, now: datetime) -> Sequence[Any]:
    spec = obj.get("spec") or {}
    least, most = spec.get("minAvailable"), spec.get("maxUnavailable")
    return (
        name(obj),
        "N/A" if least is None else str(least),
        "N/A" if most is None else str(most),
        _status(obj, "disruptionsAllowed"),
        age_of(obj, now),
    )


_INT = "integer"

PRINTERS = {
    "StatefulSet": Printer((NAME, Column("Ready"), AGE, *_TEMPLATE), _stateful_set),
    "Deployment": Printer(
        (
            NAME,
            Column("Ready"),
            Column("Up-to-date", type=_INT),
            Column("Available", type=_INT),
            AGE,
            *_TEMPLATE_AND_SELECTOR,
        ),
        _deployment,
    ),
    "ReplicaSet": Printer(
        (
            NAME,
            Column("Desired", type=_INT),
            Column("Current", type=_INT),
            Column("Ready", type=_INT),
            AGE,
            *_TEMPLATE_AND_SELECTOR,
        ),
        _replica_set,
    ),
    "DaemonSet": Printer(
        (
            NAME,
            Column("Desired", type=_INT),
            Column("Current", type=_INT),
            Column("Ready", type=_INT),
            Column("Up-to-date", type=_INT),
            Column("Available", type=_INT),
            Column("Node Selector"),
            AGE,
            *_TEMPLATE_AND_SELECTOR,
        ),
        _daemon_set,
    ),
    "Job": Printer(
        (NAME, Column("Status"), Column("Completions"), Column("Duration"), AGE, *_TEMPLATE_AND_SELECTOR), _job
    ),
    "ControllerRevision": Printer((NAME, Column("Controller"), Column("Revision", type=_INT), AGE), _revision),
    "PodDisruptionBudget": Printer(
        (NAME, Column("Min Available"), Column("Max Unavailable"), Column("Allowed Disruptions", type=_INT), AGE),
        _budget,
    ),
}
