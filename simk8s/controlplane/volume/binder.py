"""The PersistentVolume controller: brings claims and volumes together, and lets volumes go (VOL-1 to VOL-9)."""

from __future__ import annotations

from collections.abc import Iterator

from simk8s.api.claim import claim_names
from simk8s.api.errors import ApiError
from simk8s.api.objects import Key, Object, annotations_of, dig, is_terminating, name, namespace, uid
from simk8s.api.store import Store
from simk8s.controlplane.controller import Controller
from simk8s.controlplane.informer import Informers
from simk8s.controlplane.volume.match import (
    BOUND,
    BOUND_BY_CONTROLLER,
    NO_PROVISIONER,
    PROVISIONED_BY,
    PROVISIONER,
    SELECTED_NODE,
    best_volume,
    class_name,
    default_class,
    is_delayed,
    mismatch,
    refers_to,
    reservation,
)
from simk8s.sim import Actor, Run

RESYNC_SECONDS = 15.0  # VOL-2

_NAME = "persistentvolume-controller"


class Binder:
    """Two queues, of claims and of volumes, and a look at everything unbound every 15 seconds."""

    def __init__(self, store: Store, informers: Informers) -> None:
        self._store = store
        self._claims = informers.of("PersistentVolumeClaim")
        self._volumes = informers.of("PersistentVolume")
        self._reserved = self._volumes.index("reserved", reservation)
        self._unbound = self._claims.index("unbound", _unbound)
        self._classes = informers.of("StorageClass")
        self._pods = informers.of("Pod").index("claims", claims_of)
        self._claim_queue = Controller(_NAME, store, "PersistentVolumeClaim", self._sync_claim, caches=informers)
        self._volume_queue = Controller(_NAME, store, "PersistentVolume", self._sync_volume, caches=informers)
        self._client = self._claim_queue.client
        self._tell = self._claim_queue.events.event
        self._claim_queue.follow(informers, "PersistentVolumeClaim")
        self._volume_queue.follow(informers, "PersistentVolumeClaim", _volume_of_claim)
        self._volume_queue.follow(informers, "PersistentVolume")
        self._claim_queue.follow(informers, "PersistentVolume", _claim_of_volume)

    def resync(self) -> Run[None]:
        """VOL-2: look at all that is not bound again, for ever."""
        while True:
            yield self._store.sim.sleep(RESYNC_SECONDS)
            for where in list(self._unbound[""]):
                self._claim_queue.enqueue(where, self._claims.seq(where))

    def _sync_claim(self, where: Key, actor: Actor) -> Run[None]:
        claim = self._claims.at(where)
        if claim is None:
            return
        if BOUND in annotations_of(claim):
            yield from self._check_bound(claim, actor)
        elif claim["spec"].get("volumeName"):
            yield from self._bind_requested(claim, actor)
        else:
            yield from self._bind_any(claim, actor)

    def _bind_any(self, claim: Object, actor: Actor) -> Run[None]:
        """VOL-3: a volume that exists, else a new one, else patience."""
        if class_name(claim) is None:
            default = default_class(self._classes)
            if default is not None:  # VOL-6: retroactively
                spec = {**claim["spec"], "storageClassName": name(default)}
                yield from self._client.update({**claim, "spec": spec}, by=actor)
                return
        wanted = class_name(claim) or ""
        storage_class = self._classes.get(wanted) if wanted else None
        waits = is_delayed(storage_class) and SELECTED_NODE not in annotations_of(claim)
        candidates = list(self._reserved[f"{namespace(claim)}/{name(claim)}"].values())
        if not waits:
            candidates += self._reserved[""].values()
        volume = best_volume(claim, candidates)
        if volume is not None:
            yield from self._bind(volume, claim, actor)
        elif waits:
            self._tell_waiting(claim, actor)
        elif wanted:
            yield from self._provision(claim, wanted, storage_class, actor)
        else:
            text = "no persistent volumes available for this claim and no storage class is set"
            self._tell(claim, "Normal", "FailedBinding", text, by=actor)  # VOL-30

    def _tell_waiting(self, claim: Object, actor: Actor) -> None:
        """VOL-31: nobody uses the claim yet, or its Pod has not been scheduled yet."""
        pods = sorted(
            pod["metadata"]["name"]
            for pod in self._pods[f"{namespace(claim)}/{name(claim)}"].values()
            if not dig(pod, "spec", "nodeName") and not is_terminating(pod)
        )
        if pods:
            text = f"waiting for pod {','.join(pods)} to be scheduled"
            self._tell(claim, "Normal", "WaitForPodScheduled", text, by=actor)
        else:
            text = "waiting for first consumer to be created before binding"
            self._tell(claim, "Normal", "WaitForFirstConsumer", text, by=actor)

    def _provision(self, claim: Object, wanted: str, storage_class: Object | None, actor: Actor) -> Run[None]:
        """Ask the class's provisioner, which watches for its annotation on claims."""
        if storage_class is None:
            text = f'storageclass.storage.k8s.io "{wanted}" not found'
            self._tell(claim, "Warning", "ProvisioningFailed", text, by=actor)  # VOL-34
            return
        provisioner = storage_class["provisioner"]
        if provisioner == NO_PROVISIONER:
            text = f'storageclass.storage.k8s.io "{wanted}" does not provision: its volumes are made by hand'
            self._tell(claim, "Warning", "ProvisioningFailed", text, by=actor)
            return
        if annotations_of(claim).get(PROVISIONER) != provisioner:
            claim = yield from self._client.update(_annotated(claim, PROVISIONER, provisioner), by=actor)
        text = (
            f"Waiting for a volume to be created either by the external provisioner '{provisioner}' or manually by the "
            "system administrator. If volume creation is delayed, please verify that the provisioner is running and "
            "correctly registered."
        )
        self._tell(claim, "Normal", "ExternalProvisioning", text, by=actor)  # VOL-32

    def _bind_requested(self, claim: Object, actor: Actor) -> Run[None]:
        """The claim names its volume: a person wrote that, or a binding was left half done."""
        volume = self._volumes.get(claim["spec"]["volumeName"])
        if volume is None:
            return
        reserved = volume["spec"].get("claimRef")
        if reserved is not None and not refers_to(reserved, claim):
            text = f'volume "{name(volume)}" already bound to a different claim.'
            self._tell(claim, "Warning", "FailedBinding", text, by=actor)  # VOL-35
            return
        why = mismatch(claim, volume) if reserved is None else ""
        if why:
            text = f'Cannot bind to requested volume "{name(volume)}": {why}'
            self._tell(claim, "Warning", "VolumeMismatch", text, by=actor)  # VOL-35
            return
        yield from self._bind(volume, claim, actor)

    def _bind(self, volume: Object, claim: Object, actor: Actor) -> Run[None]:
        """VOL-1: the volume points at the claim, then the claim at the volume; each side in spec and status."""
        client = self._client
        reserved = volume["spec"].get("claimRef") or {}
        if reserved.get("uid") != uid(claim):
            reference = {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "name": name(claim),
                "namespace": namespace(claim),
                "uid": uid(claim),
            }
            volume = {**volume, "spec": {**volume["spec"], "claimRef": reference}}
            if not reserved:
                volume = _annotated(volume, BOUND_BY_CONTROLLER, "yes")
            volume = yield from client.update(volume, by=actor)
        yield from self._set_phase(volume, "Bound", actor)
        if claim["spec"].get("volumeName") != name(volume) or BOUND not in annotations_of(claim):
            bound = _annotated(claim, BOUND, "yes")
            if not claim["spec"].get("volumeName"):
                bound = _annotated(bound, BOUND_BY_CONTROLLER, "yes")
            bound = {**bound, "spec": {**bound["spec"], "volumeName": name(volume)}}
            claim = yield from client.update(bound, by=actor)
        status = {
            **(claim.get("status") or {}),
            "phase": "Bound",
            "accessModes": volume["spec"]["accessModes"],
            "capacity": volume["spec"]["capacity"],
        }
        yield from client.update_status({**claim, "status": status}, by=actor)

    def _check_bound(self, claim: Object, actor: Actor) -> Run[None]:
        volume = self._volumes.get(claim["spec"].get("volumeName", ""))
        if volume is None:
            if dig(claim, "status", "phase") == "Bound":  # VOL-9
                status = {**claim["status"], "phase": "Lost"}
                yield from self._client.update_status({**claim, "status": status}, by=actor)
                text = "Bound claim has lost its PersistentVolume. Data on the volume is lost!"
                self._tell(claim, "Warning", "ClaimLost", text, by=actor)  # VOL-35
        elif refers_to(volume["spec"].get("claimRef") or {}, claim) and dig(claim, "status", "phase") != "Bound":
            yield from self._bind(volume, claim, actor)

    def _sync_volume(self, where: Key, actor: Actor) -> Run[None]:
        volume = self._volumes.at(where)
        if volume is None:
            return
        reserved = volume["spec"].get("claimRef")
        if reserved is None or not reserved.get("uid"):
            yield from self._set_phase(volume, "Available", actor)
            return
        claim = self._claims.get(reserved["name"], reserved["namespace"])
        if claim is None:  # it may only not have been seen yet
            claim = self._store.find("PersistentVolumeClaim", reserved["name"], reserved["namespace"])
        if claim is None or uid(claim) != reserved["uid"]:  # VOL-8
            yield from self._release(volume, actor)
        elif claim["spec"].get("volumeName") not in (None, "", name(volume)):
            yield from self._give_back(volume, actor)

    def _release(self, volume: Object, actor: Actor) -> Run[None]:
        """VOL-8. A volume that cannot be reclaimed as its policy says has failed, and waits for a person (VOL-1)."""
        if dig(volume, "status", "phase") not in ("Released", "Failed"):
            yield from self._set_phase(volume, "Released", actor)
            return
        reason, why = irreclaimable(volume)
        if why and dig(volume, "status", "phase") != "Failed":
            yield from self._set_phase(volume, "Failed", actor, why)
            self._tell(volume, "Warning", reason, why, by=actor)

    def _give_back(self, volume: Object, actor: Actor) -> Run[None]:
        """The claim took another volume: one that was provisioned for it is superfluous, any other is free again."""
        if PROVISIONED_BY in annotations_of(volume):
            if volume["spec"].get("persistentVolumeReclaimPolicy") == "Delete":
                yield from self._set_phase(volume, "Released", actor)
        elif BOUND_BY_CONTROLLER in annotations_of(volume):
            spec = {**volume["spec"], "claimRef": None}
            yield from self._client.update({**volume, "spec": spec}, by=actor)

    def _set_phase(self, volume: Object, phase: str, actor: Actor, message: str = "") -> Run[None]:
        if dig(volume, "status", "phase") == phase:
            return
        status = {"phase": phase, "lastPhaseTransitionTime": self._store.sim.timestamp}
        if message:
            status["message"] = message
        try:
            yield from self._client.update_status({**volume, "status": status}, by=actor)
        except ApiError as error:
            if error.reason != "NotFound":
                raise


