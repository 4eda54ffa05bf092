"""What holds for the containers of a Pod."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from simk8s.api import quantity
from simk8s.api.errors import Cause
from simk8s.api.objects import Object
from simk8s.api.validation.field import Path, duplicate, forbidden, invalid, not_found, required, unsupported
from simk8s.api.validation.name import dns_label, env_name, port_name, qualified_name

PROTOCOLS = ("SCTP", "TCP", "UDP")
_PULL_POLICIES = ("Always", "IfNotPresent", "Never")
_STANDARD_RESOURCES = ("cpu", "memory", "ephemeral-storage")
_HANDLERS = ("exec", "httpGet", "tcpSocket", "grpc")
_PROBE_NUMBERS = ("initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold")


def containers(spec: Object, path: Path, volumes: Collection[str]) -> Iterator[Cause]:
    """All containers of a Pod's spec; `volumes` are the names that a mount may have."""
    if not spec.get("containers"):
        yield required((*path, "containers"))
    names: set[str] = set()
    for field in ("containers", "initContainers"):
        for index, container in enumerate(spec.get(field) or []):
            here = (*path, field, index)
            yield from _container(container, here, volumes)
            name = container.get("name")
            if name in names:
                yield duplicate((*here, "name"), name)
            names.add(name)
            if field == "initContainers":
                yield from _init_container(container, here)


def _container(container: Object, path: Path, volumes: Collection[str]) -> Iterator[Cause]:
    name = container.get("name")
    if not name:
        yield required((*path, "name"))
    else:
        yield from (invalid((*path, "name"), name, why) for why in dns_label(name))
    image = container.get("image")
    if not image:
        yield required((*path, "image"))
    elif image != image.strip():
        yield invalid((*path, "image"), image, "must not have leading or trailing whitespace")
    policy = container.get("imagePullPolicy")
    if policy and policy not in _PULL_POLICIES:
        yield unsupported((*path, "imagePullPolicy"), policy, _PULL_POLICIES)
    yield from _ports(container, path)
    yield from _environment(container, path)
    yield from _mounts(container, path, volumes)
    yield from _resources(container.get("resources") or {}, (*path, "resources"))
    for field in ("livenessProbe", "readinessProbe", "startupProbe"):
        if container.get(field) is not None:
            yield from _probe(container[field], (*path, field))
    for hook, handler in (container.get("lifecycle") or {}).items():
        if isinstance(handler, dict):
            yield from _handler(handler, (*path, "lifecycle", hook))


def _init_container(container: Object, path: Path) -> Iterator[Cause]:
    """KUBELET-5: only one that restarts (a native sidecar) may have probes and hooks."""
    policy = container.get("restartPolicy")
    if policy == "Always":
        return
    if policy:
        yield unsupported((*path, "restartPolicy"), policy, ("Always",))
    for field in ("lifecycle", "livenessProbe", "readinessProbe", "startupProbe"):
        if container.get(field) is not None:
            yield forbidden((*path, field), "may not be set for init containers without restartPolicy=Always")


def port_number(value: Any, path: Path) -> Iterator[Cause]:
    if not isinstance(value, int) or not 1 <= value <= 65535:
        yield invalid(path, value, "must be between 1 and 65535, inclusive")


def port(value: Any, path: Path) -> Iterator[Cause]:
    """A number, or the name of a container's port."""
    if isinstance(value, int):
        yield from port_number(value, path)
    else:
        yield from (invalid(path, value, why) for why in port_name(str(value)))


def _ports(container: Object, path: Path) -> Iterator[Cause]:
    names: set[str] = set()
    for index, entry in enumerate(container.get("ports") or []):
        here = (*path, "ports", index)
        if name := entry.get("name"):
            yield from (invalid((*here, "name"), name, why) for why in port_name(name))
            if name in names:
                yield duplicate((*here, "name"), name)
            names.add(name)
        if not entry.get("containerPort"):
            yield required((*here, "containerPort"))
        else:
            yield from port_number(entry["containerPort"], (*here, "containerPort"))
        if entry.get("hostPort"):
            yield from port_number(entry["hostPort"], (*here, "hostPort"))
        protocol = entry.get("protocol", "TCP")
        if protocol not in PROTOCOLS:
            yield unsupported((*here, "protocol"), protocol, PROTOCOLS)


