"""Cluster DNS: names of Services and Pods, as far as the DNS server has heard of them (DNS-1 to DNS-14)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from simk8s.api.objects import Key, Object, key, namespace
from simk8s.api.store import Store
from simk8s.controlplane.informer import Informers
from simk8s.controlplane.network.endpoints import SERVICE_LABEL

TTL_SECONDS = 30  # DNS-11
PROPAGATION_SECONDS = (0.1, 1.5)  # TIME-42

RecordType = Literal["A", "SRV", "PTR"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server says: `NXDOMAIN` no such name, `NOERROR` without records: the name has none of that type.

    Records are addresses (A), names (PTR) or `priority weight port target` (SRV). `seq` is the history record
    from which the server knows: `actor.hear(answer.seq)`.
    """

    code: Literal["NOERROR", "NXDOMAIN"]
    records: tuple[str, ...] = ()
    seq: int = -1
    ttl_seconds: int = TTL_SECONDS


@dataclass(frozen=True, slots=True)
class _Target:
    """One endpoint by its name below the Service."""

    label: str
    address: str
    ports: tuple[tuple[str, str, int], ...]
    """Name, protocol and number, as the Pod serves them."""


class Dns:
    """Answers out of what its own watches have brought so far; nothing else in the cluster is asked."""

    def __init__(self, store: Store, *, domain: str = "cluster.local", cache_seconds: int = 0) -> None:
        self._sim = store.sim
        self._domain = domain
        self._cache_seconds = cache_seconds
        self._cache: dict[tuple[str, str], tuple[float, Answer]] = {}
        self.informers = Informers(store, "coredns", delay_seconds=PROPAGATION_SECONDS)
        self._services = self.informers.of("Service")
        self._slices = self.informers.of("EndpointSlice")
        self._by_service = self._slices.index("service", _service_of)
        self._by_host = self._slices.index("host", _hosts_of)
        self._by_address = self._slices.index("address", _addresses_of)
        self._service_by_address = self._services.index("address", _cluster_addresses)
        self._namespaces = self.informers.of("Namespace")

    def lookup(self, name: str, type: RecordType = "A") -> Answer:
        """Answer a question for a full name, with or without a final dot. Addresses come in random order (DNS-2)."""
        question = (name.rstrip(".").lower(), type)
        cached = self._cache.get(question)
        if cached is not None and self._sim.now < cached[0]:  # DNS-11: hits and misses alike
            return self._shuffled(cached[1])
        answer = self._resolve(*question)
        if self._cache_seconds:
            self._cache[question] = (self._sim.now + self._cache_seconds, answer)
        return self._shuffled(answer)

    def serves(self, name: str) -> bool:
        """Whether the name is the cluster's to answer; others would be asked of the world outside."""
        name = name.rstrip(".").lower()
        return name == self._domain or name.endswith((f".{self._domain}", ".in-addr.arpa"))

    def _resolve(self, name: str, type: str) -> Answer:
        if name.endswith(".in-addr.arpa"):
            return self._reverse(name, type)
        if name == self._domain:
            return Answer("NOERROR")
        if not name.endswith(f".{self._domain}"):
            return Answer("NXDOMAIN")
        labels = name[: -len(self._domain) - 1].split(".")
        kind = labels.pop()
        if kind == "pod":
            return self._pod(labels, type)
        if kind != "svc":
            return Answer("NXDOMAIN")
        if len(labels) < 2:  # `svc.cluster.local` and `default.svc.cluster.local` exist, but have no addresses
            known = not labels or self._namespaces.get(labels[0]) is not None
            return Answer("NOERROR" if known else "NXDOMAIN")
        service_namespace, service_name, *below = reversed(labels)
        service = self._services.get(service_name, service_namespace)
        if service is None:
            return Answer("NXDOMAIN")
        return self._service(service, list(reversed(below)), type)

    def _service(self, service: Object, below: list[str], type: str) -> Answer:
        where = key(service)
        seq = self._services.seq(where)
        if service["spec"].get("type") == "ExternalName" and not below:
            return self._resolve(service["spec"]["externalName"].rstrip(".").lower(), type)
        address = service["spec"].get("clusterIP")
        if address and address != "None" and not (below and not below[0].startswith("_")):
            if below:
                return self._srv(service, below, [_Target("", address, _ports(service["spec"]))], type, seq)
            return _of_type(type, "A", (address,), seq)  # DNS-1: even with no endpoints
        targets = self._targets(where, below[-1] if len(below) == 1 else "")  # DNS-3, DNS-6
        seq = max([seq, *(self._slices.seq(key(slice)) for slice in self._by_service[_name(where)].values())])
        if below and below[0].startswith("_"):
            return self._srv(service, below, targets, type, seq)
        if len(below) > 1:
            return Answer("NXDOMAIN", seq=seq)
        if not targets:
            return Answer("NXDOMAIN", seq=seq)  # DNS-2: none ready is as good as none at all
        return _of_type(type, "A", tuple(dict.fromkeys(target.address for target in targets)), seq)

    def _srv(self, service: Object, below: list[str], targets: list[_Target], type: str, seq: int) -> Answer:
        """DNS-4: `_port._protocol`, one record for each ready endpoint of a named port."""
        if len(below) != 2:
            return Answer("NXDOMAIN", seq=seq)
        wanted = (below[0][1:], below[1][1:].upper())
        found = [
            (target, number)
            for target in targets
            for port_name, protocol, number in target.ports
            if (port_name.lower(), protocol) == wanted
        ]
        if not found:
            return Answer("NXDOMAIN", seq=seq)
        host = f"{service['metadata']['name']}.{namespace(service)}.svc.{self._domain}."
        records = tuple(
            f"0 {100 // len(found)} {number} {target.label}{'.' if target.label else ''}{host}"
            for target, number in found
        )
        return _of_type(type, "SRV", records, seq)

    def _targets(self, service: Key, host: str) -> list[_Target]:
        """The endpoints that are ready (or published anyway), in the order of their slices; `host`: that one's only."""
        slices = self._by_host[f"{_name(service)}/{host}"] if host else self._by_service[_name(service)]
        return [
            _Target(_label(entry), entry["addresses"][0], _ports(slice))
            for slice in slices.values()
            for entry in slice.get("endpoints") or ()
            if entry["conditions"]["ready"] and (not host or _label(entry) == host)
        ]

    def _pod(self, labels: list[str], type: str) -> Answer:
        """DNS-5: made of the name itself."""
        if len(labels) != 2:
            return Answer("NXDOMAIN")
        parts = labels[0].split("-")
        if len(parts) == 4 and all(part.isdigit() and int(part) < 256 for part in parts):
            return _of_type(type, "A", (".".join(parts),), -1)
        return Answer("NXDOMAIN")

    def _reverse(self, name: str, type: str) -> Answer:
        address = ".".join(reversed(name.removesuffix(".in-addr.arpa").split(".")))
        for service in self._service_by_address[address].values():
            where = key(service)
            target = f"{where.name}.{where.namespace}.svc.{self._domain}."
            return _of_type(type, "PTR", (target,), self._services.seq(where))
        names: list[str] = []
        seq = -1
        for where, slice in self._by_address[address].items():
            service = slice["metadata"]["labels"][SERVICE_LABEL]
            for entry in slice["endpoints"]:
                if entry["addresses"][0] == address and entry["conditions"]["ready"]:
                    names.append(f"{_label(entry)}.{service}.{where.namespace}.svc.{self._domain}.")
                    seq = max(seq, self._slices.seq(where))
        return _of_type(type, "PTR", tuple(names), seq) if names else Answer("NXDOMAIN")

    def _shuffled(self, answer: Answer) -> Answer:
        records = list(answer.records)
        if len(records) < 2:
            return answer
        first = self._sim.choose(len(records), "coredns")  # round robin from a random place
        return replace(answer, records=tuple(records[first:] + records[:first]))


