"""Defaults of claims, PersistentVolumes and StorageClasses."""

from __future__ import annotations

from simk8s.api.defaults.fill import amounts, canonical_amounts, fill, inside
from simk8s.api.objects import Object


def claim(obj: Object) -> Object:
    def spec(value: Object) -> Object:
        return inside(fill(value, volumeMode="Filesystem"), "resources", canonical_amounts)

    obj = inside(obj, "spec", spec)
    return fill(obj, status={"phase": "Pending"})


def volume(obj: Object) -> Object:
    def spec(value: Object) -> Object:
        value = fill(value, volumeMode="Filesystem", persistentVolumeReclaimPolicy="Retain")
        value = inside(value, "hostPath", lambda source: fill(source, type=""))
        return inside(value, "capacity", amounts)

    obj = inside(obj, "spec", spec)
    return fill(obj, status={"phase": "Pending"})


def storage_class(obj: Object) -> Object:
    return fill(obj, reclaimPolicy="Delete", volumeBindingMode="Immediate")
