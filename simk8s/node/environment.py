"""The environment of a container: variables of Services, ConfigMaps, Secrets and the Pod itself."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from simk8s.api.objects import Object, dig
from simk8s.api.quantity import parse

_REFERENCE = re.compile(r"\$(\$|\(([^()]*)\))")


class ConfigError(Exception):
    """A container cannot be configured: CreateContainerConfigError with this message (KUBELET-33)."""


class Lookup(Protocol):
    """Finds a ConfigMap or Secret of the Pod's namespace by name; None where there is none."""

    def __call__(self, kind: str, name: str) -> Object | None: ...


@dataclass(frozen=True, slots=True)
class Place:
    """What a Pod learns about where it runs, for `fieldRef` and `resourceFieldRef`."""

    node: str = ""
    host_ip: str = ""
    pod_ip: str = ""
    allocatable: Mapping[str, str] | None = None


def environment(
    pod: Object, container: Object, place: Place, lookup: Lookup, services: Iterable[Object] = ()
) -> dict[str, str]:
    """The variables that Kubernetes sets, before the image's own are added below them. Raises ConfigError.

    Later entries win: Services, `envFrom`, `env`; a `$(NAME)` in a value sees what was set before it.
    """
    links = dig(pod, "spec", "enableServiceLinks", default=True)
    variables = service_variables(pod["metadata"].get("namespace", "default"), services, links=bool(links))
    for source in container.get("envFrom") or []:
        variables |= _from_source(pod, source, lookup)
    for entry in container.get("env") or []:
        value = _value_of(pod, container, entry, place, lookup, variables)
        if value is not None:
            variables[entry["name"]] = value
    return variables


def expand(text: str, variables: Mapping[str, str]) -> str:
    """`$(NAME)` replaced where NAME is known, `$$` a dollar sign, everything else as it stands.

    >>> expand("$(A) $(B) $$(A) $A", {"A": "1"})
    '1 $(B) $(A) $A'
    """

    def replacement(match: re.Match[str]) -> str:
        if match[1] == "$":
            return "$"
        return variables.get(match[2], match[0])

    return _REFERENCE.sub(replacement, text)


def service_variables(namespace: str, services: Iterable[Object], *, links: bool = True) -> dict[str, str]:
    """`MYSQL_READ_SERVICE_HOST` and its kin, of the Services that exist when the container starts.

    Without `links` (`enableServiceLinks: false`) only the API server's own.
    """
    chosen: dict[str, Object] = {}
    for service in services:
        name, where = service["metadata"]["name"], service["metadata"].get("namespace", "default")
        if dig(service, "spec", "clusterIP", default="None") in ("None", ""):
            continue
        if where == namespace and links:
            chosen[name] = service
        elif (where, name) == ("default", "kubernetes"):
            chosen.setdefault(name, service)
    variables: dict[str, str] = {}
    for name in sorted(chosen):
        variables |= _variables_of(chosen[name])
    return variables


def _variables_of(service: Object) -> dict[str, str]:
    prefix = service["metadata"]["name"].upper().replace("-", "_")
    address, ports = service["spec"]["clusterIP"], dig(service, "spec", "ports", default=[])
    if not ports:
        return {}
    variables = {f"{prefix}_SERVICE_HOST": address, f"{prefix}_SERVICE_PORT": str(ports[0]["port"])}
    for port in ports:
        if port.get("name"):
            variables[f"{prefix}_SERVICE_PORT_{port['name'].upper().replace('-', '_')}"] = str(port["port"])
    for index, port in enumerate(ports):
        protocol, number = port.get("protocol", "TCP"), port["port"]
        url = f"{protocol.lower()}://{address}:{number}"
        if index == 0:
            variables[f"{prefix}_PORT"] = url
        stem = f"{prefix}_PORT_{number}_{protocol}"
        variables |= {
            stem: url,
            f"{stem}_PROTO": protocol.lower(),
            f"{stem}_PORT": str(number),
            f"{stem}_ADDR": address,
        }
    return variables


