"""The claims of a Pod as the scheduler sees them: bound ones tie it to nodes, others may wait for it (VOL-4, VOL-5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from simk8s.api.claim import claim_names, claim_of
from simk8s.api.objects import Object, dig, is_controlled_by, is_terminating, name, namespace
from simk8s.controlplane.informer import Informer
from simk8s.controlplane.volume.match import (
    BOUND,
    NO_PROVISIONER,
    best_volume,
    class_name,
    is_delayed,
    is_reachable,
    reservation,
)


@dataclass(frozen=True, slots=True)
class Storage:
    """The scheduler's caches of what volumes consist of. `reserved` are volumes promised to other Pods."""

    claims: Informer
    volumes: Informer
    classes: Informer
    reserved: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class VolumeNeeds:
    """What one Pod's claims ask of a node. `problem` rules out every node (SCHED-12)."""

    storage: Storage
    namespace: str
    bound: list[Object] = field(default_factory=list)
    """PersistentVolumes that the Pod's claims have."""
    waiting: list[Object] = field(default_factory=list)
    """Claims that are bound once a node is chosen."""
    sole: list[str] = field(default_factory=list)
    """Claims that one Pod only may use."""
    problem: str = ""

    def refusals(self, node: Object) -> Iterator[str]:
        """What speaks against a node."""
        if any(not is_reachable(volume, node) for volume in self.bound):
            yield "node(s) had volume node affinity conflict"  # VOL-25
        for claim in self.waiting:
            if self.choice(claim, node) is None and not self._can_be_made(claim):
                yield "node(s) didn't find available persistent volumes to bind"
                return

    def choice(self, claim: Object, node: Object) -> Object | None:
        """The existing volume that a waiting claim would get on that node."""
        by_claim = self.storage.volumes.index("reserved", reservation)
        volumes = [*by_claim[f"{namespace(claim)}/{name(claim)}"].values(), *by_claim[""].values()]
        return best_volume(claim, (volume for volume in volumes if name(volume) not in self.storage.reserved), node)

    def is_shared_with(self, pod: Object) -> bool:
        """VOL-10: whether that Pod uses a claim of which this one must be the sole user."""
        return namespace(pod) == self.namespace and any(claim in self.sole for claim in claim_names(pod))

    def _can_be_made(self, claim: Object) -> bool:
        storage_class = self.storage.classes.get(class_name(claim) or "")
        return storage_class is not None and storage_class["provisioner"] != NO_PROVISIONER


def needs_of(pod: Object, storage: Storage) -> VolumeNeeds:
    """Look at every claim that the Pod names; stop at the first that rules the Pod out."""
    needs = VolumeNeeds(storage, namespace(pod))
    unbound = False
    own = [claim_of(pod, volume) for volume in dig(pod, "spec", "volumes", default=()) if "ephemeral" in volume]
    for claim_name in claim_names(pod):
        claim = storage.claims.get(claim_name, needs.namespace)
        if claim is None:
            needs.problem = f'persistentvolumeclaim "{claim_name}" not found'
            if claim_name in own:
                waits_for = "waiting for ephemeral volume controller to create the persistentvolumeclaim"
                needs.problem = f'{waits_for} "{claim_name}"'
            return needs
        if claim_name in own and not is_controlled_by(claim, pod):
            who = f'"{needs.namespace}/{claim_name}" was not created for pod "{needs.namespace}/{name(pod)}"'
            needs.problem = f"PVC {who} (pod is not owner)"
            return needs
        if is_terminating(claim):  # VOL-12
            needs.problem = f'persistentvolumeclaim "{claim_name}" is being deleted'
            return needs
        if "ReadWriteOncePod" in claim["spec"].get("accessModes", ()):
            needs.sole.append(claim_name)
        volume_name = claim["spec"].get("volumeName")
        if volume_name and BOUND in (claim["metadata"].get("annotations") or {}):
            volume = storage.volumes.get(volume_name)
            if volume is None:
                lost = f'bound to non-existent persistentvolume "{volume_name}"'
                needs.problem = f'persistentvolumeclaim "{claim_name}" {lost}'
                return needs
            needs.bound.append(volume)
        elif not volume_name and is_delayed(storage.classes.get(class_name(claim) or "")):
            needs.waiting.append(claim)
        else:
            unbound = True
    if unbound:
        needs.problem = "pod has unbound immediate PersistentVolumeClaims"  # VOL-5
    return needs


def all_bound(claims: Iterable[Object], find: Callable[[str, str], Object | None]) -> bool:
    """Whether the claims, as they are now, are bound on both sides."""
    current = [find(name(claim), namespace(claim)) for claim in claims]
    return all(claim is not None and dig(claim, "status", "phase") == "Bound" for claim in current)
