"""Kinds that the API accepts though no controller here acts on them: people are told, nothing is silently skipped."""

from __future__ import annotations

from functools import partial

from simk8s.api.events import EventRecorder
from simk8s.api.objects import Object
from simk8s.api.store import Store
from simk8s.controlplane.informer import Informers

CONSEQUENCES = {
    "DaemonSet": "no Pods are made for it",
    "Deployment": "no Pods are made for it",
    "Job": "no Pods are made for it",
    "NetworkPolicy": "it stops no traffic",
    "ReplicaSet": "no Pods are made for it",
}


class NotModelled:
    """Writes a Warning Event on every such object."""

    def __init__(self, store: Store, informers: Informers) -> None:
        self._events = EventRecorder(store, "simk8s")
        for kind in CONSEQUENCES:
            informers.of(kind).on_change(partial(self._appeared, kind))

    def _appeared(self, kind: str, old: Object | None, new: Object | None, seq: int) -> None:
        if old is None and new is not None:
            text = f"simk8s does not model {kind} objects: {CONSEQUENCES[kind]}"
            self._events.event(new, "Warning", "NotModelled", text)