def _from_source(pod: Object, source: Object, lookup: Lookup) -> dict[str, str]:
    prefix = source.get("prefix") or ""
    for field, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
        reference = source.get(field)
        if reference is None:
            continue
        found = lookup(kind, reference["name"])
        if found is None:
            if reference.get("optional"):
                return {}
            raise ConfigError(f'{kind.lower()} "{reference["name"]}" not found')
        return {prefix + key: text for key, text in sorted(_texts(found).items())}
    return {}


def _value_of(
    pod: Object, container: Object, entry: Object, place: Place, lookup: Lookup, variables: Mapping[str, str]
) -> str | None:
    if "value" in entry or "valueFrom" not in entry:
        return expand(str(entry.get("value") or ""), variables)
    source = entry["valueFrom"]
    if "fieldRef" in source:
        return field_value(pod, source["fieldRef"]["fieldPath"], place)
    if "resourceFieldRef" in source:
        return resource_value(pod, source["resourceFieldRef"], place, container)
    for field, kind in (("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")):
        if field in source:
            return _key_of(pod, source[field], kind, lookup)
    raise ConfigError(
        f'environment variable "{entry["name"]}" has a source that simk8s does not model: {next(iter(source))}'
    )


def _key_of(pod: Object, reference: Object, kind: str, lookup: Lookup) -> str | None:
    found = lookup(kind, reference["name"])
    optional = bool(reference.get("optional"))
    if found is None:
        if optional:
            return None
        raise ConfigError(f'{kind.lower()} "{reference["name"]}" not found')
    texts = _texts(found)
    if reference["key"] not in texts:
        if optional:
            return None
        where = f"{pod['metadata'].get('namespace', 'default')}/{reference['name']}"
        raise ConfigError(f"couldn't find key {reference['key']} in {kind} {where}")
    return texts[reference["key"]]


def _texts(object: Object) -> dict[str, str]:
    data = object.get("data") or {}
    if object["kind"] != "Secret":
        return {key: str(value) for key, value in data.items()}
    return {key: base64.b64decode(value).decode(errors="replace") for key, value in data.items()}


def field_value(pod: Object, path: str, place: Place) -> str:
    """The text of a `fieldPath`. Raises ConfigError for a path that the downward API does not offer."""
    match = re.fullmatch(r"metadata\.(labels|annotations)\['(.+)'\]", path)
    if match:
        return str(dig(pod, "metadata", match[1], match[2], default=""))
    answers = {
        "spec.nodeName": place.node,
        "status.hostIP": place.host_ip,
        "status.hostIPs": place.host_ip,
        "status.podIP": place.pod_ip,
        "status.podIPs": place.pod_ip,
        "spec.serviceAccountName": dig(pod, "spec", "serviceAccountName", default="default"),
        "metadata.namespace": pod["metadata"].get("namespace", "default"),
        "metadata.name": pod["metadata"]["name"],
        "metadata.uid": pod["metadata"].get("uid", ""),
        "metadata.labels": _lines(dig(pod, "metadata", "labels", default={})),
        "metadata.annotations": _lines(dig(pod, "metadata", "annotations", default={})),
    }
    if path not in answers:
        raise ConfigError(f"unsupported fieldPath: {path}")
    return str(answers[path])


def _lines(entries: Mapping[str, str]) -> str:
    quoted = (
        (key, value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")) for key, value in entries.items()
    )
    return "\n".join(f'{key}="{value}"' for key, value in sorted(quoted))


def resource_value(pod: Object, reference: Object, place: Place, container: Object | None = None) -> str:
    """A container's request or limit in units of the divisor, rounded up; a missing limit is what the node has."""
    if reference.get("containerName"):
        container = next(
            (c for c in dig(pod, "spec", "containers", default=[]) if c["name"] == reference["containerName"]),
            container,
        )
    which, _, name = reference["resource"].partition(".")
    amount = dig(container, "resources", which, name)
    if amount is None:
        amount = (place.allocatable or {}).get(name, "0") if which == "limits" else "0"
    divisor = parse(reference.get("divisor") or "1") or Fraction(1)
    return str(-(-parse(amount) // divisor))
