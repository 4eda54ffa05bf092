"""For your own test suite: fault plans for Hypothesis, and what becomes of your manifests under them.

>>> from simk8s.testing import Plan, System
>>> system = System("scenarios/web")
>>> print(system.run(Plan()))
nothing goes wrong
  web-0: ok
  web-1: ok
  web-2: ok
replay: simk8s run scenarios/web --judge --replay v1.0
"""

from simk8s.testing.plan import Plan
from simk8s.testing.strategies import crashes, fault_plans, replica_counts, steady_moments, timings
from simk8s.testing.system import System, Trial

__all__ = [
    "Plan",
    "System",
    "Trial",
    "crashes",
    "fault_plans",
    "replica_counts",
    "steady_moments",
    "timings",
]
