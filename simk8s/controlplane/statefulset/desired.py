"""What a StatefulSet asks for, in the terms in which the controller decides."""

from __future__ import annotations

from dataclasses import dataclass

from simk8s.api.objects import Object, dig, is_terminating, metadata
from simk8s.controlplane.options import Options


@dataclass(frozen=True, slots=True)
class Desired:
    """One version of a set together with the revisions in force. `set` is the object itself."""

    set: Object
    name: str
    namespace: str
    uid: str
    replicas: int
    start: int
    is_ordered: bool
    """OrderedReady, the card's "monotonic"; Parallel is its "burst" (STS-4)."""
    updates_by_itself: bool
    """Strategy RollingUpdate; with OnDelete people delete the Pods."""
    partition: int | None
    """None where the `rollingUpdate` block is missing, which decides STS-30 or STS-31."""
    max_unavailable: int | None
    """None where the cluster does not know the field (VER-1)."""
    replaces_stale_pods: bool
    """VER-3."""
    min_ready_seconds: int
    rollout_min_ready_seconds: int
    """What of it counts in rollouts and for the first unhealthy Pod (VER-2)."""
    is_deleting: bool
    current_revision: str
    update_revision: str
    current_replicas: int
    claim_templates: tuple[str, ...]
    delete_claims_when_scaled: bool
    delete_claims_when_deleted: bool
    controls_claims: bool
    """VER-4."""

    @property
    def revisions(self) -> tuple[str, str]:
        """The current one and the update one."""
        return self.current_revision, self.update_revision

    @property
    def end(self) -> int:
        """The first ordinal above the range (STS-2)."""
        return self.start + self.replicas


def desired_of(set: Object, current_revision: str, update_revision: str, options: Options) -> Desired:
    """Read a set, in a cluster with these options."""
    spec = set["spec"]
    strategy = spec.get("updateStrategy") or {}
    block = strategy.get("rollingUpdate")
    replicas = spec.get("replicas", 1)
    retention = spec.get("persistentVolumeClaimRetentionPolicy") or {}
    return Desired(
        set=set,
        name=metadata(set)["name"],
        namespace=metadata(set)["namespace"],
        uid=metadata(set)["uid"],
        replicas=replicas,
        start=dig(spec, "ordinals", "start", default=0),
        is_ordered=spec.get("podManagementPolicy", "OrderedReady") != "Parallel",
        updates_by_itself=strategy.get("type", "RollingUpdate") == "RollingUpdate",
        partition=None if block is None else block.get("partition", 0),
        max_unavailable=_max_unavailable(block, replicas) if options.max_unavailable_stateful_set else None,
        replaces_stale_pods=options.replace_stale_pods,
        min_ready_seconds=spec.get("minReadySeconds", 0),
        rollout_min_ready_seconds=spec.get("minReadySeconds", 0) if options.min_ready_seconds_in_rollouts else 0,
        is_deleting=is_terminating(set),
        current_revision=current_revision,
        update_revision=update_revision,
        current_replicas=dig(set, "status", "currentReplicas", default=0),
        claim_templates=tuple(claim["metadata"]["name"] for claim in spec.get("volumeClaimTemplates") or ()),
        delete_claims_when_scaled=retention.get("whenScaled") == "Delete",
        delete_claims_when_deleted=retention.get("whenDeleted") == "Delete",
        controls_claims=options.controller_refs_on_claims,
    )


def _max_unavailable(block: Object | None, replicas: int) -> int:
    """STS-56: a number, or a percentage of the replicas rounded down; at least 1."""
    value = (block or {}).get("maxUnavailable", 1)
    if isinstance(value, str):
        value = replicas * int(value.rstrip("%")) // 100
    return max(1, int(value))
