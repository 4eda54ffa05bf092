"""What holds for StatefulSets (STS-80 to STS-84) and for the other kinds that make Pods."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from simk8s.api import selector as selectors
from simk8s.api.errors import Cause
from simk8s.api.objects import Object
from simk8s.api.validation.field import Path, forbidden, immutable, invalid, required, unsupported
from simk8s.api.validation.metadata import annotation_texts, labels, selector
from simk8s.api.validation.name import dns_label
from simk8s.api.validation.pod import pod_spec, pod_template

_SPEC: Path = ("spec",)
_TEMPLATE: Path = ("spec", "template")
_POLICIES = ("OrderedReady", "Parallel")
_STRATEGIES = ("RollingUpdate", "OnDelete")
_RETENTION = ("Retain", "Delete")

_MUTABLE = (
    "replicas",
    "ordinals",
    "template",
    "updateStrategy",
    "revisionHistoryLimit",
    "persistentVolumeClaimRetentionPolicy",
    "minReadySeconds",
)


def stateful_set(obj: Object) -> Iterator[Cause]:
    """STS-81, STS-82. The Pod template's spec is not looked into: its faults show as FailedCreate events."""
    spec = obj.get("spec") or {}
    policy = spec.get("podManagementPolicy", _POLICIES[0])
    if policy not in _POLICIES:
        yield invalid((*_SPEC, "podManagementPolicy"), policy, "must be 'OrderedReady' or 'Parallel'")
    yield from _strategy(spec.get("updateStrategy") or {}, (*_SPEC, "updateStrategy"))
    retention = spec.get("persistentVolumeClaimRetentionPolicy") or {}
    for field, value in retention.items():
        if value not in _RETENTION:
            yield unsupported((*_SPEC, "persistentVolumeClaimRetentionPolicy", field), value, ("Delete", "Retain"))
    for field in ("replicas", "minReadySeconds", "revisionHistoryLimit"):
        yield from _nonnegative(spec.get(field), (*_SPEC, field))
    yield from _nonnegative((spec.get("ordinals") or {}).get("start"), (*_SPEC, "ordinals", "start"))
    if service := spec.get("serviceName"):
        yield from (invalid((*_SPEC, "serviceName"), service, why) for why in dns_label(service))
    yield from _selector(spec, "empty selector is invalid for statefulset")
    template = spec.get("template") or {}
    meta = template.get("metadata") or {}
    yield from labels(meta.get("labels"), (*_TEMPLATE, "labels"))
    yield from annotation_texts(meta.get("annotations"), (*_TEMPLATE, "annotations"))
    pod = template.get("spec") or {}
    if pod.get("restartPolicy", "Always") != "Always":
        yield unsupported((*_TEMPLATE, "spec", "restartPolicy"), pod["restartPolicy"], ("Always",))
    if pod.get("activeDeadlineSeconds") is not None:
        path = (*_TEMPLATE, "spec", "activeDeadlineSeconds")
        yield forbidden(path, "activeDeadlineSeconds in StatefulSet is not Supported")


def stateful_set_update(new: Object, old: Object) -> Iterator[Cause]:
    """STS-80."""
    if _rest(new["spec"]) != _rest(old["spec"]):
        names = [f"'{field}'" for field in _MUTABLE]
        listed = ", ".join(names[:-1]) + f" and {names[-1]}"
        yield forbidden(_SPEC, f"updates to statefulset spec for fields other than {listed} are forbidden")


def _rest(spec: Object) -> Object:
    return {field: value for field, value in spec.items() if field not in _MUTABLE}


def foreseen(obj: Object) -> list[Cause]:
    """Why the Pods of this StatefulSet would be refused, although the set itself is accepted (STS-81, D-52).

    Fields are those of the set, so that each has its place in the manifest.
    """
    spec = obj.get("spec") or {}
    claims = [(claim.get("metadata") or {}).get("name", "") for claim in spec.get("volumeClaimTemplates") or []]
    return list(pod_spec((spec.get("template") or {}).get("spec") or {}, (*_TEMPLATE, "spec"), claims))


