"""What holds for Pods and Pod templates."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from simk8s.api.errors import Cause
from simk8s.api.objects import Object
from simk8s.api.validation.container import containers
from simk8s.api.validation.field import Path, duplicate, forbidden, invalid, required, unsupported
from simk8s.api.validation.metadata import annotation_texts, labels
from simk8s.api.validation.name import dns_label, dns_subdomain

_RESTART_POLICIES = ("Always", "Never", "OnFailure")
_DNS_POLICIES = ("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None")
_EFFECTS = ("NoExecute", "NoSchedule", "PreferNoSchedule")


def pod(obj: Object) -> Iterator[Cause]:
    yield from pod_spec(obj.get("spec") or {}, ("spec",))


def pod_template(template: Object, path: Path) -> Iterator[Cause]:
    """A template as Deployments have it. Those of a StatefulSet are not looked into (STS-81)."""
    meta = template.get("metadata") or {}
    yield from labels(meta.get("labels"), (*path, "labels"))
    yield from annotation_texts(meta.get("annotations"), (*path, "annotations"))
    yield from pod_spec(template.get("spec") or {}, (*path, "spec"))


def pod_spec(spec: Object, path: Path, claims: Collection[str] = ()) -> Iterator[Cause]:
    """`claims` are volumes that a StatefulSet's claim templates will add."""
    names = {volume.get("name", "") for volume in spec.get("volumes") or []} | set(claims)
    yield from _volumes(spec, path)
    yield from containers(spec, path, sorted(names))
    for field, known in (("restartPolicy", _RESTART_POLICIES), ("dnsPolicy", _DNS_POLICIES)):
        value = spec.get(field)
        if value and value not in known:
            yield unsupported((*path, field), value, known)
    grace = spec.get("terminationGracePeriodSeconds") or 0
    if grace < 0:
        yield invalid((*path, "terminationGracePeriodSeconds"), grace, "must be greater than or equal to 0")
    for field, shape in (("hostname", dns_label), ("subdomain", dns_label), ("nodeName", dns_subdomain)):
        if value := spec.get(field):
            yield from (invalid((*path, field), value, why) for why in shape(value))
    if account := spec.get("serviceAccountName"):
        yield from (invalid((*path, "serviceAccountName"), account, why) for why in dns_subdomain(account))
    yield from _tolerations(spec, path)


def pod_update(new: Object, old: Object) -> Iterator[Cause]:
    """API-9: of a Pod that exists only images, the deadline, added tolerations may change."""
    before, after = _without_mutable(old["spec"]), _without_mutable(new["spec"])
    if before != after:
        yield forbidden(
            ("spec",),
            "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
            "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
            "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)",
        )
    known = [gate["name"] for gate in old["spec"].get("schedulingGates") or []]
    for gate in new["spec"].get("schedulingGates") or []:
        if gate["name"] not in known:
            why = f"only deletion is allowed, but found new scheduling gate '{gate['name']}'"
            yield forbidden(("spec", "schedulingGates"), why)
    tolerations = new["spec"].get("tolerations") or []
    if any(toleration not in tolerations for toleration in old["spec"].get("tolerations") or []):
        yield forbidden(("spec", "tolerations"), "existing toleration can not be modified except its tolerationSeconds")


def _without_mutable(spec: Object) -> Object:
    """A binding (nodeName) and scheduling gates are the scheduler's own doors, not an update of the Pod."""
    left_out = ("activeDeadlineSeconds", "tolerations", "nodeName", "schedulingGates", "initContainers", "containers")
    rest = {field: value for field, value in spec.items() if field not in left_out}
    for field in ("initContainers", "containers"):
        rest[field] = [{k: v for k, v in entry.items() if k != "image"} for entry in spec.get(field) or []]
    return rest


def _volumes(spec: Object, path: Path) -> Iterator[Cause]:
    names: set[str] = set()
    for index, volume in enumerate(spec.get("volumes") or []):
        here = (*path, "volumes", index)
        name = volume.get("name")
        if not name:
            yield required((*here, "name"))
        else:
            yield from (invalid((*here, "name"), name, why) for why in dns_label(name))
        if name in names:
            yield duplicate((*here, "name"), name)
        names.add(name)
        sources = [field for field, value in volume.items() if field != "name" and value is not None]
        if not sources:
            yield required(here, "must specify a volume type")
        for field in sources[1:]:
            yield forbidden((*here, field), "may not specify more than 1 volume type")
        for source, field in _NEEDED_OF_SOURCES:
            if volume.get(source) is not None and not volume[source].get(field):
                yield required((*here, source, field))


_NEEDED_OF_SOURCES = (
    ("configMap", "name"),
    ("secret", "secretName"),
    ("persistentVolumeClaim", "claimName"),
    ("hostPath", "path"),
)


def _tolerations(spec: Object, path: Path) -> Iterator[Cause]:
    for index, toleration in enumerate(spec.get("tolerations") or []):
        here = (*path, "tolerations", index)
        operator = toleration.get("operator") or "Equal"
        if operator not in ("Equal", "Exists"):
            yield unsupported((*here, "operator"), operator, ("Equal", "Exists"))
        if operator == "Exists" and toleration.get("value"):
            yield invalid((*here, "operator"), toleration, "value must be empty when `operator` is 'Exists'")
        if not toleration.get("key") and operator != "Exists":
            yield invalid(
                (*here, "operator"),
                operator,
                'operator must be Exists when `key` is empty, which means "match all values and all keys"',
            )
        effect = toleration.get("effect")
        if effect and effect not in _EFFECTS:
            yield unsupported((*here, "effect"), effect, _EFFECTS)
