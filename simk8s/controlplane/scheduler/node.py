"""What the scheduler knows of Pods and nodes: requests, room, ports, and who lives where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from simk8s.api import quantity
from simk8s.api.objects import Key, Object, controller_of, dig, key, name

RESOURCES = ("cpu", "memory", "ephemeral-storage")
DEFAULT_POD_LIMIT = 110  # SCHED-4


@dataclass(frozen=True, slots=True)
class PodInfo:
    """A Pod in the scheduler's terms. `requests` are millicores and bytes (SCHED-3)."""

    object: Object
    key: Key
    requests: dict[str, int]
    host_ports: frozenset[tuple[str, str, int]]
    owner: str
    anti_affinity: tuple[Object, ...]
    affinity: tuple[Object, ...]

    @property
    def labels(self) -> dict[str, str]:
        return self.object["metadata"].get("labels") or {}

    @property
    def spec(self) -> Object:
        spec: Object = self.object["spec"]
        return spec


def pod_info(pod: Object) -> PodInfo:
    spec = pod["spec"]
    owner = controller_of(pod)
    affinity = spec.get("affinity") or {}
    required = "requiredDuringSchedulingIgnoredDuringExecution"
    return PodInfo(
        object=pod,
        key=key(pod),
        requests=_requests(spec),
        host_ports=frozenset(_host_ports(spec)),
        owner=owner["uid"] if owner else "",
        anti_affinity=tuple(dig(affinity, "podAntiAffinity", required, default=())),
        affinity=tuple(dig(affinity, "podAffinity", required, default=())),
    )


def _requests(spec: Object) -> dict[str, int]:
    """SCHED-3: app containers and sidecars together, or the neediest moment of the initialisation."""
    total: Counter[str] = Counter()
    for container in spec.get("containers") or ():
        total.update(_amounts(dig(container, "resources", "requests", default={})))
    sidecars: Counter[str] = Counter()
    peak: Counter[str] = Counter()
    for container in spec.get("initContainers") or ():
        own = _amounts(dig(container, "resources", "requests", default={}))
        if container.get("restartPolicy") == "Always":
            sidecars.update(own)
            own = {}
        for resource in {**own, **sidecars}:
            peak[resource] = max(peak[resource], own.get(resource, 0) + sidecars[resource])
    total.update(sidecars)
    overhead = _amounts(spec.get("overhead") or {})
    return {
        resource: max(total[resource], peak[resource]) + overhead.get(resource, 0)
        for resource in sorted({*total, *peak, *overhead})
    }


def _amounts(resources: Object) -> dict[str, int]:
    return {
        resource: quantity.milli(amount) if resource == "cpu" else quantity.whole(amount)
        for resource, amount in resources.items()
    }


def _host_ports(spec: Object) -> Iterator[tuple[str, str, int]]:
    for container in spec.get("containers") or ():
        for port in container.get("ports") or ():
            if port.get("hostPort"):
                yield port.get("hostIP") or "0.0.0.0", port.get("protocol", "TCP"), port["hostPort"]


@dataclass(slots=True)
class NodeInfo:
    """One node with the Pods that are on it or are about to be."""

    object: Object
    allocatable: dict[str, int] = field(default_factory=dict)
    pods: dict[Key, PodInfo] = field(default_factory=dict)
    requested: Counter[str] = field(default_factory=Counter)
    owners: Counter[str] = field(default_factory=Counter)

    @property
    def name(self) -> str:
        return name(self.object)

    @property
    def labels(self) -> dict[str, str]:
        return self.object["metadata"].get("labels") or {}

    @property
    def taints(self) -> list[Object]:
        taints: list[Object] = dig(self.object, "spec", "taints", default=[])
        return taints

    def update(self, node: Object) -> None:
        self.object = node
        allocatable = dig(node, "status", "allocatable", default={})
        self.allocatable = _amounts({k: v for k, v in allocatable.items() if k != "pods"})
        self.allocatable["pods"] = int(allocatable.get("pods", DEFAULT_POD_LIMIT))

    def add(self, pod: PodInfo) -> None:
        self.remove(pod.key)
        self.pods[pod.key] = pod
        self.requested.update(pod.requests)
        self.owners[pod.owner] += 1

    def remove(self, where: Key) -> bool:
        """Whether the Pod was here."""
        pod = self.pods.pop(where, None)
        if pod is None:
            return False
        self.requested.subtract(pod.requests)
        self.owners[pod.owner] -= 1
        return True


class Nodes:
    """All nodes, and the Pods whose anti-affinity everybody has to respect (SCHED-6)."""

    def __init__(self) -> None:
        self._nodes: dict[str, NodeInfo] = {}
        self._ghosts: dict[str, NodeInfo] = {}
        self._where: dict[Key, str] = {}
        self.unsociable: dict[Key, tuple[PodInfo, str]] = {}

    def __iter__(self) -> Iterator[NodeInfo]:
        return iter(self._nodes.values())

    def __len__(self) -> int:
        return len(self._nodes)

    def get(self, node: str) -> NodeInfo | None:
        return self._nodes.get(node)

    def put_node(self, node: Object) -> None:
        info = self._nodes.get(name(node)) or self._ghosts.pop(name(node), None) or NodeInfo(node)
        info.update(node)
        self._nodes[name(node)] = info

    def remove_node(self, node: str) -> None:
        info = self._nodes.pop(node, None)
        if info is not None and info.pods:
            self._ghosts[node] = info

    def put_pod(self, pod: PodInfo, node: str) -> None:
        """The Pod runs there, or has just been given there."""
        if self._where.get(pod.key, node) != node:
            self.remove_pod(pod.key)
        info = self._nodes.get(node)
        if info is None:
            info = self._ghosts.setdefault(node, NodeInfo({"metadata": {"name": node}}))
        info.add(pod)
        self._where[pod.key] = node
        if pod.anti_affinity:
            self.unsociable[pod.key] = (pod, node)

    def remove_pod(self, where: Key) -> bool:
        """Whether the Pod was anywhere."""
        node = self._where.pop(where, None)
        if node is None:
            return False
        self.unsociable.pop(where, None)
        info = self._nodes.get(node) or self._ghosts.get(node)
        return info is not None and info.remove(where)

    def pods(self) -> Iterator[tuple[PodInfo, NodeInfo]]:
        for info in self._nodes.values():
            for pod in info.pods.values():
                yield pod, info
