"""Taint eviction: Pods leave a node that has a NoExecute taint, at once or when their patience ends (NODE-5)."""

from __future__ import annotations

from collections.abc import Iterator

from simk8s.api.deletion import Deletion
from simk8s.api.duration import parse_timestamp
from simk8s.api.eviction import disrupted
from simk8s.api.objects import Key, Object, dig, is_terminating, key, name, uid
from simk8s.api.store import Store
from simk8s.controlplane.controller import Controller
from simk8s.controlplane.informer import Informers
from simk8s.controlplane.node.lifecycle import node_of
from simk8s.sim import EPOCH, Actor, Run

REASON = "DeletionByTaintManager"
MESSAGE = "Taint manager: deleting due to NoExecute taint"


class TaintEviction:
    """Looks at the Pods of a node whenever its taints change."""

    def __init__(self, store: Store, informers: Informers) -> None:
        self._store = store
        self._pods = informers.of("Pod")
        self._nodes = informers.of("Node")
        self._by_node = self._pods.index("node", node_of)
        self._pending: dict[Key, str] = {}
        self._controller = Controller("taint-eviction-controller", store, "Pod", self._sync, workers=8)
        self._nodes.on_change(self._node_changed)
        self._pods.on_change(self._pod_changed)

    def _sync(self, where: Key, actor: Actor) -> Run[None]:
        pod = self._pods.at(where)
        if pod is None or is_terminating(pod):
            self._pending.pop(where, None)
            return
        deadline = self._deadline(pod)
        tell = self._controller.events.event
        if deadline is None:
            if self._pending.pop(where, None) == uid(pod):
                text = f"Cancelling deletion of Pod {where}"
                tell(pod, "Normal", "TaintManagerEviction", text, by=actor)
            return
        left = deadline - self._store.sim.now
        if left > 0:
            self._pending[where] = uid(pod)
            self._controller.enqueue_after(where, left)
            return
        self._pending.pop(where, None)
        tell(pod, "Normal", "TaintManagerEviction", f"Marking for deletion Pod {where}", by=actor)
        client = self._controller.client
        timestamp = self._store.sim.timestamp

        def marked(old: Object) -> Object:
            return disrupted(old, REASON, MESSAGE, timestamp)

        yield from client.patch("Pod", where.name, where.namespace, marked, by=actor, status=True)
        yield from client.delete("Pod", where.name, where.namespace, by=actor, deletion=Deletion(uid=uid(pod)))

    def _deadline(self, pod: Object) -> float | None:
        """When the Pod has to go, in virtual seconds; None: it may stay."""
        node = self._nodes.get(dig(pod, "spec", "nodeName", default=""))
        earliest: float | None = None
        for taint in dig(node, "spec", "taints", default=()):
            if taint.get("effect") != "NoExecute":
                continue
            since = self._store.sim.now
            if "timeAdded" in taint:
                since = (parse_timestamp(taint["timeAdded"]) - EPOCH).total_seconds()
            seconds = list(_patience(pod, taint))
            if not seconds:
                return 0.0
            if None in seconds and len(seconds) == 1:
                continue
            at = since + min(second for second in seconds if second is not None)
            earliest = at if earliest is None else min(at, earliest)
        return earliest

    def _node_changed(self, old: Object | None, new: Object | None, seq: int) -> None:
        if new is not None and dig(old, "spec", "taints") != dig(new, "spec", "taints"):
            for where in self._by_node[name(new)]:
                self._controller.enqueue(where, seq)

    def _pod_changed(self, old: Object | None, new: Object | None, seq: int) -> None:
        if new is None or (old is not None and old["spec"] is new["spec"]):
            return
        arrived = dig(old, "spec", "nodeName") != dig(new, "spec", "nodeName")
        if arrived or dig(old, "spec", "tolerations") != dig(new, "spec", "tolerations"):
            node = self._nodes.get(dig(new, "spec", "nodeName", default=""))
            if any(taint.get("effect") == "NoExecute" for taint in dig(node, "spec", "taints", default=())):
                self._controller.enqueue(key(new), seq)


def _patience(pod: Object, taint: Object) -> Iterator[int | None]:
    """For each toleration that covers the taint how long it holds; None: for ever."""
    for toleration in pod["spec"].get("tolerations") or ():
        if toleration.get("effect") not in (None, "", taint["effect"]):
            continue
        if toleration.get("key") not in (None, "", taint["key"]):
            continue
        exists = toleration.get("operator", "Equal") == "Exists"
        if exists or toleration.get("value", "") == taint.get("value", ""):
            yield toleration.get("tolerationSeconds")
