"""Which Pods have to go so that a more important one fits, and from which node (SCHED-13)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from simk8s.api.objects import Key, Object, condition, dig, is_terminating, labels, name, namespace
from simk8s.api.selector import from_object
from simk8s.controlplane.scheduler.filters import Cycle, Refusal, refusal
from simk8s.controlplane.scheduler.node import NodeInfo, PodInfo

REASON = "PreemptionByScheduler"
NOT_HELPFUL = "Preemption is not helpful for scheduling"
NO_VICTIMS = "No preemption victims found for incoming pod"
_NEVER = "not eligible due to preemptionPolicy=Never."
_UNDER_WAY = "not eligible due to a terminating pod on the nominated node."
_LOWEST_PRIORITY = -(2**31)


@dataclass(frozen=True, slots=True)
class Cluster:
    """What preemption looks at besides nodes: Pods as they are now, and budgets."""

    find: Callable[[Key], Object | None]
    budgets: Sequence[Object]
    now: str


@dataclass(frozen=True, slots=True)
class Preemption:
    """The Pods that have to leave a node, the most important first; how many of them a budget would keep."""

    node: str
    victims: tuple[PodInfo, ...]
    violations: int


def ineligible(cycle: Cycle, refusals: Sequence[Refusal], cluster: Cluster) -> str:
    """Why the Pod may not drive out others, at least not now; "" where it may."""
    pod = cycle.pod
    if pod.spec.get("preemptionPolicy") == "Never":
        return _NEVER
    if pod.key not in cycle.nodes.nominated:
        return ""
    _, nominated = cycle.nodes.nominated[pod.key]
    node = cycle.nodes.get(nominated)
    if node is None or any(no.node == nominated and not no.could_be_freed for no in refusals):
        return ""
    leaving = any(_is_being_driven_out(cluster.find(key)) for key in _lower(pod, node))
    return _UNDER_WAY if leaving else ""


def preemption(
    cycle: Cycle, refusals: Sequence[Refusal], cluster: Cluster, choose: Callable[[int, str], int]
) -> Preemption | Counter[str]:
    """The best way to make room; where there is none, why each node is out of the question."""
    reasons: Counter[str] = Counter()
    candidates: list[Preemption] = []
    for no in refusals:
        node = cycle.nodes.get(no.node)
        if node is None or not no.could_be_freed:
            reasons[NOT_HELPFUL] += 1
            continue
        found = _on_node(cycle, node, cluster)
        if isinstance(found, Preemption):
            candidates.append(found)
        else:
            reasons.update(found)
    if not candidates:
        return reasons
    ranks = [_rank(candidate, cluster) for candidate in candidates]
    best = [candidate for candidate, rank in zip(candidates, ranks, strict=True) if rank == min(ranks)]
    return best[choose(len(best), "kube-scheduler/preemption")]


def _on_node(cycle: Cycle, node: NodeInfo, cluster: Cluster) -> Preemption | list[str]:
    """Without all less important Pods it must fit; then as many of them as possible may stay."""
    lower = [node.pods[key] for key in _lower(cycle.pod, node)]
    if not lower:
        return [NO_VICTIMS]
    nodes = cycle.nodes
    with nodes.without(lower, node.name):
        no = refusal(cycle, node)
    if no is not None:
        return [reason.text for reason in no.reasons]
    lower.sort(key=lambda pod: _importance(pod, cluster))
    protected, others = _by_budgets(lower, cluster.budgets)
    leaving = list(lower)
    for pod in (*protected, *others):
        without_it = [other for other in leaving if other is not pod]
        with nodes.without(without_it, node.name):
            no = refusal(cycle, node)
        if no is None:
            leaving = without_it
    violations = sum(pod in protected for pod in leaving)
    return Preemption(node.name, tuple(leaving), violations)


def _lower(pod: PodInfo, node: NodeInfo) -> list[Key]:
    return [key for key, other in node.pods.items() if other.priority < pod.priority]


def _importance(pod: PodInfo, cluster: Cluster) -> tuple[int, str]:
    """The most important first: by priority, then who has run for longest."""
    return -pod.priority, _started(pod, cluster)


def _started(pod: PodInfo, cluster: Cluster) -> str:
    return str(dig(cluster.find(pod.key), "status", "startTime", default=cluster.now))


def _by_budgets(pods: list[PodInfo], budgets: Sequence[Object]) -> tuple[list[PodInfo], list[PodInfo]]:
    """Those whose eviction a budget would not allow, and the others."""
    allowed = [dig(budget, "status", "disruptionsAllowed", default=0) for budget in budgets]
    protected: list[PodInfo] = []
    others: list[PodInfo] = []
    for pod in pods:
        violates = False
        for index, budget in enumerate(budgets):
            leaving_already = dig(budget, "status", "disruptedPods", default={})
            if _covers(budget, pod.object) and name(pod.object) not in leaving_already:
                allowed[index] -= 1
                violates = violates or allowed[index] < 0
        (protected if violates else others).append(pod)
    return protected, others


def _covers(budget: Object, pod: Object) -> bool:
    selector = dig(budget, "spec", "selector", default={})
    return bool(selector and labels(pod)) and (
        namespace(budget) == namespace(pod) and from_object(selector).matches(labels(pod))
    )


def _rank(candidate: Preemption, cluster: Cluster) -> tuple[object, ...]:
    """The least is best: violations, the highest victim, the sum of priorities, the number, the latest start."""
    priorities = [pod.priority for pod in candidate.victims]
    highest = max(priorities, default=_LOWEST_PRIORITY)
    earliest = min(
        (_started(pod, cluster) for pod in candidate.victims if pod.priority == highest), default=cluster.now
    )
    weight = sum(priority - _LOWEST_PRIORITY for priority in priorities)
    return candidate.violations, highest, weight, len(priorities), _descending(earliest)


def _descending(timestamp: str) -> tuple[int, ...]:
    return tuple(-ord(letter) for letter in timestamp)


def _is_being_driven_out(pod: Object | None) -> bool:
    if pod is None or not is_terminating(pod):
        return False
    disrupted = condition(pod, "DisruptionTarget")
    return disrupted is not None and disrupted["status"] == "True" and disrupted.get("reason") == REASON
