"""Pages of StatefulSets (KCTL-12), Deployments and ReplicaSets."""

from __future__ import annotations

from simk8s.api.columns.storage import storage_class_name
from simk8s.api.objects import Object, dig, is_controlled_by, metadata, namespace
from simk8s.api.selector import from_object
from simk8s.kubectl.describe.event import events
from simk8s.kubectl.describe.page import NONE, Page, controller_text, time_text
from simk8s.kubectl.describe.pod import pod_template


def stateful_set(page: Page, obj: Object) -> None:
    spec = obj["spec"]
    page.head(obj)
    page.field("CreationTimestamp", time_text(metadata(obj).get("creationTimestamp")))
    page.field("Selector", _selector(obj))
    page.tags(obj)
    page.field("Replicas", f"{spec.get('replicas', 0)} desired | {_status(obj, 'replicas')} total")
    page.field("Update Strategy", dig(spec, "updateStrategy", "type", default=""))
    rolling = dig(spec, "updateStrategy", "rollingUpdate")
    if rolling and rolling.get("partition") is not None:
        page.field("Partition", rolling["partition"], 1)
        if rolling.get("maxUnavailable") is not None:
            page.field("MaxUnavailable", rolling["maxUnavailable"], 1)
    page.field("Pods Status", _pods_status(page, obj))
    pod_template(page, spec.get("template") or {})
    _claims(page, spec.get("volumeClaimTemplates") or [])
    events(page, obj)


def _claims(page: Page, templates: list[Object]) -> None:
    if not templates:
        page.field("Volume Claims", NONE)
        return
    page.line("Volume Claims:")
    for claim in templates:
        meta = metadata(claim)
        page.field("Name", meta.get("name", ""), 1)
        page.field("StorageClass", storage_class_name(claim), 1)
        page.mapping("Labels", meta.get("labels"), "  ")
        page.mapping("Annotations", meta.get("annotations"), "  ")
        page.field("Capacity", dig(claim, "spec", "resources", "requests", "storage", default="<default>"), 1)
        page.field("Access Modes", f"[{' '.join(dig(claim, 'spec', 'accessModes', default=[]))}]", 1)


def deployment(page: Page, obj: Object) -> None:
    spec = obj["spec"]
    page.head(obj)
    page.field("CreationTimestamp", time_text(metadata(obj).get("creationTimestamp")))
    page.tags(obj)
    page.field("Selector", _selector(obj))
    page.field(
        "Replicas",
        f"{spec.get('replicas', 0)} desired | {_status(obj, 'updatedReplicas')} updated | "
        f"{_status(obj, 'replicas')} total | {_status(obj, 'availableReplicas')} available | "
        f"{_status(obj, 'unavailableReplicas')} unavailable",
    )
    page.field("StrategyType", dig(spec, "strategy", "type", default=""))
    page.field("MinReadySeconds", spec.get("minReadySeconds", 0))
    if rolling := dig(spec, "strategy", "rollingUpdate"):
        unavailable, surge = rolling.get("maxUnavailable"), rolling.get("maxSurge")
        page.field("RollingUpdateStrategy", f"{unavailable} max unavailable, {surge} max surge")
    pod_template(page, spec.get("template") or {})
    events(page, obj)


def replica_set(page: Page, obj: Object) -> None:
    page.head(obj)
    page.field("Selector", _selector(obj))
    page.tags(obj)
    if owner := controller_text(obj):
        page.field("Controlled By", owner)
    page.field("Replicas", f"{_status(obj, 'replicas')} current / {dig(obj, 'spec', 'replicas', default=0)} desired")
    page.field("Pods Status", _pods_status(page, obj))
    pod_template(page, dig(obj, "spec", "template", default={}))
    events(page, obj)


def _selector(obj: Object) -> str:
    return str(from_object(dig(obj, "spec", "selector", default={}))) or NONE


def _status(obj: Object, field: str) -> int:
    return int(dig(obj, "status", field, default=0))


def _pods_status(page: Page, obj: Object) -> str:
    """KCTL-12: by phase; Waiting means Pending."""
    pods = page.store.list("Pod", namespace(obj), from_object(dig(obj, "spec", "selector", default={})))
    phases = [dig(pod, "status", "phase") for pod in pods if is_controlled_by(pod, obj)]
    counts = [phases.count(phase) for phase in ("Running", "Pending", "Succeeded", "Failed")]
    return "{} Running / {} Waiting / {} Succeeded / {} Failed".format(*counts)
