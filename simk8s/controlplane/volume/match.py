"""Which PersistentVolume fits a claim (VOL-3, VOL-6): pure functions, used by the binder and by the scheduler."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from simk8s.api import quantity
from simk8s.api.objects import Object, annotations_of, dig, is_terminating, labels, name, namespace, uid
from simk8s.api.selector import from_object

DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class"
BETA_DEFAULT_CLASS = "storageclass.beta.kubernetes.io/is-default-class"
BETA_CLASS = "volume.beta.kubernetes.io/storage-class"
BOUND = "pv.kubernetes.io/bind-completed"
BOUND_BY_CONTROLLER = "pv.kubernetes.io/bound-by-controller"
PROVISIONED_BY = "pv.kubernetes.io/provisioned-by"
PROVISIONER = "volume.kubernetes.io/storage-provisioner"
SELECTED_NODE = "volume.kubernetes.io/selected-node"
NO_PROVISIONER = "kubernetes.io/no-provisioner"


def default_class(classes: Iterable[Object]) -> Object | None:
    """VOL-6: of several defaults the newest, then by name."""
    defaults = [
        entry
        for entry in classes
        if "true" in (annotations_of(entry).get(DEFAULT_CLASS), annotations_of(entry).get(BETA_DEFAULT_CLASS))
    ]
    defaults.sort(key=name)
    defaults.sort(key=lambda entry: entry["metadata"]["creationTimestamp"], reverse=True)
    return defaults[0] if defaults else None


def class_name(object: Object) -> str | None:
    """The class of a claim or volume; "" means none, None means that nothing was said."""
    beta = annotations_of(object).get(BETA_CLASS)
    if beta is not None:
        return beta
    value = object["spec"].get("storageClassName")
    return None if value is None else str(value)


def is_delayed(storage_class: Object | None) -> bool:
    """VOL-4: the class waits for a Pod to be scheduled."""
    return storage_class is not None and storage_class.get("volumeBindingMode") == "WaitForFirstConsumer"


def best_volume(claim: Object, volumes: Iterable[Object], node: Object | None = None) -> Object | None:
    """VOL-3: the smallest volume that fits; one that is already reserved for this claim wins.

    `node` limits the choice to volumes which that node can use (VOL-4).
    """
    candidates = []
    for volume in volumes:
        reserved = dig(volume, "spec", "claimRef")
        if reserved is not None:
            if refers_to(reserved, claim) and fits(claim, volume):
                return volume
            continue
        if (
            dig(volume, "status", "phase") == "Available"
            and fits(claim, volume)
            and (node is None or is_reachable(volume, node))
        ):
            candidates.append(volume)
    return min(candidates, key=lambda volume: (size(volume), name(volume)), default=None)


def reservation(volume: Object) -> Iterator[str]:
    """For an index of volumes: `namespace/name` of the claim that one is reserved for, "" where it is for nobody."""
    reserved = volume["spec"].get("claimRef")
    yield f"{reserved.get('namespace')}/{reserved.get('name')}" if reserved else ""


def fits(claim: Object, volume: Object) -> bool:
    """Capacity, class, mode, labels and access modes (VOL-3 a)."""
    selector = claim["spec"].get("selector")
    return not mismatch(claim, volume) and (selector is None or from_object(selector).matches(labels(volume)))


def mismatch(claim: Object, volume: Object) -> str:
    """Why a claim cannot have that volume even if it asks for it by name (VOL-35); "" where it can."""
    spec = claim["spec"]
    if is_terminating(volume):
        return f'the volume is marked for deletion "{name(volume)}"'
    if size(volume) < quantity.whole(dig(spec, "resources", "requests", "storage", default=0)):
        return "requested PV is too small"
    if (class_name(volume) or "") != (class_name(claim) or ""):
        return "storageClassName does not match"
    if volume["spec"].get("volumeMode", "Filesystem") != spec.get("volumeMode", "Filesystem"):
        return "incompatible volumeMode"
    if not {*spec.get("accessModes", ())} <= {*volume["spec"].get("accessModes", ())}:
        return "incompatible accessMode"
    return ""


def size(volume: Object) -> int:
    """Bytes."""
    return quantity.whole(dig(volume, "spec", "capacity", "storage", default=0))


def refers_to(reference: Object, claim: Object) -> bool:
    """Whether a volume's `claimRef` means this claim, which it does only with its UID or without any (VOL-1)."""
    return (
        reference.get("name") == name(claim)
        and reference.get("namespace") == namespace(claim)
        and reference.get("uid", "") in ("", uid(claim))
    )


def is_reachable(volume: Object, node: Object) -> bool:
    """Whether the volume's node affinity allows the node."""
    terms = dig(volume, "spec", "nodeAffinity", "required", "nodeSelectorTerms")
    return terms is None or any(term_matches(term, node) for term in terms)


def term_matches(term: Object, node: Object) -> bool:
    """Whether a node selector term selects the node. An empty term selects none."""
    expressions = term.get("matchExpressions") or []
    fields = term.get("matchFields") or []
    if not expressions and not fields:
        return False
    return all(_holds(expression, labels(node)) for expression in expressions) and all(
        _holds(expression, {"metadata.name": name(node)}) for expression in fields
    )


def _holds(expression: Object, values: dict[str, str]) -> bool:
    operator, key = expression["operator"], expression["key"]
    if operator in ("Gt", "Lt"):
        try:
            actual, limit = int(values[key]), int(expression["values"][0])
        except (KeyError, ValueError):
            return False
        return actual > limit if operator == "Gt" else actual < limit
    return from_object({"matchExpressions": [expression]}).matches(values)
