"""Which node a Pod gets, as a function of what the scheduler sees (SCHED-2, SCHED-8, SCHED-10)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from simk8s.controlplane.scheduler.filters import Cycle, Refusal, refusal
from simk8s.controlplane.scheduler.node import NodeInfo, Nodes, PodInfo
from simk8s.controlplane.scheduler.preference import scores
from simk8s.controlplane.scheduler.volumes import VolumeNeeds

NOT_HELPFUL = "Preemption is not helpful for scheduling"
NO_VICTIMS = "No preemption victims found for incoming pod"


@dataclass(frozen=True, slots=True)
class Unschedulable:
    """No node can take the Pod: the message people see, and the filters that said no."""

    message: str
    filters: tuple[str, ...]


def decide(
    pod: PodInfo,
    nodes: Nodes,
    volumes: VolumeNeeds,
    choose: Callable[[int, str], int],
    *,
    names_taints: bool = False,
) -> NodeInfo | Unschedulable:
    """One scheduling cycle. Among equally good nodes `choose` decides (SCHED-8)."""
    if not nodes:
        return Unschedulable("no nodes available to schedule pods", ("NodeName",))
    if volumes.problem:  # SCHED-12
        return _unschedulable(len(nodes), [volumes.problem], Counter({NOT_HELPFUL: len(nodes)}), ("VolumeBinding",))
    cycle = Cycle(pod, nodes, volumes, names_taints)
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
    totals = scores(pod, nodes, feasible)
    best = max(totals)
    equal = [node for node, total in zip(feasible, totals, strict=True) if total == best]
    return equal[choose(len(equal), "kube-scheduler")]


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
