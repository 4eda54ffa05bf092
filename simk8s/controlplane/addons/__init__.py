"""What a cluster can have installed besides Kubernetes itself: kinds of its own, and programs that act on them."""

from __future__ import annotations

from collections.abc import Callable

from simk8s.api.resources import Registry
from simk8s.controlplane.addons import rook
from simk8s.controlplane.volume.provisioner import Driver

ADDONS: dict[str, Callable[[Registry], tuple[Driver, ...]]] = {"rook": rook.install}
"""By name: adds its kinds to the registry and returns its provisioners."""

NAMESPACES = {"rook": rook.DEFAULT_NAMESPACE}
"""The namespace that each is installed in."""


def addon_with(api_version: str, kind: str) -> str:
    """The add-on that brings this kind, "" where none does: for a hint."""
    for addon, install in ADDONS.items():
        registry = Registry(())
        install(registry)
        if registry.find(api_version, kind) is not None:
            return addon
    return ""
