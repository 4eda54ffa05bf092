"""The Pod of an ordinal: made of the template, with a name, a place in the order and claims of its own (STS-51)."""

from __future__ import annotations

from simk8s.api.objects import Object, dig, labels, owner_reference
from simk8s.controlplane.statefulset.claim import claim_name
from simk8s.controlplane.statefulset.desired import Desired
from simk8s.controlplane.statefulset.roster import REVISION_LABEL, Pod

NAME_LABEL = "statefulset.kubernetes.io/pod-name"
INDEX_LABEL = "apps.kubernetes.io/pod-index"


def new_pod(desired: Desired, ordinal: int, template: Object, revision: str) -> Object:
    """The Pod object to create. `template` is that of the revision (STS-22: the label holds its whole name)."""
    name = f"{desired.name}-{ordinal}"
    meta = dig(template, "metadata", default={})
    spec = template.get("spec") or {}
    metadata: Object = {
        "name": name,
        "generateName": f"{desired.name}-",
        "namespace": desired.namespace,
        "labels": {
            **(meta.get("labels") or {}),
            INDEX_LABEL: str(ordinal),
            REVISION_LABEL: revision,
            NAME_LABEL: name,
        },
        "ownerReferences": [owner_reference(desired.set)],
    }
    for field in ("annotations", "finalizers"):
        if meta.get(field):
            metadata[field] = meta[field]
    pod: Object = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {**spec, "hostname": name}}
    if desired.set["spec"].get("serviceName"):
        pod["spec"]["subdomain"] = desired.set["spec"]["serviceName"]
    return with_storage(desired, pod, ordinal)


def identity_matches(desired: Desired, pod: Pod) -> bool:
    """STS-53: name, namespace and the name label are those of the ordinal."""
    name = f"{desired.name}-{pod.ordinal}"
    meta = pod.object["metadata"]
    return (meta["name"], meta["namespace"], labels(pod.object).get(NAME_LABEL)) == (name, desired.namespace, name)


def with_identity(desired: Desired, pod: Object, ordinal: int) -> Object:
    """The Pod as that ordinal's, by name, namespace and name label."""
    name = f"{desired.name}-{ordinal}"
    kept = pod["metadata"].get("labels") or {}
    meta = {"name": name, "namespace": desired.namespace, "labels": {**kept, NAME_LABEL: name}}
    return {**pod, "metadata": {**pod["metadata"], **meta}}


def storage_matches(desired: Desired, pod: Pod) -> bool:
    """STS-53: each claim template's volume refers to this ordinal's claim."""
    if not desired.claim_templates:
        return True
    volumes = {volume["name"]: volume for volume in dig(pod.object, "spec", "volumes", default=[])}
    return all(
        dig(volumes, template, "persistentVolumeClaim", "claimName") == claim_name(desired, template, pod.ordinal)
        for template in desired.claim_templates
    )


def with_storage(desired: Desired, pod: Object, ordinal: int) -> Object:
    """The Pod with the volumes of the claim templates, which replace template volumes of the same name."""
    if not desired.claim_templates:
        return pod
    volumes: list[Object] = [
        {"name": template, "persistentVolumeClaim": {"claimName": claim_name(desired, template, ordinal)}}
        for template in desired.claim_templates
    ]
    others = dig(pod, "spec", "volumes", default=[])
    volumes += [volume for volume in others if volume["name"] not in desired.claim_templates]
    return {**pod, "spec": {**pod["spec"], "volumes": volumes}}
