"""The kinds of objects that a cluster serves, and how people and manifests name them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass


class NoMatch(Exception):
    """A kind or a type name that this cluster does not serve. The text is kubectl's, without `error: `."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Resource:
    """One kind of object.

    `group` is "" for the core group; `plural` is what URLs and messages use; `order` of a registry is discovery's.
    """

    kind: str
    plural: str
    group: str = ""
    version: str = "v1"
    short_names: tuple[str, ...] = ()
    namespaced: bool = True
    categories: tuple[str, ...] = ()
    subresources: tuple[str, ...] = ()

    @property
    def api_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def singular(self) -> str:
        return self.kind.lower()

    @property
    def qualified(self) -> str:
        """The plural with its group, as in `statefulsets.apps "mysql" not found`."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def prefix(self) -> str:
        """The singular with its group, as in `statefulset.apps/mysql created`."""
        return f"{self.singular}.{self.group}" if self.group else self.singular

    def __str__(self) -> str:
        return self.qualified


class Registry:
    """The resources of one cluster. Custom resources are added to an instance, never to the built-in ones."""

    def __init__(self, resources: Iterable[Resource] | None = None) -> None:
        self._by_kind: dict[tuple[str, str], Resource] = {}
        self._by_word: dict[str, Resource] = {}
        for resource in BUILT_IN if resources is None else resources:
            self.add(resource)

    def add(self, resource: Resource) -> None:
        """Serve one more kind. Where a short name is taken already, the older owner keeps it, as in discovery."""
        self._by_kind[resource.api_version, resource.kind] = resource
        words = [resource.plural, resource.singular, *resource.short_names]
        if resource.group:
            qualified = [f"{word}.{resource.group}" for word in words]
            words += qualified + [f"{word}.{resource.version}.{resource.group}" for word in words]
        for word in words:
            self._by_word.setdefault(word, resource)

    def __iter__(self) -> Iterator[Resource]:
        return iter(self._by_kind.values())

    def find(self, api_version: str, kind: str) -> Resource | None:
        """The resource of a manifest's `apiVersion` and `kind`, if this cluster serves it."""
        return self._by_kind.get((api_version, kind))

    def get(self, api_version: str, kind: str) -> Resource:
        """As `find`. Raises NoMatch with the API's words where it is not served."""
        resource = self.find(api_version, kind)
        if resource is None:
            raise NoMatch(f'no matches for kind "{kind}" in version "{api_version}"', self._near(kind))
        return resource

    def of_kind(self, kind: str) -> Resource:
        """The first resource with that kind, whatever its group: for code that names built-in kinds."""
        for resource in self._by_kind.values():
            if resource.kind == kind:
                return resource
        raise NoMatch(f'no matches for kind "{kind}"')

    def _near(self, kind: str) -> str:
        """What was probably meant: the version that is served, or a kind of a similar name."""
        by_kind = {resource.kind: resource for resource in self}
        near = difflib.get_close_matches(kind, by_kind, 1, 0.75)
        if not near:
            return "ensure CRDs are installed first"
        served = f"`apiVersion: {by_kind[near[0]].api_version}`"
        if near[0] == kind:
            return f"this cluster serves {kind} as {served}"
        return f"did you mean `kind: {near[0]}` with {served}?"

    def typed(self, word: str) -> Resource:
        """What a person means by `po`, `pods`, `Pod`, `sts` or `statefulset.apps`. Raises NoMatch."""
        resource = self._by_word.get(word.lower())
        if resource is None:
            raise NoMatch(f'the server doesn\'t have a resource type "{word}"')
        return resource

    def category(self, word: str) -> list[Resource]:
        """The resources that `all` stands for; empty where the word is not a category."""
        return [resource for resource in self._by_kind.values() if word in resource.categories]


_ALL = ("all",)
_RBAC = "rbac.authorization.k8s.io"

BUILT_IN: tuple[Resource, ...] = (
    Resource("ConfigMap", "configmaps", short_names=("cm",)),
    Resource("Endpoints", "endpoints", short_names=("ep",)),
    Resource("Event", "events", short_names=("ev",)),
    Resource("Namespace", "namespaces", short_names=("ns",), namespaced=False, subresources=("status",)),
    Resource("Node", "nodes", short_names=("no",), namespaced=False, subresources=("status",)),
    Resource("PersistentVolumeClaim", "persistentvolumeclaims", short_names=("pvc",), subresources=("status",)),
    Resource("PersistentVolume", "persistentvolumes", short_names=("pv",), namespaced=False, subresources=("status",)),
    Resource(
        "Pod",
        "pods",
        short_names=("po",),
        categories=_ALL,
        subresources=("attach", "binding", "eviction", "exec", "log", "status"),
    ),
    Resource("Secret", "secrets"),
    Resource("ServiceAccount", "serviceaccounts", short_names=("sa",)),
    Resource("Service", "services", short_names=("svc",), categories=_ALL, subresources=("status",)),
    Resource("ControllerRevision", "controllerrevisions", "apps"),
    Resource("DaemonSet", "daemonsets", "apps", "v1", ("ds",), True, _ALL, ("status",)),
    Resource("Deployment", "deployments", "apps", "v1", ("deploy",), True, _ALL, ("scale", "status")),
    Resource("ReplicaSet", "replicasets", "apps", "v1", ("rs",), True, _ALL, ("scale", "status")),
    Resource("StatefulSet", "statefulsets", "apps", "v1", ("sts",), True, _ALL, ("scale", "status")),
    Resource("Job", "jobs", "batch", "v1", (), True, _ALL, ("status",)),
    Resource("Lease", "leases", "coordination.k8s.io"),
    Resource("EndpointSlice", "endpointslices", "discovery.k8s.io"),
    Resource("NetworkPolicy", "networkpolicies", "networking.k8s.io", "v1", ("netpol",)),
    Resource("PodDisruptionBudget", "poddisruptionbudgets", "policy", "v1", ("pdb",), True, (), ("status",)),
    Resource("ClusterRoleBinding", "clusterrolebindings", _RBAC, namespaced=False),
    Resource("ClusterRole", "clusterroles", _RBAC, namespaced=False),
    Resource("RoleBinding", "rolebindings", _RBAC),
    Resource("Role", "roles", _RBAC),
    Resource("PriorityClass", "priorityclasses", "scheduling.k8s.io", "v1", ("pc",), False),
    Resource("StorageClass", "storageclasses", "storage.k8s.io", "v1", ("sc",), False),
    Resource(
        "CustomResourceDefinition",
        "customresourcedefinitions",
        "apiextensions.k8s.io",
        "v1",
        ("crd", "crds"),
        False,
        ("api-extensions",),
    ),
)
"""In the order of discovery: core first, so that a short name in two groups means the core one."""
