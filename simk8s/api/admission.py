"""What the API server does with a request's object before it stores it: decode, complete, refuse."""

from __future__ import annotations

from typing import Any

from simk8s.api.defaults import defaulted
from simk8s.api.errors import forbidden, invalid, not_found
from simk8s.api.objects import Object, is_terminating
from simk8s.api.resources import Resource
from simk8s.api.store import Store, Write
from simk8s.api.validation import check_structure, validate, validate_update

BUILT_IN_NAMESPACES = ("default", "kube-node-lease", "kube-public", "kube-system")


def install(store: Store) -> None:
    """Let `store` fill in defaults and validate. Hooks that complete objects by cluster state go in between."""
    store.admission[:0] = [complete, in_namespace]
    store.admission.append(check)


def decode(obj: Object, resource: Resource) -> Object:
    """A request's body as the server reads it under strict field validation, without nulls.

    Raises ApiError 400 for unknown fields and wrong types, 422 where required fields are missing.
    """
    missing = check_structure(obj, resource)
    obj = without_nulls(obj)
    if missing:
        causes = validate(defaulted(obj), resource)
        told = {cause.field for cause in causes}
        causes += [cause for cause in missing if cause.field not in told]
        raise invalid(resource, obj["metadata"].get("name", ""), causes)
    return obj


def without_nulls(value: Any) -> Any:
    """In an object null means absent; in a list it is an empty entry."""
    if isinstance(value, dict):
        return {key: without_nulls(entry) for key, entry in value.items() if entry is not None}
    if isinstance(value, list):
        return [{} if entry is None else without_nulls(entry) for entry in value]
    return value


def complete(write: Write) -> None:
    """Defaults."""
    if write.operation != "DELETE":
        write.new = defaulted(write.new)


def in_namespace(write: Write) -> None:
    """Nothing is created in a namespace that is not there or is going away."""
    name = write.new["metadata"].get("namespace", "")
    if write.operation != "CREATE" or not write.resource.namespaced or write.resource.kind == "Event":
        return
    namespace = write.store.find("Namespace", name)
    if namespace is None and name not in BUILT_IN_NAMESPACES:
        raise not_found(write.store.resource("Namespace"), name)
    if namespace is not None and is_terminating(namespace):
        why = f"unable to create new content in namespace {name} because it is being terminated"
        raise forbidden(write.resource, write.new["metadata"]["name"], why)


def check(write: Write) -> None:
    """Validation. Raises ApiError 422 with every cause."""
    if write.operation == "DELETE" or write.is_valid:
        return
    if write.operation == "CREATE":
        causes = validate(write.new, write.resource)
    else:
        assert write.old is not None
        causes = validate_update(write.new, write.old, write.resource)
    if causes:
        raise invalid(write.resource, write.new["metadata"]["name"], causes)
