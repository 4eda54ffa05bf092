"""Which node a Pod gets, as a function of what the scheduler sees (SCHED-2, SCHED-8, SCHED-10)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from simk8s.controlplane.scheduler.filters import Cycle, Refusal, refusal
from simk8s.controlplane.scheduler.node import NodeInfo
from simk8s.controlplane.scheduler.preemption import NOT_HELPFUL, Cluster, Preemption, ineligible, preemption
from simk8s.controlplane.scheduler.preference import scores

_STORAGE_FILTERS = ("VolumeBinding",)


@dataclass(frozen=True, slots=True)
class Unschedulable:
    """No node can take the Pod now: the message people see, and the filters that said no.

    `preemption`: who has to go for it. `keeps_nomination`: room is being made for it already.
    """

    message: str
    filters: tuple[str, ...]
    preemption: Preemption | None = None
    keeps_nomination: bool = False


def decide(cycle: Cycle, cluster: Cluster, choose: Callable[[int, str], int]) -> NodeInfo | Unschedulable:
    """One scheduling cycle. Among equally good nodes `choose` decides (SCHED-8)."""
    nodes = cycle.nodes
    if not nodes:
        return Unschedulable("no nodes available to schedule pods", ("NodeName",))
    if cycle.volumes.problem:  # SCHED-12
        nobody = Counter({NOT_HELPFUL: len(nodes)})
        answer = ineligible(cycle, (), cluster) or nobody
        return _unschedulable(cycle, [cycle.volumes.problem], _STORAGE_FILTERS, answer)
    nominated = _nominated(cycle)
    if nominated is not None and refusal(cycle, nominated) is None:  # SCHED-13: what was made free for it
        return nominated
    refusals: list[Refusal] = []
    feasible: list[NodeInfo] = []
    for node in nodes:
        no = refusal(cycle, node)
        if no is None:
            feasible.append(node)
        else:
            refusals.append(no)
    if not feasible:
        return _refused(cycle, refusals, cluster, choose)
    totals = scores(cycle.pod, nodes, feasible)
    best = max(totals)
    equal = [node for node, total in zip(feasible, totals, strict=True) if total == best]
    return equal[choose(len(equal), "kube-scheduler")]


def _nominated(cycle: Cycle) -> NodeInfo | None:
    promise = cycle.nodes.nominated.get(cycle.pod.key)
    return cycle.nodes.get(promise[1]) if promise is not None else None


def _refused(
    cycle: Cycle, refusals: list[Refusal], cluster: Cluster, choose: Callable[[int, str], int]
) -> Unschedulable:
    reasons = Counter(reason.text for no in refusals for reason in no.reasons)
    items = [f"{count} {reason}" for reason, count in reasons.items()]
    filters = tuple(sorted({no.filter for no in refusals}))
    not_now = ineligible(cycle, refusals, cluster)
    return _unschedulable(cycle, items, filters, not_now or preemption(cycle, refusals, cluster, choose))


def _unschedulable(
    cycle: Cycle, items: list[str], filters: tuple[str, ...], answer: str | Preemption | Counter[str]
) -> Unschedulable:
    """SCHED-10. Where others are driven out, the message says no more than why nothing was free."""
    head = f"0/{len(cycle.nodes)} nodes are available: "
    message = f"{head}{', '.join(sorted(items))}."
    if isinstance(answer, Preemption):
        return Unschedulable(message, filters, preemption=answer)
    if isinstance(answer, str):
        return Unschedulable(f"{message} preemption: {answer}", filters, keeps_nomination=True)
    after = [f"{count} {reason}" for reason, count in answer.items()]
    return Unschedulable(f"{message} preemption: {head}{', '.join(sorted(after))}.", filters)
