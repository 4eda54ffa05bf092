"""What holds for claims, PersistentVolumes and StorageClasses."""

from __future__ import annotations

from collections.abc import Iterator

from simk8s.api import quantity
from simk8s.api.errors import Cause
from simk8s.api.objects import Object, dig
from simk8s.api.validation.field import Path, forbidden, invalid, required, text, unsupported
from simk8s.api.validation.name import dns_subdomain

_ACCESS_MODES = ("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod")
_RECLAIM_POLICIES = ("Delete", "Recycle", "Retain")
_BINDING_MODES = ("Immediate", "WaitForFirstConsumer")
_NOT_A_SOURCE = frozenset(
    {
        "accessModes",
        "capacity",
        "claimRef",
        "mountOptions",
        "nodeAffinity",
        "persistentVolumeReclaimPolicy",
        "storageClassName",
        "volumeAttributesClassName",
        "volumeMode",
    }
)


def claim(obj: Object) -> Iterator[Cause]:
    spec = obj.get("spec") or {}
    yield from _access_modes(spec, "at least 1 access mode is required")
    storage = dig(spec, "resources", "requests", "storage")
    path: Path = ("spec", "resources", "requests", "storage")
    if storage is None:
        cause = required(path)
        yield Cause("spec.resources[storage]", cause.message, cause.reason, path)
    elif quantity.parse(storage) <= 0:
        yield invalid(path, quantity.canonical(storage), "must be greater than zero")
    if name := spec.get("storageClassName"):
        yield from (invalid(("spec", "storageClassName"), name, why) for why in dns_subdomain(name))
    mode = spec.get("volumeMode", "Filesystem")
    if mode not in ("Block", "Filesystem"):
        yield unsupported(("spec", "volumeMode"), mode, ("Block", "Filesystem"))


def claim_update(new: Object, old: Object) -> Iterator[Cause]:
    """VOL-36: only the request of a bound claim may grow. Binding itself (volumeName, a first class) is allowed."""
    before, after = old["spec"], new["spec"]
    bound = dig(old, "status", "phase") == "Bound"
    open_fields = {"volumeAttributesClassName", "resources"}
    if not before.get("volumeName"):
        open_fields.add("volumeName")
    if before.get("storageClassName") is None:  # VOL-6: a default class is assigned afterwards
        open_fields.add("storageClassName")
    fixed = [field for field in sorted({*before, *after} - open_fields) if before.get(field) != after.get(field)]
    if fixed:
        why = (
            "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"
        )
        yield forbidden(("spec",), why)
    path: Path = ("spec", "resources", "requests", "storage")
    was, wanted = dig(before, "resources", "requests", "storage"), dig(after, "resources", "requests", "storage")
    if was is None or wanted is None or quantity.parse(was) == quantity.parse(wanted):
        return
    if not bound:
        yield forbidden(("spec",), "Only bound persistent volume claims can be expanded")
    elif quantity.parse(wanted) < quantity.parse(dig(old, "status", "capacity", "storage", default=was)):
        yield forbidden(path, "field can not be less than status.capacity")


def volume(obj: Object) -> Iterator[Cause]:
    spec = obj.get("spec") or {}
    yield from _access_modes(spec, "")
    if dig(spec, "capacity", "storage") is None:
        yield required(("spec", "capacity"))
    elif quantity.parse(spec["capacity"]["storage"]) <= 0:
        yield invalid(("spec", "capacity", "storage"), spec["capacity"]["storage"], "must be greater than zero")
    policy = spec.get("persistentVolumeReclaimPolicy", "Retain")
    if policy not in _RECLAIM_POLICIES:
        yield unsupported(("spec", "persistentVolumeReclaimPolicy"), policy, _RECLAIM_POLICIES)
    sources = [field for field, value in spec.items() if field not in _NOT_A_SOURCE and value is not None]
    if not sources:
        yield required(("spec",), "must specify a volume type")
    for field in sources[1:]:
        yield forbidden(("spec", field), "may not specify more than 1 volume type")


def _access_modes(spec: Object, detail: str) -> Iterator[Cause]:
    modes = spec.get("accessModes") or []
    if not modes:
        yield required(("spec", "accessModes"), detail)
    for mode in modes:
        if mode not in _ACCESS_MODES:
            yield unsupported(("spec", "accessModes"), mode, _ACCESS_MODES)
    if "ReadWriteOncePod" in modes and len(modes) > 1:
        yield forbidden(("spec", "accessModes"), "may not use ReadWriteOncePod with other access modes")


def storage_class(obj: Object) -> Iterator[Cause]:
    if not obj.get("provisioner"):
        yield required(("provisioner",))
    policy = obj.get("reclaimPolicy", "Delete")
    if policy not in ("Delete", "Retain"):
        yield unsupported(("reclaimPolicy",), policy, ("Delete", "Retain"))
    mode = obj.get("volumeBindingMode", "Immediate")
    if mode not in _BINDING_MODES:
        yield unsupported(("volumeBindingMode",), mode, _BINDING_MODES)


def storage_class_update(new: Object, old: Object) -> Iterator[Cause]:
    for field in ("parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"):
        if (new.get(field) or {}) != (old.get(field) or {}):
            yield forbidden((field,), f"updates to {text((field,))} are forbidden.")
