"""The garbage collector: what was made for an owner goes when no owner is left (API-6, API-7)."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from simk8s.api.deletion import FOREGROUND, ORPHAN, Deletion
from simk8s.api.errors import ApiError
from simk8s.api.objects import Key, Object, finalizers, is_terminating, key, name, namespace, owners, uid
from simk8s.api.store import Store
from simk8s.controlplane.controller import Controller
from simk8s.controlplane.informer import Informers
from simk8s.sim import Actor, Run

REACTION_SECONDS = (0.1, 1.0)  # TIME-43

_WITHOUT_OWNERS = frozenset({"Event", "Lease", "Namespace"})


class _Item(NamedTuple):
    kind: str
    key: Key


class GarbageCollector:
    """Knows who owns what, over all kinds, and looks at an object when one of its owners goes."""

    def __init__(self, store: Store, informers: Informers) -> None:
        self._store = store
        self._informers = informers
        self._alive: dict[str, _Item] = {}
        self._dependents: dict[str, dict[_Item, Object]] = {}
        self._queues: dict[str, Controller] = {}
        for resource in store.registry:
            if resource.kind not in _WITHOUT_OWNERS:
                self.include(resource.kind)

    def include(self, kind: str) -> None:
        """Look after one more kind."""
        if kind in self._queues:
            return
        self._queues[kind] = Controller("garbage-collector", self._store, kind, partial(self._sync, kind), workers=20)
        self._informers.of(kind).on_change(partial(self._changed, kind))

    def _sync(self, kind: str, where: Key, actor: Actor) -> Run[None]:
        object = self._informers.of(kind).at(where)
        if object is None:
            return
        if is_terminating(object):
            if ORPHAN in finalizers(object):
                yield from self._orphan(kind, object, actor)
            elif FOREGROUND in finalizers(object):
                yield from self._wait_for_dependents(kind, object, actor)
            return
        sim = self._store.sim
        yield sim.sleep(sim.uniform(*REACTION_SECONDS, "garbage-collector"))
        yield from self._judge(kind, where, actor)

    def _judge(self, kind: str, where: Key, actor: Actor) -> Run[None]:
        """Delete the object if none of its owners stays; forget owners that are gone if another stays (API-6)."""
        object = self._store.find(kind, where.name, where.namespace)
        if object is None or is_terminating(object) or not owners(object):
            return
        staying, waiting = [], []
        for reference in owners(object):
            owner = self._owner(object, reference)
            if owner is _UNKNOWN or (owner is not None and not _waits(owner)):
                staying.append(reference)
            elif owner is not None and reference.get("blockOwnerDeletion"):
                waiting.append(reference)
        client = self._queues[kind].client
        if len(staying) == len(owners(object)):
            return
        if staying:
            meta = {**object["metadata"], "ownerReferences": staying}
            yield from client.update({**object, "metadata": meta}, by=actor)
            return
        in_turn = bool(waiting and self._blocking(object))
        deletion = Deletion(uid=uid(object), propagation="Foreground" if in_turn else "Background")
        try:
            yield from client.delete(kind, where.name, where.namespace, by=actor, deletion=deletion)
        except ApiError as error:
            if error.reason not in ("NotFound", "Conflict"):
                raise

    def _wait_for_dependents(self, kind: str, owner: Object, actor: Actor) -> Run[None]:
        """API-7, foreground: the owner goes last."""
        if self._blocking(owner):
            for item in self._dependents[uid(owner)]:
                self._queues[item.kind].enqueue(item.key, actor.last)
            return
        yield from self._without_finalizer(kind, owner, FOREGROUND, actor)

    def _orphan(self, kind: str, owner: Object, actor: Actor) -> Run[None]:
        """API-7, orphan: the references go, then the owner."""
        for item in list(self._dependents.get(uid(owner), ())):
            object = self._store.find(item.kind, item.key.name, item.key.namespace)
            if object is None:
                continue
            kept = [reference for reference in owners(object) if reference["uid"] != uid(owner)]
            meta = {**object["metadata"], "ownerReferences": kept or None}
            yield from self._queues[kind].client.update({**object, "metadata": meta}, by=actor)
        yield from self._without_finalizer(kind, owner, ORPHAN, actor)

    def _without_finalizer(self, kind: str, object: Object, finalizer: str, actor: Actor) -> Run[None]:
        def change(current: Object) -> Object:
            kept = [entry for entry in finalizers(current) if entry != finalizer]
            return {**current, "metadata": {**current["metadata"], "finalizers": kept or None}}

        try:
            yield from self._queues[kind].client.patch(kind, name(object), namespace(object), change, by=actor)
        except ApiError as error:
            if error.reason != "NotFound":
                raise

    def _blocking(self, owner: Object) -> list[_Item]:
        """The dependents that the owner's foreground deletion waits for."""
        return [
            item
            for item, object in self._dependents.get(uid(owner), {}).items()
            if any(ref["uid"] == uid(owner) and ref.get("blockOwnerDeletion") for ref in owners(object))
        ]

    def _owner(self, object: Object, reference: Object) -> Object | None:
        """The owner that a reference means, by UID; `_UNKNOWN` where its kind is not served here."""
        try:
            owner = self._store.find(reference["kind"], reference["name"], namespace(object))
        except ApiError:
            return _UNKNOWN
        return owner if owner is not None and uid(owner) == reference["uid"] else None

    def _changed(self, kind: str, old: Object | None, new: Object | None, seq: int) -> None:
        either = new or old
        assert either is not None
        item = _Item(kind, key(either))
        before, after = owners(old or {}), owners(new or {})
        if before and before is not after:
            for reference in before:
                entries = self._dependents.get(reference["uid"], {})
                entries.pop(item, None)
                if not entries:
                    self._dependents.pop(reference["uid"], None)
                self._owner_may_go(reference, seq)
        if new is None:
            self._alive.pop(uid(either), None)
            for dependent in self._dependents.get(uid(either), {}):
                self._queues[dependent.kind].enqueue(dependent.key, seq)
            return
        self._alive[uid(new)] = item
        for reference in after:
            self._dependents.setdefault(reference["uid"], {})[item] = new
        if after and after is not before and any(self._is_missing(reference) for reference in after):
            self._queues[kind].enqueue(item.key, seq)
        if is_terminating(new) and {FOREGROUND, ORPHAN} & {*finalizers(new)}:
            self._queues[kind].enqueue(item.key, seq)

    def _is_missing(self, reference: Object) -> bool:
        return reference["uid"] not in self._alive

    def _owner_may_go(self, reference: Object, seq: int) -> None:
        """A dependent is gone: its owner may have been waiting for that."""
        owner = self._alive.get(reference["uid"])
        if owner is not None:
            object = self._informers.of(owner.kind).at(owner.key)
            if object is not None and _waits(object):
                self._queues[owner.kind].enqueue(owner.key, seq)


_UNKNOWN: Object = {}


def _waits(owner: Object) -> bool:
    """Whether the owner is being deleted in the foreground."""
    return is_terminating(owner) and FOREGROUND in finalizers(owner)
