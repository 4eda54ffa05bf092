"""Which node a Pod gets, as a function of what the scheduler sees (SCHED-2, SCHED-8, SCHED-10)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from simk8s.controlplane.scheduler.filters import Cycle, Refusal, least_requested, refusal, tolerates
from simk8s.controlplane.scheduler.node import NodeInfo, Nodes, PodInfo
from simk8s.controlplane.scheduler.volumes import VolumeNeeds

NOT_HELPFUL = "Preemption is not helpful for scheduling"
NO_VICTIMS = "No preemption victims found for incoming pod"


@dataclass(frozen=True, slots=True)
class Unschedulable:
    """No node can take the Pod: the message people see, and the filters that said no."""

    message: str
    filters: tuple[str, ...]


def decide(
    pod: PodInfo, nodes: Nodes, volumes: VolumeNeeds, choose: Callable[[int, str], int]
) -> NodeInfo | Unschedulable:
    """One scheduling cycle. Among equally good nodes `choose` decides (SCHED-8)."""
    if not nodes:
        return Unschedulable("no nodes available to schedule pods", ("NodeName",))
    if volumes.problem:  # SCHED-12
        return _unschedulable(len(nodes), [volumes.problem], Counter({NOT_HELPFUL: len(nodes)}), ("VolumeBinding",))
    cycle = Cycle(pod, nodes, volumes)
    refusals: list[Refusal] = []
    feasible: list[NodeInfo] = []
    for node in nodes:
        no = refusal(cycle, node)
        if no is None:
            feasible.append(node)
        else:
            refusals.append(no)
    if not feasible:
        return _refused(len(nodes), refusals)
    scores = [score(pod, node) for node in feasible]
    best = max(scores)
    equal = [node for node, its in zip(feasible, scores, strict=True) if its == best]
    return equal[choose(len(equal), "kube-scheduler")]


def score(pod: PodInfo, node: NodeInfo) -> tuple[int, int, float]:
    """SCHED-8, SIM minimum: no unwelcome taints, fewest Pods of the same owner, then least requested."""
    unwelcome = sum(taint.get("effect") == "PreferNoSchedule" and not tolerates(pod, taint) for taint in node.taints)
    return -unwelcome, -node.owners[pod.owner] if pod.owner else 0, round(least_requested(pod, node), 9)


def _refused(total: int, refusals: list[Refusal]) -> Unschedulable:
    reasons = Counter(reason for no in refusals for reason in no.reasons)
    preemption = Counter(NO_VICTIMS if no.could_be_freed else NOT_HELPFUL for no in refusals)
    items = [f"{count} {reason}" for reason, count in reasons.items()]
    return _unschedulable(total, items, preemption, tuple(sorted({no.filter for no in refusals})))


def _unschedulable(total: int, items: list[str], preemption: Counter[str], filters: tuple[str, ...]) -> Unschedulable:
    """SCHED-10."""
    after = [f"{count} {reason}" for reason, count in preemption.items()]
    head = f"0/{total} nodes are available: "
    return Unschedulable(f"{head}{', '.join(sorted(items))}. preemption: {head}{', '.join(sorted(after))}.", filters)
