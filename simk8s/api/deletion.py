"""What a DELETE does to an object: at once, after a grace period, or when the last finalizer is gone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from simk8s.api.objects import Object, dig, finalizers
from simk8s.sim import Simulation

FOREGROUND = "foregroundDeletion"
ORPHAN = "orphan"

DEFAULT_GRACE_SECONDS = 30  # TIME-5


@dataclass(frozen=True, slots=True)
class Deletion:
    """The options of a DELETE. `grace_seconds` None means the Pod's own; `uid` is a precondition."""

    grace_seconds: int | None = None
    uid: str = ""
    propagation: Literal["Background", "Foreground", "Orphan"] = "Background"


def deletion_of(object: Object, deletion: Deletion, sim: Simulation) -> Object:
    """The object as this DELETE leaves it; `is_finished` of the result tells whether it goes at once (API-5, API-7)."""
    meta = dict(object["metadata"])
    if "deletionTimestamp" not in meta:  # API-5: no finalizer may be added afterwards
        held = [name for name in finalizers(object) if name not in (FOREGROUND, ORPHAN)]
        if deletion.propagation == "Foreground":
            held.append(FOREGROUND)
        elif deletion.propagation == "Orphan":
            held.append(ORPHAN)
        meta["finalizers"] = held
        if not held:
            del meta["finalizers"]
    grace = grace_seconds(object, deletion.grace_seconds)
    if "deletionTimestamp" not in meta or grace < meta.get("deletionGracePeriodSeconds", 0):  # only ever shorter
        meta["deletionTimestamp"] = (sim.datetime + timedelta(seconds=grace)).strftime("%Y-%m-%dT%H:%M:%SZ")
        meta["deletionGracePeriodSeconds"] = grace
    return {**object, "metadata": meta}


def grace_seconds(object: Object, asked: int | None) -> int:
    """KUBELET-55: only a scheduled Pod that has not ended yet is given time."""
    if object["kind"] != "Pod" or not dig(object, "spec", "nodeName"):
        return 0
    if dig(object, "status", "phase") in ("Failed", "Succeeded"):
        return 0
    own = dig(object, "spec", "terminationGracePeriodSeconds", default=DEFAULT_GRACE_SECONDS)
    return max(0, own if asked is None else asked)


def is_finished(object: Object) -> bool:
    """Whether nothing holds a deleted object any more: no finalizer and no time left."""
    meta = object["metadata"]
    if "deletionTimestamp" not in meta or meta.get("finalizers"):
        return False
    if object["kind"] == "Namespace" and dig(object, "spec", "finalizers"):  # API-10: its content goes first
        return False
    return bool(meta.get("deletionGracePeriodSeconds", 0) == 0)
