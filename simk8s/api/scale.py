"""The subresource `scale`: the number of replicas of anything that has one, in one shape for all kinds."""

from __future__ import annotations

from simk8s.api.errors import ApiError
from simk8s.api.objects import Object, dig, updated
from simk8s.api.resources import Resource
from simk8s.api.selector import from_object

SCALE = Resource("Scale", "scales", "autoscaling")


def scale_of(object: Object, resource: Resource) -> Object:
    """The Scale of an object. Raises ApiError NotFound where its kind has none."""
    check_scales(resource)
    meta = object["metadata"]
    kept = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")
    return {
        "apiVersion": SCALE.api_version,
        "kind": SCALE.kind,
        "metadata": {field: meta[field] for field in kept if field in meta},
        "spec": {"replicas": dig(object, "spec", "replicas", default=0)},
        "status": {
            "replicas": dig(object, "status", "replicas", default=0),
            "selector": str(from_object(dig(object, "spec", "selector"))),
        },
    }


def with_scale(object: Object, scale: Object) -> Object:
    """The object with as many replicas as its Scale says."""
    return updated(object, ("spec", "replicas"), dig(scale, "spec", "replicas", default=0))


def check_scales(resource: Resource) -> None:
    """Raises ApiError NotFound where the kind cannot be scaled."""
    if "scale" not in resource.subresources:
        raise ApiError("NotFound", 404, "the server could not find the requested resource")
