"""Who else can be killed at a crash point: the other containers of the Pod, whoever it talks to, the Pod, its node."""

from __future__ import annotations

from collections.abc import Iterator

from simk8s.checker.crash import KillKind
from simk8s.cluster.wiring import World
from simk8s.faults.point import CrashPoint
from simk8s.machine.socket import SocketHandle
from simk8s.node.local_pod import LocalPod


def others(world: World, point: CrashPoint) -> Iterator[tuple[KillKind, str]]:
    """Kind and name of each, in the order of their names."""
    for node in world.nodes:
        local = node.find_pod(point.namespace, point.pod)
        if local is None:
            continue
        yield from _containers(local, without=point.container)
        for peer in _peers(world, local, point.container):
            yield from _containers(peer)
            yield "pod", peer.key.name
        yield "pod", point.pod
        yield "node", node.name


def _containers(pod: LocalPod, without: str = "") -> Iterator[tuple[KillKind, str]]:
    for name, instance in sorted(pod.current.items()):
        if name != without and instance.is_running:
            yield "container", f"{pod.key.name}/{name}"


def _peers(world: World, pod: LocalPod, container: str) -> list[LocalPod]:
    """The other Pods that the programs of a container have a connection with."""
    instance = pod.current.get(container)
    addresses = {
        handle.peer[0]
        for process in (instance.machine.processes.values() if instance else ())
        for handle in process.files.values()
        if isinstance(handle, SocketHandle) and handle.is_open
    }
    found = [other for node in world.nodes for other in node.pods.values() if other.address in addresses]
    return sorted((other for other in found if other is not pod), key=lambda other: other.prefix)
