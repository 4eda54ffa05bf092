"""Rook: Ceph storage in the cluster. Its pools are objects, and its provisioner makes volumes in a pool."""

from __future__ import annotations

from simk8s.api.objects import Object, dig
from simk8s.api.resources import Registry, Resource
from simk8s.api.store import Store
from simk8s.controlplane.volume.classes import CLOUD_SECONDS
from simk8s.controlplane.volume.provisioner import Driver, Order

POOL = Resource("Pool", "pools", "ceph.rook.io", "v1beta1", subresources=("status",))
BLOCK_POOL = Resource("CephBlockPool", "cephblockpools", "ceph.rook.io", "v1", subresources=("status",))

DEFAULT_NAMESPACE = "rook-ceph"


def install(registry: Registry) -> tuple[Driver, ...]:
    """Serve both generations of pools: `Pool` of Rook up to 0.8, `CephBlockPool` since."""
    registry.add(POOL)
    registry.add(BLOCK_POOL)
    return BLOCK, RBD


def _pool(order: Order) -> tuple[str, str]:
    """The pool that the class names, and its namespace."""
    parameters = order.storage_class.get("parameters") or {}
    cluster = parameters.get("clusterNamespace") or parameters.get("clusterID") or DEFAULT_NAMESPACE
    return parameters.get("pool") or parameters.get("blockPool") or "", cluster


def _missing_pool(store: Store, order: Order) -> str:
    pool, cluster = _pool(order)
    if not pool:
        return 'StorageClass has no parameter "pool"'
    if any(store.find(kind, pool, cluster) is not None for kind in (POOL.kind, BLOCK_POOL.kind)):
        return ""
    return f'pool "{pool}" not found in namespace "{cluster}"'


def _flex_volume(order: Order) -> Object:
    pool, cluster = _pool(order)
    options = {
        "clusterNamespace": cluster,
        "image": order.volume_name,
        "pool": pool,
        "storageClass": order.storage_class["metadata"]["name"],
    }
    file_system = dig(order.storage_class, "parameters", "fstype", default="ext4")
    return {"flexVolume": {"driver": "ceph.rook.io/rook", "fsType": file_system, "options": options}}


def _csi_volume(order: Order) -> Object:
    pool, cluster = _pool(order)
    attributes = {"clusterID": cluster, "pool": pool, "imageName": order.volume_name}
    return {
        "csi": {
            "driver": "rook-ceph.rbd.csi.ceph.com",
            "fsType": "ext4",
            "volumeHandle": order.volume_name,
            "volumeAttributes": attributes,
        }
    }


BLOCK = Driver("ceph.rook.io/block", CLOUD_SECONDS, _flex_volume, refusal=_missing_pool)
RBD = Driver("rook-ceph.rbd.csi.ceph.com", CLOUD_SECONDS, _csi_volume, refusal=_missing_pool, expands=True)
