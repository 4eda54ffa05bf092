"""Finds images by reference. Built-in ones are imported when first asked for; other packages can add theirs."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points

from simk8s.images.image import Image
from simk8s.images.reference import Reference, normalised

ENTRY_POINT_GROUP = "simk8s.images"
"""Each entry point of this group in an installed package is an Image, or an iterable of them."""

_BUILT_IN = {
    "simk8s.images.bash": ("bash",),
    "simk8s.images.busybox": ("busybox",),
    "simk8s.images.alpine": ("alpine",),
    "simk8s.images.debian": ("debian", "ubuntu"),
    "simk8s.images.nginx": ("nginx", "nginxinc/nginx-unprivileged", "registry.k8s.io/nginx*", "gcr.io/*/nginx*"),
    "simk8s.images.dnsutils": (
        "registry.k8s.io/e2e-test-images/*dnsutils",
        "gcr.io/kubernetes-e2e-test-images/dnsutils",
        "tutum/dnsutils",
        "curlimages/curl",
        "radial/busyboxplus",
    ),
    "simk8s.images.pause": ("registry.k8s.io/pause*", "rancher/mirrored-pause"),
    "simk8s.images.stress": ("polinux/stress",),
    "simk8s.images.mysql57": ("mysql",),
    "simk8s.images.server": (
        *("postgres", "mariadb", "mysql", "mongo", "redis", "cassandra", "rabbitmq", "zookeeper", "elasticsearch"),
        *("couchdb", "influxdb", "consul", "hashicorp/consul", "haproxy", "memcached", "openjdk", "java"),
        *(
            "eclipse-temurin",
            "amazoncorretto",
            "solsson/kafka",
            "sorintlab/stolon",
            "minio/minio",
            "quay.io/minio/minio",
        ),
        *("cockroachdb/cockroach", "cockroachdb/cockroach-k8s-init", "gcr.io/google-samples/cassandra"),
        *("registry.k8s.io/etcd", "quay.io/coreos/etcd", "gcr.io/etcd-development/etcd"),
        *("registry.k8s.io/kubernetes-zookeeper", "docker.elastic.co/elasticsearch/elasticsearch"),
        *("quay.io/pires/docker-elasticsearch-kubernetes", "registry.k8s.io/e2e-test-images/pets/*"),
        *("registry.k8s.io/galera-install", "registry.k8s.io/mysql-galera", "registry.k8s.io/mysql-e2e-test"),
    ),
    "simk8s.images.xtrabackup": ("gcr.io/google-samples/xtrabackup",),
}


class Registry:
    """Where the kubelet pulls images from. What is added later is found first.

    >>> default_registry().find("busybox:1.36").argv()
    ['sh']
    >>> default_registry().find("example.com/nobody-made-this") is None
    True
    """

    def __init__(self, images: Iterable[Image] = ()) -> None:
        self._images: list[Image] = []
        self._unimported: dict[str, tuple[str, ...]] = {}
        for image in images:
            self.add(image)

    def add(self, image: Image) -> None:
        """Make an image known, before all that are known already."""
        self._images.insert(0, image)

    def add_module(self, module: str, *repositories: str) -> None:
        """Make known the images in a module's `IMAGES`, imported when a reference to these repositories comes up."""
        self._unimported[module] = tuple(normalised(repository) for repository in repositories)

    def find(self, reference: str) -> Image | None:
        """The image that a reference means; None where there is none. Raises SimError SK601 for a malformed one."""
        wanted = Reference.parse(reference)
        for module, repositories in list(self._unimported.items()):
            if any(fnmatchcase(wanted.repository, pattern) for pattern in repositories):
                del self._unimported[module]
                self._images.extend(import_module(module).IMAGES)
        return next((image for image in self._images if image.matches(wanted)), None)

    def images(self) -> list[Image]:
        """Every image, sorted by its first repository. Imports the modules that were not needed yet."""
        for module in list(self._unimported):
            del self._unimported[module]
            self._images.extend(import_module(module).IMAGES)
        return sorted(self._images, key=lambda image: (image.repositories[0], str(image.tags)))

    def copy(self) -> Registry:
        """A registry of its own that knows the same images: one lesson's additions do not reach the next."""
        other = Registry()
        other._images = list(self._images)
        other._unimported = dict(self._unimported)
        return other


def hint_for(reference: str) -> str:
    """What to try where no image is known under a reference."""
    return (
        f"simk8s has no simulated image {reference!r}; describe it with simk8s.images.Image(...) and add it to the "
        f"cluster's registry, or install a package that offers it in the entry point group {ENTRY_POINT_GROUP!r}"
    )


def default_registry() -> Registry:
    """A registry with the built-in images and those of installed packages."""
    return _known().copy()


@cache
def _known() -> Registry:
    registry = Registry()
    for module, repositories in _BUILT_IN.items():
        registry.add_module(module, *repositories)
    for entry_point in sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda point: point.name):
        offered = entry_point.load()
        for image in [offered] if isinstance(offered, Image) else offered:
            registry.add(image)
    return registry
