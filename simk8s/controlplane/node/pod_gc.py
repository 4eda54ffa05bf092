"""PodGC: Pods whose node is gone for good are removed without waiting for anybody (NODE-7, NODE-12)."""

from __future__ import annotations

from simk8s.api.client import Client
from simk8s.api.deletion import Deletion
from simk8s.api.errors import ApiError
from simk8s.api.eviction import disrupted
from simk8s.api.objects import Object, dig, is_terminating, is_true, name, namespace, uid
from simk8s.api.store import Store
from simk8s.controlplane.informer import Informers
from simk8s.controlplane.node.lifecycle import node_of
from simk8s.controlplane.volume.attach import OUT_OF_SERVICE
from simk8s.sim import Actor, Run

PERIOD_SECONDS = 20.0  # TIME-12
QUARANTINE_SECONDS = 40.0


class PodGc:
    """Every twenty seconds: orphans of vanished nodes, and Pods stuck on nodes declared out of service."""

    def __init__(self, store: Store, informers: Informers) -> None:
        self._store = store
        self._client = Client(store)
        self._pods = informers.of("Pod").index("node", node_of)
        self._nodes = informers.of("Node")
        self._missing_since: dict[str, float] = {}

    def collect(self) -> Run[None]:
        """For ever."""
        while True:
            yield self._store.sim.sleep(PERIOD_SECONDS)
            for pod in self._lost():
                actor = self._store.sim.actor("pod-garbage-collector")
                actor.hear(self._store.seq("Pod", name(pod), namespace(pod)))
                try:
                    yield from self._remove(pod, actor)
                except ApiError as error:
                    if error.reason not in ("NotFound", "Conflict"):
                        raise

    def _lost(self) -> list[Object]:
        lost: list[Object] = []
        for node in self._pods.values():
            pods = self._pods[node].values()
            if self._has_vanished(node):
                lost += pods
            elif self._is_out_of_service(node):
                lost += [pod for pod in pods if is_terminating(pod)]
        return lost

    def _has_vanished(self, node: str) -> bool:
        """The Node object is gone, and has been for a while."""
        if self._nodes.get(node) is not None:
            self._missing_since.pop(node, None)
            return False
        since = self._missing_since.setdefault(node, self._store.sim.now)
        return self._store.sim.now - since >= QUARANTINE_SECONDS

    def _is_out_of_service(self, node: str) -> bool:
        """NODE-7 d: a person has declared it so, and it is indeed not ready."""
        object = self._nodes.get(node)
        taints = dig(object, "spec", "taints", default=())
        return object is not None and any(t["key"] == OUT_OF_SERVICE for t in taints) and not is_true(object, "Ready")

    def _remove(self, pod: Object, actor: Actor) -> Run[None]:
        timestamp = self._store.sim.timestamp

        def failed(old: Object) -> Object:
            ended = {**old, "status": {**old["status"], "phase": "Failed"}}
            return disrupted(ended, "DeletionByPodGC", "PodGC: node no longer exists", timestamp)

        yield from self._client.patch("Pod", name(pod), namespace(pod), failed, by=actor, status=True)
        deletion = Deletion(grace_seconds=0, uid=uid(pod))
        yield from self._client.delete("Pod", name(pod), namespace(pod), by=actor, deletion=deletion)
