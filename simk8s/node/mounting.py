"""A Pod's volumes are mounted, all of them, before anything else of it begins (KUBELET-1, VOL-20)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simk8s.api.objects import Object, dig
from simk8s.api.quantity import whole
from simk8s.machine import Directory, FileSystem
from simk8s.machine.filesystem import unseen
from simk8s.node.atomic_writer import files_in, write
from simk8s.node.backoff import INSTANT_SECONDS
from simk8s.node.expansion import expand_file_systems
from simk8s.node.local_pod import Volume
from simk8s.node.volume import LOCAL_MOUNT_SECONDS, NETWORK_MOUNT_SECONDS, SHOWN, NotYet, set_up
from simk8s.node.volume_files import MountError, files_of, shown
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.node.pod_worker import PodWorker

LOOP_SECONDS = (0.1, 0.3)
LOOK_AGAIN_SECONDS = 0.3
PATIENCE_SECONDS = 123.0
USAGE_SECONDS = 10.0
_FIRST_RETRY_SECONDS, _LONGEST_RETRY_SECONDS = 0.5, 122.0


@dataclass(slots=True)
class _Pending:
    """A volume that is not mounted yet: when to try again, and what was wrong."""

    spec: Object
    due: float
    retry_seconds: float = _FIRST_RETRY_SECONDS
    why: str = ""


def mount_volumes(worker: PodWorker) -> Run[None]:
    """Return once every volume is mounted; until then say why not, and try again (VOL-20, KUBELET-88)."""
    sim, local = worker.sim, worker.local
    specs = dig(worker.pod, "spec", "volumes", default=[])
    if local.are_mounted or not specs:
        return
    label = f"mount/{worker.node.name}"
    yield sim.sleep(sim.uniform(*LOOP_SECONDS, label))
    pending = [_Pending(spec, sim.now) for spec in specs]
    complain_at = sim.now + PATIENCE_SECONDS
    while pending:
        seconds = 0.0
        for entry in [entry for entry in pending if entry.due - sim.now <= INSTANT_SECONDS]:
            try:
                volume = _mount(worker, entry.spec)
            except NotYet as why:
                entry.why, entry.due = str(why), sim.now + LOOK_AGAIN_SECONDS
            except MountError as why:
                entry.why, entry.due = str(why), sim.now + entry.retry_seconds
                entry.retry_seconds = min(2 * entry.retry_seconds, _LONGEST_RETRY_SECONDS)
                name = why.volume or entry.spec["name"]
                worker.tell("Warning", "FailedMount", f'MountVolume.SetUp failed for volume "{name}" : {why}')
            else:
                pending.remove(entry)
                if volume.attached:
                    seconds = max(seconds, sim.uniform(*NETWORK_MOUNT_SECONDS, label))
                elif volume.kind == "persistentVolumeClaim":
                    seconds = max(seconds, LOCAL_MOUNT_SECONDS)
        if not pending:
            if seconds:
                yield sim.sleep(seconds)
            break
        if complain_at - sim.now <= INSTANT_SECONDS:
            complain_at = sim.now + PATIENCE_SECONDS
            worker.tell("Warning", "FailedMount", _complaint(pending))
        due = min(complain_at, *(entry.due for entry in pending))
        yield sim.sleep(max(due - sim.now, 0.0) + seconds)
    local.are_mounted = True
    if any(volume.attached for volume in local.volumes.values()):
        yield from expand_file_systems(worker)
        worker.kubelet.follow_claims()
    worker.kubelet.report_volumes_in_use()


def watch_usage(worker: PodWorker) -> Run[None]:
    """Evict the Pod when an emptyDir on disk holds more than its `sizeLimit`. Never ends by itself."""
    limits = {
        spec["name"]: spec["emptyDir"]["sizeLimit"]
        for spec in dig(worker.pod, "spec", "volumes", default=[])
        if dig(spec, "emptyDir", "sizeLimit") and dig(spec, "emptyDir", "medium") != "Memory"
    }
    while limits:
        yield worker.sim.sleep(USAGE_SECONDS)
        for name, limit in limits.items():
            volume = worker.local.volumes.get(name)
            if volume is not None and volume.filesystem.size() > whole(limit):
                text = f'Usage of EmptyDir volume "{name}" exceeds the limit "{limit}". '
                worker.evict("Evicted", text)


def _mount(worker: PodWorker, spec: Object) -> Volume:
    before = worker.local.volumes.get(spec["name"])
    volume = set_up(worker.pod, worker.local, spec, worker.node, worker.lookup, worker.place)
    worker.local.volumes[volume.name] = volume
    filesystem = volume.filesystem
    detail: dict[str, Any] = {"filesystem": filesystem.name, "kind": volume.kind, "pod": worker.uid}
    if volume.base:
        detail["base"] = volume.base
    if volume.kind in SHOWN:
        detail |= shown(files_in(volume.filesystem))
    elif volume.kind != "hostPath":
        group = dig(worker.pod, "spec", "securityContext", "fsGroup")
        if group is not None:
            detail["group"] = int(group)
    is_new = volume.kind == "emptyDir" and (before is None or before.filesystem is not filesystem)
    if is_new:
        detail["mode"] = filesystem.root.mode
    seq = worker.record("volume.mount", volume=volume.name, **detail)
    if is_new:
        filesystem.root.number = seq
    return volume


def _complaint(pending: list[_Pending]) -> str:
    names = ", ".join(entry.spec["name"] for entry in pending)
    why = pending[0].why or "context deadline exceeded"
    return (
        f"Unable to attach or mount volumes: unmounted volumes=[{names}], unattached volumes=[], "
        f"failed to process volumes=[]: {why}"
    )


def make_sub_path(worker: PodWorker, filesystem: FileSystem, path: str) -> None:
    """VOL-27: a `subPath` that is not in the volume yet becomes a directory with the volume's own mode."""
    here, so_far = filesystem.root, ""
    for part in path.split("/"):
        if part in ("", "."):
            continue
        so_far += f"/{part}"
        below = here.entries.get(part)
        if below is None:
            unseen(here)
            below = here.entries[part] = Directory({}, filesystem.root.mode, mtime=worker.sim.now)
            place = f"{filesystem.name}:{so_far}"
            below.number = worker.sim.record(worker.actor, "file.mkdir", place, mode=below.mode)
        if not isinstance(below, Directory):
            return
        here = below


