"""Which Pods stand behind a Service, and which of them may get traffic (SVC-1 to SVC-6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from simk8s.api.errors import ApiError
from simk8s.api.objects import Key, Object, dig, is_terminating, is_true, key, labels, name, owner_reference, uid
from simk8s.api.selector import LabelSelector, from_labels
from simk8s.api.store import Store
from simk8s.controlplane.controller import Controller
from simk8s.controlplane.informer import Informers
from simk8s.sim import Actor, Run

SLICE_LIMIT = 100  # SVC-1
ENDPOINTS_LIMIT = 1000
"""So many addresses an Endpoints object has at most: of more Pods only the slices tell."""

SERVICE_LABEL = "kubernetes.io/service-name"
MANAGER = "endpointslice-controller.k8s.io"
OVER_CAPACITY = "endpoints.kubernetes.io/over-capacity"
TOLERATE_UNREADY = "service.alpha.kubernetes.io/tolerate-unready-endpoints"

Ports = tuple[tuple[str, str, int], ...]
"""Name, protocol and number of each port, as one Pod serves them."""


@dataclass(slots=True)
class _Slice:
    """At most a hundred endpoints with the same ports."""

    name: str
    ports: Ports
    entries: dict[Key, Object] = field(default_factory=dict)
    is_dirty: bool = True
    addresses: dict[str, list[Object]] = field(default_factory=dict)
    """The same endpoints in the form of the Endpoints object, as of the last write."""


@dataclass(slots=True)
class _Members:
    """The Pods of one Service, spread over slices. An endpoint stays in its slice."""

    selector: LabelSelector
    service: Object
    slices: list[_Slice] = field(default_factory=list)
    place: dict[Key, _Slice] = field(default_factory=dict)
    made: int = 0


class Endpoints:
    """`endpointslice-controller`, which also keeps the older Endpoints objects."""

    def __init__(self, store: Store, informers: Informers) -> None:
        self._store = store
        self._services = informers.of("Service")
        self._pods = informers.of("Pod")
        self._nodes = informers.of("Node")
        self._by_namespace = self._pods.index("namespace", lambda pod: (pod["metadata"]["namespace"],))
        self._members: dict[Key, _Members] = {}
        self._addresses: dict[Key, dict[str, Object]] = {}
        self._controller = Controller("endpoint-slice-controller", store, "Service", self._sync)
        self._services.on_change(self._service_changed)
        self._pods.on_change(self._pod_changed)
        self._nodes.on_change(self._node_changed)

    def _sync(self, where: Key, actor: Actor) -> Run[None]:
        """Write the slices that changed, then the Endpoints object."""
        members = self._members.get(where)
        if members is None:
            if self._services.at(where) is None and self._store.find("Endpoints", where.name, where.namespace):
                yield from self._controller.client.delete("Endpoints", where.name, where.namespace, by=actor)
            return
        for piece in list(members.slices):
            if piece.is_dirty:
                piece.is_dirty = False
                piece.addresses = _by_readiness(self._addresses.get(where, {}), piece.entries.values())
                yield from self._write_slice(members, piece, actor)
        yield from self._write_endpoints(members, actor)

    def _write_slice(self, members: _Members, piece: _Slice, actor: Actor) -> Run[None]:
        client, service = self._controller.client, members.service
        namespace = service["metadata"]["namespace"]
        exists = self._store.find("EndpointSlice", piece.name, namespace) is not None
        if not piece.entries and len(members.slices) > 1:
            members.slices.remove(piece)
            if exists:
                yield from client.delete("EndpointSlice", piece.name, namespace, by=actor)
            return
        meta = {
            "name": piece.name,
            "namespace": namespace,
            "labels": {
                **labels(service),
                SERVICE_LABEL: name(service),
                "endpointslice.kubernetes.io/managed-by": MANAGER,
            },
            "ownerReferences": [owner_reference(service)],
        }
        if service["spec"].get("clusterIP") == "None":
            meta["labels"]["service.kubernetes.io/headless"] = ""
        slice: Object = {
            "apiVersion": "discovery.k8s.io/v1",
            "kind": "EndpointSlice",
            "metadata": meta,
            "addressType": "IPv4",
            "endpoints": list(piece.entries.values()),
            "ports": [{"name": n, "protocol": protocol, "port": port} for n, protocol, port in piece.ports],
        }
        try:
            stored = yield from client.update(slice, by=actor) if exists else client.create(slice, by=actor)
        except ApiError:
            piece.is_dirty = True
            raise
        for where, entry in zip(piece.entries, stored["endpoints"], strict=False):
            if (
                piece.entries[where] is not entry and piece.entries[where] == entry
            ):  # share what is stored, so that the next write compares by identity
                piece.entries[where] = entry

    def _write_endpoints(self, members: _Members, actor: Actor) -> Run[None]:
        service = members.service
        where = key(service)
        subsets = _subsets(members)
        meta: Object = {"name": where.name, "namespace": where.namespace, "labels": labels(service)}
        if len(members.place) > ENDPOINTS_LIMIT:
            meta["annotations"] = {OVER_CAPACITY: "truncated"}
        endpoints: Object = {"apiVersion": "v1", "kind": "Endpoints", "metadata": meta, "subsets": subsets}
        client = self._controller.client
        if self._store.find("Endpoints", where.name, where.namespace) is None:
            stored = yield from client.create(endpoints, by=actor)
        else:
            stored = yield from client.update(endpoints, by=actor)
        known = self._addresses[where] = {}
        for subset in stored.get("subsets") or ():
            for kind in ("addresses", "notReadyAddresses"):
                known.update({address["ip"]: address for address in subset.get(kind, ())})

    def _service_changed(self, old: Object | None, new: Object | None, seq: int) -> None:
        either = new or old
        assert either is not None
        where = key(either)
        if new is None:
            self._members.pop(where, None)
            self._addresses.pop(where, None)
            self._controller.enqueue(where, seq)
            return
        wanted = new["spec"].get("selector")
        if not wanted or new["spec"].get("type") == "ExternalName":
            self._members.pop(where, None)
            return
        before = self._members.get(where)
        members = self._members[where] = _Members(from_labels(wanted), new)
        if before is not None:
            members.made = before.made
            members.slices = [_Slice(piece.name, piece.ports) for piece in before.slices]
        else:
            self._first_slice(members)
        for pod in self._by_namespace[where.namespace].values():
            self._place(members, pod)
        self._controller.enqueue(where, seq)

    def _first_slice(self, members: _Members) -> None:
        self._new_slice(members, _ports(members.service, {}) or ())

    def _pod_changed(self, old: Object | None, new: Object | None, seq: int) -> None:
        pod = new or old
        assert pod is not None
        if old is not None and new is not None and _facts(old) == _facts(new):
            return
        for where, members in self._members.items():
            if where.namespace == pod["metadata"]["namespace"]:
                changed = self._place(members, new) if new is not None else self._displace(members, key(pod))
                if changed:
                    self._controller.enqueue(where, seq)

    def _node_changed(self, old: Object | None, new: Object | None, seq: int) -> None:
        """SVC-1: an endpoint's Node must exist."""
        if old is not None and new is not None:
            return
        node = name(new or old or {})
        for pod in self._pods:
            if dig(pod, "spec", "nodeName") == node:
                self._pod_changed(None, pod, seq)

    def _place(self, members: _Members, pod: Object) -> bool:
        """Bring one Pod's endpoint up to date. Tells whether anything changed."""
        where = key(pod)
        if not members.selector.matches(labels(pod)) or not self._is_listed(pod):
            return self._displace(members, where)
        entry = endpoint(members.service, pod)
        ports = _ports(members.service, pod)
        piece = members.place.get(where)
        if piece is not None and piece.ports != ports:
            self._displace(members, where)
            piece = None
        if piece is None:
            piece = next((p for p in members.slices if _has_room(p, ports)), None) or self._new_slice(members, ports)
            piece.ports = ports
            members.place[where] = piece
        elif piece.entries[where] == entry:
            return False
        piece.entries[where] = entry
        piece.is_dirty = True
        return True

    def _displace(self, members: _Members, where: Key) -> bool:
        piece = members.place.pop(where, None)
        if piece is None:
            return False
        del piece.entries[where]
        piece.is_dirty = True
        return True

    def _new_slice(self, members: _Members, ports: Ports) -> _Slice:
        members.made += 1
        suffix = uid(members.service)[:4] + chr(ord("a") + members.made % 26)
        piece = _Slice(f"{name(members.service)}-{suffix}{members.made}", ports)
        members.slices.append(piece)
        return piece

    def _is_listed(self, pod: Object) -> bool:
        """SVC-1."""
        status = pod.get("status") or {}
        if not status.get("podIP") or status.get("phase") in ("Failed", "Succeeded"):
            return False
        return self._nodes.get(dig(pod, "spec", "nodeName", default="")) is not None


