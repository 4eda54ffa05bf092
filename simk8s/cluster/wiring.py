"""Puts the floors together: time, network, API server, control plane, nodes, name service, images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from simk8s.api import admission
from simk8s.api.errors import ApiError, NoMatch
from simk8s.api.manifest import Manifest
from simk8s.api.resources import Registry
from simk8s.api.source import Sources
from simk8s.api.store import Store
from simk8s.images import Image, default_registry
from simk8s.kubectl.runtime import Access
from simk8s.sim import Simulation


class World:
    """Everything that a Cluster consists of, started."""

    def __init__(
        self,
        sim: Simulation,
        *,
        nodes: int,
        storage: str,
        addons: tuple[str, ...],
        images: Sequence[Image],
        options: Mapping[str, Any],
    ) -> None:
        self.sim = sim
        self.registry = Registry()
        self.store = Store(sim, self.registry)
        admission.install(self.store)
        self.images = default_registry()
        for image in images:
            self.images.add(image)
        self.sources = Sources()
        self.access = Access(sim, self.store, self.registry, None, self.sources)

    def apply(self, found: Sequence[Manifest]) -> None:
        actor = self.sim.actor("kubectl")
        for manifest in found:
            try:
                resource = self.registry.get(manifest.object["apiVersion"], manifest.object["kind"])
                self.store.create(admission.decode(manifest.object, resource), by=actor)
            except (ApiError, NoMatch) as error:
                raise manifest.refusal(error) from error
            self.sources.add(manifest)

    def kill(self, namespace: str, pod: str, container: str) -> None: ...

    def node(self, name: str) -> Any: ...

    def read_file(self, namespace: str, pod: str, container: str | None, path: str) -> bytes | None: ...

    def log(self, namespace: str, pod: str, container: str) -> bytes: ...