def _environment(container: Object, path: Path) -> Iterator[Cause]:
    for index, entry in enumerate(container.get("env") or []):
        here = (*path, "env", index)
        name = entry.get("name")
        if not name:
            yield required((*here, "name"))
        else:
            yield from (invalid((*here, "name"), name, why) for why in env_name(name))
        source = entry.get("valueFrom")
        if source is None:
            continue
        given = [field for field in source if source[field] is not None]
        if not given:
            yield invalid(
                (*here, "valueFrom"),
                "",
                "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`",
            )
        elif entry.get("value"):
            yield invalid((*here, "valueFrom"), "", "may not be specified when `value` is not empty")
        elif len(given) > 1:
            yield invalid((*here, "valueFrom"), "", "may not have more than one field specified at a time")
        for field in ("configMapKeyRef", "secretKeyRef"):
            reference = source.get(field)
            if reference is not None:
                yield from (
                    required((*here, "valueFrom", field, part)) for part in ("name", "key") if not reference.get(part)
                )


def _mounts(container: Object, path: Path, volumes: Collection[str]) -> Iterator[Cause]:
    paths: set[str] = set()
    for index, mount in enumerate(container.get("volumeMounts") or []):
        here = (*path, "volumeMounts", index)
        name = mount.get("name")
        if not name:
            yield required((*here, "name"))
        elif name not in volumes:
            yield not_found((*here, "name"), name, _volumes_hint(volumes))
        target = mount.get("mountPath")
        if not target:
            yield required((*here, "mountPath"))
        elif target in paths:
            yield invalid((*here, "mountPath"), target, "must be unique")
        paths.add(target)
        for field in ("subPath", "subPathExpr"):
            inside = mount.get(field) or ""
            if inside.startswith("/"):
                yield invalid((*here, field), inside, "must be a relative path")
            if ".." in inside.split("/"):
                yield invalid((*here, field), inside, "must not contain '..'")


def _volumes_hint(volumes: Collection[str]) -> str:
    if not volumes:
        return "the Pod has no volumes: declare it below `volumes:` or `volumeClaimTemplates:`"
    return "the Pod's volumes are: " + ", ".join(sorted(volumes))


def _resources(resources: Object, path: Path) -> Iterator[Cause]:
    limits = resources.get("limits") or {}
    for field in ("limits", "requests"):
        for name, amount in (resources.get(field) or {}).items():
            here = (*path, field, name)
            if "/" in name:
                yield from (invalid(here, name, why) for why in qualified_name(name))
            elif name not in _STANDARD_RESOURCES and not name.startswith("hugepages-"):
                yield invalid(here, name, "must be a standard resource type or fully qualified")
            if quantity.parse(amount) < 0:
                yield invalid(here, quantity.canonical(amount), "must be greater than or equal to 0")
    for name, amount in (resources.get("requests") or {}).items():
        if name in limits and quantity.parse(amount) > quantity.parse(limits[name]):
            limit = quantity.canonical(limits[name])
            why = f"must be less than or equal to {name} limit of {limit}"
            yield invalid((*path, "requests"), quantity.canonical(amount), why)


def _probe(probe: Object, path: Path) -> Iterator[Cause]:
    yield from _handler(probe, path)
    for field in _PROBE_NUMBERS:
        if probe.get(field, 0) < 0:
            yield invalid((*path, field), probe[field], "must be greater than or equal to 0")
    if path[-1] != "readinessProbe" and probe.get("successThreshold", 1) not in (0, 1):  # KUBELET-40
        yield invalid((*path, "successThreshold"), probe["successThreshold"], "must be 1")


def _handler(handler: Object, path: Path) -> Iterator[Cause]:
    given = [field for field in (*_HANDLERS, "sleep") if handler.get(field) is not None]
    if not given:
        yield required(path, "must specify a handler type")
    for field in given[1:]:
        yield forbidden((*path, field), "may not specify more than 1 handler type")
    command = handler.get("exec")
    if command is not None and not command.get("command"):
        yield required((*path, "exec", "command"))
    for field in ("httpGet", "tcpSocket"):
        if handler.get(field) is not None:
            yield from port(handler[field].get("port", 0), (*path, field, "port"))
