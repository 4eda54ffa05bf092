"""The control plane: controllers, scheduler, claim binder, endpoints, DNS. They meet in the store alone."""

from simk8s.controlplane.control_plane import ControlPlane
from simk8s.controlplane.options import Options

__all__ = ["ControlPlane", "Options"]
