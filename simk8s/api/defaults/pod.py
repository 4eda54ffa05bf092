"""Defaults of Pods and Pod templates."""

from __future__ import annotations

from typing import Any

from simk8s.api.defaults.fill import amounts, canonical_amounts, each, fill, inside
from simk8s.api.objects import Object

_FILE_MODE = 0o644
_DEFAULT_ACCOUNT = "default"

NOT_READY = "node.kubernetes.io/not-ready"
UNREACHABLE = "node.kubernetes.io/unreachable"
_TOLERATION_SECONDS = 300  # NODE-5


def pod(obj: Object) -> Object:
    """A Pod as it is stored: a template's defaults, and what admission adds to every Pod."""
    spec = pod_spec(obj.get("spec") or {})
    spec = each(each(spec, "containers", _requests_from_limits), "initContainers", _requests_from_limits)
    account = spec.get("serviceAccountName") or spec.get("serviceAccount") or _DEFAULT_ACCOUNT
    spec = fill(
        spec,
        enableServiceLinks=True,
        serviceAccountName=account,
        serviceAccount=account,
    )
    spec = _tolerations(spec)
    obj = obj if spec is obj.get("spec") else {**obj, "spec": spec}
    if not (obj.get("status") or {}).get("phase"):  # STS-3: a Pod is Pending from its creation on
        status = {"phase": "Pending", "qosClass": qos_class(spec), **_gated(spec), **(obj.get("status") or {})}
        obj = {**obj, "status": status}
    return obj


def _gated(spec: Object) -> Object:
    """What a Pod's status says of its scheduling gates."""
    if not spec.get("schedulingGates"):
        return {}
    message = "Scheduling is blocked due to non-empty scheduling gates"
    condition = {"type": "PodScheduled", "status": "False", "reason": "SchedulingGated", "message": message}
    return {"conditions": [condition]}


def pod_template(template: Object) -> Object:
    return inside(template, "spec", pod_spec)


def pod_spec(spec: Object) -> Object:
    """What a Pod's and a template's spec have in common."""
    if account := spec.get("serviceAccount") or spec.get("serviceAccountName"):
        spec = fill(spec, serviceAccountName=account, serviceAccount=account)
    spec = fill(
        spec,
        restartPolicy="Always",
        dnsPolicy="ClusterFirst",
        schedulerName="default-scheduler",
        securityContext={},
        terminationGracePeriodSeconds=30,
    )
    spec = each(each(spec, "initContainers", container), "containers", container)
    return each(spec, "volumes", _volume)


def container(value: Object) -> Object:
    value = fill(
        value,
        imagePullPolicy=pull_policy(value.get("image") or ""),
        resources={},
        terminationMessagePath="/dev/termination-log",
        terminationMessagePolicy="File",
    )
    value = inside(value, "resources", canonical_amounts)
    value = each(value, "ports", lambda port: fill(port, protocol="TCP"))
    value = each(value, "env", _variable)
    for field in ("livenessProbe", "readinessProbe", "startupProbe"):
        value = inside(value, field, _probe)
    return inside(value, "lifecycle", lambda hooks: inside(inside(hooks, "postStart", _handler), "preStop", _handler))


def pull_policy(image: str) -> str:
    """KUBELET-12.

    >>> pull_policy("nginx"), pull_policy("registry:5000/nginx:1.15")
    ('Always', 'IfNotPresent')
    """
    if "@" in image:
        return "IfNotPresent"
    _, _, tag = image.rpartition("/")[2].partition(":")
    return "Always" if tag in ("", "latest") else "IfNotPresent"


def _probe(probe: Object) -> Object:
    """KUBELET-40."""
    return _handler(fill(probe, timeoutSeconds=1, periodSeconds=10, successThreshold=1, failureThreshold=3))


def _handler(handler: Object) -> Object:
    handler = inside(handler, "httpGet", lambda action: fill(action, path="/", scheme="HTTP"))
    return inside(handler, "grpc", lambda action: fill(action, service=""))


def _variable(variable: Object) -> Object:
    def source(value: Object) -> Object:
        value = inside(value, "fieldRef", lambda reference: fill(reference, apiVersion="v1"))
        return inside(value, "resourceFieldRef", lambda reference: fill(reference, divisor="0"))

    return inside(variable, "valueFrom", source)


def _volume(volume: Object) -> Object:
    if all(value is None for field, value in volume.items() if field != "name"):
        return {**volume, "emptyDir": {}}
    for field in ("configMap", "secret", "downwardAPI"):
        volume = inside(volume, field, lambda source: fill(source, defaultMode=_FILE_MODE))
    volume = inside(volume, "downwardAPI", lambda source: each(source, "items", _downward))
    volume = inside(volume, "hostPath", lambda source: fill(source, type=""))
    volume = inside(volume, "emptyDir", _empty_dir)
    return inside(volume, "projected", _projected)


def _downward(item: Object) -> Object:
    return inside(item, "fieldRef", lambda reference: fill(reference, apiVersion="v1"))


def _empty_dir(source: Object) -> Object:
    limit = source.get("sizeLimit")
    return {**source, **amounts({"sizeLimit": limit})} if limit is not None else source


def _projected(source: Object) -> Object:
    def part(entry: Object) -> Object:
        entry = inside(entry, "serviceAccountToken", lambda token: fill(token, expirationSeconds=3600))
        return inside(entry, "downwardAPI", lambda downward: each(downward, "items", _downward))

    return each(fill(source, defaultMode=_FILE_MODE), "sources", part)


def _requests_from_limits(value: Object) -> Object:
    """A limit without a request is the request too. Of Pods only: a template is left as it was written."""

    def complete(resources: Object) -> Object:
        limits = resources.get("limits")
        if not limits:
            return resources
        return {**resources, "requests": fill(resources.get("requests") or {}, **limits)}

    return inside(value, "resources", complete)


def _tolerations(spec: Object) -> Object:
    """NODE-5."""
    given = spec.get("tolerations") or []
    added: list[Any] = []
    for key in (NOT_READY, UNREACHABLE):
        own = any(
            toleration.get("key") in (key, None, "") and toleration.get("effect") in ("NoExecute", None, "")
            for toleration in given
        )
        if not own:
            added.append(
                {"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": _TOLERATION_SECONDS}
            )
    return {**spec, "tolerations": [*given, *added]} if added else spec


def qos_class(spec: Object) -> str:
    """`Guaranteed`, `Burstable` or `BestEffort`, by the requests and limits of all containers."""
    all_given = True
    any_given = False
    for value in [*(spec.get("containers") or []), *(spec.get("initContainers") or [])]:
        resources = value.get("resources") or {}
        limits, requests = resources.get("limits") or {}, resources.get("requests") or {}
        any_given = any_given or bool(limits or requests)
        for name in ("cpu", "memory"):
            all_given = all_given and name in limits and requests.get(name, limits[name]) == limits[name]
    return "Guaranteed" if all_given and any_given else "Burstable" if any_given else "BestEffort"
