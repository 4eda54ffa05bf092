"""Addresses of Services: from the cluster's range, the same for the same cluster every time."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b
from ipaddress import IPv4Network

from simk8s.api.errors import Cause, invalid
from simk8s.api.objects import Object, dig
from simk8s.api.store import Store, Write

NODE_PORTS = range(30000, 32768)
FIRST_FREE = 16  # SIM: the first addresses are kept for the cluster's own Services, as real clusters keep a band


def address_allocator(cidr: str) -> Callable[[Write], None]:
    """The admission hook that gives Services their clusterIP and node ports."""
    network = IPv4Network(cidr)

    def allocate(write: Write) -> None:
        if write.resource.kind != "Service" or write.operation == "DELETE":
            return
        spec = write.new.get("spec") or {}
        if spec.get("type", "ClusterIP") == "ExternalName":
            return
        old = dig(write.old, "spec", "clusterIP") if write.old else None
        address = spec.get("clusterIP") or old
        if not address:
            address = _free_address(write, network)
        elif address not in ("None", old) and address in _addresses(write.store):
            message = f"failed to allocate IP {address}: provided IP is already allocated"
            raise invalid(write.resource, write.new["metadata"]["name"], [Cause("spec.clusterIPs", message)])
        spec = {**spec, "clusterIP": address, "clusterIPs": [address]}
        if spec.get("type") in ("NodePort", "LoadBalancer"):
            spec = {**spec, "ports": _with_node_ports(write, spec.get("ports") or [])}
        write.new = {**write.new, "spec": spec}

    return allocate


def _free_address(write: Write, network: IPv4Network) -> str:
    taken = _addresses(write.store)
    meta = write.new["metadata"]
    room = network.num_addresses - 1 - FIRST_FREE
    start = _number(write.store, f"{meta.get('namespace')}/{meta.get('name')}") % room
    for step in range(room):
        address = str(network[FIRST_FREE + (start + step) % room])
        if address not in taken:
            return address
    message = "failed to allocate a serviceIP: range is full"
    raise invalid(write.resource, meta["name"], [Cause("spec.clusterIPs", message)])


def _with_node_ports(write: Write, ports: list[Object]) -> list[Object]:
    taken = {
        port["nodePort"]
        for service in write.store.list("Service")
        for port in service["spec"].get("ports") or ()
        if "nodePort" in port and service["metadata"]["name"] != write.new["metadata"]["name"]
    }
    result = []
    for port in ports:
        if not port.get("nodePort"):
            start = _number(write.store, f"{write.new['metadata']['name']}/{port.get('port')}")
            number = NODE_PORTS[start % len(NODE_PORTS)]
            while number in taken:
                number = NODE_PORTS[(number + 1 - NODE_PORTS.start) % len(NODE_PORTS)]
            port = {**port, "nodePort": number}
        taken.add(port["nodePort"])
        result.append(port)
    return result


def _addresses(store: Store) -> set[str]:
    return {service["spec"].get("clusterIP", "") for service in store.list("Service")}


def _number(store: Store, text: str) -> int:
    return int.from_bytes(blake2b(f"{store.sim.seed}/{text}".encode(), digest_size=8).digest(), "big")
