"""What holds for PriorityClasses."""

from __future__ import annotations

from collections.abc import Iterator

from simk8s.api.errors import Cause
from simk8s.api.objects import Object, metadata
from simk8s.api.validation.field import forbidden, immutable, unsupported

HIGHEST_OF_USERS = 1_000_000_000
SYSTEM = {"system-cluster-critical": 2_000_000_000, "system-node-critical": 2_000_001_000}
_POLICIES = ("Never", "PreemptLowerPriority")


def priority_class(obj: Object) -> Iterator[Cause]:
    class_name, value = metadata(obj).get("name", ""), obj.get("value", 0)
    if class_name.startswith("system-"):
        if why := _not_of_the_system(class_name, value, obj):
            reserved = "priority class names with 'system-' prefix are reserved for system use only"
            yield forbidden(("metadata", "name"), f"{reserved}. error: {why}")
    elif value > HIGHEST_OF_USERS:
        yield forbidden(("value",), f"maximum allowed value of a user defined priority is {HIGHEST_OF_USERS}")
    policy = obj.get("preemptionPolicy")
    if policy is not None and policy not in _POLICIES:
        yield unsupported(("preemptionPolicy",), policy, _POLICIES)


def _not_of_the_system(class_name: str, value: int, obj: Object) -> str:
    if class_name not in SYSTEM:
        return f"{class_name} is not a known system priority class"
    if value != SYSTEM[class_name]:
        return f"value of {class_name} PriorityClass must be {SYSTEM[class_name]}"
    return f"globalDefault of {class_name} PriorityClass must be false" if obj.get("globalDefault") else ""


def priority_class_update(new: Object, old: Object) -> Iterator[Cause]:
    if new.get("value") != old.get("value"):
        yield forbidden(("value",), "may not be changed in an update.")
    if new.get("preemptionPolicy") != old.get("preemptionPolicy"):
        yield immutable(("preemptionPolicy",), new.get("preemptionPolicy"))
