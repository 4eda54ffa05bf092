"""Why a node cannot take a Pod: the filters in their order, each with Kubernetes' own words (SCHED-5 to SCHED-11)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from simk8s.api.objects import Object, dig, namespace
from simk8s.api.selector import from_labels, from_object
from simk8s.controlplane.scheduler.node import RESOURCES, NodeInfo, Nodes, PodInfo
from simk8s.controlplane.scheduler.volumes import VolumeNeeds
from simk8s.controlplane.volume.match import term_matches

UNSCHEDULABLE_TAINT = "node.kubernetes.io/unschedulable"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One filter's reasons against a node. `could_be_freed`: evicting Pods might help, so preemption is considered."""

    filter: str
    reasons: tuple[str, ...]
    could_be_freed: bool = False


@dataclass(slots=True)
class Cycle:
    """What the filters look at while one Pod is being placed."""

    pod: PodInfo
    nodes: Nodes
    volumes: VolumeNeeds
    names_taints: bool = False
    """VER-10: the untolerated taint is told."""


def refusal(cycle: Cycle, node: NodeInfo) -> Refusal | None:
    """The first filter that says no (SCHED-11); None where the node can take the Pod."""
    for filter, check, could_be_freed in _FILTERS:
        reasons = tuple(check(cycle, node))
        if reasons:
            return Refusal(filter, reasons, could_be_freed)
    return None


def _unschedulable(cycle: Cycle, node: NodeInfo) -> Iterator[str]:
    taint = {"key": UNSCHEDULABLE_TAINT, "effect": "NoSchedule"}
    if dig(node.object, "spec", "unschedulable") and not tolerates(cycle.pod, taint):
        yield "node(s) were unschedulable"


def _node_name(cycle: Cycle, node: NodeInfo) -> Iterator[str]:
    wanted = cycle.pod.spec.get("nodeName")
    if wanted and wanted != node.name:
        yield "node(s) didn't match the requested node name"


def _taints(cycle: Cycle, node: NodeInfo) -> Iterator[str]:
    for taint in node.taints:
        if taint.get("effect") in ("NoSchedule", "NoExecute") and not tolerates(cycle.pod, taint):  # SCHED-7
            told = f" {{{taint['key']}: {taint.get('value', '')}}}" if cycle.names_taints else "(s)"
            yield f"node(s) had untolerated taint{told}"
            return


def _node_affinity(cycle: Cycle, node: NodeInfo) -> Iterator[str]:
    spec = cycle.pod.spec
    wanted = spec.get("nodeSelector") or {}
    terms = dig(spec, "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms")
    if (wanted and not from_labels(wanted).matches(node.labels)) or (
        terms is not None and not any(term_matches(term, node.object) for term in terms)  # SCHED-5
    ):
        yield "node(s) didn't match Pod's node affinity/selector"


def _ports(cycle: Cycle, node: NodeInfo) -> Iterator[str]:
    wanted = cycle.pod.host_ports
    if wanted and any(_clash(a, b) for other in node.pods.values() for a in other.host_ports for b in wanted):
        yield "node(s) didn't have free ports for the requested pod ports"


def _clash(one: tuple[str, str, int], other: tuple[str, str, int]) -> bool:
    return one[1:] == other[1:] and (one[0] == other[0] or "0.0.0.0" in (one[0], other[0]))


def _fit(cycle: Cycle, node: NodeInfo) -> Iterator[str]:
    if len(node.pods) + 1 > node.allocatable.get("pods", 0):
        yield "Too many pods"  # SCHED-4
    for resource, amount in cycle.pod.requests.items():
        if amount and amount > node.allocatable.get(resource, 0) - node.requested[resource]:
            yield f"Insufficient {resource}"


def _sole_user(cycle: Cycle, node: NodeInfo) -> Iterator[str]:
    volumes = cycle.volumes
    if volumes.sole and any(volumes.is_shared_with(pod.object) for pod, _ in cycle.nodes.pods()):  # VOL-10: on any node
        yield "node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode"


def _volumes(cycle: Cycle, node: NodeInfo) -> Iterator[str]:
    yield from cycle.volumes.refusals(node.object)


