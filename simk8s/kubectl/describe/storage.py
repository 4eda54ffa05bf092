"""Pages of claims, PersistentVolumes and StorageClasses."""

from __future__ import annotations

from simk8s.api.claim import claim_names
from simk8s.api.columns.storage import access_modes, is_default_class, storage_class_name
from simk8s.api.objects import Object, annotations_of, dig, finalizers, name, namespace
from simk8s.kubectl.describe.event import events
from simk8s.kubectl.describe.page import NONE, UNSET, Page, flat, time_text
from simk8s.kubectl.describe.volume import source


def claim(page: Page, obj: Object) -> None:
    spec, status = obj["spec"], obj.get("status") or {}
    page.head(obj)
    page.field("StorageClass", storage_class_name(obj))
    page.status(obj, status.get("phase", ""))
    page.field("Volume", spec.get("volumeName", ""))
    page.tags(obj)
    page.field("Finalizers", f"[{' '.join(finalizers(obj))}]")
    bound = bool(spec.get("volumeName"))
    page.field("Capacity", dig(status, "capacity", "storage", default="0") if bound else "")
    page.field("Access Modes", access_modes(status.get("accessModes") or []) if bound else "")
    if spec.get("volumeMode"):
        page.field("VolumeMode", spec["volumeMode"])
    users = [name(pod) for pod in page.store.list("Pod", namespace(obj)) if name(obj) in claim_names(pod)]
    page.column("Used By", sorted(users))
    _conditions(page, status.get("conditions") or [])
    events(page, obj)


def _conditions(page: Page, conditions: list[Object]) -> None:
    if not conditions:
        return
    page.line("Conditions:")
    page.line("Type\tStatus\tLastProbeTime\tLastTransitionTime\tReason\tMessage", 1)
    page.line("----\t------\t-----------------\t------------------\t------\t-------", 1)
    for entry in conditions:
        probed, since = time_text(entry.get("lastProbeTime")), time_text(entry.get("lastTransitionTime"))
        words = (entry["type"], entry["status"], probed, since, entry.get("reason", ""), entry.get("message", ""))
        page.line(" \t".join(words), 1)


def volume(page: Page, obj: Object) -> None:
    spec = obj["spec"]
    page.head(obj, with_namespace=False)
    page.tags(obj)
    page.field("Finalizers", f"[{' '.join(finalizers(obj))}]")
    page.field("StorageClass", storage_class_name(obj))
    page.status(obj, dig(obj, "status", "phase", default=""))
    owner = spec.get("claimRef")
    page.field("Claim", f"{owner.get('namespace', '')}/{owner['name']}" if owner else "")
    page.field("Reclaim Policy", spec.get("persistentVolumeReclaimPolicy", ""))
    page.field("Access Modes", access_modes(spec.get("accessModes") or []))
    if spec.get("volumeMode"):
        page.field("VolumeMode", spec["volumeMode"])
    page.field("Capacity", dig(spec, "capacity", "storage", default="0"))
    _affinity(page, spec)
    page.field("Message", dig(obj, "status", "message", default=""))
    page.line("Source:")
    source(page, spec)
    events(page, obj)


def _affinity(page: Page, spec: Object) -> None:
    terms = dig(spec, "nodeAffinity", "required", "nodeSelectorTerms")
    if terms is None:
        page.field("Node Affinity", NONE)
        return
    page.field("Node Affinity", "")
    page.field("Required Terms", "" if terms else NONE, 1)
    for index, term in enumerate(terms):
        shown = [_requirement(expression) for expression in term.get("matchExpressions") or []]
        page.column(f"Term {index}", shown, "    ")


def _requirement(expression: Object) -> str:
    text = f"{expression['key']} {expression['operator'].lower()}"
    return f"{text} [{', '.join(expression['values'])}]" if expression.get("values") else text


def storage_class(page: Page, obj: Object) -> None:
    page.head(obj, with_namespace=False)
    page.field("IsDefaultClass", "Yes" if is_default_class(obj) else "No")
    page.field("Annotations", flat(annotations_of(obj)))
    page.field("Provisioner", obj.get("provisioner", ""))
    page.field("Parameters", flat(obj.get("parameters") or {}))
    expansion = obj.get("allowVolumeExpansion")
    page.field("AllowVolumeExpansion", UNSET if expansion is None else str(expansion))
    options = obj.get("mountOptions") or []
    page.line("MountOptions:" if options else f"MountOptions:\t{NONE}")
    for option in options:
        page.line(option, 1)
    page.field("ReclaimPolicy", obj.get("reclaimPolicy", "Delete"))
    page.field("VolumeBindingMode", obj.get("volumeBindingMode", "Immediate"))
    events(page, obj)
