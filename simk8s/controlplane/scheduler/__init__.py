"""The scheduler: one Pod at a time, the nodes that can take it, the best of them (SCHED-1 to SCHED-12)."""

from simk8s.controlplane.scheduler.scheduler import Scheduler

__all__ = ["Scheduler"]
