"""What the scheduler knows of Pods and nodes: requests, room, ports, and who lives where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from simk8s.api import quantity
from simk8s.api.objects import Key, Object, controller_of, dig, is_terminating, key, labels, name
from simk8s.controlplane.scheduler.topology import Counts, Term, affinity_term

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
    anti_affinity: tuple[Term, ...]
    affinity: tuple[Term, ...]
    priority: int
    is_terminating: bool
    namespace_labels: Mapping[str, str]

    @property
    def labels(self) -> dict[str, str]:
        return self.object["metadata"].get("labels") or {}

    @property
    def spec(self) -> Object:
        spec: Object = self.object["spec"]
        return spec


def pod_info(pod: Object, namespace_labels: Mapping[str, str] | None = None) -> PodInfo:
    spec = pod["spec"]
    owner = controller_of(pod)
    affinity = spec.get("affinity") or {}
    required = "requiredDuringSchedulingIgnoredDuringExecution"
    where = key(pod)

    def terms(kind: str) -> tuple[Term, ...]:
        return tuple(
            affinity_term(term, where.namespace, labels(pod)) for term in dig(affinity, kind, required, default=())
        )

    return PodInfo(
        object=pod,
        key=where,
        requests=_requests(spec),
        host_ports=frozenset(_host_ports(spec)),
        owner=owner["uid"] if owner else "",
        anti_affinity=terms("podAntiAffinity"),
        affinity=terms("podAffinity"),
        priority=spec.get("priority", 0),
        is_terminating=is_terminating(pod),
        namespace_labels=namespace_labels or {},
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


class NodeInfo:
    """One node with the Pods that are on it or are about to be. What filters ask of each node is at hand."""

    def __init__(self, node: Object) -> None:
        self.name = name(node)
        self.pods: dict[Key, PodInfo] = {}
        self.requested: Counter[str] = Counter()
        self.owners: Counter[str] = Counter()
        self.update(node)

    def update(self, node: Object) -> None:
        self.object = node
        self.labels: dict[str, str] = node["metadata"].get("labels") or {}
        spec = node.get("spec") or {}
        self.is_unschedulable = bool(spec.get("unschedulable"))
        taints: list[Object] = spec.get("taints") or []
        self.hard_taints = [taint for taint in taints if taint.get("effect") in ("NoSchedule", "NoExecute")]
        self.soft_taints = [taint for taint in taints if taint.get("effect") == "PreferNoSchedule"]
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
    """All nodes, who is on them, who is promised room there (SCHED-13), and how Pods are spread (SCHED-6)."""

    def __init__(self) -> None:
        self._nodes: dict[str, NodeInfo] = {}
        self._ghosts: dict[str, NodeInfo] = {}
        """Nodes that are gone or not known yet, for the Pods on them."""
        self._where: dict[Key, str] = {}
        self._counts = Counts()
        self._shunned: dict[Term, Counter[str]] = {}
        self.nominated: dict[Key, tuple[PodInfo, str]] = {}
        """Pods for which others are being driven out, and from which node."""
        self.version = 0
        """Another one whenever a Pod came or went."""

    def __iter__(self) -> Iterator[NodeInfo]:
        return iter(self._nodes.values())

    def __len__(self) -> int:
        return len(self._nodes)

    def get(self, node: str) -> NodeInfo | None:
        return self._nodes.get(node)

    def put_node(self, node: Object) -> None:
        known = self._nodes.get(name(node))
        labels = known.labels if known is not None else None
        info = known or self._ghosts.pop(name(node), None) or NodeInfo(node)
        info.update(node)
        self._nodes[name(node)] = info
        if labels != info.labels:
            self._recount()

    def remove_node(self, node: str) -> None:
        info = self._nodes.pop(node, None)
        if info is not None and info.pods:
            self._ghosts[node] = info
            self._recount()

    def put_pod(self, pod: PodInfo, node: str) -> None:
        """The Pod runs there, or has just been given there."""
        self.remove_pod(pod.key)
        info = self._nodes.get(node)
        if info is None:
            info = self._ghosts.setdefault(node, NodeInfo({"metadata": {"name": node}}))
        info.add(pod)
        self._where[pod.key] = node
        self._count(pod, info, 1)

    def remove_pod(self, where: Key) -> bool:
        """Whether the Pod was anywhere."""
        node = self._where.pop(where, None)
        if node is None:
            return False
        info = self._nodes.get(node) or self._ghosts[node]
        pod = info.pods[where]
        self._count(pod, info, -1)
        return info.remove(where)

    def pods(self) -> Iterator[tuple[PodInfo, NodeInfo]]:
        for info in self._nodes.values():
            for pod in info.pods.values():
                yield pod, info

    def selected(self, term: Term) -> Counter[str]:
        """How many Pods the term selects, by part of its topology."""
        return self._counts.of(term, ((pod, info.labels) for pod, info in self.pods()))

    @property
    def has_shunners(self) -> bool:
        """Whether any Pod wants to be alone, be it one that is still to come."""
        return bool(self._shunned) or any(pod.anti_affinity for pod, _ in self.nominated.values())

    def shunned(self, pod: PodInfo, node: NodeInfo) -> bool:
        """Whether a Pod is there that does not want this one near (SCHED-6: anti-affinity is symmetric)."""
        return any(
            counts[node.labels.get(term.key, "")] and term.selects(pod) for term, counts in self._shunned.items()
        )

    @contextmanager
    def without(self, pods: list[PodInfo], node: str) -> Iterator[None]:
        """The world as it would be without those Pods of the node."""
        for pod in pods:
            self.remove_pod(pod.key)
        try:
            yield
        finally:
            for pod in pods:
                self.put_pod(pod, node)

    @contextmanager
    def with_guests(self, pods: list[PodInfo], node: str) -> Iterator[None]:
        """The world as it would be with those Pods on the node."""
        for pod in pods:
            self.put_pod(pod, node)
        try:
            yield
        finally:
            for pod in pods:
                self.remove_pod(pod.key)

    def _count(self, pod: PodInfo, info: NodeInfo, step: int) -> None:
        self.version += 1
        if info.name not in self._nodes:
            return
        self._counts.change(pod, info.labels, step)
        for term in pod.anti_affinity:
            if term.key in info.labels:
                self._shunned.setdefault(term, Counter())[info.labels[term.key]] += step

    def _recount(self) -> None:
        self._counts.forget()
        self._shunned.clear()
        for pod, info in self.pods():
            self._count(pod, info, 1)
