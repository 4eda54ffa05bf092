"""The StatefulSet controller: Pods with a number, a name and claims of their own, started and stopped in order."""

from simk8s.controlplane.statefulset.controller import StatefulSets

__all__ = ["StatefulSets"]