def _strategy(strategy: Object, path: Path) -> Iterator[Cause]:
    kind = strategy.get("type", "RollingUpdate")
    rolling = strategy.get("rollingUpdate")
    if kind not in _STRATEGIES:
        yield invalid(path, strategy, "must be 'RollingUpdate' or 'OnDelete'")
    elif kind == "OnDelete" and rolling is not None:
        yield invalid((*path, "rollingUpdate"), rolling, "only allowed for updateStrategy 'RollingUpdate'")
    elif rolling:
        yield from _nonnegative(rolling.get("partition"), (*path, "rollingUpdate", "partition"))
        if rolling.get("maxUnavailable") is not None:
            yield from _max_unavailable(rolling["maxUnavailable"], (*path, "rollingUpdate", "maxUnavailable"))


def _max_unavailable(value: Any, path: Path) -> Iterator[Cause]:
    """STS-82."""
    if isinstance(value, int):
        if value < 1:
            yield invalid(path, value, "cannot be 0" if value == 0 else "must be greater than or equal to 0")
        return
    if not re.fullmatch("[0-9]+%", value):
        yield invalid(
            path,
            value,
            "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex "
            "used for validation is '[0-9]+%')",
        )
    elif int(value[:-1]) == 0:
        yield invalid(path, value, "cannot be 0")
    elif int(value[:-1]) > 100:
        yield invalid(path, value, "must not be greater than 100%")


def _nonnegative(value: int | None, path: Path) -> Iterator[Cause]:
    if value is not None and value < 0:
        yield invalid(path, value, "must be greater than or equal to 0")


def _selector(spec: Object, empty: str) -> Iterator[Cause]:
    """It is there, is not empty, and selects the template's own labels."""
    path = (*_SPEC, "selector")
    value = spec.get("selector")
    if value is None:
        yield required(path)
        return
    yield from selector(value, path)
    if not value.get("matchLabels") and not value.get("matchExpressions"):
        yield invalid(path, value, empty)
    own = ((spec.get("template") or {}).get("metadata") or {}).get("labels") or {}
    if not selectors.from_object(value).matches(own):
        yield invalid((*_TEMPLATE, "metadata", "labels"), own, "`selector` does not match template `labels`")


def deployment(obj: Object) -> Iterator[Cause]:
    """Deployments, ReplicaSets and DaemonSets."""
    spec = obj.get("spec") or {}
    for field in ("replicas", "minReadySeconds", "revisionHistoryLimit"):
        yield from _nonnegative(spec.get(field), (*_SPEC, field))
    yield from _selector(spec, f"empty selector is invalid for {obj['kind'].lower()}")
    template = spec.get("template") or {}
    yield from pod_template(template, _TEMPLATE)
    policy = (template.get("spec") or {}).get("restartPolicy", "Always")
    if policy in ("Never", "OnFailure"):
        yield unsupported((*_TEMPLATE, "spec", "restartPolicy"), policy, ("Always",))


def deployment_update(new: Object, old: Object) -> Iterator[Cause]:
    if new["spec"].get("selector") != old["spec"].get("selector"):
        yield immutable((*_SPEC, "selector"), new["spec"].get("selector"))


def job(obj: Object) -> Iterator[Cause]:
    template = (obj.get("spec") or {}).get("template") or {}
    yield from pod_template(template, _TEMPLATE)
    policy = (template.get("spec") or {}).get("restartPolicy", "Always")
    if policy == "Always":
        yield required((*_TEMPLATE, "spec", "restartPolicy"), 'valid values: "OnFailure", "Never"')


def disruption_budget(obj: Object) -> Iterator[Cause]:
    spec = obj.get("spec") or {}
    if spec.get("minAvailable") is not None and spec.get("maxUnavailable") is not None:
        yield invalid(_SPEC, spec, "minAvailable and maxUnavailable cannot be both set")
    if spec.get("selector"):
        yield from selector(spec["selector"], (*_SPEC, "selector"))