def _unbound(claim: Object) -> Iterator[str]:
    if dig(claim, "status", "phase") != "Bound":
        yield ""


def claims_of(pod: Object) -> Iterator[str]:
    """`namespace/name` of every claim that a Pod uses."""
    space = namespace(pod)
    for claim in claim_names(pod):
        yield f"{space}/{claim}"


def irreclaimable(volume: Object) -> tuple[str, str]:
    """Event reason and text of a released volume that nobody can reclaim; both empty where someone can."""
    policy, spec = volume["spec"].get("persistentVolumeReclaimPolicy"), volume["spec"]
    if policy == "Recycle":
        return "VolumeFailedRecycle", "simk8s does not model the reclaim policy Recycle; use Retain or Delete"
    if policy != "Delete" or PROVISIONED_BY in annotations_of(volume):
        return "", ""
    path = dig(spec, "hostPath", "path")
    if path is not None:
        return "VolumeFailedDelete", f"host_path deleter only supports /tmp/.+ but received provided {path}"
    why = "no volume plugin matched" if "csi" in spec else "no deletable volume plugin matched"
    return "VolumeFailedDelete", f'error getting deleter volume plugin for volume "{name(volume)}": {why}'


def _annotated(object: Object, key: str, value: str) -> Object:
    meta = object["metadata"]
    return {**object, "metadata": {**meta, "annotations": {**annotations_of(object), key: value}}}


def _volume_of_claim(claim: Object) -> Iterator[Key]:
    if claim["spec"].get("volumeName"):
        yield Key("", claim["spec"]["volumeName"])


def _claim_of_volume(volume: Object) -> Iterator[Key]:
    reference = volume["spec"].get("claimRef")
    if reference is not None:
        yield Key(reference.get("namespace", ""), reference["name"])
