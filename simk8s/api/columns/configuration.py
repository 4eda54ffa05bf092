"""Columns of ConfigMaps (KCTL-8), Secrets, accounts, roles, policies, PriorityClasses and definitions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from simk8s.api import selector
from simk8s.api.column import AGE, NAME, Column, Printer, age_of
from simk8s.api.objects import Object, dig, metadata, name

NONE = "<none>"


def _config_map(obj: Object, now: datetime) -> Sequence[Any]:
    return name(obj), len(obj.get("data") or {}) + len(obj.get("binaryData") or {}), age_of(obj, now)


def _secret(obj: Object, now: datetime) -> Sequence[Any]:
    return name(obj), obj.get("type", "Opaque"), len(obj.get("data") or {}), age_of(obj, now)


def _account(obj: Object, now: datetime) -> Sequence[Any]:
    return name(obj), len(obj.get("secrets") or []), age_of(obj, now)


def _priority_class(obj: Object, now: datetime) -> Sequence[Any]:
    default = "true" if obj.get("globalDefault") else "false"
    return name(obj), obj.get("value", 0), default, age_of(obj, now), obj.get("preemptionPolicy", "")


def _created(obj: Object, now: datetime) -> Sequence[Any]:
    return name(obj), metadata(obj).get("creationTimestamp", "<unknown>")


def _binding(obj: Object, now: datetime) -> Sequence[Any]:
    role = f"{dig(obj, 'roleRef', 'kind', default='')}/{dig(obj, 'roleRef', 'name', default='')}"
    subjects = obj.get("subjects") or []

    def of(kind: str) -> str:
        return ", ".join(_subject(subject) for subject in subjects if subject.get("kind") == kind)

    return name(obj), role, age_of(obj, now), of("User"), of("Group"), of("ServiceAccount")


def _subject(subject: Object) -> str:
    if subject.get("kind") == "ServiceAccount":
        return f"{subject.get('namespace', '')}/{subject.get('name', '')}"
    return str(subject.get("name", ""))


def _policy(obj: Object, now: datetime) -> Sequence[Any]:
    chosen = str(selector.from_object(dig(obj, "spec", "podSelector", default={})))
    return name(obj), chosen or NONE, age_of(obj, now)


_CREATED = Printer((NAME, Column("Created At", type="date")), _created)
_BINDING = Printer(
    (NAME, Column("Role"), AGE, Column("Users", 1), Column("Groups", 1), Column("ServiceAccounts", 1)), _binding
)

PRINTERS = {
    "ConfigMap": Printer((NAME, Column("Data", type="integer"), AGE), _config_map),
    "Secret": Printer((NAME, Column("Type"), Column("Data", type="integer"), AGE), _secret),
    "ServiceAccount": Printer((NAME, Column("Secrets", type="integer"), AGE), _account),
    "PriorityClass": Printer(
        (
            NAME,
            Column("Value", type="integer"),
            Column("Global-Default", type="boolean"),
            AGE,
            Column("PreemptionPolicy"),
        ),
        _priority_class,
    ),
    "Role": _CREATED,
    "ClusterRole": _CREATED,
    "CustomResourceDefinition": _CREATED,
    "RoleBinding": _BINDING,
    "ClusterRoleBinding": _BINDING,
    "NetworkPolicy": Printer((NAME, Column("Pod-Selector"), AGE), _policy),
}
