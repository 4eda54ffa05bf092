"""Columns of claims (KCTL-4), PersistentVolumes (KCTL-5) and StorageClasses (KCTL-10)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from simk8s.api.column import AGE, NAME, Column, Printer, age_of
from simk8s.api.objects import Object, annotations_of, dig, is_terminating, name

UNSET = "<unset>"
DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class"
_BETA_CLASS = "volume.beta.kubernetes.io/storage-class"

_MODES = {"ReadWriteOnce": "RWO", "ReadOnlyMany": "ROX", "ReadWriteMany": "RWX", "ReadWriteOncePod": "RWOP"}


def access_modes(modes: Sequence[str]) -> str:
    """The short forms, in their own order."""
    return ",".join(short for mode, short in _MODES.items() if mode in modes)


def storage_class_name(obj: Object) -> str:
    """The class of a claim or a volume, by its field or by the annotation of former days."""
    return str(annotations_of(obj).get(_BETA_CLASS) or dig(obj, "spec", "storageClassName", default=""))


def _claim(obj: Object, now: datetime) -> Sequence[Any]:
    spec, status = obj.get("spec") or {}, obj.get("status") or {}
    bound = bool(spec.get("volumeName"))
    return (
        name(obj),
        _phase(obj),
        spec.get("volumeName", ""),
        dig(status, "capacity", "storage", default="") if bound else "",
        access_modes(status.get("accessModes") or []) if bound else "",
        storage_class_name(obj),
        spec.get("volumeAttributesClassName") or UNSET,
        age_of(obj, now),
        spec.get("volumeMode", UNSET),
    )


def _volume(obj: Object, now: datetime) -> Sequence[Any]:
    spec = obj.get("spec") or {}
    claim = spec.get("claimRef")
    return (
        name(obj),
        dig(spec, "capacity", "storage", default=""),
        access_modes(spec.get("accessModes") or []),
        spec.get("persistentVolumeReclaimPolicy", ""),
        _phase(obj),
        f"{claim.get('namespace', '')}/{claim['name']}" if claim else "",
        storage_class_name(obj),
        spec.get("volumeAttributesClassName") or UNSET,
        dig(obj, "status", "reason", default=""),
        age_of(obj, now),
        spec.get("volumeMode", UNSET),
    )


def _phase(obj: Object) -> str:
    return "Terminating" if is_terminating(obj) else str(dig(obj, "status", "phase", default=""))


def is_default_class(obj: Object) -> bool:
    return annotations_of(obj).get(DEFAULT_CLASS) == "true"


def _storage_class(obj: Object, now: datetime) -> Sequence[Any]:
    return (
        name(obj) + (" (default)" if is_default_class(obj) else ""),
        obj.get("provisioner", ""),
        obj.get("reclaimPolicy", "Delete"),
        obj.get("volumeBindingMode", "Immediate"),
        "true" if obj.get("allowVolumeExpansion") else "false",
        age_of(obj, now),
    )


PRINTERS = {
    "PersistentVolumeClaim": Printer(
        (
            NAME,
            Column("Status"),
            Column("Volume"),
            Column("Capacity"),
            Column("Access Modes"),
            Column("StorageClass"),
            Column("VolumeAttributesClass"),
            AGE,
            Column("VolumeMode", 1),
        ),
        _claim,
    ),
    "PersistentVolume": Printer(
        (
            NAME,
            Column("Capacity"),
            Column("Access Modes"),
            Column("Reclaim Policy"),
            Column("Status"),
            Column("Claim"),
            Column("StorageClass"),
            Column("VolumeAttributesClass"),
            Column("Reason"),
            AGE,
            Column("VolumeMode", 1),
        ),
        _volume,
    ),
    "StorageClass": Printer(
        (
            NAME,
            Column("Provisioner"),
            Column("ReclaimPolicy"),
            Column("VolumeBindingMode"),
            Column("AllowVolumeExpansion"),
            AGE,
        ),
        _storage_class,
    ),
}
