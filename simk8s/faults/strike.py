"""How each fault is done. Synchronous: it may be called in the middle of a step of the very process that it kills."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from simk8s.api.deletion import Deletion
from simk8s.api.errors import ApiError
from simk8s.api.store import Store
from simk8s.errors import SimError
from simk8s.faults.act import (
    AnyAct,
    Delay,
    DeletePod,
    Evict,
    FailLiveness,
    Kill,
    Partition,
    PowerOff,
    PowerOn,
)
from simk8s.machine.network import Network, Trouble
from simk8s.node.node import Node
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
    def node(self, name: str) -> Node: ...
    def node_of(self, namespace: str, pod: str) -> Node: ...


def strike(ground: Ground, act: AnyAct, by: Actor) -> None:
    """Let it happen now. `by` has just written it to history. Raises SimError where there is nothing to strike."""
    match act:
        case Kill(namespace=namespace, pod=pod, container=container, reason=reason):
            ground.node_of(namespace, pod).kill_container(namespace, pod, container, reason, cause=by.last)
        case FailLiveness(namespace=namespace, pod=pod, container=container):
            ground.node_of(namespace, pod).fail_liveness(namespace, pod, container, cause=by.last)
        case Evict(namespace=namespace, pod=pod):
            ground.node_of(namespace, pod).evict(namespace, pod, cause=by.last)
        case DeletePod():
            _delete(ground, act, by)
        case PowerOff():
            node = ground.node(act.node) if act.node else ground.node_of(act.namespace, act.pod)
            node.power_off(cause=by.last)
            _after(ground, act.back_seconds, lambda: node.power_on(cause=by.last))
        case PowerOn(node=name):
            ground.node(name).power_on(cause=by.last)
        case Partition(pod=pod, peer=peer):
            _between(ground, pod, peer, Trouble(cut=True), act.seconds)
        case Delay(pod=pod, peer=peer):
            _between(ground, pod, peer, Trouble(added_seconds=act.added_seconds), act.seconds)


def _delete(ground: Ground, act: DeletePod, by: Actor) -> None:
    if ground.store.find("Pod", act.pod, act.namespace) is None:
        raise SimError("SK509", f"there is no Pod {act.namespace}/{act.pod}", hint="`kubectl get pods -A` lists them")
    deletion = Deletion(grace_seconds=0 if act.force else None)

    def delete() -> Run[None]:
        try:
            ground.store.delete("Pod", act.pod, act.namespace, by=by, deletion=deletion)
        except ApiError:
            pass  # somebody else was faster
        return
        yield

    ground.sim.task(delete())


def _between(ground: Ground, pod: str, peer: str, trouble: Trouble, seconds: float | None) -> None:
    ground.network.trouble(pod, peer, trouble)
    _after(ground, seconds, lambda: ground.network.trouble(pod, peer, None))


def _after(ground: Ground, seconds: float | None, end: Callable[[], None]) -> None:
    def later(seconds: float) -> Run[None]:
        yield ground.sim.sleep(seconds)
        end()

    if seconds is not None:
        ground.sim.task(later(seconds))
