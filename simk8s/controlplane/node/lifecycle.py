"""The node controller: a node that is silent for too long is not ready, and is tainted (NODE-1 to NODE-4, NODE-9)."""

from __future__ import annotations

from simk8s.api.client import Client
from simk8s.api.errors import ApiError
from simk8s.api.events import EventRecorder
from simk8s.api.objects import Object, condition, dig, is_true, name, namespace
from simk8s.api.store import Store
from simk8s.controlplane.informer import Informers
from simk8s.sim import Actor, Run

MONITOR_SECONDS = 5.0  # NODE-2
STARTUP_GRACE_SECONDS = 60.0
EVICTION_INTERVAL_SECONDS = 10.0  # NODE-4: 0.1 nodes a second
NOT_READY = "node.kubernetes.io/not-ready"
UNREACHABLE = "node.kubernetes.io/unreachable"
UNSCHEDULABLE = "node.kubernetes.io/unschedulable"

_CONDITIONS = ("MemoryPressure", "DiskPressure", "PIDPressure", "Ready")


class NodeLifecycle:
    """Looks at every node each five seconds."""

    def __init__(self, store: Store, informers: Informers, *, grace_seconds: int) -> None:
        self._store = store
        self._sim = store.sim
        self._client = Client(store)
        self._grace_seconds = grace_seconds
        self._nodes = informers.of("Node")
        self._leases = informers.of("Lease")
        self._pods = informers.of("Pod").index("node", node_of)
        self._events = EventRecorder(store, "node-controller")
        self._heard: dict[str, float] = {}
        self._was_ready: dict[str, bool] = {}
        self._sound: dict[str, Object] = {}
        """Nodes as they were when all was well with them: as long as they are the same, and not silent, it still is."""
        self._actors: dict[str, Actor] = {}
        self._next_eviction = 0.0
        self._nodes.on_change(self._node_changed)
        self._leases.on_change(self._lease_changed)

    def monitor(self) -> Run[None]:
        """For ever."""
        while True:
            yield self._sim.sleep(MONITOR_SECONDS)
            for node in list(self._nodes):
                yield from self._look_again(node)

    def _look_again(self, node: Object) -> Run[None]:
        try:
            yield from self._look_at(node)
        except ApiError as error:
            if error.reason not in ("Conflict", "NotFound"):  # its next version, or the next look, will do
                raise

    def _look_at(self, node: Object) -> Run[None]:
        which = name(node)
        silent = self._sim.now - self._heard.get(which, 0.0)
        if node is self._sound.get(which) and silent <= self._grace_seconds:
            return
        actor = self._actor_of(which)
        ever = (condition(node, "Ready") or {}).get("lastHeartbeatTime") is not None or which in self._heard
        if silent > (self._grace_seconds if ever else STARTUP_GRACE_SECONDS):
            node = yield from self._mark_unknown(node, ever, actor)
        ready = is_true(node, "Ready")
        if self._was_ready.get(which, True) and not ready:
            yield from self._mark_pods(node, actor)
        self._was_ready[which] = ready
        is_right = yield from self._set_taints(node, actor)
        if ready and is_right:
            self._sound[which] = node

    def _actor_of(self, node: str) -> Actor:
        """Who acts on that node: what is done to one does not follow from what is done to others."""
        if node not in self._actors:
            self._actors[node] = self._sim.actor("node-lifecycle-controller")
        return self._actors[node]

    def _mark_unknown(self, node: Object, ever: bool, actor: Actor) -> Run[Object]:
        """NODE-2."""
        if (condition(node, "Ready") or {}).get("status") == "Unknown":
            return node
        reason = "NodeStatusUnknown" if ever else "NodeStatusNeverUpdated"
        message = f"Kubelet {'stopped posting' if ever else 'never posted'} node status."
        old = {entry["type"]: entry for entry in dig(node, "status", "conditions", default=())}
        changed = {
            kind: {
                **old.get(kind, {}),
                "type": kind,
                "status": "Unknown",
                "reason": reason,
                "message": message,
                "lastTransitionTime": self._sim.timestamp,
            }
            for kind in _CONDITIONS
        }
        conditions = list({**old, **changed}.values())
        status = {**(node.get("status") or {}), "conditions": conditions}
        return (yield from self._client.update_status({**node, "status": status}, by=actor))

    def _mark_pods(self, node: Object, actor: Actor) -> Run[None]:
        """NODE-3: the Pods of the node are not Ready, whatever their containers do."""
        text = f"Node {name(node)} status is now: NodeNotReady"
        self._events.event(node, "Normal", "NodeNotReady", text, by=actor)
        for pod in list(self._pods[name(node)].values()):
            if not is_true(pod, "Ready"):
                continue
            try:
                yield from self._client.patch(
                    "Pod",
                    name(pod),
                    namespace(pod),
                    lambda old: _not_ready(old, self._sim.timestamp),
                    by=actor,
                    status=True,
                )
            except ApiError as error:
                if error.reason != "NotFound":
                    raise
            self._events.event(pod, "Warning", "NodeNotReady", "Node is not ready", by=actor)

    def _set_taints(self, node: Object, actor: Actor) -> Run[bool]:
        """NODE-4, NODE-9, NODE-11, and the cordon's taint (SCHED-7). Whether they were right already."""
        status = (condition(node, "Ready") or {}).get("status")
        trouble = {"Unknown": UNREACHABLE, "False": NOT_READY}.get(status or "", "")
        wanted = [(trouble, "NoSchedule")] if trouble else []
        old = dig(node, "spec", "taints", default=[])
        has = [(taint["key"], taint["effect"]) for taint in old]
        evict = (trouble, "NoExecute")
        due = evict in has or self._sim.now >= self._next_eviction
        if trouble and due and not self._all_are_lost():  # NODE-9: with the whole zone gone nobody is evicted
            wanted.append(evict)
            if evict not in has:
                self._next_eviction = self._sim.now + EVICTION_INTERVAL_SECONDS
        if dig(node, "spec", "unschedulable"):
            wanted.append((UNSCHEDULABLE, "NoSchedule"))
        kept = [taint for taint in old if taint["key"] not in (NOT_READY, UNREACHABLE, UNSCHEDULABLE)]
        mine = [taint for taint in old if (taint["key"], taint["effect"]) in wanted]
        added = [
            {"key": key, "effect": effect, **({} if key == UNSCHEDULABLE else {"timeAdded": self._sim.timestamp})}
            for key, effect in wanted
            if (key, effect) not in has
        ]
        taints = [*kept, *mine, *added]
        if len(kept) + len(mine) == len(old) and not added:
            return True
        spec = {**(node.get("spec") or {}), "taints": taints or None}
        yield from self._client.update({**node, "spec": spec}, by=actor)
        return False

    def _all_are_lost(self) -> bool:
        return not any(is_true(node, "Ready") for node in self._nodes)

    def _node_changed(self, old: Object | None, new: Object | None, seq: int) -> None:
        """NODE-1: a posted status is a sign of life, unless this controller wrote it."""
        node = new or old
        assert node is not None
        if new is None:
            self._heard.pop(name(node), None)
            self._was_ready.pop(name(node), None)
            self._sound.pop(name(node), None)
            return
        if old is not None and dig(old, "spec", "unschedulable") != dig(new, "spec", "unschedulable"):
            self._sim.task(self._look_again(new))
        ready = condition(new, "Ready") or {}
        posted = ready.get("reason") not in ("NodeStatusUnknown", "NodeStatusNeverUpdated")
        before = condition(old, "Ready") if old is not None else None
        if old is None or (posted and ready != before):
            self._heard[name(new)] = self._sim.now

    def _lease_changed(self, old: Object | None, new: Object | None, seq: int) -> None:
        if new is not None and namespace(new) == "kube-node-lease":
            self._heard[name(new)] = self._sim.now
            self._actor_of(name(new)).hear(seq)


def node_of(pod: Object) -> tuple[str, ...]:
    """The node that a Pod is on, for an index."""
    node = dig(pod, "spec", "nodeName")
    return (node,) if node else ()


def _not_ready(pod: Object, timestamp: str) -> Object:
    conditions = [
        {**entry, "status": "False", "lastTransitionTime": timestamp} if entry["type"] == "Ready" else entry
        for entry in dig(pod, "status", "conditions", default=())
    ]
    return {**pod, "status": {**pod["status"], "conditions": conditions}}
