"""What holds for the metadata of every object."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from simk8s.api.errors import Cause
from simk8s.api.objects import Object
from simk8s.api.resources import Resource
from simk8s.api.validation.field import Path, immutable, invalid, required, text
from simk8s.api.validation.name import (
    dns_1035_label,
    dns_label,
    dns_subdomain,
    label_value,
    path_segment,
    qualified_name,
)

_ANNOTATIONS_LIMIT_BYTES = 256 * 1024

_NAME_SHAPES: dict[str, Callable[[str], Iterable[str]]] = {
    "Service": dns_1035_label,
    "StatefulSet": dns_label,  # STS-81
    "Namespace": dns_label,
    "Role": path_segment,
    "RoleBinding": path_segment,
    "ClusterRole": path_segment,
    "ClusterRoleBinding": path_segment,
}


def metadata(obj: Object, resource: Resource) -> Iterator[Cause]:
    """Name, namespace, labels and annotations of an object."""
    meta = obj.get("metadata") or {}
    name = meta.get("name") or ""
    if not name:
        yield required(("metadata", "name"), "name or generateName is required")
    else:
        shape = _NAME_SHAPES.get(resource.kind, dns_subdomain)
        for why in shape(name):
            yield invalid(("metadata", "name"), name, why)
    if resource.namespaced and (namespace := meta.get("namespace")):
        for why in dns_label(namespace):
            yield invalid(("metadata", "namespace"), namespace, why)
    if meta.get("labels"):
        yield from labels(meta["labels"], ("metadata", "labels"))
    if meta.get("annotations"):
        yield from annotation_texts(meta["annotations"], ("metadata", "annotations"))


def metadata_update(new: Object, old: Object) -> Iterator[Cause]:
    """An object keeps its name, its UID and its owner's identity."""
    for field in ("name", "namespace", "uid"):
        before, after = old["metadata"].get(field), new["metadata"].get(field)
        if after and before and after != before:
            yield immutable(("metadata", field), after)


def labels(values: Object | None, path: Path) -> Iterator[Cause]:
    """Keys are reported at the whole mapping and values too, as the API does."""
    for key, value in (values or {}).items():
        for why in qualified_name(key):
            yield _of_key(path, key, key, why)
        for why in label_value(str(value)):
            yield _of_key(path, key, value, why)


def annotation_texts(values: Object | None, path: Path) -> Iterator[Cause]:
    size = 0
    for key, value in (values or {}).items():
        yield from (_of_key(path, key, key, why) for why in qualified_name(key.lower()))
        size += len(key) + len(str(value))
    if size > _ANNOTATIONS_LIMIT_BYTES:
        message = f"Too long: may not be more than {_ANNOTATIONS_LIMIT_BYTES} bytes"
        yield Cause(text(path), message, "FieldValueTooLong", path)


def _of_key(path: Path, key: str, value: str, why: str) -> Cause:
    cause = invalid(path, value, why)
    return Cause(cause.field, cause.message, cause.reason, (*path, key))


def selector(value: Object, path: Path) -> Iterator[Cause]:
    """A label selector: labels that can exist, operators that are known and have the values they need."""
    yield from labels(value.get("matchLabels"), (*path, "matchLabels"))
    for index, expression in enumerate(value.get("matchExpressions") or []):
        here = (*path, "matchExpressions", index)
        operator = expression.get("operator")
        values = expression.get("values") or []
        if operator in ("In", "NotIn") and not values:
            yield required((*here, "values"), "must be specified when `operator` is 'In' or 'NotIn'")
        elif operator in ("Exists", "DoesNotExist") and values:
            yield Cause(
                text((*here, "values")),
                "Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
                "FieldValueForbidden",
                (*here, "values"),
            )
        elif operator not in ("In", "NotIn", "Exists", "DoesNotExist"):
            yield invalid((*here, "operator"), operator, "not a valid selector operator")
        yield from (
            invalid((*here, "key"), expression.get("key"), why) for why in qualified_name(expression.get("key", ""))
        )
