"""The containers of a Pod start in no order: each order is tried, by letting programs get going late."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations

from simk8s.checker.ground import Ground, unknown
from simk8s.checker.known import Known, Result
from simk8s.checker.setup import Setup
from simk8s.checker.walk import Walk
from simk8s.cluster import Cluster
from simk8s.faults import Fault, LateStart

GAP_SECONDS = 20.0
"""Between the starts of two programs: long enough for the first to come to whatever it would do alone."""

LONGEST = 4
"""Of more containers than these each one is only tried as the last."""


@dataclass(frozen=True, slots=True)
class Order:
    """The containers of a Pod in the order in which their programs get going."""

    pod: str
    containers: tuple[str, ...]

    def __str__(self) -> str:
        return ", then ".join(self.containers)

    @property
    def faults(self) -> list[Fault]:
        """What makes it so: each program has to wait until the one before it has got going."""
        return [
            Fault(LateStart(pod=self.pod, container=name, late_seconds=rank * GAP_SECONDS))
            for rank, name in enumerate(self.containers)
            if rank
        ]


def orders(cluster: Cluster) -> Iterator[Order]:
    """All orders of all Pods that have several containers, one Pod at a time."""
    for pod in cluster.world.store.list("Pod", "default"):
        names = tuple(container["name"] for container in pod["spec"]["containers"])
        if len(names) <= LONGEST:
            yield from (Order(pod["metadata"]["name"], chosen) for chosen in permutations(names) if len(names) > 1)
        else:
            yield from (Order(pod["metadata"]["name"], (*(n for n in names if n != last), last)) for last in names)


def try_order(setup: Setup, order: Order, ground: Ground) -> Result:
    """What becomes of the run when the containers start so."""
    try:
        return Walk(setup, Known(), lambda *_: None, ground.accounts, faults=order.faults).run()
    except Exception as error:
        return unknown(ground.wanted, f"{type(error).__name__}: {error}")
