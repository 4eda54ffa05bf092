"""Which of the nodes that can take a Pod it likes best: the scores, each from 0 to 100, and their weights (SCHED-8)."""

from __future__ import annotations

from collections import Counter

from simk8s.api.objects import Object, dig
from simk8s.controlplane.scheduler.filters import constraint_term, least_requested, tolerates
from simk8s.controlplane.scheduler.node import NodeInfo, Nodes, PodInfo
from simk8s.controlplane.scheduler.topology import affinity_term
from simk8s.controlplane.volume.match import term_matches

PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"
HIGHEST = 100.0
TAINTS, NODE_AFFINITY, SPREAD, POD_AFFINITY, ROOM = 3, 2, 2, 2, 1
"""The default weights."""


def scores(pod: PodInfo, nodes: Nodes, feasible: list[NodeInfo]) -> list[float]:
    """The total of each feasible node; the highest wins. Balanced allocation and image locality are not modelled."""
    unwelcome = [sum(not tolerates(pod, taint) for taint in node.soft_taints) for node in feasible]
    peers = [node.owners[pod.owner] if pod.owner else 0 for node in feasible]
    parts = [
        (TAINTS, _fewest(unwelcome)),
        (SPREAD, _fewest(peers)),
        (ROOM, [HIGHEST * least_requested(pod, node) for node in feasible]),
    ]
    if terms := dig(pod.spec, "affinity", "nodeAffinity", PREFERRED, default=()):
        parts.append((NODE_AFFINITY, _most([_liked(terms, node) for node in feasible])))
    attraction = _attraction(pod, nodes)
    if attraction:
        parts.append((POD_AFFINITY, _between([_sum(attraction, node) for node in feasible])))
    for constraint in pod.spec.get("topologySpreadConstraints") or ():
        if constraint.get("whenUnsatisfiable") == "ScheduleAnyway":
            parts.append((SPREAD, _fewest(_peers_in_place(pod, nodes, feasible, constraint))))
    totals = zip(*([weight * score for score in column] for weight, column in parts), strict=True)
    return [round(sum(total), 6) for total in totals]


def _liked(terms: list[Object], node: NodeInfo) -> int:
    return sum(term["weight"] for term in terms if term_matches(term["preference"], node.object))


def _attraction(pod: PodInfo, nodes: Nodes) -> Counter[tuple[str, str]]:
    """By topology key and value: how much the Pod's preferred affinities draw it there, or its anti-affinities away."""
    found: Counter[tuple[str, str]] = Counter()
    for kind, sign in (("podAffinity", 1), ("podAntiAffinity", -1)):
        for preference in dig(pod.spec, "affinity", kind, PREFERRED, default=()):
            term = affinity_term(preference["podAffinityTerm"], pod.key.namespace, pod.labels)
            for part, count in nodes.selected(term).items():
                if count:
                    found[term.key, part] += sign * preference["weight"] * count
    return found


def _sum(attraction: Counter[tuple[str, str]], node: NodeInfo) -> int:
    return sum(weight for (key, value), weight in attraction.items() if node.labels.get(key) == value)


def _peers_in_place(pod: PodInfo, nodes: Nodes, feasible: list[NodeInfo], constraint: Object) -> list[int]:
    """How many Pods that the constraint counts are in each node's part of the topology."""
    term = constraint_term(constraint, pod)
    counts = nodes.selected(term)
    return [counts[node.labels.get(term.key, "")] for node in feasible]


def _fewest(counts: list[int]) -> list[float]:
    """Topology spread and taints: the fewer the better."""
    most, least = max(counts), min(counts)
    if most == 0:
        return [HIGHEST] * len(counts)
    return [HIGHEST * (most + least - count) / most for count in counts]


def _most(sums: list[int]) -> list[float]:
    most = max(sums)
    return [HIGHEST * each / most if most else 0.0 for each in sums]


def _between(sums: list[int]) -> list[float]:
    least, width = min(sums), max(sums) - min(sums)
    return [HIGHEST * (each - least) / width if width else 0.0 for each in sums]
