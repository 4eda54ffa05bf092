"""What is checked: the manifests and the cluster that they are applied to, as data that any worker can start anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from simk8s.cluster import Cluster
from simk8s.cluster.manifests import Source, manifests_in, pod_specs
from simk8s.errors import Place, SimError
from simk8s.sim import token_of


@dataclass(frozen=True, slots=True)
class Setup:
    """`options` are those of `Cluster`, `sources` the texts of the manifests, `replicas` overrules theirs."""

    sources: tuple[Source, ...]
    options: Mapping[str, Any] = field(default_factory=dict)
    replicas: int | None = None

    @classmethod
    def of(cls, texts: Sequence[Source], options: Mapping[str, Any]) -> Setup:
        """A setup whose manifests can be read and have a StatefulSet among them. Raises SimError."""
        setup = cls(tuple(texts), dict(options))
        setup.cluster()
        if not setup.sets:
            raise SimError(
                "SK520",
                "there is no StatefulSet in these manifests",
                hint="name the file that has it, or the folder with all of them",
            )
        return setup

    @property
    def sets(self) -> tuple[str, ...]:
        """The names of the StatefulSets, in the order of the manifests."""
        objects = [manifest.object for manifest in manifests_in(self.sources)]
        return tuple(item["metadata"]["name"] for item in objects if item["kind"] == "StatefulSet")

    def place_of(self, container: str) -> Place:
        """Where a StatefulSet's container of that name was written."""
        for manifest in manifests_in(self.sources):
            if manifest.object["kind"] == "StatefulSet":
                for path, spec in pod_specs(manifest.object):
                    for index, item in enumerate(spec.get("containers") or []):
                        if item["name"] == container:
                            return manifest.place((*path, "containers", index))
        return Place("", 0)

    @property
    def replay(self) -> str:
        """The token of the choices of every run."""
        return str(self.options.get("replay") or token_of(int(self.options.get("seed", 0))))

    def cluster(self, *, history: bool = False) -> Cluster:
        """A cluster on which nothing was done yet."""
        return Cluster(**self.options, history=history)

    def apply(self, cluster: Cluster) -> None:
        """Create everything. Raises SimError with the place of what is refused."""
        cluster.apply_sources(self.sources)
        if self.replicas is not None:
            for name in self.sets:
                cluster.kubectl(["scale", "statefulset", name, f"--replicas={self.replicas}"])

    def with_replicas(self, number: int) -> Setup:
        """The same with so many replicas."""
        return Setup(self.sources, self.options, number)
