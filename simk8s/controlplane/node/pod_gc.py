"""PodGC: Pods whose node is gone for good are removed without waiting for anybody (NODE-7, NODE-12)."""

from __future__ import annotations

from simk8s.api.client import Client
from simk8s.api.deletion import Deletion
from simk8s.api.errors import ApiError
from simk8s.api.objects import Object, dig, is_terminating, is_true, name, namespace, uid
from simk8s.api.store import Store
from simk8s.controlplane.informer import Informers
from simk8s.controlplane.node.eviction import disrupted
from simk8s.controlplane.volume.attach import OUT_OF_SERVICE
from simk8s.sim import Actor, Run

PERIOD_SECONDS = 20.0  # TIME-12
QUARANTINE_SECONDS = 40.0


class PodGc:
    """Every twenty seconds: orphans of vanished nodes, and Pods stuck on nodes declared out of service."""

    def __init__(self, store: Store, informers: Informers) -> None:
        self._store = store
        self._client = Client(store)
        self._pods = informers.of("Pod")
        self._nodes = informers.of("Node")
        self._missing_since: dict[str, float] = {}

    def collect(self) -> Run[None]:
        """For ever."""
        while True:
            yield self._store.sim.sleep(PERIOD_SECONDS)
            for pod in [pod for pod in self._pods if self._is_lost(pod)]:
                actor = self._store.sim.actor("pod-garbage-collector")
                actor.hear(self._store.seq("Pod", name(pod), namespace(pod)))
                try:
                    yield from self._remove(pod, actor)
                except ApiError as error:
                    if error.reason not in ("NotFound", "Conflict"):
                        raise

    def _is_lost(self, pod: Object) -> bool:
        node_name = dig(pod, "spec", "nodeName")
        if not node_name:
            return False
        node = self._nodes.get(node_name)
        if node is None:
            since = self._missing_since.setdefault(node_name, self._store.sim.now)
            return self._store.sim.now - since >= QUARANTINE_SECONDS
        self._missing_since.pop(node_name, None)
        taints = dig(node, "spec", "taints", default=())
        gone = any(taint["key"] == OUT_OF_SERVICE for taint in taints) and not is_true(node, "Ready")
        return gone and is_terminating(pod)

    def _remove(self, pod: Object, actor: Actor) -> Run[None]:
        timestamp = self._store.sim.timestamp

        def failed(old: Object) -> Object:
            return disrupted({**old, "status": {**old["status"], "phase": "Failed"}}, "DeletionByPodGC", timestamp)

        yield from self._client.patch("Pod", name(pod), namespace(pod), failed, by=actor, status=True)
        deletion = Deletion(grace_seconds=0, uid=uid(pod))
        yield from self._client.delete("Pod", name(pod), namespace(pod), by=actor, deletion=deletion)
