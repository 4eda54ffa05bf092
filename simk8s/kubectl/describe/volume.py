"""Volumes of Pods, and where PersistentVolumes keep their data."""

from __future__ import annotations

from typing import Any

from simk8s.api.objects import Object
from simk8s.kubectl.describe.page import NONE, UNSET, Page


def volumes(page: Page, specs: list[Object], *, template: bool) -> None:
    indent = "  " if template else ""
    if not specs:
        page.line(f"{indent}Volumes:\t{NONE}")
        return
    page.line(f"{indent}Volumes:")
    for volume in specs:
        page.line(f"{' ' if template else ''}{volume['name']}:", 1)
        source(page, volume)


def source(page: Page, volume: Object) -> None:
    """The kind of a volume and what is particular to it."""
    for kind, (text, fields) in _SOURCES.items():
        if volume.get(kind) is None:
            continue
        page.field("Type", text, 2)
        for label, field, default in fields:
            page.field(label, _shown(volume[kind].get(field), default), 2)
        if kind == "downwardAPI":
            page.line("Items:", 2)
            for item in volume[kind].get("items") or []:
                reference = item.get("fieldRef", {}).get("fieldPath") or item.get("resourceFieldRef", {}).get(
                    "resource"
                )
                page.line(f"{reference} -> {item['path']}", 3)
        elif kind == "projected":
            _projected(page, volume[kind])
        return
    page.line("<unknown>", 1)


def _shown(value: Any, default: Any) -> str:
    value = default if value is None else value
    return str(value).lower() if isinstance(value, bool) else str(value)


def _projected(page: Page, projected: Object) -> None:
    for part in projected.get("sources") or []:
        if secret := part.get("secret"):
            page.field("SecretName", secret.get("name", ""), 2)
            page.field("Optional", _shown(secret.get("optional"), False), 2)
        elif part.get("downwardAPI"):
            page.field("DownwardAPI", "true", 2)
        elif config := part.get("configMap"):
            page.field("ConfigMapName", config.get("name", ""), 2)
            page.field("Optional", _shown(config.get("optional"), False), 2)
        elif token := part.get("serviceAccountToken"):
            page.field("TokenExpirationSeconds", token.get("expirationSeconds", 3600), 2)


_SOURCES: dict[str, tuple[str, tuple[tuple[str, str, Any], ...]]] = {
    "hostPath": (
        "HostPath (bare host directory volume)",
        (("Path", "path", ""), ("HostPathType", "type", NONE)),
    ),
    "emptyDir": (
        "EmptyDir (a temporary directory that shares a pod's lifetime)",
        (("Medium", "medium", ""), ("SizeLimit", "sizeLimit", UNSET)),
    ),
    "secret": (
        "Secret (a volume populated by a Secret)",
        (("SecretName", "secretName", ""), ("Optional", "optional", False)),
    ),
    "configMap": (
        "ConfigMap (a volume populated by a ConfigMap)",
        (("Name", "name", ""), ("Optional", "optional", False)),
    ),
    "persistentVolumeClaim": (
        "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)",
        (("ClaimName", "claimName", ""), ("ReadOnly", "readOnly", False)),
    ),
    "downwardAPI": ("DownwardAPI (a volume populated by information about the pod)", ()),
    "projected": ("Projected (a volume that contains injected data from multiple sources)", ()),
    "nfs": (
        "NFS (an NFS mount that lasts the lifetime of a pod)",
        (("Server", "server", ""), ("Path", "path", ""), ("ReadOnly", "readOnly", False)),
    ),
    "local": (
        "LocalVolume (a persistent volume backed by local storage on a node)",
        (("Path", "path", ""),),
    ),
    "csi": (
        "CSI (a Container Storage Interface (CSI) volume source)",
        (
            ("Driver", "driver", ""),
            ("FSType", "fsType", ""),
            ("VolumeHandle", "volumeHandle", ""),
            ("ReadOnly", "readOnly", False),
        ),
    ),
}
