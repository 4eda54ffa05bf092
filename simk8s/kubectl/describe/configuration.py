"""Pages of ConfigMaps, Secrets, namespaces and accounts, and of every kind that has no page of its own."""

from __future__ import annotations

import base64
import re
from typing import Any

from simk8s.api.objects import Object, annotations_of, dig
from simk8s.kubectl.describe.event import events
from simk8s.kubectl.describe.page import Page, flat


def config_map(page: Page, obj: Object) -> None:
    page.head(obj)
    page.tags(obj)
    page.line("\nData\n====")
    for key, value in sorted((obj.get("data") or {}).items()):
        page.line(f"{key}:\n----\n{value}\n")
    page.line("\nBinaryData\n====")
    for key, value in sorted((obj.get("binaryData") or {}).items()):
        page.line(f"{key}: {len(base64.b64decode(value))} bytes")
    page.line("")
    events(page, obj)


def secret(page: Page, obj: Object) -> None:
    page.head(obj)
    page.tags(obj)
    page.line(f"\nType:\t{obj.get('type', 'Opaque')}")
    page.line("\nData\n====")
    for key, value in sorted((obj.get("data") or {}).items()):
        page.field(key, f"{len(base64.b64decode(value))} bytes")


def namespace(page: Page, obj: Object) -> None:
    page.head(obj, with_namespace=False)
    page.tags(obj)
    page.field("Status", dig(obj, "status", "phase", default="Active"))
    page.line("\nNo resource quota.")
    page.line("\nNo LimitRange resource.")


def account(page: Page, obj: Object) -> None:
    page.head(obj)
    page.tags(obj)
    names = [entry["name"] for entry in obj.get("imagePullSecrets") or []]
    page.column("Image pull secrets", names)
    events(page, obj)


def budget(page: Page, obj: Object) -> None:
    spec, status = obj.get("spec") or {}, obj.get("status") or {}
    page.head(obj)
    for field, label in (("minAvailable", "Min available"), ("maxUnavailable", "Max unavailable")):
        if spec.get(field) is not None:
            page.field(label, spec[field])
    labels = dig(spec, "selector", "matchLabels", default={})
    page.field("Selector", ",".join(f"{k}={v}" for k, v in sorted(labels.items())) or "<unset>")
    page.line("Status:")
    for field, label in (
        ("disruptionsAllowed", "Allowed disruptions"),
        ("currentHealthy", "Current"),
        ("desiredHealthy", "Desired"),
        ("expectedPods", "Total"),
    ):
        page.field(label, status.get(field, 0), 2)
    events(page, obj)


def priority_class(page: Page, obj: Object) -> None:
    page.head(obj, with_namespace=False)
    page.field("Value", obj.get("value", 0))
    page.field("GlobalDefault", _shown(bool(obj.get("globalDefault"))))
    page.field("PreemptionPolicy", obj.get("preemptionPolicy", "PreemptLowerPriority"))
    page.field("Description", obj.get("description", ""))
    page.field("Annotations", flat(annotations_of(obj)))
    events(page, obj)


def generic(page: Page, obj: Object) -> None:
    """Every field, in order, below a title made of its name."""
    page.head(obj)
    page.tags(obj)
    _content(page, obj, 0, "")
    events(page, obj)


_SHOWN_ALREADY = (
    ".metadata.managedFields",
    ".metadata.name",
    ".metadata.namespace",
    ".metadata.labels",
    ".metadata.annotations",
)


def _content(page: Page, content: Object, level: int, path: str) -> None:
    for field in sorted(content):
        here = f"{path}.{field}"
        value = content[field]
        if here in _SHOWN_ALREADY:
            continue
        if isinstance(value, dict):
            page.line(f"{_title(field)}:", level)
            _content(page, value, level + 1, here)
        elif isinstance(value, list):
            page.line(f"{_title(field)}:", level)
            for entry in value:
                if isinstance(entry, dict):
                    _content(page, entry, level + 1, here)
                else:
                    page.line(_shown(entry), level + 1)
        else:
            page.field(_title(field), _shown(value), level)


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _title(field: str) -> str:
    """`resourceVersion` becomes `Resource Version`, `apiVersion` `API Version`."""
    if not re.fullmatch(r"[A-Za-z-]+", field):
        return field
    parts = re.findall(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|-", field)
    return " ".join(_word(part) for part in parts)


def _word(part: str) -> str:
    if part.upper() in ("API", "URL", "UID", "GUID"):
        return part.upper()
    return part.capitalize() if part.islower() else part
