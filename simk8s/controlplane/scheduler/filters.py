"""Why a node cannot take a Pod: the filters in their order, each with Kubernetes' own words (SCHED-5 to SCHED-11)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from simk8s.api.objects import Object, dig
from simk8s.api.selector import LabelSelector, Requirement, from_labels
from simk8s.controlplane.scheduler.node import RESOURCES, NodeInfo, Nodes, PodInfo
from simk8s.controlplane.scheduler.topology import Term, spread_term
from simk8s.controlplane.scheduler.volumes import VolumeNeeds
from simk8s.controlplane.volume.match import term_matches

UNSCHEDULABLE_TAINT = "node.kubernetes.io/unschedulable"


class Reason(NamedTuple):
    """What speaks against a node. `could_be_freed`: evicting Pods might help, so preemption is considered."""

    text: str
    could_be_freed: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """One filter's reasons against a node."""

    filter: str
    node: str
    reasons: tuple[Reason, ...]

    @property
    def could_be_freed(self) -> bool:
        return all(reason.could_be_freed for reason in self.reasons)


@dataclass(slots=True)
class Cycle:
    """What the filters look at while one Pod is being placed."""

    pod: PodInfo
    nodes: Nodes
    volumes: VolumeNeeds
    names_taints: bool = False
    """VER-10: the untolerated taint is told."""
    filters: tuple[_Filter, ...] = ()
    """Those that have a say in this Pod."""
    spreads: dict[int, tuple[int, Counter[str]]] = field(default_factory=dict)
    """By constraint: what was counted, and of which version of the nodes."""

    def __post_init__(self) -> None:
        self.filters = tuple(filter for filter in _FILTERS if filter.concerns(self))


def refusal(cycle: Cycle, node: NodeInfo) -> Refusal | None:
    """What speaks against the node, also once the Pods are there that were promised room on it (SCHED-13)."""
    if cycle.nodes.nominated and (guests := _guests(cycle, node)):
        with cycle.nodes.with_guests(guests, node.name):
            no = _first_refusal(cycle, node)
        if no is not None:
            return no
    return _first_refusal(cycle, node)


def _guests(cycle: Cycle, node: NodeInfo) -> list[PodInfo]:
    promised = (pod for pod, where in cycle.nodes.nominated.values() if where == node.name)
    return [pod for pod in promised if pod.key != cycle.pod.key and pod.priority >= cycle.pod.priority]


def _first_refusal(cycle: Cycle, node: NodeInfo) -> Refusal | None:
    """The first filter that says no (SCHED-11); None where the node can take the Pod."""
    for filter in cycle.filters:
        if reasons := tuple(filter.check(cycle, node)):
            return Refusal(filter.name, node.name, reasons)
    return None


def _unschedulable(cycle: Cycle, node: NodeInfo) -> Iterator[Reason]:
    taint = {"key": UNSCHEDULABLE_TAINT, "effect": "NoSchedule"}
    if node.is_unschedulable and not tolerates(cycle.pod, taint):
        yield Reason("node(s) were unschedulable")


def _node_name(cycle: Cycle, node: NodeInfo) -> Iterator[Reason]:
    if cycle.pod.spec["nodeName"] != node.name:
        yield Reason("node(s) didn't match the requested node name")


def _taints(cycle: Cycle, node: NodeInfo) -> Iterator[Reason]:
    for taint in node.hard_taints:
        if not tolerates(cycle.pod, taint):  # SCHED-7
            told = f" {{{taint['key']}: {taint.get('value', '')}}}" if cycle.names_taints else "(s)"
            yield Reason(f"node(s) had untolerated taint{told}")
            return


def _node_affinity(cycle: Cycle, node: NodeInfo) -> Iterator[Reason]:
    if not _suits(cycle.pod, node):
        yield Reason("node(s) didn't match Pod's node affinity/selector")


def _suits(pod: PodInfo, node: NodeInfo) -> bool:
    """SCHED-5."""
    wanted = pod.spec.get("nodeSelector") or {}
    terms = _node_terms(pod)
    return not (wanted and not from_labels(wanted).matches(node.labels)) and (
        terms is None or any(term_matches(term, node.object) for term in terms)
    )


def _is_particular(pod: PodInfo) -> bool:
    """Whether it may not go to every node."""
    return bool(pod.spec.get("nodeSelector")) or _node_terms(pod) is not None


def _node_terms(pod: PodInfo) -> list[Object] | None:
    """The required node affinity."""
    required = "requiredDuringSchedulingIgnoredDuringExecution"
    terms: list[Object] | None = dig(pod.spec, "affinity", "nodeAffinity", required, "nodeSelectorTerms")
    return terms


def _ports(cycle: Cycle, node: NodeInfo) -> Iterator[Reason]:
    wanted = cycle.pod.host_ports
    if any(_clash(a, b) for other in node.pods.values() for a in other.host_ports for b in wanted):
        yield Reason("node(s) didn't have free ports for the requested pod ports", could_be_freed=True)


def _clash(one: tuple[str, str, int], other: tuple[str, str, int]) -> bool:
    return one[1:] == other[1:] and (one[0] == other[0] or "0.0.0.0" in (one[0], other[0]))


def _fit(cycle: Cycle, node: NodeInfo) -> Iterator[Reason]:
    if len(node.pods) + 1 > node.allocatable.get("pods", 0):
        yield Reason("Too many pods", could_be_freed=True)  # SCHED-4
    for resource, amount in cycle.pod.requests.items():
        room = node.allocatable.get(resource, 0)
        if amount and amount > room - node.requested[resource]:
            yield Reason(f"Insufficient {resource}", could_be_freed=amount <= room)


