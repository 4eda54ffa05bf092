"""What a cluster can have installed besides Kubernetes itself: kinds of its own, and programs that act on them."""

from __future__ import annotations

from collections.abc import Callable

from simk8s.api.resources import Registry
from simk8s.controlplane.addons import rook
from simk8s.controlplane.volume.provisioner import Driver

ADDONS: dict[str, Callable[[Registry], tuple[Driver, ...]]] = {"rook": rook.install}
"""By name: adds its kinds to the registry and returns its provisioners."""
