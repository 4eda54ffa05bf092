"""Columns of Services (KCTL-3) and of their endpoints (KCTL-11)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from simk8s.api.column import AGE, NAME, Column, Printer, age_of
from simk8s.api.objects import Object, dig, name

NONE = "<none>"
UNSET = "<unset>"
_SHOWN = 3
"""So many endpoints are named, the others counted."""


def _service(obj: Object, now: datetime) -> Sequence[Any]:
    spec = obj.get("spec") or {}
    selector = ",".join(f"{key}={value}" for key, value in sorted((spec.get("selector") or {}).items()))
    return (
        name(obj),
        spec.get("type", "ClusterIP"),
        spec.get("clusterIP") or NONE,
        _external(obj, spec),
        ",".join(map(_port, spec.get("ports") or [])) or NONE,
        age_of(obj, now),
        selector or NONE,
    )


def _external(obj: Object, spec: Object) -> str:
    given = spec.get("externalIPs") or []
    if spec.get("type") == "ExternalName":
        return str(spec.get("externalName", NONE))
    if spec.get("type") == "LoadBalancer":
        ingress = dig(obj, "status", "loadBalancer", "ingress", default=[])
        addresses = [entry.get("ip") or entry.get("hostname", "") for entry in ingress]
        return ",".join([*addresses, *given]) or "<pending>"
    return ",".join(given) or NONE


def _port(entry: Object) -> str:
    node = f":{entry['nodePort']}" if entry.get("nodePort") else ""
    return f"{entry['port']}{node}/{entry.get('protocol', 'TCP')}"


def _endpoints(obj: Object, now: datetime) -> Sequence[Any]:
    return name(obj), ready_endpoints(obj), age_of(obj, now)


def ready_endpoints(obj: Object) -> str:
    """`10.244.1.2:3306,10.244.2.2:3306 + 1 more...` of an Endpoints object; those that are not ready do not count."""
    found: list[str] = []
    for subset in obj.get("subsets") or []:
        ports = subset.get("ports") or []
        for address in subset.get("addresses") or []:
            found += [f"{address['ip']}:{port['port']}" for port in ports] or [address["ip"]]
    return _some(found, NONE)


def _slice(obj: Object, now: datetime) -> Sequence[Any]:
    ports = [str(port.get("port", "*")) for port in obj.get("ports") or []]
    addresses = [address for endpoint in obj.get("endpoints") or [] for address in endpoint.get("addresses") or []]
    return name(obj), obj.get("addressType", ""), _some(ports, UNSET), _some(addresses, UNSET), age_of(obj, now)


def _some(values: list[str], none: str) -> str:
    if not values:
        return none
    rest = len(values) - _SHOWN
    return ",".join(values[:_SHOWN]) + (f" + {rest} more..." if rest > 0 else "")


PRINTERS = {
    "Service": Printer(
        (
            NAME,
            Column("Type"),
            Column("Cluster-IP"),
            Column("External-IP"),
            Column("Port(s)"),
            AGE,
            Column("Selector", 1),
        ),
        _service,
    ),
    "Endpoints": Printer((NAME, Column("Endpoints"), AGE), _endpoints),
    "EndpointSlice": Printer((NAME, Column("AddressType"), Column("Ports"), Column("Endpoints"), AGE), _slice),
}
