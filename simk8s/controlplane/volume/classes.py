"""The StorageClasses that clusters come with, and what their provisioners make (VOL-25, TIME-37)."""

from __future__ import annotations

from simk8s.api.objects import Object, name, namespace
from simk8s.api.store import Write
from simk8s.controlplane.options import StorageProfile
from simk8s.controlplane.volume.match import BETA_CLASS, DEFAULT_CLASS, default_class
from simk8s.controlplane.volume.provisioner import Driver, Order

NODE_LOCAL_SECONDS = (1.0, 3.0)  # TIME-37
CLOUD_SECONDS = (5.0, 15.0)


def _local_path(order: Order) -> Object:
    claim = order.claim
    path = f"/var/local-path-provisioner/{order.volume_name}_{namespace(claim)}_{name(claim)}"
    return {"hostPath": {"path": path, "type": "DirectoryOrCreate"}}


def _minikube(order: Order) -> Object:
    return {"hostPath": {"path": f"/tmp/hostpath-provisioner/{namespace(order.claim)}/{name(order.claim)}"}}


def _network_disk(order: Order) -> Object:
    return {"csi": {"driver": "ebs.csi.aws.com", "fsType": "ext4", "volumeHandle": order.volume_name}}


LOCAL_PATH = Driver("rancher.io/local-path", NODE_LOCAL_SECONDS, _local_path, is_local=True)
MINIKUBE = Driver("k8s.io/minikube-hostpath", NODE_LOCAL_SECONDS, _minikube)
NETWORK_DISK = Driver("ebs.csi.aws.com", CLOUD_SECONDS, _network_disk, expands=True)


def storage_class(class_name: str, driver: Driver, binding_mode: str, *, default: bool = True) -> Object:
    meta: Object = {"name": class_name}
    if default:
        meta["annotations"] = {DEFAULT_CLASS: "true"}
    made: Object = {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": meta,
        "provisioner": driver.name,
        "reclaimPolicy": "Delete",
        "volumeBindingMode": binding_mode,
    }
    return made | {"allowVolumeExpansion": True} if driver.expands else made


PROFILES: dict[StorageProfile, tuple[Driver, Object] | None] = {
    "kind": (LOCAL_PATH, storage_class("standard", LOCAL_PATH, "WaitForFirstConsumer")),
    "minikube": (MINIKUBE, storage_class("standard", MINIKUBE, "Immediate")),
    "cloud": (NETWORK_DISK, storage_class("gp3", NETWORK_DISK, "WaitForFirstConsumer")),
    "none": None,
}


def fill_in_default_class(write: Write) -> None:
    """Admission: a claim that says nothing of a class gets the default one, if there is one (VOL-6)."""
    if write.operation != "CREATE" or write.resource.kind != "PersistentVolumeClaim":
        return
    annotations = write.new["metadata"].get("annotations") or {}
    spec = write.new.get("spec") or {}
    if spec.get("storageClassName") is not None or BETA_CLASS in annotations:
        return
    default = default_class(write.store.list("StorageClass"))
    if default is not None:
        write.new = {**write.new, "spec": {**spec, "storageClassName": name(default)}}
