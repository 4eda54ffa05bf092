"""Everything of Kubernetes that is not on a node, put together as its real processes are."""

from __future__ import annotations

from simk8s.api import events
from simk8s.api.resources import Registry
from simk8s.api.store import Store
from simk8s.controlplane.addons import ADDONS, NAMESPACES
from simk8s.controlplane.bootstrap import bootstrap
from simk8s.controlplane.disruption import DisruptionBudgets
from simk8s.controlplane.garbage import GarbageCollector
from simk8s.controlplane.informer import Informers
from simk8s.controlplane.namespace import Namespaces, check_namespace
from simk8s.controlplane.network.address import address_allocator
from simk8s.controlplane.network.dns import Dns
from simk8s.controlplane.network.endpoints import Endpoints
from simk8s.controlplane.network.proxy import Proxy
from simk8s.controlplane.node.eviction import TaintEviction
from simk8s.controlplane.node.lifecycle import NodeLifecycle
from simk8s.controlplane.node.pod_gc import PodGc
from simk8s.controlplane.not_modelled import NotModelled
from simk8s.controlplane.options import Options
from simk8s.controlplane.priority import fill_in_priority
from simk8s.controlplane.scheduler import Scheduler
from simk8s.controlplane.statefulset import StatefulSets
from simk8s.controlplane.volume.attach import Attachment
from simk8s.controlplane.volume.binder import Binder
from simk8s.controlplane.volume.classes import PROFILES, fill_in_default_class
from simk8s.controlplane.volume.ephemeral import EphemeralVolumes
from simk8s.controlplane.volume.expansion import ExpandController, Resizer, may_expand
from simk8s.controlplane.volume.protection import Protection, protect
from simk8s.controlplane.volume.provisioner import Driver, Provisioner
from simk8s.errors import SimError
from simk8s.sim import Simulation


class ControlPlane:
    """Controllers, scheduler, provisioners, DNS and proxy over one store.

    Making one adds its kinds and admission hooks; `start`, once the store's other hooks are in place, creates the
    objects of a fresh cluster and lets everything run. Nodes then need `dns` for names and `proxy` for addresses.
    """

    def __init__(self, sim: Simulation, store: Store, registry: Registry, options: Options | None = None) -> None:
        self.options = options or Options()
        self._sim = sim
        self._store = store
        self._drivers = _drivers(registry, self.options)
        store.admission += [
            check_namespace,
            address_allocator(self.options.service_cluster_ip_range),
            fill_in_default_class,
            fill_in_priority,
            protect,
        ]
        self.dns = Dns(store, domain=self.options.cluster_domain, cache_seconds=self.options.dns_cache_seconds)
        self.proxy = Proxy(store)
        self.provisioners = Informers(store, "provisioner")

    def start(self) -> None:
        store, options, task = self._store, self.options, self._sim.task
        store.admission.append(may_expand)
        bootstrap(store, options, [NAMESPACES[addon] for addon in options.addons])
        caches = Informers(store, "kube-controller-manager")
        StatefulSets(store, caches, options)
        Endpoints(store, caches)
        binder = Binder(store, caches)
        Protection(store, caches)
        Attachment(store, caches)
        ExpandController(store, caches)
        EphemeralVolumes(store, caches)
        nodes = NodeLifecycle(store, caches, grace_seconds=options.node_monitor_grace_period_seconds)
        TaintEviction(store, caches)
        pod_gc = PodGc(store, caches)
        Namespaces(store, caches)
        DisruptionBudgets(store, caches)
        NotModelled(store, caches)
        GarbageCollector(store, caches)
        scheduler_caches = Informers(store, "kube-scheduler")
        Scheduler(store, scheduler_caches, options)
        provisioner_caches = self.provisioners
        for driver in self._drivers:
            Provisioner(store, provisioner_caches, driver)
            if driver.expands:
                Resizer(store, provisioner_caches, driver)
        for process in (caches, scheduler_caches, provisioner_caches, self.dns.informers, self.proxy.informers):
            process.start()
        for forever in (binder.resync(), nodes.monitor(), pod_gc.collect(), events.expire(store)):
            task(forever)


def _drivers(registry: Registry, options: Options) -> list[Driver]:
    """The provisioners that run in this cluster. Raises SimError SK405 for an add-on that does not exist."""
    profile = PROFILES[options.storage]
    drivers = [profile[0]] if profile is not None else []
    for addon in options.addons:
        if addon not in ADDONS:
            raise SimError("SK405", f"there is no add-on {addon!r}", hint=f"these exist: {', '.join(sorted(ADDONS))}")
        drivers += ADDONS[addon](registry)
    return drivers
