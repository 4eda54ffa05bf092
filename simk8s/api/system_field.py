"""The parts of an object's metadata that only the server writes, and what it lets nobody do to finalizers."""

from __future__ import annotations

from simk8s.api.errors import forbidden
from simk8s.api.objects import Object, finalizers, is_terminating
from simk8s.api.resources import Resource

SYSTEM_FIELDS = (
    "namespace",
    "uid",
    "resourceVersion",
    "creationTimestamp",
    "generation",
    "generateName",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
)


def with_system_fields(meta: Object, before: Object) -> Object:
    """What only the server writes stays as it was."""
    return {**meta, **{field: before.get(field) for field in SYSTEM_FIELDS}}


def check_finalizers(resource: Resource, old: Object, new: Object) -> None:
    """Refuse new finalizers of an object that is being deleted (API-5)."""
    if is_terminating(old) and not set(finalizers(new)) <= set(finalizers(old)):
        added = sorted(set(finalizers(new)) - set(finalizers(old)))
        why = f"no new finalizers can be added if the object is being deleted, found new finalizers {added}"
        raise forbidden(resource, old["metadata"]["name"], why)
