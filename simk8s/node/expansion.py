"""The node's part in a claim that grows: the file system on the enlarged disk is enlarged too (VOL-26)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simk8s.api.claim import claim_names
from simk8s.api.objects import Object, dig, name
from simk8s.api.quantity import whole
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.node.pod_worker import PodWorker

PENDING = "FileSystemResizePending"
RESIZE_SECONDS = (1.0, 3.0)


def is_pending(claim: Object | None) -> bool:
    """Whether the disk has been enlarged and its file system has not."""
    return any(entry["type"] == PENDING for entry in dig(claim, "status", "conditions", default=[]))


def expand_file_systems(worker: PodWorker) -> Run[None]:
    """Enlarge what is due on the mounted volumes of a Pod, and say so at the claim: its capacity is the new one."""
    for claim_name in claim_names(worker.pod):
        if not is_pending(worker.lookup("PersistentVolumeClaim", claim_name)):
            continue
        yield worker.sim.sleep(worker.sim.uniform(*RESIZE_SECONDS, f"mount/{worker.node.name}"))
        claim = worker.lookup("PersistentVolumeClaim", claim_name)
        volume = worker.kubelet.store.find("PersistentVolume", dig(claim, "spec", "volumeName", default=""), "")
        if claim is None or volume is None or not is_pending(claim):
            continue
        worker.node.disks.of(volume, worker.node.name).capacity = whole(volume["spec"]["capacity"]["storage"])
        status = {**claim["status"], "capacity": volume["spec"]["capacity"]}
        del status["conditions"]
        worker.kubelet.store.update_status({**claim, "status": status}, by=worker.actor)
        text = f'MountVolume.NodeExpandVolume succeeded for volume "{name(volume)}" {worker.node.name}'
        worker.tell("Normal", "FileSystemResizeSuccessful", text)
        worker.kubelet.events.event(claim, "Normal", "FileSystemResizeSuccessful", text, by=worker.actor)
