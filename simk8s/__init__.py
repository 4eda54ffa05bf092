"""A time-travel debugger and model checker for Kubernetes StatefulSets, in virtual time.

Real manifests, with the bash scripts in them, run on a small simulated Kubernetes. The host is never touched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simk8s.errors import SimError

if TYPE_CHECKING:
    from simk8s.cluster import Cluster
    from simk8s.sandbox import sh

__version__ = "0.1.0"

__all__ = ["Cluster", "SimError", "__version__", "sh"]


def __getattr__(name: str) -> Any:
    """Load the large parts only when somebody asks for them: `simk8s --help` needs none."""
    if name == "Cluster":
        from simk8s.cluster import Cluster

        return Cluster
    if name == "sh":
        from simk8s.sandbox import sh

        return sh
    raise AttributeError(f"module 'simk8s' has no attribute {name!r}")