def _sole_user(cycle: Cycle, node: NodeInfo) -> Iterator[Reason]:
    volumes = cycle.volumes
    if any(volumes.is_shared_with(pod.object) for pod, _ in cycle.nodes.pods()):  # VOL-10: on any node
        claim = "PersistentVolumeClaim with the same name and ReadWriteOncePod access mode"
        yield Reason(f"node has pod using {claim}", could_be_freed=True)


def _volumes(cycle: Cycle, node: NodeInfo) -> Iterator[Reason]:
    yield from map(Reason, cycle.volumes.refusals(node.object))


def _spread(cycle: Cycle, node: NodeInfo) -> Iterator[Reason]:
    pod = cycle.pod
    for number, constraint in enumerate(pod.spec.get("topologySpreadConstraints") or ()):
        if constraint.get("whenUnsatisfiable") != "DoNotSchedule":
            continue
        term = constraint_term(constraint, pod)
        if term.key not in node.labels:
            yield Reason("node(s) didn't match pod topology spread constraints (missing required label)")
            return
        version, counts = cycle.spreads.get(number, (-1, Counter[str]()))
        if version != cycle.nodes.version:
            counts = _spread_counts(cycle, constraint, term)
            cycle.spreads[number] = cycle.nodes.version, counts
        least = 0 if len(counts) < constraint.get("minDomains", 1) else min(counts.values())
        itself = term.selector.matches(pod.labels)
        if counts[node.labels[term.key]] + itself - least > constraint["maxSkew"]:
            yield Reason("node(s) didn't match pod topology spread constraints", could_be_freed=True)
            return


def constraint_term(constraint: Object, pod: PodInfo) -> Term:
    """What the constraint counts; with `matchLabelKeys` only Pods with the same values as this one."""
    term = spread_term(constraint, pod.key.namespace)
    keys = [key for key in constraint.get("matchLabelKeys") or () if key in pod.labels]
    same = [Requirement(key, "=", (pod.labels[key],)) for key in keys]
    if not same:
        return term
    return Term(term.key, term.namespaces, LabelSelector((*term.selector.requirements, *same)), term.living_only)


def _spread_counts(cycle: Cycle, constraint: Object, term: Term) -> Counter[str]:
    """The Pods that count in every part that counts: the parts of nodes which the Pod's node affinity admits."""
    nodes = cycle.nodes
    honours_taints = constraint.get("nodeTaintsPolicy") == "Honor"
    if not honours_taints and (constraint.get("nodeAffinityPolicy") == "Ignore" or not _is_particular(cycle.pod)):
        selected = nodes.selected(term)
        parts = dict.fromkeys(info.labels[term.key] for info in nodes if term.key in info.labels)
        return Counter({part: selected[part] for part in parts})
    counts: Counter[str] = Counter()
    for info in nodes:
        admits = constraint.get("nodeAffinityPolicy") == "Ignore" or _suits(cycle.pod, info)
        if term.key in info.labels and admits and not (honours_taints and any(_taints(cycle, info))):
            counts[info.labels[term.key]] += sum(term.selects(pod) for pod in info.pods.values())
    return counts


def _pod_affinity(cycle: Cycle, node: NodeInfo) -> Iterator[Reason]:
    pod, nodes = cycle.pod, cycle.nodes
    for term in pod.affinity:
        counts = nodes.selected(term)
        first_of_its_kind = not any(counts.values()) and term.selects(pod)  # SCHED-6
        if term.key not in node.labels or not (first_of_its_kind or counts[node.labels[term.key]]):
            yield Reason("node(s) didn't match pod affinity rules")
            return
    for term in pod.anti_affinity:
        if term.key in node.labels and nodes.selected(term)[node.labels[term.key]]:
            yield Reason("node(s) didn't match pod anti-affinity rules", could_be_freed=True)
            return
    if nodes.shunned(pod, node):
        yield Reason("node(s) didn't satisfy existing pods anti-affinity rules", could_be_freed=True)


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


class _Filter(NamedTuple):
    name: str
    check: Callable[[Cycle, NodeInfo], Iterator[Reason]]
    concerns: Callable[[Cycle], object] = lambda _: True
    """Whether it can say no to this Pod at all."""


_FILTERS = (
    _Filter("NodeUnschedulable", _unschedulable),
    _Filter("NodeName", _node_name, lambda cycle: cycle.pod.spec.get("nodeName")),
    _Filter("TaintToleration", _taints),
    _Filter("NodeAffinity", _node_affinity, lambda cycle: _is_particular(cycle.pod)),
    _Filter("NodePorts", _ports, lambda cycle: cycle.pod.host_ports),
    _Filter("NodeResourcesFit", _fit),
    _Filter("VolumeRestrictions", _sole_user, lambda cycle: cycle.volumes.sole),
    _Filter("VolumeBinding", _volumes, lambda cycle: cycle.volumes.bound or cycle.volumes.waiting),
    _Filter("PodTopologySpread", _spread, lambda cycle: cycle.pod.spec.get("topologySpreadConstraints")),
    _Filter(
        "InterPodAffinity",
        _pod_affinity,
        lambda cycle: cycle.pod.affinity or cycle.pod.anti_affinity or cycle.nodes.has_shunners,
    ),
)


def least_requested(pod: PodInfo, node: NodeInfo) -> float:
    """How much of the node's CPU and memory would be left, as a mean share."""
    shares = []
    for resource in RESOURCES[:2]:
        room = node.allocatable.get(resource, 0)
        if room:
            shares.append((room - node.requested[resource] - pod.requests.get(resource, 0)) / room)
    return sum(shares) / len(shares) if shares else 0.0
