"""What is checked: the manifests and the cluster that they are applied to, as data that any worker can start anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from simk8s.cluster import Cluster
from simk8s.cluster.manifests import Source, manifests_in, pod_specs, sources
from simk8s.controlplane.addons import addon_with
from simk8s.errors import Place, SimError
from simk8s.sim import token_of


@dataclass(frozen=True, slots=True)
class Setup:
    """`options` are those of `Cluster`, `sources` the texts of the manifests, `replicas` overrules theirs."""

    sources: tuple[Source, ...]
    options: Mapping[str, Any] = field(default_factory=dict)
    replicas: int | None = None

    @classmethod
    def read(cls, paths: str | Sequence[str], options: Mapping[str, Any] | None = None, *, stdin: str = "") -> Setup:
        """The manifests in files and folders; the add-ons whose kinds they have are installed first, if none is named.

        Raises SimError where they cannot be read, or there is no StatefulSet among them.
        """
        texts = sources([paths] if isinstance(paths, str) else list(paths), stdin=stdin)
        return cls.of(texts, with_addons({"seed": 0, **(options or {})}, texts))

    @classmethod
    def of(cls, texts: Sequence[Source], options: Mapping[str, Any]) -> Setup:
        """A setup whose manifests can be read and have a StatefulSet among them. Raises SimError."""
        setup = cls(tuple(texts), dict(options))
        setup.cluster()
        for manifest in manifests_in(setup.sources):
            if str(manifest.object["apiVersion"]).startswith("simk8s/"):
                raise SimError(
                    "SK507",
                    "this is a scenario, not a manifest",
                    place=manifest.place(()),
                    hint="give the manifests that it applies",
                )
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
            scale = ["scale", "statefulset", f"--replicas={self.replicas}"]
            for owner in cluster.world.store.list("StatefulSet"):
                meta = owner["metadata"]
                cluster.kubectl([*scale, meta["name"], "-n", meta["namespace"]])


def with_addons(options: Mapping[str, Any], texts: Sequence[Source]) -> dict[str, Any]:
    """The options, with the add-ons that bring the kinds of these manifests where none is named."""
    addons = _addons(texts) if "addons" not in options else []
    return {**options, "addons": addons} if addons else dict(options)


def _addons(texts: Sequence[Source]) -> list[str]:
    """Those that bring kinds which the manifests have and Kubernetes itself has not."""
    objects = [manifest.object for manifest in manifests_in(texts)]
    found = {addon_with(str(item.get("apiVersion", "")), str(item.get("kind", ""))) for item in objects}
    return sorted(found - {""})