def _subsets(members: _Members) -> list[Object]:
    """The endpoints by their ports; ready ones first where there are too many."""
    slices = [piece for piece in members.slices if piece.entries]  # one may have been emptied while others were written
    subsets: dict[Ports, Object] = {piece.ports: {} for piece in slices}
    room = ENDPOINTS_LIMIT
    for kind in ("addresses", "notReadyAddresses"):
        for piece in slices:
            if room and (addresses := piece.addresses.get(kind, ())[:room]):
                subsets[piece.ports].setdefault(kind, []).extend(addresses)
                room -= len(addresses)
    return [
        {**subset, "ports": [{"name": n, "port": port, "protocol": protocol} for n, protocol, port in ports]}
        for ports, subset in subsets.items()
        if subset
    ]


def _has_room(piece: _Slice, ports: Ports) -> bool:
    return (piece.ports == ports or not piece.entries) and len(piece.entries) < SLICE_LIMIT


def endpoint(service: Object, pod: Object) -> Object:
    """One Pod behind one Service (SVC-1 to SVC-3)."""
    spec, meta = pod["spec"], pod["metadata"]
    serving, terminating = is_true(pod, "Ready"), is_terminating(pod)
    annotations = service["metadata"].get("annotations") or {}
    always = service["spec"].get("publishNotReadyAddresses") or annotations.get(TOLERATE_UNREADY) == "true"
    entry: Object = {
        "addresses": [pod["status"]["podIP"]],
        "conditions": {
            "ready": bool(always or (serving and not terminating)),  # SVC-2: not from the moment it is deleted
            "serving": serving,
            "terminating": terminating,
        },
        "nodeName": spec["nodeName"],
        "targetRef": {"kind": "Pod", "name": meta["name"], "namespace": meta["namespace"], "uid": meta["uid"]},
    }
    if spec.get("hostname") and spec.get("subdomain") == name(service):  # SVC-3
        entry["hostname"] = spec["hostname"]
    return entry


