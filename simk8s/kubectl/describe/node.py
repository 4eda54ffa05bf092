"""A node's page."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from simk8s.api import quantity
from simk8s.api.columns.node import roles
from simk8s.api.duration import age
from simk8s.api.objects import Object, dig, metadata, name, namespace
from simk8s.kubectl.describe.event import events
from simk8s.kubectl.describe.page import NONE, UNSET, Page, time_text

_INFO = (
    ("Machine ID", "machineID"),
    ("System UUID", "systemUUID"),
    ("Boot ID", "bootID"),
    ("Kernel Version", "kernelVersion"),
    ("OS Image", "osImage"),
    ("Operating System", "operatingSystem"),
    ("Architecture", "architecture"),
    ("Container Runtime Version", "containerRuntimeVersion"),
    ("Kubelet Version", "kubeletVersion"),
)


def node(page: Page, obj: Object) -> None:
    spec, status = obj.get("spec") or {}, obj.get("status") or {}
    page.head(obj, with_namespace=False)
    page.field("Roles", ",".join(roles(obj)) or NONE)
    page.tags(obj)
    page.field("CreationTimestamp", time_text(metadata(obj).get("creationTimestamp")))
    taints = sorted(spec.get("taints") or [], key=lambda taint: f"{taint['effect']},{taint['key']}")
    page.column("Taints", [_taint(taint) for taint in taints])
    page.field("Unschedulable", "true" if spec.get("unschedulable") else "false")
    _lease(page, obj)
    _conditions(page, status)
    page.line("Addresses:")
    for address in status.get("addresses") or []:
        page.field(address["type"], address["address"], 1)
    for label, field in (("Capacity", "capacity"), ("Allocatable", "allocatable")):
        if status.get(field):
            page.line(f"{label}:")
            for resource in sorted(status[field]):
                page.field(resource, quantity.canonical(status[field][resource]), 1)
    page.line("System Info:")
    for label, field in _INFO:
        page.field(label, dig(status, "nodeInfo", field, default=""), 1)
    if spec.get("podCIDR"):
        page.field("PodCIDR", spec["podCIDR"])
        page.field("PodCIDRs", ",".join(spec.get("podCIDRs") or [spec["podCIDR"]]))
    _pods(page, obj)
    events(page, obj)


def _taint(taint: Object) -> str:
    value = f"={taint['value']}" if taint.get("value") else ""
    return f"{taint['key']}{value}:{taint['effect']}"


def _lease(page: Page, obj: Object) -> None:
    lease = page.store.find("Lease", name(obj), "kube-node-lease")
    if lease is None:
        page.field("Lease", f'Failed to get lease: leases.coordination.k8s.io "{name(obj)}" not found')
        return
    page.line("Lease:")
    page.field("HolderIdentity", dig(lease, "spec", "holderIdentity", default=UNSET), 1)
    for label, field in (("AcquireTime", "acquireTime"), ("RenewTime", "renewTime")):
        moment = dig(lease, "spec", field)
        page.field(label, time_text(moment) if moment else UNSET, 1)


def _conditions(page: Page, status: Object) -> None:
    if not status.get("conditions"):
        return
    page.line("Conditions:")
    page.line("Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage", 1)
    page.line("----\t------\t-----------------\t------------------\t------\t-------", 1)
    for entry in status["conditions"]:
        heartbeat, change = time_text(entry.get("lastHeartbeatTime")), time_text(entry.get("lastTransitionTime"))
        page.line(
            f"{entry['type']} \t{entry['status']} \t{heartbeat} \t{change} \t{entry.get('reason', '')} "
            f"\t{entry.get('message', '')}",
            1,
        )


def _pods(page: Page, obj: Object) -> None:
    """The Pods that have not ended, and what they ask for together."""
    pods = [
        pod
        for pod in page.store.list("Pod", None)
        if dig(pod, "spec", "nodeName") == name(obj) and dig(pod, "status", "phase") not in ("Succeeded", "Failed")
    ]
    allocatable = dig(obj, "status", "allocatable") or dig(obj, "status", "capacity", default={})
    page.line(f"Non-terminated Pods:\t({len(pods)} in total)")
    page.line("Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge", 1)
    page.line("---------\t----\t\t------------\t----------\t---------------\t-------------\t---", 1)
    for pod in pods:
        cells = [
            _share(pod_amount(pod, field, resource), resource, allocatable)
            for resource in ("cpu", "memory")
            for field in ("requests", "limits")
        ]
        since = age(metadata(pod).get("creationTimestamp"), page.now)
        page.line(f"{namespace(pod)}\t{name(pod)}\t\t" + "\t".join(cells) + f"\t{since}", 1)
    page.line("Allocated resources:")
    page.line("(Total limits may be over 100 percent, i.e., overcommitted.)", 1)
    page.line("Resource\tRequests\tLimits", 1)
    page.line("--------\t--------\t------", 1)
    for resource in ("cpu", "memory", "ephemeral-storage"):
        requests, limits = (
            _share(_sum(pod_amount(pod, field, resource) for pod in pods), resource, allocatable)
            for field in ("requests", "limits")
        )
        page.line(f"{resource}\t{requests}\t{limits}", 1)


def pod_amount(pod: Object, field: str, resource: str) -> Fraction:
    """SCHED-3: the sum of the app containers and sidecars, or the largest init container if that is more."""

    def amount(container: Object) -> Fraction:
        value = dig(container, "resources", field, resource)
        return Fraction(0) if value is None else quantity.parse(value)

    spec = pod["spec"]
    running = Fraction(0)
    highest = Fraction(0)
    for container in spec.get("initContainers") or []:
        if container.get("restartPolicy") == "Always":
            running += amount(container)
            highest = max(highest, running)
        else:
            highest = max(highest, running + amount(container))
    return max(highest, running + _sum(amount(container) for container in spec.get("containers") or []))


def _sum(amounts: Iterable[Fraction]) -> Fraction:
    return sum(amounts, Fraction(0))


def _share(amount: Fraction, resource: str, allocatable: Object) -> str:
    """`600m (15%)`."""
    whole = quantity.parse(allocatable.get(resource, "0"))
    percent = int(amount / whole * 100) if whole else 0
    return f"{_written(amount, resource)} ({percent}%)"


def _written(amount: Fraction, resource: str) -> str:
    if not amount:
        return "0"
    if resource == "cpu":
        return quantity.canonical(f"{-(-amount.numerator * 1000 // amount.denominator)}m")
    for power, suffix in ((3, "Gi"), (2, "Mi"), (1, "Ki")):
        if amount % 1024**power == 0:
            return f"{amount / 1024**power}{suffix}"
    return str(amount)