def _of_type(asked: str, type: str, records: tuple[str, ...], seq: int) -> Answer:
    """The name exists; it has these records if they are of the type that was asked for."""
    return Answer("NOERROR", records if asked == type else (), seq)


def _ports(holder: Object) -> tuple[tuple[str, str, int], ...]:
    """The ports of a Service's spec or of a slice."""
    return tuple(
        (port.get("name", ""), port.get("protocol", "TCP"), port["port"]) for port in holder.get("ports") or ()
    )


def _name(where: Key) -> str:
    return f"{where.namespace}/{where.name}"


def _service_of(slice: Object) -> Iterator[str]:
    service = (slice["metadata"].get("labels") or {}).get(SERVICE_LABEL)
    if service:
        yield f"{namespace(slice)}/{service}"


def _label(entry: Object) -> str:
    """The endpoint's own name below that of its Service."""
    return str(entry.get("hostname") or entry["addresses"][0].replace(".", "-"))


def _hosts_of(slice: Object) -> Iterator[str]:
    for service in _service_of(slice):
        for entry in slice.get("endpoints") or ():
            yield f"{service}/{_label(entry)}"


def _addresses_of(slice: Object) -> Iterator[str]:
    for entry in slice.get("endpoints") or ():
        yield entry["addresses"][0]


def _cluster_addresses(service: Object) -> Iterator[str]:
    address = service["spec"].get("clusterIP")
    if address and address != "None":
        yield address
