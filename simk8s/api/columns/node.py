"""Columns of nodes (KCTL-6, NODE-13), namespaces, leases and Events (KCTL-7)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from simk8s.api.column import AGE, NAME, Column, Printer, age_of
from simk8s.api.duration import age
from simk8s.api.objects import Object, condition, dig, is_terminating, labels, name

NONE = "<none>"
UNKNOWN = "<unknown>"
_ROLE_PREFIX = "node-role.kubernetes.io/"


def _node(obj: Object, now: datetime) -> Sequence[Any]:
    info = dig(obj, "status", "nodeInfo", default={})
    return (
        name(obj),
        node_status(obj),
        ",".join(roles(obj)) or NONE,
        age_of(obj, now),
        info.get("kubeletVersion", ""),
        _address(obj, "InternalIP"),
        _address(obj, "ExternalIP"),
        info.get("osImage") or UNKNOWN,
        info.get("kernelVersion") or UNKNOWN,
        info.get("containerRuntimeVersion") or UNKNOWN,
    )


def node_status(obj: Object) -> str:
    """NODE-13: `Unknown` only where the condition is missing, not where it is unknown."""
    ready = condition(obj, "Ready")
    words = ["Unknown" if ready is None else "Ready" if ready.get("status") == "True" else "NotReady"]
    if dig(obj, "spec", "unschedulable"):
        words.append("SchedulingDisabled")
    return ",".join(words)


def roles(obj: Object) -> list[str]:
    found = {key.removeprefix(_ROLE_PREFIX) for key in labels(obj) if key.startswith(_ROLE_PREFIX)}
    if own := labels(obj).get("kubernetes.io/role"):
        found.add(own)
    return sorted(role for role in found if role)


def _address(obj: Object, kind: str) -> str:
    addresses = dig(obj, "status", "addresses", default=[])
    return next((entry["address"] for entry in addresses if entry.get("type") == kind), NONE)


def _namespace(obj: Object, now: datetime) -> Sequence[Any]:
    phase = "Terminating" if is_terminating(obj) else dig(obj, "status", "phase", default="Active")
    return name(obj), phase, age_of(obj, now)


def _lease(obj: Object, now: datetime) -> Sequence[Any]:
    return name(obj), dig(obj, "spec", "holderIdentity", default=""), age_of(obj, now)


def _event(obj: Object, now: datetime) -> Sequence[Any]:
    about = obj.get("involvedObject") or {}
    last = age(obj.get("lastTimestamp") or obj.get("eventTime"), now)
    return (
        last,
        obj.get("type", ""),
        obj.get("reason", ""),
        f"{about.get('kind', '').lower()}/{about.get('name', '')}",
        about.get("fieldPath", ""),
        event_source(obj),
        obj.get("message", "").strip(),
        age(obj.get("firstTimestamp") or obj.get("eventTime"), now),
        obj.get("count", 1),
        name(obj),
    )


def event_source(obj: Object) -> str:
    """`kubelet, node-1`, or the component alone."""
    component = dig(obj, "source", "component") or obj.get("reportingComponent", "")
    host = dig(obj, "source", "host") or obj.get("reportingInstance", "")
    return ", ".join(part for part in (component, host) if part)


PRINTERS = {
    "Node": Printer(
        (
            NAME,
            Column("Status"),
            Column("Roles"),
            AGE,
            Column("Version"),
            Column("Internal-IP", 1),
            Column("External-IP", 1),
            Column("OS-Image", 1),
            Column("Kernel-Version", 1),
            Column("Container-Runtime", 1),
        ),
        _node,
    ),
    "Namespace": Printer((NAME, Column("Status"), AGE), _namespace),
    "Lease": Printer((NAME, Column("Holder"), AGE), _lease),
    "Event": Printer(
        (
            Column("Last Seen"),
            Column("Type"),
            Column("Reason"),
            Column("Object"),
            Column("Subobject", 1),
            Column("Source", 1),
            Column("Message"),
            Column("First Seen", 1),
            Column("Count", 1, type="integer"),
            Column("Name", 1, format="name"),
        ),
        _event,
    ),
}
