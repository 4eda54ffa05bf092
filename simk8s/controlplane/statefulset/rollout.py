"""Rolling updates: which revision a new Pod gets, and which Pods are to be replaced next."""

from __future__ import annotations

from collections.abc import Iterator

from simk8s.controlplane.statefulset.desired import Desired
from simk8s.controlplane.statefulset.roster import Pod, Roster


def revision_for(desired: Desired, ordinal: int) -> str:
    """The revision of a Pod that is to be created (STS-30 to STS-32)."""
    if not desired.updates_by_itself:
        return desired.update_revision  # STS-32
    kept = desired.current_replicas if desired.partition is None else desired.partition  # STS-31, STS-30
    return desired.current_revision if ordinal < desired.start + kept else desired.update_revision


def roll(desired: Desired, pods: Roster, now: float) -> Iterator[Pod]:
    """The Pods to delete for the update in this sync, highest ordinal first (STS-48)."""
    if pods.count(desired.update_revision) == len(pods):
        return
    slots = [pods.get(ordinal) for ordinal in range(desired.start, desired.end)]
    if desired.max_unavailable is None:
        yield from _one_by_one(desired, slots, now)
    elif desired.is_ordered or not desired.replaces_stale_pods:
        yield from _within_budget(desired, slots, now, desired.max_unavailable)
    else:
        yield from _stale_first(desired, slots, now, desired.max_unavailable)


def _one_by_one(desired: Desired, slots: list[Pod | None], now: float) -> Iterator[Pod]:
    """STS-55: the cluster does not know `maxUnavailable`."""
    for pod in reversed(slots[desired.partition or 0 :]):
        if pod is None:
            return
        if pod.revision != desired.update_revision and not pod.is_terminating:
            yield pod
            return
        if not pod.is_healthy(desired.rollout_min_ready_seconds, now):
            return


def _within_budget(desired: Desired, slots: list[Pod | None], now: float, budget: int) -> Iterator[Pod]:
    """STS-56: as many as `maxUnavailable` leaves, without waiting between them."""
    left = budget - sum(pod is None or not pod.is_healthy(desired.rollout_min_ready_seconds, now) for pod in slots)
    for pod in reversed(slots[desired.partition or 0 :]):
        if left <= 0:
            return
        if pod is not None and _is_outdated(desired, pod):
            yield pod
            left -= 1


def _stale_first(desired: Desired, slots: list[Pod | None], now: float, budget: int) -> Iterator[Pod]:
    """STS-57b: outdated Pods that are no use anyway go whatever the budget; then available ones within it."""
    unavailable = [pod for pod in slots if pod is None or not pod.is_healthy(desired.rollout_min_ready_seconds, now)]
    stale = [pod.ordinal for pod in unavailable if pod is not None and _is_outdated(desired, pod)]
    left = budget - len(unavailable)
    if left <= 0 and not stale:
        return
    candidates = [pod for pod in reversed(slots[desired.partition or 0 :]) if pod is not None]
    for pod in candidates:
        if pod.ordinal in stale:
            yield pod
    for pod in candidates:
        if left > 0 and pod.ordinal not in stale and _is_outdated(desired, pod):
            yield pod
            left -= 1


def _is_outdated(desired: Desired, pod: Pod) -> bool:
    return pod.revision != desired.update_revision and not pod.is_terminating
