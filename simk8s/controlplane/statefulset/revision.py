"""ControllerRevisions: the history of a set's Pod template (STS-20 to STS-25)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from simk8s.api.objects import Object, annotations_of, dig, labels, owner_reference

HASH_LABEL = "controller.kubernetes.io/hash"
LONGEST_PREFIX = 223  # STS-21

_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"
_FNV_OFFSET, _FNV_PRIME = 2166136261, 16777619

_encode = msgspec.json.Encoder(order="sorted").encode


@dataclass(frozen=True, slots=True)
class Choice:
    """Which revision is the update revision (STS-23): one that is there, one to be raised, or one to be created."""

    update: Object
    create: bool = False
    raise_to: int = 0


def revision_of(set: Object, number: int, collisions: int) -> Object:
    """The ControllerRevision of a set's present template. Only the template counts (STS-20)."""
    data = {"spec": {"template": {**set["spec"]["template"], "$patch": "replace"}}}
    name, hash = name_of(set, data, collisions)
    meta: Object = {
        "name": name,
        "namespace": set["metadata"]["namespace"],
        "labels": {**dig(set, "spec", "template", "metadata", "labels", default={}), HASH_LABEL: hash},
        "ownerReferences": [owner_reference(set)],
    }
    if annotations_of(set):
        meta["annotations"] = annotations_of(set)
    return {
        "apiVersion": "apps/v1",
        "kind": "ControllerRevision",
        "metadata": meta,
        "data": data,
        "revision": number,
    }


def name_of(set: Object, data: Object, collisions: int) -> tuple[str, str]:
    """STS-21: the revision's name and its hash."""
    value = _FNV_OFFSET
    for byte in _encode(data) + str(collisions).encode():
        value = (value * _FNV_PRIME & 0xFFFFFFFF) ^ byte
    hash = "".join(_ALPHABET[ord(digit) % len(_ALPHABET)] for digit in str(value))
    return f"{set['metadata']['name'][:LONGEST_PREFIX]}-{hash}", hash


def choose(set: Object, existing: Iterable[Object], collisions: int) -> Choice:
    """Find the update revision among those that exist, or make a new one (STS-23)."""
    revisions = in_order(existing)
    number = revisions[-1]["revision"] + 1 if revisions else 1
    candidate = revision_of(set, number, collisions)
    equal = [revision for revision in revisions if revision["data"] == candidate["data"]]
    if not equal:
        return Choice(candidate, create=True)
    if equal[-1] is revisions[-1]:
        return Choice(equal[-1])
    return Choice(equal[-1], raise_to=number)  # a rollback uses the old name again


def in_order(revisions: Iterable[Object]) -> list[Object]:
    """By number; ties by creation time, then name."""
    return sorted(revisions, key=lambda r: (r["revision"], r["metadata"]["creationTimestamp"], r["metadata"]["name"]))


def superfluous(set: Object, existing: Iterable[Object], live: Iterable[str]) -> list[Object]:
    """STS-25: the revisions beyond the limit that nothing refers to, lowest number first."""
    living = frozenset(live)
    dead = [revision for revision in in_order(existing) if revision["metadata"]["name"] not in living]
    limit = set["spec"].get("revisionHistoryLimit", 10)
    return dead[: max(0, len(dead) - limit)]


def template_of(revision: Object) -> Object:
    """The Pod template that a revision holds."""
    return {key: value for key, value in revision["data"]["spec"]["template"].items() if key != "$patch"}


def is_same(revision: Object, other: Object) -> bool:
    """Whether two revisions hold the same template: a name collision tells nothing (STS-24)."""
    return bool(revision["data"] == other["data"]) and labels(revision).get(HASH_LABEL) == labels(other).get(HASH_LABEL)
