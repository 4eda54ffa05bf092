"""What images contain: base images, applications, and the registry that finds them by reference."""

import simk8s.programs  # noqa: F401 (its import makes the programs known that images name)
from simk8s.images.image import DEFAULT_PATH, Image
from simk8s.images.reference import Reference
from simk8s.images.registry import Registry, default_registry, hint_for

__all__ = ["DEFAULT_PATH", "Image", "Reference", "Registry", "default_registry", "hint_for"]
