"""The claims of an ordinal, and who owns them under the retention policy (STS-52, STS-60 to STS-66)."""

from __future__ import annotations

import re
from typing import Protocol

from simk8s.api.objects import Object, controller_of, owner_reference, owners, uid
from simk8s.controlplane.statefulset.desired import Desired
from simk8s.controlplane.statefulset.roster import Pod


class Claims(Protocol):
    """The claims of the set's namespace that the controller knows of, by name."""

    def get(self, name: str, /) -> Object | None: ...


def claim_name(desired: Desired, template: str, ordinal: int) -> str:
    return f"{template}-{desired.name}-{ordinal}"


def claim_pod_name(set_name: str, claim: str) -> str:
    """The name of the Pod of this set that a claim of that name is for; "" where it is for none.

    >>> claim_pod_name("my-set", "volume-my-set-2"), claim_pod_name("my-set", "volume-pod-2")
    ('my-set-2', '')
    """
    match = re.fullmatch(rf".+-({re.escape(set_name)}-[0-9]+)", claim)
    return match[1] if match else ""


def new_claim(desired: Desired, template: Object, ordinal: int) -> Object:
    """STS-52: templates are read from the set as it is now, never from a revision; the selector's labels win."""
    meta = template["metadata"]
    selector = desired.set["spec"].get("selector") or {}
    metadata: Object = {
        "name": claim_name(desired, meta["name"], ordinal),
        "namespace": desired.namespace,
        "labels": {**(meta.get("labels") or {}), **(selector.get("matchLabels") or {})},
    }
    if meta.get("annotations"):
        metadata["annotations"] = meta["annotations"]
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata, "spec": template["spec"]}


def claims_of(desired: Desired, ordinal: int) -> list[Object]:
    """The claims that this ordinal's Pod should have, as they would be created."""
    templates = desired.set["spec"].get("volumeClaimTemplates") or ()
    return [new_claim(desired, template, ordinal) for template in templates]


def need_repair(desired: Desired, pod: Pod, claims: Claims, *, create: bool = True) -> bool:
    """Whether a claim of this Pod is missing (`create`) or has the wrong owners (STS-62)."""
    for template in desired.claim_templates:
        claim = claims.get(claim_name(desired, template, pod.ordinal))
        if claim is None:
            if create:
                return True
        elif repaired_owners(desired, pod, claim) is not None:
            return True
    return False


def repaired_owners(desired: Desired, pod: Pod, claim: Object) -> list[Object] | None:
    """The owner references that the claim should have; None where they are right or not ours to touch (STS-61)."""
    set_, pod_object = desired.set, pod.object
    mine: list[Object] = []
    others: list[Object] = []
    for reference in owners(claim):
        if _names(reference, set_) or _names(reference, pod_object):
            if reference["uid"] not in (uid(set_), uid(pod_object)):
                return None  # STS-65: a namesake from earlier
            mine.append(reference)
        else:
            others.append(reference)
    wanted = [] if has_other_controller(desired, pod, claim) else _wanted(desired, pod)  # STS-64
    if mine == wanted:
        return None
    return others + wanted


def has_other_controller(desired: Desired, pod: Pod, claim: Object) -> bool:
    """STS-64: somebody else manages this claim."""
    controller = controller_of(claim)
    return controller is not None and controller["uid"] not in (desired.uid, uid(pod.object))


def are_stale(desired: Desired, ordinal: int, claims: Claims) -> bool:
    """STS-66: a claim of this ordinal still belongs to a former Pod and is going to be deleted with it."""
    if not desired.delete_claims_when_scaled:
        return False
    name = f"{desired.name}-{ordinal}"
    for template in desired.claim_templates:
        claim = claims.get(claim_name(desired, template, ordinal))
        if claim is not None and any(ref["kind"] == "Pod" and ref["name"] == name for ref in owners(claim)):
            return True
    return False


def _wanted(desired: Desired, pod: Pod) -> list[Object]:
    """The table of STS-61."""
    is_condemned = not desired.start <= pod.ordinal < desired.end
    if is_condemned and desired.delete_claims_when_scaled:
        return [owner_reference(pod.object)]
    if desired.delete_claims_when_deleted:
        reference = owner_reference(desired.set)
        plain = {key: value for key, value in reference.items() if key not in ("controller", "blockOwnerDeletion")}
        return [reference if desired.controls_claims else plain]  # VER-4
    return []


def _names(reference: Object, object: Object) -> bool:
    return bool(reference["kind"] == object["kind"] and reference["name"] == object["metadata"]["name"])
