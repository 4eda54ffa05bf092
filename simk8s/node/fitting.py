"""Whether a Pod that was sent to a node may run there: the kubelet's own check, after the scheduler's (KUBELET-61)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from simk8s.api.objects import Object, dig
from simk8s.api.quantity import milli, whole

_COUNTED = ("cpu", "memory", "ephemeral-storage")


def rejection(
    pod: Object, others: Iterable[Object], allocatable: Mapping[str, str], labels: Mapping[str, str]
) -> tuple[str, str] | None:
    """Reason and message of a refusal, None where the Pod fits beside the `others` that are on the node."""
    present = list(others)
    wanted = dig(pod, "spec", "nodeSelector", default={})
    if any(labels.get(name) != value for name, value in wanted.items()):
        return "NodeAffinity", _predicate("NodeAffinity", "node(s) didn't match Pod's node affinity/selector")
    ports = host_ports(pod)
    if ports and any(port in ports for other in present for port in host_ports(other)):
        why = "node(s) didn't have free ports for the requested pod ports"
        return "NodePorts", _predicate("NodePorts", why)
    limit = int(allocatable.get("pods", "110"))
    if len(present) + 1 > limit:
        return _out_of("pods", 1, len(present), limit)
    for resource in _COUNTED:
        request = requested(pod, resource)
        capacity = _amount(resource, allocatable.get(resource, "0"))
        used = sum(requested(other, resource) for other in present) if request else 0
        if request and used + request > capacity:
            return _out_of(resource, request, used, capacity)
    return None


def requested(pod: Object, resource: str) -> int:
    """What a Pod asks for: its containers together, or its greediest init container with the sidecars before it."""
    sidecars = greediest = 0
    for spec in dig(pod, "spec", "initContainers", default=[]):
        amount = _request(spec, resource)
        if spec.get("restartPolicy") == "Always":
            sidecars += amount
            greediest = max(greediest, sidecars)
        else:
            greediest = max(greediest, sidecars + amount)
    together = sidecars + sum(_request(spec, resource) for spec in dig(pod, "spec", "containers", default=[]))
    overhead = _amount(resource, dig(pod, "spec", "overhead", resource, default="0"))
    return max(together, greediest) + overhead


def host_ports(pod: Object) -> list[tuple[str, int]]:
    """The node's ports that a Pod takes for itself."""
    ports = [port for spec in dig(pod, "spec", "containers", default=[]) for port in spec.get("ports") or []]
    return [(port.get("protocol", "TCP"), int(port["hostPort"])) for port in ports if port.get("hostPort")]


def _request(spec: Object, resource: str) -> int:
    amount = dig(spec, "resources", "requests", resource)
    return _amount(resource, amount if amount is not None else dig(spec, "resources", "limits", resource, default="0"))


def _amount(resource: str, quantity: str) -> int:
    return milli(quantity) if resource == "cpu" else whole(quantity)


def _predicate(name: str, why: str) -> str:
    return f"Pod was rejected: Predicate {name} failed: {why}"


def _out_of(resource: str, request: int, used: int, capacity: int) -> tuple[str, str]:
    return f"OutOf{resource}", (
        f"Pod was rejected: Node didn't have enough resource: {resource}, requested: {request}, used: {used}, "
        f"capacity: {capacity}"
    )
