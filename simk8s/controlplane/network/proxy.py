"""kube-proxy: where a connection to a Service's address goes (SVC-4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from simk8s.api.objects import Object, dig, key, namespace
from simk8s.api.store import Store
from simk8s.controlplane.informer import Informers
from simk8s.controlplane.network.dns import PROPAGATION_SECONDS
from simk8s.controlplane.network.endpoints import SERVICE_LABEL


@dataclass(frozen=True, slots=True)
class Backend:
    """A Pod that takes the connection. `seq` is the history record from which the proxy knows it."""

    address: str
    port: int
    seq: int


class Proxy:
    """The rules on every node, made of what the proxies have heard so far (SIM: all nodes hear it at once)."""

    def __init__(self, store: Store) -> None:
        self._sim = store.sim
        self.informers = Informers(store, "kube-proxy", delay_seconds=PROPAGATION_SECONDS)
        self._services = self.informers.of("Service").index("address", _addresses)
        self._by_service = self.informers.of("EndpointSlice").index("service", _service)

    def is_service(self, address: str) -> bool:
        """Whether the address is a Service's: then `route` decides, and None means refused."""
        return bool(self._services[address])

    def route(self, address: str, port: int, source: str = "") -> Backend | None:
        """The Pod that gets a new connection from `source`, or None: refused. Each connection is drawn anew."""
        for service in self._services[address].values():
            wanted = next((p for p in service["spec"].get("ports") or () if p["port"] == port), None)
            if wanted is None:
                return None
            backends = self._backends(service, wanted.get("name", ""))
            if not backends:
                return None
            if service["spec"].get("sessionAffinity") == "ClientIP":
                return backends[sum(source.encode()) % len(backends)]
            return backends[self._sim.choose(len(backends), f"kube-proxy/{address}")]
        return None

    def _backends(self, service: Object, port_name: str) -> list[Backend]:
        """The ready endpoints; where there are none, those that still serve while they terminate."""
        where = key(service)
        slices = self.informers.of("EndpointSlice")
        ready: list[Backend] = []
        leaving: list[Backend] = []
        for slice in self._by_service[f"{where.namespace}/{where.name}"].values():
            port = next((p["port"] for p in slice.get("ports") or () if p.get("name", "") == port_name), None)
            if port is None:
                continue
            seq = slices.seq(key(slice))
            for entry in slice.get("endpoints") or ():
                conditions = entry["conditions"]
                backend = Backend(entry["addresses"][0], port, seq)
                if conditions["ready"]:
                    ready.append(backend)
                elif conditions["serving"] and conditions["terminating"]:
                    leaving.append(backend)
        return ready or leaving


def _addresses(service: Object) -> Iterator[str]:
    address = dig(service, "spec", "clusterIP")
    if address and address != "None":
        yield address


def _service(slice: Object) -> Iterator[str]:
    service = (slice["metadata"].get("labels") or {}).get(SERVICE_LABEL)
    if service:
        yield f"{namespace(slice)}/{service}"
