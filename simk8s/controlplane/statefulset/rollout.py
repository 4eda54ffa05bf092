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
    if desired.max_unavailable is None:
        yield from _one_by_one(desired, pods, now)
        return
    lowest = desired.start + (desired.partition or 0)
    unavailable, useless, useful = _outdated(desired, pods, now)
    left = desired.max_unavailable - unavailable
    if desired.is_ordered or not desired.replaces_stale_pods:
        candidates = sorted([*useless, *useful], key=lambda pod: -pod.ordinal)  # STS-56: without waiting between them
    else:
        yield from (pod for pod in useless if pod.ordinal >= lowest)  # STS-57b: they go whatever the budget
        candidates = useful
    yield from (pod for pod in candidates[: max(left, 0)] if pod.ordinal >= lowest)


def _one_by_one(desired: Desired, pods: Roster, now: float) -> Iterator[Pod]:
    """STS-55: the cluster does not know `maxUnavailable`."""
    for ordinal in reversed(range(desired.start + (desired.partition or 0), desired.end)):
        pod = pods.get(ordinal)
        if pod is None:
            return
        if pod.revision != desired.update_revision and not pod.is_terminating:
            yield pod
            return
        if not pod.is_healthy(desired.rollout_min_ready_seconds, now):
            return


def _outdated(desired: Desired, pods: Roster, now: float) -> tuple[int, list[Pod], list[Pod]]:
    """How many of the range are unavailable; the outdated Pods among them; and of the available ones at least as many
    as the budget leaves, from the top."""
    update = desired.update_revision
    if desired.rollout_min_ready_seconds == 0 and pods.in_range(desired.start, desired.end) == len(pods):
        unavailable = desired.replicas - pods.count(ready=True, staying=True)
        left = max(0, (desired.max_unavailable or 0) - unavailable)
        stale = pods.outdated(update, ready=False, most=unavailable)
        return unavailable, stale, pods.outdated(update, ready=True, most=left)
    unavailable = 0
    useless: list[Pod] = []
    useful: list[Pod] = []
    for ordinal in reversed(range(desired.start, desired.end)):
        pod = pods.get(ordinal)
        is_available = pod is not None and pod.is_healthy(desired.rollout_min_ready_seconds, now)
        unavailable += not is_available
        if pod is not None and pod.revision != update and not pod.is_terminating:
            (useful if is_available else useless).append(pod)
    return unavailable, useless, useful
