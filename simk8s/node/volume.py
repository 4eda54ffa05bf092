"""Setting up a Pod's volumes: what each kind of volume is a file system of (VOL-20 to VOL-29)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from simk8s.api.attachment import attachment_name
from simk8s.api.claim import claim_of
from simk8s.api.objects import Object, dig, uid
from simk8s.api.quantity import whole
from simk8s.api.store import Store
from simk8s.machine import Directory, File, FileSystem
from simk8s.node import atomic_writer
from simk8s.node.disk import Disks
from simk8s.node.environment import Lookup, Place, expand
from simk8s.node.local_pod import LocalPod, Volume
from simk8s.node.volume_files import MountError, files_of, set_group
from simk8s.sim import Simulation

LOCAL_MOUNT_SECONDS = 0.2  # TIME-38
NETWORK_MOUNT_SECONDS = (1.0, 3.0)

SHOWN = ("configMap", "secret", "downwardAPI", "projected")
"""Kinds of volume whose files Kubernetes writes."""


class NotYet(Exception):
    """Something else has to happen first: a claim to be bound, a volume to be attached."""


class Storage(Protocol):
    """What setting up needs of the node."""

    @property
    def sim(self) -> Simulation: ...
    @property
    def store(self) -> Store: ...
    @property
    def disks(self) -> Disks: ...
    @property
    def name(self) -> str: ...
    @property
    def files(self) -> FileSystem: ...
    @property
    def pods(self) -> Mapping[str, LocalPod]: ...


def set_up(pod: Object, local: LocalPod, spec: Object, node: Storage, lookup: Lookup, place: Place) -> Volume:
    """One volume of the Pod's spec, ready to be mounted. Raises MountError, and NotYet where it is too early."""
    name = spec["name"]
    kind = next((field for field in spec if field != "name"), "emptyDir")
    before = local.volumes.get(name)
    if kind in SHOWN:
        files = files_of(pod, spec, lookup, place)
        root = Directory(mode=0o777 if kind == "configMap" else 0o1777)  # the others are in memory
        filesystem = before.filesystem if before else FileSystem(f"{local.prefix}/{kind}/{name}", root)
        atomic_writer.write(filesystem, files, node.sim.now, node.sim.datetime)
        return Volume(name, kind, filesystem, read_only=True)
    match kind:
        case "emptyDir":
            volume = before or _empty_dir(local, name, spec[kind] or {})
        case "hostPath":
            volume = _host_path(name, spec[kind], node)
        case "persistentVolumeClaim" | "ephemeral":
            volume = _claimed(pod, name, claim_of(pod, spec), bool(spec[kind].get("readOnly")), node)
        case "nfs":
            source = {"metadata": {"name": f"nfs/{spec[kind]['server']}"}, "spec": {"nfs": spec[kind]}}
            volume = Volume(name, kind, node.disks.of(source, node.name), read_only=bool(spec[kind].get("readOnly")))
        case _:
            raise MountError(f"simk8s does not model volumes of kind {kind}; use emptyDir, hostPath or a claim")
    group = dig(pod, "spec", "securityContext", "fsGroup")
    if group is not None and kind != "hostPath":
        set_group(volume.filesystem.root, int(group))
    return volume


def _empty_dir(local: LocalPod, name: str, source: Object) -> Volume:
    in_memory = source.get("medium") == "Memory"
    filesystem = FileSystem(f"{local.prefix}/emptyDir/{name}", Directory(mode=0o777), in_memory=in_memory)
    if in_memory and source.get("sizeLimit"):
        filesystem.capacity = whole(source["sizeLimit"])
    return Volume(name, "emptyDir", filesystem)


def _host_path(name: str, source: Object, node: Storage) -> Volume:
    path, kind = source["path"], source.get("type") or ""
    inode = node.files.find(path)
    wanted = {"Directory": Directory, "DirectoryOrCreate": Directory, "File": File, "FileOrCreate": File}.get(kind)
    if inode is None and kind == "FileOrCreate":
        node.files.place(path, File())
    elif inode is None and kind in ("", "DirectoryOrCreate"):
        node.files.directory(path)
    elif wanted is None and kind:
        raise MountError(f"simk8s does not model hostPath volumes of type {kind}")
    elif wanted is not None and not isinstance(inode, wanted):
        what = "directory" if wanted is Directory else "file"
        raise MountError(f"hostPath type check failed: {path} is not a {what}")
    return Volume(name, "hostPath", node.files, base=path.strip("/"))


def _claimed(pod: Object, name: str, claim_name: str, read_only: bool, node: Storage) -> Volume:
    namespace = pod["metadata"].get("namespace", "default")
    claim = node.store.find("PersistentVolumeClaim", claim_name, namespace)
    if claim is None:
        raise NotYet(f'error processing PVC {namespace}/{claim_name}: persistentvolumeclaims "{claim_name}" not found')
    volume_name = dig(claim, "spec", "volumeName")
    volume = node.store.find("PersistentVolume", volume_name, "") if volume_name else None
    if volume is None or dig(claim, "status", "phase") != "Bound":
        raise NotYet(f"error processing PVC {namespace}/{claim_name}: PVC is not bound")
    attached = attachment_name(volume) or ""
    if attached:
        this = node.store.find("Node", node.name, "")
        if not any(entry.get("name") == attached for entry in dig(this, "status", "volumesAttached", default=[])):
            raise NotYet("timed out waiting for the condition")
    disk = node.disks.of(volume, node.name)
    if volume["spec"].get("accessModes") == ["ReadWriteOncePod"] and _is_mounted(disk, uid(pod), node):  # VOL-10
        raise MountError(
            "volume uses the ReadWriteOncePod access mode and is already in use by another pod", volume_name
        )
    if attached:  # a disk of its own; node-local volumes are directories of the node's disk
        size = dig(claim, "status", "capacity", "storage") or dig(volume, "spec", "capacity", "storage")
        disk.capacity = whole(size)
    return Volume(name, "persistentVolumeClaim", disk, read_only=read_only, attached=attached)


def _is_mounted(disk: FileSystem, but: str, node: Storage) -> bool:
    """Whether another Pod than this one has the disk."""
    others = [local for local in node.pods.values() if local.uid != but and local.are_mounted]
    return any(volume.filesystem is disk for local in others for volume in local.volumes.values())


def sub_path_of(mount: Object, variables: Mapping[str, str], volume: Volume) -> str:
    """Where in the volume's file system a `volumeMount` begins."""
    inner = mount.get("subPath") or expand(mount.get("subPathExpr") or "", variables)
    if inner and volume.kind in SHOWN:
        return atomic_writer.behind(volume.filesystem, inner)
    return "/".join(part for part in (volume.base, inner) if part)
