"""The API server's store: every object of the cluster, its versions, who may write what, and who hears of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal

from simk8s.api.change import difference, share
from simk8s.api.deletion import Deletion, deletion_of, is_finished
from simk8s.api.errors import already_exists, bad_request, conflict, not_found
from simk8s.api.listeners import Listeners
from simk8s.api.objects import Key, Object, is_terminating, uid
from simk8s.api.resources import NoMatch, Registry, Resource
from simk8s.api.selector import FieldSelector, LabelSelector
from simk8s.api.system_field import check_finalizers, with_system_fields
from simk8s.api.watch import DELIVERY_SECONDS, EventType, Watch
from simk8s.sim import Actor, Simulation

Operation = Literal["CREATE", "UPDATE", "DELETE"]


@dataclass(slots=True)
class Write:
    """A request on its way into the store, as admission hooks see it. They replace `new`, never change it in place."""

    store: Store
    resource: Resource
    operation: Operation
    new: Object
    old: Object | None = None
    is_valid: bool = False
    """Nothing can be wrong with `new`."""


Hook = Callable[[Write], None]
"""Admission: replaces `write.new` (defaults) or raises ApiError (validation). Not asked about status writes."""


@dataclass(slots=True)
class Entry:
    """An object as it is stored."""

    object: Object
    seq: int
    """The history record of the latest write."""


class Store:
    """All objects. What it returns is shared and must not be changed in place: a change makes new dicts.

    Every successful write is one record of history (`create`, `update`, `delete` of `Kind/namespace/name`) by the
    actor that made it. A write that changes nothing writes nothing (API-1). Refusals raise ApiError.
    """

    def __init__(self, sim: Simulation, registry: Registry) -> None:
        self.sim = sim
        self.registry = registry
        self.admission: list[Hook] = []
        """Asked in this order about every create, every update that is not of the status, and every delete."""
        self.version = 0
        """The latest resourceVersion, cluster-wide and increasing (API-1)."""
        self._kinds: defaultdict[str, dict[Key, Entry]] = defaultdict(dict)
        self._resources: dict[str, Resource] = {}
        self._listeners: dict[str, Listeners] = {}
        self._changed: dict[str, float] = {}
        self._written: dict[str, int] = {}
        """The resourceVersion of the latest write, by kind."""
        self._made = 0

    def create(self, object: Object, *, by: Actor, dry_run: bool = False, is_given: bool = False) -> Object:
        """Store a new object with uid, creation time and version; the name may come from `generateName`.

        With `dry_run`, here and elsewhere, everything is done but the writing. What `is_given` becomes the store's own:
        a component has made it for nothing else, valid and without nulls, so that it is neither copied nor validated.
        """
        resource = self.resource_of(object)
        new = object if is_given else share(None, object)
        meta = new["metadata"] = new.get("metadata") or {}
        if "apiVersion" not in new:
            new["apiVersion"] = resource.api_version
        if resource.namespaced:
            meta.setdefault("namespace", "default")
        else:
            meta.pop("namespace", None)
        if not meta.get("name"):
            meta["name"] = self._generated_name(meta.get("generateName", ""))
        for field in ("uid", "resourceVersion", "deletionTimestamp", "deletionGracePeriodSeconds"):
            meta.pop(field, None)
        if "status" in resource.subresources and resource.kind != "Node":  # a node registers with its status
            new.pop("status", None)
        key = Key(meta.get("namespace", ""), meta["name"])
        if key in self._kinds[resource.kind]:
            raise already_exists(resource, key.name)  # API-3
        meta["uid"] = self._new_uid()
        meta["creationTimestamp"] = self.sim.timestamp
        if _has_generation(resource, new):
            meta["generation"] = 1  # STS-75
        write = Write(self, resource, "CREATE", new, is_valid=is_given)
        for hook in self.admission:
            hook(write)
        new = share(new, write.new)
        return new if dry_run else self._put(resource, key, None, new, by)

    def update(self, object: Object, *, by: Actor, dry_run: bool = False) -> Object:
        """Replace all but the status (of a kind that keeps it apart). A stale resourceVersion is a conflict (API-2)."""
        resource = self.resource_of(object)
        key, old = self._current(resource, object)
        asked = {**object, "metadata": with_system_fields(object["metadata"], old["metadata"])}
        if "status" in resource.subresources:
            asked["status"] = old.get("status")
        check_finalizers(resource, old, asked)
        write = Write(self, resource, "UPDATE", asked, old)
        for hook in self.admission:
            hook(write)
        new: Object = share(old, write.new)
        if new is old:
            return old
        if "generation" in old["metadata"] and new.get("spec") is not old.get("spec"):
            new["metadata"] = {**new["metadata"], "generation": old["metadata"]["generation"] + 1}  # STS-75
        if dry_run:
            return new
        if is_finished(new):
            return self._remove(resource, key, new, by)  # API-5: that was the last finalizer
        return self._put(resource, key, old, new, by)

    def update_status(self, object: Object, *, by: Actor, dry_run: bool = False) -> Object:
        """Replace the status alone; whatever else `object` says is ignored. Conflicts as `update` does."""
        resource = self.resource_of(object)
        key, old = self._current(resource, object)
        status = share(old.get("status"), object.get("status") or {})
        if status is old.get("status"):
            return old
        new = {**old, "status": status}
        return new if dry_run else self._put(resource, key, old, new, by)

    def bind(self, name: str, namespace: str, node: str, *, uid: str, by: Actor) -> Object:
        """Give a Pod its node: `spec.nodeName` and the condition PodScheduled in one write (SCHED-2)."""
        resource = self.resource("Pod")
        key, old = self._current(resource, {"metadata": {"name": name, "namespace": namespace, "uid": uid}})
        if old["spec"].get("nodeName"):
            raise conflict(resource, name, f'pod {name} is already assigned to node "{old["spec"]["nodeName"]}"')
        if is_terminating(old):
            raise conflict(resource, name, f"pod {name} is being deleted, cannot be assigned to a host")
        scheduled = {"type": "PodScheduled", "status": "True", "lastTransitionTime": self.sim.timestamp}
        others = [entry for entry in old["status"].get("conditions", ()) if entry["type"] != "PodScheduled"]
        status = {**old["status"], "conditions": [*others, scheduled]}
        status.pop("nominatedNodeName", None)  # where it is nominated is past, wherever it got
        return self._put(resource, key, old, {**old, "spec": {**old["spec"], "nodeName": node}, "status": status}, by)

    def patch(
        self,
        kind: str,
        name: str,
        namespace: str,
        change: Callable[[Object], Object],
        *,
        by: Actor,
        status: bool = False,
        dry_run: bool = False,
    ) -> Object:
        """Write what `change` makes of the latest version, so without conflicts, as a PATCH request does (API-2)."""
        object = change(self.get(kind, name, namespace))
        write = self.update_status if status else self.update
        return write(object, by=by, dry_run=dry_run)

    def renew(self, kind: str, name: str, namespace: str, change: Callable[[Object], Object]) -> Object:
        """As `patch`, but of no metadata and no record of history: a heartbeat says that all is as before (NODE-1)."""
        resource = self.resource(kind)
        key = self._key(resource, name, namespace)
        entry = self._kinds[kind].get(key)
        if entry is None:
            raise not_found(resource, name)
        self.version += 1
        old = entry.object
        new = {**change(old), "metadata": {**old["metadata"], "resourceVersion": str(self.version)}}
        self._kinds[kind][key] = Entry(new, entry.seq)
        self._tell(kind, "MODIFIED", old, new, entry.seq)
        return new

    def delete(
        self,
        kind: str,
        name: str,
        namespace: str = "default",
        *,
        by: Actor,
        deletion: Deletion | None = None,
        dry_run: bool = False,
    ) -> Object:
        """Delete, or mark as terminating while a grace period or a finalizer holds it (API-5, KUBELET-55).

        Returns the object as it now is, or as it last was.
        """
        deletion = deletion or Deletion()
        resource = self.resource(kind)
        key = self._key(resource, name, namespace)
        entry = self._kinds[kind].get(key)
        if entry is None:
            raise not_found(resource, name)
        old = entry.object
        if deletion.uid and deletion.uid != uid(old):
            why = f"Precondition failed: UID in precondition: {deletion.uid}, UID in object meta: {uid(old)}"
            raise conflict(resource, name, why)
        write = Write(self, resource, "DELETE", old, old)
        for hook in self.admission:
            hook(write)
        new: Object = share(old, deletion_of(old, deletion, self.sim))
        if new is old or dry_run:
            return old
        if is_finished(new):
            return self._remove(resource, key, old, by)
        return self._put(resource, key, old, new, by)

    def get(self, kind: str, name: str, namespace: str = "default") -> Object:
        """The object of that name. Raises ApiError NotFound."""
        found = self.find(kind, name, namespace)
        if found is None:
            raise not_found(self.resource(kind), name)
        return found

    def find(self, kind: str, name: str, namespace: str = "default") -> Object | None:
        """As `get`, but None where there is none. The namespace of a cluster-scoped kind is ignored."""
        entry = self._kinds[kind].get(self._key(self.resource(kind), name, namespace))
        return entry.object if entry else None

    def list(
        self,
        kind: str,
        namespace: str | None = None,
        labels: LabelSelector | None = None,
        fields: FieldSelector | None = None,
    ) -> list[Object]:
        """The objects of a kind, by namespace and name (KCTL-16). `namespace` None means all of them."""
        entries = self._kinds[kind]
        if namespace is None and labels is None and fields is None:
            return [entries[key].object for key in sorted(entries)]
        return [
            entries[key].object
            for key in sorted(entries)
            if (namespace is None or key.namespace == namespace) and _selected(entries[key].object, labels, fields)
        ]

    def watch(
        self,
        kind: str,
        namespace: str | None = None,
        *,
        who: str = "",
        labels: LabelSelector | None = None,
        fields: FieldSelector | None = None,
        delay_seconds: tuple[float, float] = DELIVERY_SECONDS,
    ) -> Watch:
        """Listen to a kind: what exists comes first. `who` names the listener in the choices of delay."""

        def matches(object: Object) -> bool:
            if namespace is not None and object["metadata"].get("namespace", "") != namespace:
                return False
            return _selected(object, labels, fields)

        self.resource(kind)
        listeners = self._listeners.setdefault(kind, Listeners())
        filtered = namespace is not None or labels is not None or fields is not None
        watch = Watch(self.sim, f"watch/{who or kind}", matches if filtered else None, delay_seconds, listeners.remove)
        for entry in self._kinds[kind].values():
            watch.list(entry.object, entry.seq)
        listeners.add(watch, fields)
        return watch

    def seq(self, kind: str, name: str, namespace: str = "default") -> int:
        """The history record of the object's latest write, -1 where there is no such object."""
        entry = self._kinds[kind].get(self._key(self.resource(kind), name, namespace))
        return entry.seq if entry else -1

    def changed_at(self, without: Collection[str] = ()) -> float:
        """When an object was last written, in virtual seconds; those of the kinds `without` are not counted."""
        return max((time for kind, time in self._changed.items() if kind not in without), default=0.0)

    def resource(self, kind: str) -> Resource:
        """The resource of a kind. Raises ApiError where this cluster does not serve it."""
        resource = self._resources.get(kind)
        if resource is None:
            try:
                resource = self.registry.of_kind(kind)
            except NoMatch as error:
                raise bad_request(str(error)) from error
            self._resources[kind] = resource
        return resource

    def resource_of(self, object: Object) -> Resource:
        """The resource that an object claims to be. Raises ApiError where this cluster does not serve it."""
        resource = self.resource(object.get("kind", ""))
        if "apiVersion" in object and object["apiVersion"] != resource.api_version:
            raise bad_request(f'no matches for kind "{resource.kind}" in version "{object["apiVersion"]}"')
        return resource

    def __iter__(self) -> Iterator[Object]:
        """Every object, by kind in the order of discovery, then by namespace and name."""
        for resource in self.registry:
            yield from self.list(resource.kind)

    def changed_since(self, version: int) -> Iterator[tuple[str, Mapping[Key, Entry]]]:
        """The kinds of which anything was written after that version, each with its objects, in no order to rely on."""
        return ((kind, self._kinds[kind]) for kind, latest in self._written.items() if latest > version)

    def _key(self, resource: Resource, name: str, namespace: str) -> Key:
        return Key(namespace if resource.namespaced else "", name)

    def _current(self, resource: Resource, object: Object) -> tuple[Key, Object]:
        """The stored version that a writer means to replace. Raises NotFound and Conflict."""
        meta = object["metadata"]
        key = self._key(resource, meta["name"], meta.get("namespace", "default"))
        entry = self._kinds[resource.kind].get(key)
        if entry is None:
            raise not_found(resource, key.name)
        current = entry.object["metadata"]
        if meta.get("uid", current["uid"]) != current["uid"]:
            why = f"Precondition failed: UID in precondition: {meta['uid']}, UID in object meta: {current['uid']}"
            raise conflict(resource, key.name, why)
        if meta.get("resourceVersion") not in (None, "", "0", current["resourceVersion"]):
            raise conflict(resource, key.name)
        return key, entry.object

    def _put(self, resource: Resource, key: Key, old: Object | None, new: Object, by: Actor) -> Object:
        self.version += 1
        version = str(self.version)
        new["metadata"] = {**new["metadata"], "resourceVersion": version}
        place = _place(resource.kind, key)
        if old is None:
            seq = self.sim.record(by, "create", place, object=new, resourceVersion=version)
        else:
            patch = difference(old, new) if self.sim.history.enabled else []
            seq = self.sim.record(by, "update", place, patch=patch, resourceVersion=version)
        self._kinds[resource.kind][key] = Entry(new, seq)
        self._tell(resource.kind, "ADDED" if old is None else "MODIFIED", old, new, seq)
        return new

    def _remove(self, resource: Resource, key: Key, last: Object, by: Actor) -> Object:
        self.version += 1
        version = str(self.version)
        last = {**last, "metadata": {**last["metadata"], "resourceVersion": version}}
        old = self._kinds[resource.kind].pop(key).object
        seq = self.sim.record(by, "delete", _place(resource.kind, key), uid=uid(old), resourceVersion=version)
        self._tell(resource.kind, "DELETED", old, last, seq)
        return last

    def _tell(self, kind: str, type: EventType, old: Object | None, new: Object, seq: int) -> None:
        self._changed[kind] = self.sim.now
        self._written[kind] = self.version
        if kind in self._listeners:
            for watch in self._listeners[kind].concerned(old, new):
                watch.tell(type, old, new, seq)

    def _new_uid(self) -> str:
        self._made += 1
        digest = bytearray(blake2b(f"{self.sim.seed}/uid/{self._made}".encode(), digest_size=16).digest())
        digest[6] = digest[6] & 0x0F | 0x40  # RFC 9562: a UUID of version 4
        digest[8] = digest[8] & 0x3F | 0x80
        text = digest.hex()
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

    def _generated_name(self, prefix: str) -> str:
        if not prefix:
            raise bad_request("name or generateName is required")
        digest = blake2b(f"{self.sim.seed}/name/{self._made}".encode(), digest_size=5).digest()
        return prefix[:58] + "".join(_NAME_LETTERS[byte % len(_NAME_LETTERS)] for byte in digest)


_NAME_LETTERS = "bcdfghjklmnpqrstvwxz2456789"  # no vowels, so that no name is a word

_WITHOUT_GENERATION = frozenset({"Lease", "StorageClass", "ControllerRevision", "Event"})


def _has_generation(resource: Resource, object: Object) -> bool:
    if resource.kind in _WITHOUT_GENERATION or "spec" not in object:
        return False
    return bool(resource.group) or resource.kind == "Pod"  # VER-14


def _selected(object: Object, labels: LabelSelector | None, fields: FieldSelector | None) -> bool:
    if labels is not None and not labels.matches(object["metadata"].get("labels") or {}):
        return False
    return fields is None or fields.matches(object)


def _place(kind: str, key: Key) -> str:
    return f"{kind}/{key.namespace}/{key.name}" if key.namespace else f"{kind}/{key.name}"
