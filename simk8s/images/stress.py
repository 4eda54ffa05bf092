"""The image that Kubernetes' documentation takes memory with."""

from __future__ import annotations

from simk8s.images.alpine import ALPINE
from simk8s.images.image import Image

STRESS = Image(
    "polinux/stress",
    based_on=ALPINE,
    programs=["/usr/local/bin/stress"],
    command=["stress"],
    size_bytes=9_700_000,
)

IMAGES = (STRESS,)
