"""Where the Kubernetes API meets the simulated Unix: nodes, their kubelets, and what kubectl asks of containers."""

from simk8s.node.disk import Disks
from simk8s.node.names import DNS_ADDRESS, connect
from simk8s.node.node import Node, NodeSpec, Site

__all__ = ["DNS_ADDRESS", "Disks", "Node", "NodeSpec", "Site", "connect"]
