"""The fields that field selectors may name: a few of each kind, as the API server has indexes for them."""

from __future__ import annotations

from simk8s.api.errors import bad_request
from simk8s.api.resources import Resource
from simk8s.api.selector import FieldSelector, LabelSelector

_OF_ALL = ("metadata.name", "metadata.namespace")

_OF_KIND = {
    "Event": (
        "involvedObject.apiVersion",
        "involvedObject.fieldPath",
        "involvedObject.kind",
        "involvedObject.name",
        "involvedObject.namespace",
        "involvedObject.resourceVersion",
        "involvedObject.uid",
        "reason",
        "reportingComponent",
        "source.component",
        "type",
    ),
    "Job": ("status.successful",),
    "Namespace": ("status.phase",),
    "Node": ("spec.unschedulable",),
    "Pod": (
        "spec.hostNetwork",
        "spec.nodeName",
        "spec.restartPolicy",
        "spec.schedulerName",
        "spec.serviceAccountName",
        "status.nominatedNodeName",
        "status.phase",
        "status.podIP",
        "status.podIPs",
    ),
    "ReplicaSet": ("status.replicas",),
    "Secret": ("type",),
    "Service": ("spec.clusterIP", "spec.type"),
}


def check_fields(fields: FieldSelector, labels: LabelSelector | None, resource: Resource) -> None:
    """Raises ApiError BadRequest, in kubectl's words, for a field that this kind cannot be selected by."""
    known = _OF_ALL + _OF_KIND.get(resource.kind, ())
    for path, _, _ in fields.terms:
        if path not in known:
            group = f"{resource.group}/{resource.version}"
            raise bad_request(
                f'Unable to find "{group}, Resource={resource.plural}" that match label selector "{labels or ""}", '
                f'field selector "{fields}": field label not supported: {path}'
            )
