"""The disks behind PersistentVolumes: data that outlives Pods, until the volume is reclaimed (KUBELET-60, VOL-8)."""

from __future__ import annotations

from collections.abc import Iterator

from simk8s.api.attachment import attachment_name
from simk8s.api.objects import Object, dig, name, uid
from simk8s.api.store import Store
from simk8s.machine import Directory, FileSystem
from simk8s.sim import Run, Simulation


class Disks:
    """Every disk of a cluster, by what stands behind the volume: two volumes of one disk show the same data."""

    def __init__(self, sim: Simulation) -> None:
        self.sim = sim
        self._actor = sim.actor("disks")
        self._disks: dict[str, FileSystem] = {}
        self._users: dict[str, str] = {}
        """The UID of the PersistentVolume that showed a disk last."""

    def of(self, volume: Object, node: str) -> FileSystem:
        """The disk of a PersistentVolume as a node sees it, made empty (and formatted) when it is first asked for."""
        backing = backing_of(volume, node)
        disk = self._disks.get(backing)
        if disk is None:
            label = name(volume) if self.find(name(volume)) is None else f"{name(volume)}@{node}"
            disk = self._disks[backing] = FileSystem(label, Directory(mode=0o777, mtime=self.sim.now))
            made = [disk.root]
            if attachment_name(volume):  # a block device gets an ext4 file system
                disk.root.mode = 0o755
                made.append(Directory(mode=0o700, mtime=self.sim.now))
                disk.root.entries["lost+found"] = made[-1]
            directories = dict.fromkeys(disk.root.entries, made[-1].mode)
            seq = self.sim.record(self._actor, "disk.create", label, mode=disk.root.mode, directories=directories)
            for directory in made:
                directory.number = seq
        self._users[backing] = uid(volume)
        return disk

    def __iter__(self) -> Iterator[FileSystem]:
        return iter(self._disks.values())

    def find(self, volume_name: str) -> FileSystem | None:
        """The disk that was first used under that PersistentVolume's name."""
        return next((disk for disk in self._disks.values() if disk.name == volume_name), None)

    def follow(self, store: Store) -> Run[None]:
        """Free the disk of each PersistentVolume that is deleted, unless its data is to be kept. Never ends."""
        watch = store.watch("PersistentVolume", who="disks")
        while True:
            event = yield from watch.next()
            self._actor.hear(event.seq)
            if event.type == "DELETED" and dig(event.object, "spec", "persistentVolumeReclaimPolicy") != "Retain":
                self._free(uid(event.object))

    def _free(self, volume_uid: str) -> None:
        for backing in [backing for backing, user in self._users.items() if user == volume_uid]:
            self.sim.record(self._actor, "disk.free", self._disks[backing].name)
            del self._disks[backing], self._users[backing]


def backing_of(volume: Object, node: str) -> str:
    """What makes two PersistentVolumes the same storage: a driver's handle, a node's path, a server's path."""
    spec = volume["spec"]
    if "csi" in spec:
        return f"csi {spec['csi'].get('driver', '')} {spec['csi'].get('volumeHandle') or uid(volume)}"
    for kind in ("local", "hostPath"):
        if kind in spec:  # VOL-25: on another node this is another directory
            return f"{kind} {node} {spec[kind].get('path', '')}"
    if "nfs" in spec:
        return f"nfs {spec['nfs'].get('server', '')} {spec['nfs'].get('path', '')}"
    return uid(volume)
