"""Growing a claim: who may ask for it, and who makes the volume larger (VOL-26, VOL-36).

The volume's driver enlarges the disk; the kubelet of the node that has it mounted enlarges the file system.
"""

from __future__ import annotations

from simk8s.api import quantity
from simk8s.api.errors import forbidden
from simk8s.api.objects import Key, Object, annotations_of, dig, is_terminating, name
from simk8s.api.store import Store, Write
from simk8s.controlplane.controller import Controller
from simk8s.controlplane.informer import Informers
from simk8s.controlplane.volume.match import PROVISIONED_BY, class_name
from simk8s.controlplane.volume.provisioner import Driver
from simk8s.sim import Actor, Run

RESIZING = "Resizing"
FILE_SYSTEM_PENDING = "FileSystemResizePending"

_REFUSED = (
    "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize"
)
_WAITING = "waiting for an external controller to expand this PVC"
_PENDING = "Waiting for user to (re-)start a pod to finish file system resize of volume on node."


def may_expand(write: Write) -> None:
    """Admission: a claim grows only where its class allows it. Raises ApiError 403."""
    if write.operation != "UPDATE" or write.resource.kind != "PersistentVolumeClaim" or write.old is None:
        return
    if _requested(write.new) <= _requested(write.old):
        return
    storage_class = write.store.find("StorageClass", class_name(write.new) or "")
    if storage_class is None or not storage_class.get("allowVolumeExpansion"):
        raise forbidden(write.resource, name(write.new), _REFUSED)


class ExpandController:
    """Says that a claim which asks for more than it has waits for its driver."""

    def __init__(self, store: Store, informers: Informers) -> None:
        self._claims = informers.of("PersistentVolumeClaim")
        self._told: dict[Key, int] = {}
        self._controller = Controller("volume_expand", store, "PersistentVolumeClaim", self._sync)
        self._controller.follow(informers, "PersistentVolumeClaim")

    def _sync(self, where: Key, actor: Actor) -> Run[None]:
        claim = self._claims.at(where)
        if claim is not None and wants_more(claim) and self._told.get(where) != _requested(claim):
            self._told[where] = _requested(claim)
            self._controller.events.event(claim, "Normal", "ExternalExpanding", _WAITING, by=actor)
        yield from ()


class Resizer:
    """Enlarges the volumes of one driver, as `external-resizer` does."""

    def __init__(self, store: Store, informers: Informers, driver: Driver) -> None:
        self._store = store
        self._driver = driver
        self._claims = informers.of("PersistentVolumeClaim")
        self._volumes = informers.of("PersistentVolume")
        self._controller = Controller(
            f"external-resizer {driver.name}", store, "PersistentVolumeClaim", self._sync, caches=informers
        )
        self._controller.follow(informers, "PersistentVolumeClaim")

    def _sync(self, where: Key, actor: Actor) -> Run[None]:
        claim = self._claims.at(where)
        if claim is None or is_terminating(claim) or not wants_more(claim):
            return
        volume = self._volumes.get(claim["spec"]["volumeName"])
        if volume is None or annotations_of(volume).get(PROVISIONED_BY) != self._driver.name:
            return
        if quantity.whole(dig(volume, "spec", "capacity", "storage")) >= _requested(claim):
            return
        client, tell, sim = self._controller.client, self._controller.events.event, self._store.sim
        tell(claim, "Normal", RESIZING, f"External resizer is resizing volume {name(volume)}", by=actor)
        yield from client.patch(
            *_address(claim), lambda old: with_condition(old, RESIZING, "", sim.timestamp), by=actor, status=True
        )
        yield sim.sleep(sim.uniform(*self._driver.delay_seconds, f"resizer/{self._driver.name}"))
        size = dig(claim, "spec", "resources", "requests", "storage")
        yield from client.patch("PersistentVolume", name(volume), "", lambda old: _grown(old, size), by=actor)
        yield from client.patch(
            *_address(claim),
            lambda old: with_condition(old, FILE_SYSTEM_PENDING, _PENDING, sim.timestamp),
            by=actor,
            status=True,
        )
        text = "Require file system resize of volume on node"
        tell(claim, "Normal", "FileSystemResizeRequired", text, by=actor)


def wants_more(claim: Object) -> bool:
    """Whether a bound claim asks for more than it has."""
    if dig(claim, "status", "phase") != "Bound":
        return False
    return _requested(claim) > quantity.whole(dig(claim, "status", "capacity", "storage", default="0"))


def with_condition(claim: Object, kind: str, message: str, now: str) -> Object:
    """The claim with this one step of a resize as its condition."""
    entry: Object = {"type": kind, "status": "True", "lastTransitionTime": now}
    if message:
        entry["message"] = message
    return {**claim, "status": {**claim["status"], "conditions": [entry]}}


def _requested(claim: Object) -> int:
    return quantity.whole(dig(claim, "spec", "resources", "requests", "storage", default="0"))


def _address(claim: Object) -> tuple[str, str, str]:
    return "PersistentVolumeClaim", name(claim), claim["metadata"]["namespace"]


def _grown(volume: Object, size: str) -> Object:
    capacity = {**volume["spec"]["capacity"], "storage": size}
    return {**volume, "spec": {**volume["spec"], "capacity": capacity}}
