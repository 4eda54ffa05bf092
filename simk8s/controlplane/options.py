"""What a cluster can be told to be like: versions, profiles, and the switches that Kubernetes has itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

StorageProfile = Literal["kind", "minikube", "cloud", "none"]


@dataclass(frozen=True, slots=True)
class Options:
    """The default is the card's profile: v1.35 with default feature gates, storage as kind sets it up."""

    storage: StorageProfile = "kind"
    """Which default StorageClass there is: kind (node-local, bound when a Pod is scheduled), minikube (node-local,
    bound at once), cloud (network disks that are attached), none (no class, no provisioner)."""
    addons: tuple[str, ...] = ()
    """What else is installed, by name (`rook`)."""
    dns_cache_seconds: int = 0
    """VER-11: 0 since kubeadm 1.32; 30 before, and names asked for too early then stay unknown for so long."""
    max_unavailable_stateful_set: bool = True
    """Feature gate MaxUnavailableStatefulSet (VER-1): off up to 1.34, where one Pod is updated at a time."""
    replace_stale_pods: bool = True
    """VER-3: a parallel set in a rollout replaces outdated Pods that never become Ready. 1.35 itself waits for them."""
    min_ready_seconds_in_rollouts: bool = True
    """VER-2: a rollout waits for minReadySeconds of each Pod; up to 1.33 it only waits for Ready."""
    controller_refs_on_claims: bool = True
    """VER-4: the set is the controller of claims that go with it; up to 1.30 a plain owner."""
    node_monitor_grace_period_seconds: int = 50
    """VER-6: 40 up to 1.31."""
    name_untolerated_taints: bool = False
    """VER-10: the scheduler says which taint a Pod does not tolerate, as it did up to 1.34."""
    service_cluster_ip_range: str = "10.96.0.0/12"
    cluster_domain: str = "cluster.local"
