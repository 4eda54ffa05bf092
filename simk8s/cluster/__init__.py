"""`Cluster`: the one object that a person meets in Python."""

from simk8s.cluster.cluster import Cluster
from simk8s.cluster.outcome import Outcome, PodRow, Printed, seconds_of
from simk8s.cluster.replaying import replayed
from simk8s.cluster.settling import Wait, Wants

__all__ = ["Cluster", "Outcome", "PodRow", "Printed", "Wait", "Wants", "replayed", "seconds_of"]
