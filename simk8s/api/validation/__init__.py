"""What the API server refuses, and in which words.

`check_structure` is what happens while a request's body is decoded; `validate` and `validate_update` look at an object
that has its defaults. Rules that hold for every kind are in `metadata`, the others in the module of their noun.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from simk8s.api.errors import Cause
from simk8s.api.objects import Object
from simk8s.api.resources import Resource
from simk8s.api.validation import pod, priority, service, storage, workload
from simk8s.api.validation.metadata import metadata, metadata_update
from simk8s.api.validation.structure import refuse_undecodable, structure
from simk8s.api.validation.workload import foreseen

__all__ = ["check_structure", "foreseen", "validate", "validate_update"]

_KINDS: dict[str, Callable[[Object], Iterator[Cause]]] = {
    "Pod": pod.pod,
    "StatefulSet": workload.stateful_set,
    "Deployment": workload.deployment,
    "ReplicaSet": workload.deployment,
    "DaemonSet": workload.deployment,
    "Job": workload.job,
    "PodDisruptionBudget": workload.disruption_budget,
    "Service": service.service,
    "ConfigMap": service.config_map,
    "Secret": service.secret,
    "PersistentVolumeClaim": storage.claim,
    "PersistentVolume": storage.volume,
    "StorageClass": storage.storage_class,
    "PriorityClass": priority.priority_class,
}

_UPDATES: dict[str, Callable[[Object, Object], Iterator[Cause]]] = {
    "Pod": pod.pod_update,
    "StatefulSet": workload.stateful_set_update,
    "Deployment": workload.deployment_update,
    "ReplicaSet": workload.deployment_update,
    "DaemonSet": workload.deployment_update,
    "Service": service.service_update,
    "ConfigMap": service.data_update,
    "Secret": service.data_update,
    "PersistentVolumeClaim": storage.claim_update,
    "StorageClass": storage.storage_class_update,
    "PriorityClass": priority.priority_class_update,
}


def check_structure(obj: Object, resource: Resource) -> list[Cause]:
    """Refuse fields that the kind does not have and values of a wrong type with ApiError 400 (strict decoding).

    Returns the required fields that are missing, which the server reports later together with `validate`'s causes.
    """
    wrong, unknown, missing = structure(obj, resource)
    error = refuse_undecodable(wrong, unknown, resource)
    if error:
        raise error
    return missing


def validate(obj: Object, resource: Resource) -> list[Cause]:
    """Everything that is wrong with an object to be created, without repetition, in the order of its fields."""
    causes = [*metadata(obj, resource)]
    if resource.kind in _KINDS:
        causes += _KINDS[resource.kind](obj)
    return list({(cause.field, cause.message): cause for cause in causes}.values()) if causes else causes


def validate_update(new: Object, old: Object, resource: Resource) -> list[Cause]:
    """What is wrong with `new` as the next version of `old`."""
    causes = [*metadata_update(new, old), *validate(new, resource)]
    if resource.kind in _UPDATES:
        causes += _UPDATES[resource.kind](new, old)
    return causes
