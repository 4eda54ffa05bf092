"""Pages of Services and of their endpoints."""

from __future__ import annotations

from simk8s.api.objects import Object, dig, name, namespace
from simk8s.api.selector import parse
from simk8s.kubectl.describe.event import events
from simk8s.kubectl.describe.page import NONE, UNSET, Page

_SHOWN = 3


def service(page: Page, obj: Object) -> None:
    spec = obj["spec"]
    page.head(obj)
    page.tags(obj)
    page.field("Selector", ",".join(f"{k}={v}" for k, v in sorted((spec.get("selector") or {}).items())) or NONE)
    page.field("Type", spec.get("type", "ClusterIP"))
    if spec.get("ipFamilyPolicy"):
        page.field("IP Family Policy", spec["ipFamilyPolicy"])
    page.field("IP Families", ",".join(spec.get("ipFamilies") or []) or NONE)
    page.field("IP", spec.get("clusterIP", ""))
    page.field(
        "IPs", ",".join(spec.get("clusterIPs") or ([spec["clusterIP"]] if spec.get("clusterIP") else [])) or NONE
    )
    if spec.get("externalName"):
        page.field("External Name", spec["externalName"])
    slices = page.store.list("EndpointSlice", namespace(obj), parse(f"kubernetes.io/service-name={name(obj)}"))
    for port in spec.get("ports") or []:
        _port(page, port, slices)
    page.field("Session Affinity", spec.get("sessionAffinity", "None"))
    for field, label in (
        ("externalTrafficPolicy", "External Traffic Policy"),
        ("internalTrafficPolicy", "Internal Traffic Policy"),
    ):
        if spec.get(field):
            page.field(label, spec[field])
    events(page, obj)


def _port(page: Page, port: Object, slices: list[Object]) -> None:
    own = port.get("name") or UNSET
    protocol = port.get("protocol", "TCP")
    page.line(f"Port:\t{own}\t{port['port']}/{protocol}")
    page.field("TargetPort", f"{port.get('targetPort', port['port'])}/{protocol}")
    if port.get("nodePort"):
        page.line(f"NodePort:\t{own}\t{port['nodePort']}/{protocol}")
    page.field("Endpoints", _endpoints(slices, port.get("name") or ""))


def _endpoints(slices: list[Object], port_name: str) -> str:
    """At most three that are ready, the others counted; nothing at all where none is."""
    if not slices:
        return NONE
    found = [
        f"{endpoint['addresses'][0]}:{port['port']}"
        for each in slices
        for port in each.get("ports") or []
        if (port.get("name") or "") == port_name
        for endpoint in each.get("endpoints") or []
        if dig(endpoint, "conditions", default={}).get("ready", True)
    ]
    rest = len(found) - _SHOWN
    return ",".join(found[:_SHOWN]) + (f" + {rest} more..." if rest > 0 else "")


def endpoint_slice(page: Page, obj: Object) -> None:
    page.head(obj)
    page.tags(obj)
    page.field("AddressType", obj.get("addressType", ""))
    ports = obj.get("ports") or []
    if ports:
        page.line("Ports:")
        page.line("Name\tPort\tProtocol", 1)
        page.line("----\t----\t--------", 1)
        for port in ports:
            page.line(f"{port.get('name') or UNSET}\t{port.get('port', UNSET)}\t{port.get('protocol', 'TCP')}", 1)
    else:
        page.field("Ports", UNSET)
    endpoints = obj.get("endpoints") or []
    page.line("Endpoints:" if endpoints else f"Endpoints:\t{NONE}")
    for endpoint in endpoints:
        _endpoint(page, endpoint)
    events(page, obj)


def _endpoint(page: Page, endpoint: Object) -> None:
    page.line(f"- Addresses:\t{','.join(endpoint.get('addresses') or [])}", 1)
    page.line("Conditions:", 2)
    ready = dig(endpoint, "conditions", "ready")
    page.field("Ready", UNSET if ready is None else str(ready).lower(), 3)
    page.field("Hostname", endpoint.get("hostname") or UNSET, 2)
    if target := endpoint.get("targetRef"):
        page.field("TargetRef", f"{target['kind']}/{target['name']}", 2)
    page.field("NodeName", endpoint.get("nodeName") or UNSET, 2)
    page.field("Zone", endpoint.get("zone") or UNSET, 2)


def endpoints(page: Page, obj: Object) -> None:
    page.head(obj)
    page.tags(obj)
    page.line("Subsets:")
    for subset in obj.get("subsets") or []:
        for label, field in (("Addresses", "addresses"), ("NotReadyAddresses", "notReadyAddresses")):
            shown = ",".join(address["ip"] for address in subset.get(field) or [])
            page.field(label, shown or NONE, 1)
        page.line("Ports:", 1)
        page.line("Name\tPort\tProtocol", 2)
        page.line("----\t----\t--------", 2)
        for port in subset.get("ports") or []:
            page.line(f"{port.get('name') or UNSET}\t{port['port']}\t{port.get('protocol', 'TCP')}", 2)
        page.line("")
    events(page, obj)
