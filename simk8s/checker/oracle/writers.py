"""Two nodes that run one Pod, or write to one claim, at the same time: what must never be."""

from __future__ import annotations

from collections.abc import Iterator

from simk8s.api.objects import dig
from simk8s.cluster.wiring import World
from simk8s.node.local_pod import LocalPod


def writers_of_one_claim(world: World, starting: LocalPod) -> Iterator[str]:
    """Sentences about what runs on other nodes while a container of this Pod starts."""
    disks = {
        id(volume.filesystem)
        for volume in starting.volumes.values()
        if volume.kind == "persistentVolumeClaim" and not _is_shared(world, volume.filesystem.name)
    }
    for node in world.nodes:
        if starting.uid in node.pods:
            continue
        for other in node.pods.values():
            if not any(c.is_running for c in other.current.values()):
                continue
            if other.key == starting.key:
                yield f"two Pods {starting.key.name} run at the same time, one of them on {node.name}"
            if any(id(volume.filesystem) in disks for volume in other.volumes.values()):
                yield f"{starting.key.name} and {other.key.name} on {node.name} write to one claim"


def _is_shared(world: World, volume: str) -> bool:
    """Whether several nodes may write to it."""
    found = world.store.find("PersistentVolume", volume)
    return "ReadWriteMany" in dig(found or {}, "spec", "accessModes", default=[])
