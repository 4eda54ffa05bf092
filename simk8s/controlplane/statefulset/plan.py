"""What the StatefulSet controller does next, as a function of what it sees (STS-40 to STS-48)."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from simk8s.controlplane.statefulset.claim import Claims, are_stale, need_repair
from simk8s.controlplane.statefulset.desired import Desired
from simk8s.controlplane.statefulset.pod import identity_matches, storage_matches
from simk8s.controlplane.statefulset.rollout import revision_for, roll
from simk8s.controlplane.statefulset.roster import Pod, Roster


@dataclass(frozen=True, slots=True)
class CreatePod:
    """Make the missing claims of this ordinal, then its Pod (STS-50)."""

    ordinal: int
    revision: str
    step: int = 3


@dataclass(frozen=True, slots=True)
class DeletePod:
    """`step` tells why: 3 it has ended, 5 it is above the range, 7 it is outdated."""

    pod: Pod
    step: int


@dataclass(frozen=True, slots=True)
class RepairClaims:
    """Make missing claims of an existing Pod and set their owners (STS-43 3c, STS-44)."""

    pod: Pod
    create: bool = True
    step: int = 3


@dataclass(frozen=True, slots=True)
class RepairPod:
    """Restore the Pod's identity and storage, and its claims (STS-53)."""

    pod: Pod
    step: int = 3


Action: TypeAlias = CreatePod | DeletePod | RepairClaims | RepairPod


def plan(desired: Desired, pods: Roster, claims: Claims, now: float) -> Iterator[Action]:
    """One sync's actions in order. Actions of one step may be done together where the set is not ordered."""
    if desired.is_deleting:  # STS-42
        return
    blocked = yield from bring_up(desired, pods, claims, now)
    if blocked:
        return
    condemned = pods.condemned(desired.start, desired.end)
    for pod in condemned:  # STS-44
        if need_repair(desired, pod, claims, create=False):
            yield RepairClaims(pod, create=False, step=4)
    blocked = yield from scale_down(desired, condemned, now)
    if blocked or not desired.updates_by_itself:  # STS-47: scaling has precedence over updating
        return
    for pod in roll(desired, pods, now):  # STS-48
        yield DeletePod(pod, step=7)


def bring_up(desired: Desired, pods: Roster, claims: Claims, now: float) -> Generator[Action, None, bool]:
    """STS-43: upwards through the range. True where an ordered set has to wait for this ordinal first."""
    for ordinal in _open(desired, pods, now):
        pod = pods.get(ordinal)
        if pod is None:  # 3b
            if not are_stale(desired, ordinal, claims):  # STS-66
                yield CreatePod(ordinal, revision_for(desired, ordinal))
            if desired.is_ordered:
                return True
            continue
        if pod.has_ended:  # 3a: the replacement comes only after the object is gone
            if not pod.is_terminating:
                yield DeletePod(pod, step=3)
            if desired.is_ordered:
                return True
            continue
        if pod.phase == "Pending" and need_repair(desired, pod, claims):  # 3c
            yield RepairClaims(pod)
        if desired.is_ordered and not pod.is_healthy(desired.min_ready_seconds, now):  # 3d, 3e, 3f
            return True
        if (
            identity_matches(desired, pod)
            and storage_matches(desired, pod)
            and (pod.phase == "Pending" or not need_repair(desired, pod, claims))
        ):
            pods.verify(ordinal)
        else:
            yield RepairPod(pod)  # 3g
    return False


def _open(desired: Desired, pods: Roster, now: float) -> Iterator[int]:
    """The ordinals that may need something: of an ordered set only from the first that is not all right."""
    if not desired.is_ordered:
        yield from pods.open(desired.start, desired.end)
        return
    ordinal = desired.start - 1
    while (ordinal := max(_first_open(desired, pods, now), ordinal + 1)) < desired.end:
        yield ordinal


def _first_open(desired: Desired, pods: Roster, now: float) -> int:
    return pods.first_open(desired.start, desired.end, desired.min_ready_seconds, now)


def scale_down(desired: Desired, condemned: list[Pod], now: float) -> Generator[Action, None, bool]:
    """STS-45: from the top, an ordered set one at a time. True where the sync ends with that."""
    if not desired.is_ordered:
        for pod in condemned:
            if not pod.is_terminating:
                yield DeletePod(pod, step=5)
        return False
    if not condemned:
        return False
    target = condemned[0]
    unavailable = [pod for pod in condemned if not pod.is_healthy(desired.rollout_min_ready_seconds, now)]
    # STS-41: every Pod in range is available here, so the first unavailable one is a condemned one
    is_first_unavailable = bool(unavailable) and unavailable[-1] is target
    if not target.is_terminating and (target not in unavailable or is_first_unavailable):
        yield DeletePod(target, step=5)
    return True
