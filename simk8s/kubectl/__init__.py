"""kubectl inside the simulated world: the same words, the same output, the same exit statuses."""

from simk8s.kubectl.main import Result, kubectl
from simk8s.kubectl.runtime import Access, Output, Runtime

__all__ = ["Access", "Output", "Result", "Runtime", "kubectl"]