def refresh(worker: PodWorker, spec: Object) -> None:
    """VOL-28: show what is new of a ConfigMap, a Secret or the Pod in a mounted volume; what cannot be read stays."""
    volume = worker.local.volumes.get(spec["name"])
    if worker.is_over or worker.is_ending or volume is None:
        return
    try:
        files = files_of(worker.pod, spec, worker.lookup, worker.place)
    except MountError as why:
        worker.tell("Warning", "FailedMount", f'MountVolume.SetUp failed for volume "{volume.name}" : {why}')
        return
    if write(volume.filesystem, files, worker.sim.now, worker.sim.datetime):
        worker.record("volume.update", volume=volume.name, filesystem=volume.filesystem.name, **shown(files))


def refresh_all(worker: PodWorker) -> Run[None]:
    """The Pod's labels or annotations have changed: what shows them is written anew, and whatever else changed too."""
    yield worker.sim.sleep(worker.sim.uniform(*LOOP_SECONDS, f"mount/{worker.node.name}"))
    for spec in dig(worker.pod, "spec", "volumes", default=[]):
        if any(kind in spec for kind in SHOWN):
            refresh(worker, spec)


def unmount_volumes(worker: PodWorker) -> None:
    """KUBELET-58: after the containers, before the Pod's object goes."""
    local = worker.local
    if local.are_mounted and local.volumes:
        worker.record("volume.unmount", volumes=sorted(local.volumes))
    local.are_mounted = False
    local.volumes = {name: volume for name, volume in local.volumes.items() if not volume.attached}
    worker.kubelet.report_volumes_in_use()