def _spread(cycle: Cycle, node: NodeInfo) -> Iterator[str]:
    for constraint in cycle.pod.spec.get("topologySpreadConstraints") or ():
        if constraint.get("whenUnsatisfiable") != "DoNotSchedule":
            continue
        key, selector = constraint["topologyKey"], from_object(constraint.get("labelSelector"))
        if key not in node.labels:
            yield "node(s) didn't match pod topology spread constraints (missing required label)"
            return
        counts: Counter[str] = Counter({info.labels[key]: 0 for info in cycle.nodes if key in info.labels})
        for pod, info in cycle.nodes.pods():
            if key in info.labels and _is_peer(cycle.pod, pod) and selector.matches(pod.labels):
                counts[info.labels[key]] += 1
        itself = selector.matches(cycle.pod.labels)
        if counts[node.labels[key]] + itself - min(counts.values()) > constraint["maxSkew"]:
            yield "node(s) didn't match pod topology spread constraints"
            return


def _pod_affinity(cycle: Cycle, node: NodeInfo) -> Iterator[str]:
    pod = cycle.pod
    for term in pod.affinity:
        others = [info for other, info in cycle.nodes.pods() if selects(term, pod, other)]
        first_of_its_kind = not others and selects(term, pod, pod)  # SCHED-6
        if not first_of_its_kind and not any(_same_place(term, info, node) for info in others):
            yield "node(s) didn't match pod affinity rules"
            return
    for term in pod.anti_affinity:
        if any(selects(term, pod, other) and _same_place(term, info, node) for other, info in cycle.nodes.pods()):
            yield "node(s) didn't match pod anti-affinity rules"
            return
    for other, where in cycle.nodes.unsociable.values():
        info = cycle.nodes.get(where)
        if info is not None and any(
            selects(term, other, pod) and _same_place(term, info, node) for term in other.anti_affinity
        ):
            yield "node(s) didn't satisfy existing pods anti-affinity rules"
            return


def selects(term: Object, owner: PodInfo, other: PodInfo) -> bool:
    namespaces = term.get("namespaces") or [namespace(owner.object)]
    return namespace(other.object) in namespaces and from_object(term.get("labelSelector")).matches(other.labels)


def _same_place(term: Object, one: NodeInfo, other: NodeInfo) -> bool:
    key = term["topologyKey"]
    return key in one.labels and one.labels[key] == other.labels.get(key)


def _is_peer(pod: PodInfo, other: PodInfo) -> bool:
    return namespace(pod.object) == namespace(other.object) and "deletionTimestamp" not in other.object["metadata"]


def tolerates(pod: PodInfo, taint: Object) -> bool:
    """Whether one of the Pod's tolerations covers the taint (SCHED-7)."""
    for toleration in pod.spec.get("tolerations") or ():
        if toleration.get("effect") and toleration["effect"] != taint.get("effect"):
            continue
        if toleration.get("key") and toleration["key"] != taint["key"]:
            continue
        if toleration.get("operator", "Equal") == "Exists":
            return True
        if toleration.get("key") and toleration.get("value", "") == taint.get("value", ""):
            return True
    return False


_FILTERS: tuple[tuple[str, Callable[[Cycle, NodeInfo], Iterator[str]], bool], ...] = (
    ("NodeUnschedulable", _unschedulable, False),
    ("NodeName", _node_name, False),
    ("TaintToleration", _taints, False),
    ("NodeAffinity", _node_affinity, False),
    ("NodePorts", _ports, True),
    ("NodeResourcesFit", _fit, True),
    ("VolumeRestrictions", _sole_user, True),
    ("VolumeBinding", _volumes, False),
    ("PodTopologySpread", _spread, True),
    ("InterPodAffinity", _pod_affinity, True),
)


def least_requested(pod: PodInfo, node: NodeInfo) -> float:
    """How much of the node's CPU and memory would be left, as a mean share."""
    shares = []
    for resource in RESOURCES[:2]:
        room = node.allocatable.get(resource, 0)
        if room:
            shares.append((room - node.requested[resource] - pod.requests.get(resource, 0)) / room)
    return sum(shares) / len(shares) if shares else 0.0
