"""A process that ends when the cluster has come to rest: where `kubectl get -w` and `logs -f` end by themselves."""

from __future__ import annotations

from simk8s.api.store import Store
from simk8s.cluster.settling import UNCOUNTED, Patience, wants
from simk8s.sim import Run, Simulation


def until_rest(sim: Simulation, store: Store) -> Run[None]:
    """Until everything that is wanted is there and nothing has changed for a while, or there is no more hope.

    Looking makes no choices and changes nothing.
    """
    patience = Patience(sim.now)
    while (then := patience.look(sim.now, store.changed_at(UNCOUNTED), wants(store))) is not None:
        yield sim.sleep(then - sim.now)
