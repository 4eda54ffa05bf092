"""What names lead to in a world: the cluster's own name server, asked about the objects of that moment.

The running server hears of a change up to 1.5 s after it (TIME-42); here it has heard of everything.
"""

from __future__ import annotations

from simk8s.api.objects import dig
from simk8s.api.resources import Registry
from simk8s.api.store import Store
from simk8s.controlplane.network.dns import Answer, Dns, RecordType
from simk8s.controlplane.network.endpoints import SERVICE_LABEL
from simk8s.sim import Simulation
from simk8s.world.state import World

_KINDS = ("Namespace", "Service", "EndpointSlice")
_HEARD_SECONDS = 10.0


def lookup(world: World, name: str, type: RecordType = "A") -> Answer:
    """What DNS says of a full name such as `mysql-read.default.svc.cluster.local`; addresses in order."""
    sim = Simulation(history=False)
    store = Store(sim, Registry())
    actor = sim.actor("world")
    for obj in world.objects.values():
        if obj["kind"] in _KINDS:
            meta = {key: value for key, value in obj["metadata"].items() if key not in ("uid", "resourceVersion")}
            store.create({**obj, "metadata": meta}, by=actor)
    dns = Dns(store)
    dns.informers.start()
    sim.run(_HEARD_SECONDS)
    said = dns.lookup(name, type)
    return Answer(said.code, tuple(sorted(said.records)))


def endpoints(world: World, service: str, namespace: str = "default") -> dict[str, bool]:
    """The addresses behind a Service, and whether each is ready."""
    found = {}
    for obj in world.objects.values():
        if obj["kind"] != "EndpointSlice" or obj["metadata"].get("namespace") != namespace:
            continue
        if dig(obj, "metadata", "labels", SERVICE_LABEL) == service:
            for entry in obj.get("endpoints") or ():
                found[entry["addresses"][0]] = bool(dig(entry, "conditions", "ready"))
    return dict(sorted(found.items()))
