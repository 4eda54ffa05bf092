"""How each fault is done. Synchronous: it may be called in the middle of a step of the very process that it kills."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from simk8s.api.deletion import Deletion
from simk8s.api.errors import ApiError
from simk8s.api.objects import dig, is_terminating
from simk8s.api.store import Store
from simk8s.controlplane.control_plane import ControlPlane
from simk8s.errors import SimError
from simk8s.faults.act import (
    AnyAct,
    Delay,
    DeletePod,
    Evict,
    FailDisk,
    FailLiveness,
    FailPull,
    Kill,
    LateStart,
    Partition,
    PowerOff,
    PowerOn,
    SlowDisk,
    SlowProvisioning,
    SlowPull,
    StaleNames,
)
from simk8s.images import Reference
from simk8s.machine import FileSystem
from simk8s.machine.network import Network, Trouble
from simk8s.node.container import Container
from simk8s.node.image_store import PullTrouble
from simk8s.node.local_pod import LocalPod
from simk8s.node.node import Node, Site
from simk8s.sim import Actor, Run, Simulation


class Ground(Protocol):
    """What faults strike: a world of nodes, a network and an API server."""

    @property
    def sim(self) -> Simulation: ...
    @property
    def store(self) -> Store: ...
    @property
    def network(self) -> Network: ...
    @property
    def nodes(self) -> Sequence[Node]: ...
    @property
    def site(self) -> Site: ...
    @property
    def control(self) -> ControlPlane: ...
    def node(self, name: str) -> Node: ...
    def node_of(self, namespace: str, pod: str) -> Node: ...


def strike(ground: Ground, act: AnyAct, by: Actor) -> None:
    """Let it happen now. `by` has just written it to history. Raises SimError where there is nothing to strike."""
    match act:
        case Kill(namespace=namespace, pod=pod, container=container, reason=reason):
            ground.node_of(namespace, pod).kill_container(namespace, pod, container, reason, cause=by.last)
        case FailLiveness(namespace=namespace, pod=pod, container=container):
            ground.node_of(namespace, pod).fail_liveness(namespace, pod, container, cause=by.last)
        case LateStart():
            ground.site.container_hooks.append(lambda pod, container: _hold_back(act, pod, container))
        case Evict(namespace=namespace, pod=pod):
            ground.node_of(namespace, pod).evict(namespace, pod, cause=by.last)
        case DeletePod():
            _delete(ground, act, by)
        case PowerOff():
            node = ground.node(act.node) if act.node else ground.node_of(act.namespace, act.pod)
            node.power_off(act.unsynced, cause=by.last)
            _after(ground, act.back_seconds, lambda: node.power_on(cause=by.last))
        case PowerOn(node=name):
            ground.node(name).power_on(cause=by.last)
        case Partition(pod=pod, peer=peer):
            _between(ground, pod, peer, Trouble(cut=True), act.seconds)
        case Delay(pod=pod, peer=peer):
            _between(ground, pod, peer, Trouble(added_seconds=act.added_seconds), act.seconds)
        case SlowDisk():
            disk = _disk_of(ground, act.namespace, act.claim)
            _set(ground, disk, "slowness", act.factor, 1.0, act.seconds)
        case FailDisk():
            _set(ground, _disk_of(ground, act.namespace, act.claim), "is_failing", True, False, act.seconds)
        case SlowProvisioning(seconds=seconds):
            ground.control.provisioners.hold(seconds)
        case StaleNames(seconds=seconds):
            ground.control.dns.informers.hold(seconds)
        case FailPull(image=image):
            _pulls(ground, image, PullTrouble(fails=True), act.seconds)
        case SlowPull(image=image):
            _pulls(ground, image, PullTrouble(added_seconds=act.added_seconds), act.seconds)


def _hold_back(act: LateStart, pod: LocalPod, container: Container) -> None:
    if (pod.key.namespace, pod.key.name, container.name) == (act.namespace, act.pod, act.container):
        container.machine.idle_seconds = 0.0 if container.number else act.late_seconds


def _delete(ground: Ground, act: DeletePod, by: Actor) -> None:
    if ground.store.find("Pod", act.pod, act.namespace) is None:
        raise SimError("SK509", f"there is no Pod {act.namespace}/{act.pod}", hint="`kubectl get pods -A` lists them")
    deletion = Deletion(grace_seconds=0 if act.force else None)

    def delete() -> Run[None]:
        try:
            pod = ground.store.delete("Pod", act.pod, act.namespace, by=by, deletion=deletion)
        except ApiError:
            return  # somebody else was faster
        if is_terminating(pod):
            for node in ground.nodes:
                node.hear_of(pod, by.last)
        return
        yield

    ground.sim.task(delete())


def _between(ground: Ground, pod: str, peer: str, trouble: Trouble, seconds: float | None) -> None:
    ground.network.trouble(pod, peer, trouble)
    _after(ground, seconds, lambda: ground.network.trouble(pod, peer, None))


def _disk_of(ground: Ground, namespace: str, claim: str) -> FileSystem:
    found = ground.store.find("PersistentVolumeClaim", claim, namespace)
    disk = ground.site.disks.find(str(dig(found or {}, "spec", "volumeName", default="")))
    if disk is None:
        raise SimError(
            "SK509",
            f"the claim {namespace}/{claim} has no disk that somebody uses",
            hint="`kubectl get pvc -A` lists the claims; a disk is there once a Pod has mounted it",
        )
    return disk


def _set(
    ground: Ground, disk: FileSystem, field: str, now: float | bool, later: float | bool, seconds: float | None
) -> None:
    setattr(disk, field, now)
    _after(ground, seconds, lambda: setattr(disk, field, later))


def _pulls(ground: Ground, image: str, trouble: PullTrouble, seconds: float | None) -> None:
    full, troubles = str(Reference.parse(image)), ground.site.pull_troubles
    troubles[full] = trouble
    _after(ground, seconds, lambda: troubles.pop(full, None))


def _after(ground: Ground, seconds: float | None, end: Callable[[], object]) -> None:
    def later(seconds: float) -> Run[None]:
        yield ground.sim.sleep(seconds)
        end()

    if seconds is not None:
        ground.sim.task(later(seconds))
