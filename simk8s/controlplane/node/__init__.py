"""The cluster's side of nodes: noticing that one is silent, and what becomes of its Pods (NODE-1 to NODE-12)."""
