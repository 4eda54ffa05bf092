"""Finalizers that keep a claim while Pods use it, and a volume while it is bound (VOL-11, VOL-12)."""

from __future__ import annotations

from simk8s.api.objects import Key, Object, dig, finalizers, is_terminating, metadata
from simk8s.api.store import Store, Write
from simk8s.controlplane.controller import Controller
from simk8s.controlplane.informer import Informers
from simk8s.controlplane.volume.binder import claims_of
from simk8s.sim import Actor, Run

CLAIM_FINALIZER = "kubernetes.io/pvc-protection"
VOLUME_FINALIZER = "kubernetes.io/pv-protection"

_FINALIZERS = {"PersistentVolumeClaim": CLAIM_FINALIZER, "PersistentVolume": VOLUME_FINALIZER}


def protect(write: Write) -> None:
    """Admission: new claims and volumes get their finalizer."""
    finalizer = _FINALIZERS.get(write.resource.kind)
    if write.operation == "CREATE" and finalizer and finalizer not in finalizers(write.new):
        meta = {**metadata(write.new), "finalizers": [*finalizers(write.new), finalizer]}
        write.new = {**write.new, "metadata": meta}


class Protection:
    """Takes the finalizer from a deleted claim that no scheduled Pod uses, from a deleted volume that is not bound."""

    def __init__(self, store: Store, informers: Informers) -> None:
        self._claims = informers.of("PersistentVolumeClaim")
        self._volumes = informers.of("PersistentVolume")
        self._users = informers.of("Pod").index("claims", claims_of)
        self._claim_queue = Controller(
            "pvc-protection-controller", store, "PersistentVolumeClaim", self._sync_claim, caches=informers
        )
        self._volume_queue = Controller(
            "pv-protection-controller", store, "PersistentVolume", self._sync_volume, caches=informers
        )
        self._claims.on_change(lambda old, new, seq: self._deleted(self._claim_queue, new, seq))
        self._volumes.on_change(lambda old, new, seq: self._deleted(self._volume_queue, new, seq))
        informers.of("Pod").on_change(self._pod_changed)

    def _deleted(self, queue: Controller, new: Object | None, seq: int) -> None:
        if new is not None and is_terminating(new):
            queue.enqueue(Key(metadata(new).get("namespace", ""), metadata(new)["name"]), seq)

    def _pod_changed(self, old: Object | None, new: Object | None, seq: int) -> None:
        if new is not None or old is None:
            return
        for claim in claims_of(old):
            where = Key(*claim.split("/"))
            held = self._claims.at(where)
            if held is not None and is_terminating(held):
                self._claim_queue.enqueue(where, seq)

    def _sync_claim(self, where: Key, actor: Actor) -> Run[None]:
        claim = self._claims.at(where)
        if claim is None or not is_terminating(claim):
            return
        users = self._users[f"{where.namespace}/{where.name}"].values()
        if not any(dig(pod, "spec", "nodeName") for pod in users):  # VOL-12: of any phase
            yield from _release(self._claim_queue, claim, CLAIM_FINALIZER, actor)

    def _sync_volume(self, where: Key, actor: Actor) -> Run[None]:
        volume = self._volumes.at(where)
        if volume is not None and is_terminating(volume) and dig(volume, "status", "phase") != "Bound":
            yield from _release(self._volume_queue, volume, VOLUME_FINALIZER, actor)


def _release(controller: Controller, object: Object, finalizer: str, actor: Actor) -> Run[None]:
    if finalizer in finalizers(object):
        kept = [entry for entry in finalizers(object) if entry != finalizer]
        meta = {**metadata(object), "finalizers": kept or None}
        yield from controller.client.update({**object, "metadata": meta}, by=actor)