def _ports(service: Object, pod: Object) -> Ports:
    """The Service's ports as this Pod serves them: a named target port is looked up in its containers."""
    result = []
    for port in service["spec"].get("ports") or ():
        target = port.get("targetPort", port["port"])
        if isinstance(target, str):
            target = next(
                (
                    own["containerPort"]
                    for container in dig(pod, "spec", "containers", default=())
                    for own in container.get("ports") or ()
                    if own.get("name") == target
                ),
                None,
            )
        if target is not None:
            result.append((port.get("name", ""), port.get("protocol", "TCP"), int(target)))
    return tuple(result)


def _by_readiness(known: dict[str, Object], entries: Iterable[Object]) -> dict[str, list[Object]]:
    sorted_: dict[str, list[Object]] = {"addresses": [], "notReadyAddresses": []}
    for entry in entries:
        sorted_["addresses" if entry["conditions"]["ready"] else "notReadyAddresses"].append(_address(known, entry))
    return sorted_


def _address(known: dict[str, Object], entry: Object) -> Object:
    """The endpoint in the form of the Endpoints object: the very one that is stored, where it is the same Pod's."""
    before = known.get(entry["addresses"][0])
    if before is not None and before["targetRef"]["uid"] == entry["targetRef"]["uid"]:
        return before
    address: Object = {"ip": entry["addresses"][0], "nodeName": entry["nodeName"], "targetRef": entry["targetRef"]}
    if "hostname" in entry:
        address["hostname"] = entry["hostname"]
    return address


def _facts(pod: Object) -> tuple[object, ...]:
    """What of a Pod an endpoint depends on."""
    meta, status = pod["metadata"], pod.get("status") or {}
    return (
        meta.get("labels"),
        "deletionTimestamp" in meta,
        status.get("podIP"),
        status.get("phase") in ("Failed", "Succeeded"),
        is_true(pod, "Ready"),
        pod["spec"].get("nodeName"),
    )
