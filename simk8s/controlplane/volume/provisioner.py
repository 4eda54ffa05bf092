"""Provisioners: programs outside Kubernetes' own controllers that make and remove volumes (VOL-7, VOL-8, VOL-33)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from simk8s.api.errors import ApiError
from simk8s.api.objects import Key, Object, annotations_of, dig, is_terminating, name, namespace, uid
from simk8s.api.store import Store
from simk8s.controlplane.controller import Controller
from simk8s.controlplane.informer import Informers
from simk8s.controlplane.volume.match import PROVISIONED_BY, PROVISIONER, SELECTED_NODE, class_name, is_delayed
from simk8s.sim import Actor, Run

RETRY_SECONDS = (1.0, 300.0)


@dataclass(frozen=True, slots=True)
class Order:
    """What a provisioner is asked for: a volume of that name, for that claim, of that class, on that node (or "")."""

    volume_name: str
    claim: Object
    storage_class: Object
    node: str


@dataclass(frozen=True, slots=True)
class Driver:
    """How one provisioner makes volumes.

    `source` returns the part of the PersistentVolume's spec that says where the data is. `refusal` returns why an order
    cannot be met, "" where it can. `is_local` volumes can be used on the node they were made for only (VOL-25), those
    of a driver that `expands` can be enlarged later (VOL-26).
    """

    name: str
    delay_seconds: tuple[float, float]
    source: Callable[[Order], Object]
    is_local: bool = False
    expands: bool = False
    refusal: Callable[[Store, Order], str] = lambda store, order: ""


class Provisioner:
    """Watches for claims that ask for its driver and for volumes of its own that nobody needs any more."""

    def __init__(self, store: Store, informers: Informers, driver: Driver) -> None:
        self._store = store
        self._driver = driver
        self._claims = informers.of("PersistentVolumeClaim")
        self._volumes = informers.of("PersistentVolume")
        self._classes = informers.of("StorageClass")
        self._makes = Controller(
            driver.name, store, "PersistentVolumeClaim", self._sync_claim, retry_seconds=RETRY_SECONDS, workers=4
        )
        self._removes = Controller(
            driver.name, store, "PersistentVolume", self._sync_volume, retry_seconds=RETRY_SECONDS, workers=4
        )
        self._makes.follow(informers, "PersistentVolumeClaim")
        self._removes.follow(informers, "PersistentVolume")

    def _sync_claim(self, where: Key, actor: Actor) -> Run[None]:
        order = self._order(self._claims.at(where))
        if order is None or self._store.find("PersistentVolume", order.volume_name) is not None:
            return
        tell = self._makes.events.event
        claim = order.claim
        text = f'External provisioner is provisioning volume for claim "{namespace(claim)}/{name(claim)}"'
        tell(claim, "Normal", "Provisioning", text, by=actor)  # VOL-33
        sim = self._store.sim
        yield sim.sleep(sim.uniform(*self._driver.delay_seconds, f"provisioner/{self._driver.name}"))
        refusal = self._driver.refusal(self._store, order)
        if refusal:
            text = f'failed to provision volume with StorageClass "{name(order.storage_class)}": {refusal}'
            tell(claim, "Warning", "ProvisioningFailed", text, by=actor)  # VOL-34
            if order.node:  # VOL-4: the Pod is to be scheduled anew
                annotations = {**annotations_of(claim), SELECTED_NODE: None}
                meta = {**claim["metadata"], "annotations": annotations}
                yield from self._makes.client.update({**claim, "metadata": meta}, by=actor)
            raise ApiError("InternalError", 500, refusal)
        yield from self._makes.client.create(self._volume(order), by=actor)
        text = f"Successfully provisioned volume {order.volume_name}"
        tell(claim, "Normal", "ProvisioningSucceeded", text, by=actor)  # VOL-33

    def _order(self, claim: Object | None) -> Order | None:
        """What a claim asks of this provisioner, if it asks it now."""
        if claim is None or claim["spec"].get("volumeName") or is_terminating(claim):
            return None
        asked = annotations_of(claim)
        storage_class = self._classes.get(class_name(claim) or "")
        if asked.get(PROVISIONER) != self._driver.name or storage_class is None:
            return None
        node = asked.get(SELECTED_NODE, "")
        if is_delayed(storage_class) and not node:
            return None
        return Order(f"pvc-{uid(claim)}", claim, storage_class, node)

    def _volume(self, order: Order) -> Object:
        """VOL-7."""
        claim, storage_class = order.claim, order.storage_class
        spec: Object = {
            "capacity": {"storage": dig(claim, "spec", "resources", "requests", "storage")},
            "accessModes": claim["spec"]["accessModes"],
            "persistentVolumeReclaimPolicy": storage_class.get("reclaimPolicy", "Delete"),
            "storageClassName": name(storage_class),
            "volumeMode": claim["spec"].get("volumeMode", "Filesystem"),
            "claimRef": {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "name": name(claim),
                "namespace": namespace(claim),
                "uid": uid(claim),
            },
            **self._driver.source(order),
        }
        if self._driver.is_local and order.node:
            expression = {"key": "kubernetes.io/hostname", "operator": "In", "values": [order.node]}
            spec["nodeAffinity"] = {"required": {"nodeSelectorTerms": [{"matchExpressions": [expression]}]}}
        annotations = {PROVISIONED_BY: self._driver.name}
        meta = {"name": order.volume_name, "annotations": annotations}
        return {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": meta, "spec": spec}

    def _sync_volume(self, where: Key, actor: Actor) -> Run[None]:
        """VOL-8: remove a released volume that its class wants removed. Its data goes with it."""
        volume = self._volumes.at(where)
        if volume is None or is_terminating(volume) or annotations_of(volume).get(PROVISIONED_BY) != self._driver.name:
            return
        policy = volume["spec"].get("persistentVolumeReclaimPolicy")
        if dig(volume, "status", "phase") == "Released" and policy == "Delete":
            sim = self._store.sim
            yield sim.sleep(sim.uniform(*self._driver.delay_seconds, f"provisioner/{self._driver.name}"))
            yield from self._removes.client.delete("PersistentVolume", where.name, "", by=actor)
