"""What holds for Services and for ConfigMaps and Secrets."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator

from simk8s.api.errors import Cause
from simk8s.api.objects import Object
from simk8s.api.validation.container import PROTOCOLS, port, port_number
from simk8s.api.validation.field import Path, duplicate, forbidden, immutable, invalid, required, too_long, unsupported
from simk8s.api.validation.metadata import labels
from simk8s.api.validation.name import config_key, dns_label, dns_subdomain

_TYPES = ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")
_AFFINITIES = ("ClientIP", "None")
_DATA_LIMIT_BYTES = 1024 * 1024


def service(obj: Object) -> Iterator[Cause]:
    spec = obj.get("spec") or {}
    kind = spec.get("type", "ClusterIP")
    if kind not in _TYPES:
        yield unsupported(("spec", "type"), kind, _TYPES)
    headless = spec.get("clusterIP") == "None"
    ports = spec.get("ports") or []
    if not ports and not headless and kind != "ExternalName":
        yield required(("spec", "ports"))
    if kind == "ExternalName":
        name = spec.get("externalName") or ""
        if not name:
            yield required(("spec", "externalName"))
        yield from (invalid(("spec", "externalName"), name, why) for why in dns_subdomain(name) if name)
    if kind in ("NodePort", "LoadBalancer") and headless:
        yield invalid(("spec", "clusterIPs", 0), "None", "may not be set to 'None' for LoadBalancer services")
    yield from _ports(ports)
    yield from labels(spec.get("selector"), ("spec", "selector"))
    affinity = spec.get("sessionAffinity", "None")
    if affinity not in _AFFINITIES:
        yield unsupported(("spec", "sessionAffinity"), affinity, _AFFINITIES)


def _ports(ports: list[Object]) -> Iterator[Cause]:
    names: set[str] = set()
    numbers: set[tuple[str, int]] = set()
    for index, entry in enumerate(ports):
        here: Path = ("spec", "ports", index)
        name = entry.get("name") or ""
        if name:
            yield from (invalid((*here, "name"), name, why) for why in dns_label(name))
            if name in names:
                yield duplicate((*here, "name"), name)
            names.add(name)
        elif len(ports) > 1:
            yield required((*here, "name"))
        number = entry.get("port", 0)
        yield from port_number(number, (*here, "port"))
        protocol = entry.get("protocol", "TCP")
        if protocol not in PROTOCOLS:
            yield unsupported((*here, "protocol"), protocol, PROTOCOLS)
        if (protocol, number) in numbers:
            yield duplicate(here, entry)
        numbers.add((protocol, number))
        if entry.get("targetPort") is not None:
            yield from port(entry["targetPort"], (*here, "targetPort"))


def service_update(new: Object, old: Object) -> Iterator[Cause]:
    """The address of a Service stays, unless it becomes an ExternalName."""
    before, after = old["spec"].get("clusterIP"), new["spec"].get("clusterIP")
    external = "ExternalName" in (old["spec"].get("type"), new["spec"].get("type"))
    if before and after != before and not external:
        value = [after] if after else None
        yield invalid(("spec", "clusterIPs", 0), value, "may not change once set")


def config_map(obj: Object) -> Iterator[Cause]:
    texts, binaries = obj.get("data") or {}, obj.get("binaryData") or {}
    yield from _keys(texts, "data")
    yield from _keys(binaries, "binaryData")
    for key in sorted(texts.keys() & binaries.keys()):
        yield _at_key(invalid(("data",), key, "duplicate of key present in binaryData"), "data", key)
    if sum(len(str(value).encode()) for value in (*texts.values(), *binaries.values())) > _DATA_LIMIT_BYTES:
        yield too_long((), _DATA_LIMIT_BYTES)


def secret(obj: Object) -> Iterator[Cause]:
    yield from _keys(obj.get("data") or {}, "data")
    for key, value in (obj.get("data") or {}).items():
        try:
            base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            why = "illegal base64 data; put plain text under `stringData:`"
            yield _at_key(invalid(("data",), "<secret>", why), "data", key)


def data_update(new: Object, old: Object) -> Iterator[Cause]:
    """VOL-28: an immutable ConfigMap or Secret stays what it is."""
    if old.get("immutable"):
        if not new.get("immutable"):
            yield forbidden(("immutable",), "field is immutable when `immutable` is set")
        for field in ("data", "binaryData"):
            if (new.get(field) or {}) != (old.get(field) or {}):
                yield forbidden((field,), "field is immutable when `immutable` is set")
    if new.get("type") != old.get("type"):
        yield immutable(("type",), new.get("type"))


def _keys(data: Object, field: str) -> Iterator[Cause]:
    for key in data:
        yield from (_at_key(invalid((field,), key, why), field, key) for why in config_key(key))


def _at_key(cause: Cause, field: str, key: str) -> Cause:
    return Cause(f"{field}[{key}]", cause.message, cause.reason, (field, key))
