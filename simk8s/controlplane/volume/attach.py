"""The attach/detach controller: network disks follow their Pods from node to node (VOL-21 to VOL-24)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from simk8s.api.attachment import attachment_name, is_exclusive
from simk8s.api.claim import claim_names
from simk8s.api.objects import Key, Object, dig, is_true, name, namespace, uid
from simk8s.api.store import Store
from simk8s.controlplane.controller import Controller
from simk8s.controlplane.informer import Informers
from simk8s.controlplane.volume.binder import claims_of
from simk8s.sim import Actor, Run

ATTACH_SECONDS = (5.0, 20.0)  # TIME-38
DETACH_SECONDS = (5.0, 15.0)
FORCE_DETACH_SECONDS = 360.0  # VOL-23, TIME-8
RECHECK_SECONDS = 1.0
OUT_OF_SERVICE = "node.kubernetes.io/out-of-service"


@dataclass(slots=True)
class _Disk:
    """Where one volume is, and since when each node should have let go of it."""

    attached: list[str] = field(default_factory=list)
    unwanted_since: dict[str, float] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    """The UIDs of Pods that were told; each is told once."""


class Attachment:
    """Keeps `status.volumesAttached` of the nodes; kubelets mount only what is listed there, and list what they use."""

    def __init__(self, store: Store, informers: Informers) -> None:
        self._store = store
        self._volumes = informers.of("PersistentVolume")
        self._claims = informers.of("PersistentVolumeClaim")
        self._nodes = informers.of("Node")
        self._users = informers.of("Pod").index("claims", claims_of)
        self._disks: dict[str, _Disk] = {}
        self._controller = Controller("attachdetach-controller", store, "PersistentVolume", self._sync, workers=16)
        self._controller.follow(informers, "Pod", self._volumes_of)
        self._controller.follow(informers, "PersistentVolume", self._attachable)
        informers.of("Node").on_change(self._node_changed)

    def _sync(self, where: Key, actor: Actor) -> Run[None]:
        """Bring one volume to where it is wanted."""
        disk = self._disks.setdefault(where.name, _Disk())
        volume = self._volumes.at(where)
        wanted = list(self._wanted(volume)) if volume is not None else []
        nodes = {pod["spec"]["nodeName"]: pod for pod in reversed(wanted)}
        for node in list(disk.attached):
            if node in nodes:
                disk.unwanted_since.pop(node, None)
            else:
                yield from self._let_go(where, volume, disk, node, actor)
        if volume is None:
            return
        for node, pod in nodes.items():
            if node in disk.attached:
                continue
            if disk.attached and is_exclusive(volume):  # VOL-22
                if uid(pod) not in disk.refused:
                    disk.refused.add(uid(pod))
                    self._refuse(volume, disk, pod, wanted, actor)
                self._controller.enqueue_after(where, RECHECK_SECONDS)
                continue
            yield from self._take(volume, disk, node, pod, actor)

    def _take(self, volume: Object, disk: _Disk, node: str, pod: Object, actor: Actor) -> Run[None]:
        sim = self._store.sim
        disk.attached.append(node)
        yield sim.sleep(sim.uniform(*ATTACH_SECONDS, f"attach/{node}"))
        attached = {"name": attachment_name(volume), "devicePath": ""}
        yield from self._write(node, lambda old: [*old, attached], actor)
        text = f'AttachVolume.Attach succeeded for volume "{name(volume)}" '
        self._controller.events.event(pod, "Normal", "SuccessfulAttachVolume", text, by=actor)  # VOL-37

    def _let_go(self, where: Key, volume: Object | None, disk: _Disk, node: str, actor: Actor) -> Run[None]:
        """VOL-23: when the kubelet has unmounted it, or after six minutes on a node that is not Ready."""
        sim = self._store.sim
        since = disk.unwanted_since.setdefault(node, sim.now)
        object = self._nodes.get(node)
        listed = self._listed_name(where, volume)
        in_use = object is not None and listed in dig(object, "status", "volumesInUse", default=[])
        lost = object is not None and not is_true(object, "Ready")
        out_of_service = any(taint["key"] == OUT_OF_SERVICE for taint in dig(object, "spec", "taints", default=[]))
        if in_use and not (lost and (out_of_service or sim.now - since >= FORCE_DETACH_SECONDS)):
            self._controller.enqueue_after(where, RECHECK_SECONDS)
            return
        yield sim.sleep(sim.uniform(*DETACH_SECONDS, f"detach/{node}"))
        disk.attached.remove(node)
        disk.unwanted_since.pop(node, None)
        if object is not None:
            yield from self._write(node, lambda old: [entry for entry in old if entry["name"] != listed], actor)
        self._controller.enqueue(where, actor.last)

    def _listed_name(self, where: Key, volume: Object | None) -> str:
        return (attachment_name(volume) if volume is not None else None) or where.name

    def _refuse(self, volume: Object, disk: _Disk, pod: Object, wanted: list[Object], actor: Actor) -> None:
        holders = [name(user) for user in wanted if user["spec"]["nodeName"] in disk.attached]
        text = f'Multi-Attach error for volume "{name(volume)}" '
        if holders:
            text += f"Volume is already used by pod(s) {', '.join(sorted(holders))}"
        else:
            text += "Volume is already exclusively attached to one node and can't be attached to another"
        self._controller.events.event(pod, "Warning", "FailedAttachVolume", text, by=actor)  # VOL-38

    def _write(self, node: str, change: Callable[[list[Object]], list[Object]], actor: Actor) -> Run[None]:
        def changed(old: Object) -> Object:
            status = old.get("status") or {}
            return {**old, "status": {**status, "volumesAttached": change(status.get("volumesAttached") or [])}}

        yield from self._controller.client.patch("Node", node, "", changed, by=actor, status=True)

    def _wanted(self, volume: Object) -> Iterator[Object]:
        """The Pods that want the volume on their node, oldest first."""
        claim = dig(volume, "spec", "claimRef")
        if claim is None or attachment_name(volume) is None:
            return
        for pod in self._users[f"{claim['namespace']}/{claim['name']}"].values():
            if dig(pod, "spec", "nodeName") and dig(pod, "status", "phase") not in ("Failed", "Succeeded"):
                yield pod

    def _volumes_of(self, pod: Object) -> Iterator[Key]:
        if not pod["spec"].get("nodeName"):
            return
        for claim in claim_names(pod):
            held = self._claims.get(claim, namespace(pod))
            volume = self._volumes.get(held["spec"].get("volumeName") or "") if held else None
            if volume is not None and attachment_name(volume) is not None:
                yield Key("", name(volume))

    def _attachable(self, volume: Object) -> Iterator[Key]:
        if attachment_name(volume) is not None:
            yield Key("", name(volume))

    def _node_changed(self, old: Object | None, new: Object | None, seq: int) -> None:
        """A kubelet has unmounted something."""
        if dig(old, "status", "volumesInUse") != dig(new, "status", "volumesInUse"):
            for volume, disk in self._disks.items():
                if disk.unwanted_since:
                    self._controller.enqueue(Key("", volume), seq)
