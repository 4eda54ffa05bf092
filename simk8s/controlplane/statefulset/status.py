"""What the StatefulSet controller reports in the set's status (STS-70 to STS-73)."""

from __future__ import annotations

from simk8s.api.objects import Object
from simk8s.controlplane.statefulset.desired import Desired
from simk8s.controlplane.statefulset.roster import Roster


def status_of(desired: Desired, pods: Roster, now: float, collisions: int) -> Object:
    """The counts over all claimed Pods, before this sync has changed any."""
    ready = pods.count(ready=True)
    available = ready
    if desired.min_ready_seconds:
        available = sum(pod.is_available(desired.min_ready_seconds, now) for pod in pods)
    return {
        "observedGeneration": desired.set["metadata"]["generation"],
        "replicas": len(pods),
        "readyReplicas": ready,
        "availableReplicas": available,
        "currentReplicas": pods.count(desired.current_revision, staying=True),
        "updatedReplicas": pods.count(desired.update_revision, staying=True),
        "currentRevision": desired.current_revision,
        "updateRevision": desired.update_revision,
        "collisionCount": collisions,
    }


def without_outdated(status: Object, number: int) -> Object:
    """STS-71: Pods deleted for the update count no longer as current, though they still exist."""
    return {**status, "currentReplicas": max(0, status["currentReplicas"] - number)}


def completed(desired: Desired, status: Object) -> Object:
    """STS-72: a rolling update is complete when every replica is updated and ready."""
    updated = status["updatedReplicas"]
    if desired.updates_by_itself and updated == status["readyReplicas"] == status["replicas"] == desired.replicas:
        return {**status, "currentRevision": desired.update_revision, "currentReplicas": updated}
    return status


def is_news(set: Object, status: Object) -> bool:
    """STS-73: whether the status is worth a write."""
    old = set.get("status") or {}
    return not status.items() <= old.items() and any(value != old.get(field, 0) for field, value in status.items())
