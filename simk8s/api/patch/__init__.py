"""The API's three kinds of patch: strategic merge (lists merge by key), JSON merge (RFC 7396), JSON (RFC 6902)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from simk8s.api.errors import ApiError
from simk8s.api.objects import Object
from simk8s.api.patch import difference, merge, operations, strategic
from simk8s.api.resources import Resource
from simk8s.api.schema import schema_of

__all__ = ["Patch", "PatchType", "three_way", "two_way"]

PatchType = Literal["json", "merge", "strategic"]


@dataclass(frozen=True, slots=True)
class Patch:
    """What a client asks the server to change. An empty `body` asks for nothing."""

    type: PatchType
    body: Any

    def of(self, object: Object, resource: Resource) -> Object:
        """`object` after this patch, sharing what did not change. Raises ApiError where the patch itself is wrong."""
        match self.type:
            case "json":
                return operations.apply(object, self.body)
            case "merge":
                result: Object = merge.apply(object, self.body)
                return result
        schema = schema_of(resource.api_version, resource.kind)
        if schema is None:
            raise ApiError("UnsupportedMediaType", 415, _NO_SCHEMA)
        return strategic.apply(object, self.body, schema)


_NO_SCHEMA = (
    "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, "
    "application/merge-patch+json, application/apply-patch+yaml"
)
"""Custom resources say nothing of merge keys."""


def two_way(before: Object, after: Object, resource: Resource) -> Patch:
    """The patch that makes `after` of `before`: what `kubectl edit`, `set` and `rollout restart` send."""
    schema = schema_of(resource.api_version, resource.kind)
    if schema is None:
        return Patch("merge", merge.two_way(before, after))
    return Patch("strategic", difference.two_way(before, after, schema))


def three_way(original: Object, modified: Object, current: Object, resource: Resource) -> Patch:
    """The patch of `kubectl apply`: what was written before, what is written now, what the cluster has.

    A field that was written before and is not any more goes away; a field that is written now wins; everything else
    (what the server and controllers have set) stays.
    """
    schema = schema_of(resource.api_version, resource.kind)
    if schema is None:
        return Patch("merge", merge.three_way(original, modified, current))
    return Patch("strategic", difference.three_way(original, modified, current, schema))
