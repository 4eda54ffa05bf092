"""The pause image: a Pod's first container, which holds its namespaces and does nothing else."""

from __future__ import annotations

from simk8s.images.image import Image

PAUSE = Image(
    ("registry.k8s.io/pause*", "rancher/mirrored-pause"),
    programs=["/pause"],
    entrypoint=["/pause"],
    user="65535:65535",
    size_bytes=320_000,
)

IMAGES = (PAUSE,)
