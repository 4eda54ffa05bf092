"""The scheduler at work: what it hears, one Pod's way through it, and telling people when there is no room."""

from __future__ import annotations

from collections.abc import Iterable

import simpy

from simk8s.api.client import Client
from simk8s.api.deletion import Deletion
from simk8s.api.errors import ApiError
from simk8s.api.events import EventRecorder
from simk8s.api.eviction import disrupted
from simk8s.api.objects import Key, Object, annotations_of, dig, is_terminating, key, labels, name, namespace, uid
from simk8s.api.store import Store
from simk8s.controlplane.informer import Informers
from simk8s.controlplane.options import Options
from simk8s.controlplane.scheduler.decide import Unschedulable, decide
from simk8s.controlplane.scheduler.filters import Cycle
from simk8s.controlplane.scheduler.node import Nodes, PodInfo, pod_info
from simk8s.controlplane.scheduler.preemption import REASON, Cluster, Preemption
from simk8s.controlplane.scheduler.queue import FLUSH_SECONDS, PodQueue, Waiting
from simk8s.controlplane.scheduler.volumes import Storage, VolumeNeeds, all_bound, needs_of
from simk8s.controlplane.volume.match import SELECTED_NODE
from simk8s.sim import Actor, Run

NAME = "default-scheduler"
BIND_SECONDS = 0.1  # TIME-31
VOLUME_WAIT_SECONDS = 600.0  # TIME-9

_STORAGE_FILTERS = ("VolumeBinding", "VolumeRestrictions")
_ROOM_FILTERS = ("InterPodAffinity", "NodePorts", "NodeResourcesFit", "PodTopologySpread", "VolumeRestrictions")


class Scheduler:
    """Places Pods that name no node and that ask for the default scheduler (SCHED-1)."""

    def __init__(self, store: Store, informers: Informers, options: Options) -> None:
        self._store = store
        self._names_taints = options.name_untolerated_taints
        self._sim = store.sim
        self._client = Client(store)
        self._events = EventRecorder(store, NAME)
        self._pods = informers.of("Pod")
        self._storage = Storage(
            informers.of("PersistentVolumeClaim"), informers.of("PersistentVolume"), informers.of("StorageClass")
        )
        self._budgets = informers.of("PodDisruptionBudget")
        self._nodes = Nodes()
        self._queue = PodQueue()
        self._assumed: set[str] = set()
        """UIDs of Pods that have been given a node and do not say so yet."""
        self._waits: dict[str, simpy.Event] = {}
        """By UID of the Pod that waits for its claims."""
        self._awaited: dict[Key, str] = {}
        """Claims that are being bound, and the UID of the Pod that waits for each."""
        self._is_running = False
        self._pods.on_change(self._pod_changed)
        informers.of("Node").on_change(self._node_changed)
        for cache in (self._storage.claims, self._storage.volumes, self._storage.classes):
            cache.on_change(self._storage_changed)
        self._storage.claims.on_change(self._claim_changed)

    def _wake(self) -> None:
        if not self._is_running:
            self._is_running = True
            self._sim.task(self._run())

    def _run(self) -> Run[None]:
        """One Pod after the other, until none is left to try (SCHED-2)."""
        yield self._sim.sleep(0)
        while (waiting := self._queue.take()) is not None:
            pod = self._pods.at(waiting.key)
            if pod is None or is_terminating(pod) or dig(pod, "spec", "nodeName") or uid(pod) in self._assumed:
                continue
            actor = waiting.actor
            actor.hear(waiting.seq)
            info = self._info(pod)
            needs = needs_of(pod, self._storage)
            cycle = Cycle(info, self._nodes, needs, self._names_taints)
            cluster = Cluster(self._pods.at, list(self._budgets), self._sim.timestamp)
            answer = decide(cycle, cluster, self._sim.choose)
            if isinstance(answer, Unschedulable):
                yield from self._refuse(waiting, info, answer, actor)
            else:
                self._nodes.nominated.pop(waiting.key, None)
                self._nodes.put_pod(info, answer.name)  # from here on its room is taken
                self._assumed.add(uid(pod))
                chosen = self._reserve(needs, answer.object, waiting)
                self._sim.task(self._bind(waiting, info, answer.name, needs, chosen, actor))
        self._is_running = False

    def _reserve(self, needs: VolumeNeeds, node: Object, waiting: Waiting) -> list[tuple[Object, Object | None]]:
        """Existing volumes for the waiting claims; None where one has to be made."""
        chosen = []
        for claim in needs.waiting:
            volume = needs.choice(claim, node)
            if volume is not None:
                self._storage.reserved[name(volume)] = str(waiting.key)
            chosen.append((claim, volume))
        return chosen

    def _unreserve(self, chosen: list[tuple[Object, Object | None]]) -> None:
        for _, volume in chosen:
            if volume is not None:
                self._storage.reserved.pop(name(volume), None)

    def _bind(
        self,
        waiting: Waiting,
        info: PodInfo,
        node: str,
        needs: VolumeNeeds,
        chosen: list[tuple[Object, Object | None]],
        actor: Actor,
    ) -> Run[None]:
        """PreBind and Bind, while the next Pods are being placed (SCHED-2)."""
        pod = info.object
        try:
            yield from self._bind_volumes(chosen, node, actor)
            problem = yield from self._await_volumes(pod, needs.waiting, node)
            if problem:
                raise ApiError("Timeout", 504, f'running PreBind plugin "VolumeBinding": {problem}')
            yield self._sim.sleep(BIND_SECONDS)
            actor.hear(max((self._storage.claims.seq(key(claim)) for claim in needs.waiting), default=-1))
            self._store.bind(name(pod), namespace(pod), node, uid=uid(pod), by=actor)
        except ApiError as error:
            self._unreserve(chosen)
            if uid(pod) not in self._assumed:  # it is gone, and its name may be another Pod's by now
                return
            self._nodes.remove_pod(waiting.key)
            self._assumed.discard(uid(pod))
            if error.reason in ("NotFound", "Conflict"):  # it decided on something that had changed: decide again
                self._park(waiting, _STORAGE_FILTERS)
            else:
                yield from self._refuse(waiting, info, Unschedulable(error.message, _STORAGE_FILTERS), actor)
            self._changed(_STORAGE_FILTERS, actor.last)
            return
        self._unreserve(chosen)
        text = f"Successfully assigned {namespace(pod)}/{name(pod)} to {node}"
        self._events.event(pod, "Normal", "Scheduled", text, by=actor)

    def _bind_volumes(self, chosen: list[tuple[Object, Object | None]], node: str, actor: Actor) -> Run[None]:
        """VOL-4: reserve an existing volume for the claim, or tell the provisioner the node."""
        for claim, volume in chosen:
            if volume is not None:
                reference = {"kind": "PersistentVolumeClaim", "apiVersion": "v1", "uid": uid(claim)}
                reference |= {"namespace": namespace(claim), "name": name(claim)}
                spec = {**volume["spec"], "claimRef": reference}
                yield from self._client.update({**volume, "spec": spec}, by=actor)
            elif annotations_of(claim).get(SELECTED_NODE) != node:
                meta = claim["metadata"]
                annotations = {**annotations_of(claim), SELECTED_NODE: node}
                yield from self._client.update({**claim, "metadata": {**meta, "annotations": annotations}}, by=actor)

    def _await_volumes(self, pod: Object, claims: list[Object], node: str) -> Run[str]:
        """Wait until the claims are bound. Returns what went wrong, if anything."""
        deadline = self._sim.now + VOLUME_WAIT_SECONDS
        asked = {name(claim): False for claim in claims}
        self._awaited |= {key(claim): uid(pod) for claim in claims}
        while not all_bound(claims, self._storage.claims.get):
            if uid(pod) not in self._assumed:
                return "the Pod is gone"
            for claim in claims:
                current = self._storage.claims.get(name(claim), namespace(claim))
                if current is None:
                    return f'binding volumes: persistentvolumeclaim "{name(claim)}" not found'
                has_node = annotations_of(current).get(SELECTED_NODE) == node or bool(current["spec"].get("volumeName"))
                if asked[name(claim)] and not has_node:
                    return f'binding volumes: provisioning failed for PVC "{name(claim)}"'
                asked[name(claim)] = has_node
            if self._sim.now >= deadline:
                return "binding volumes: context deadline exceeded"
            woken = self._waits[uid(pod)] = self._sim.event()
            yield self._sim.any_of(woken, self._sim.sleep(deadline - self._sim.now))
            self._waits.pop(uid(pod), None)
        return ""

    def _refuse(self, waiting: Waiting, info: PodInfo, answer: Unschedulable, actor: Actor) -> Run[None]:
        """SCHED-10: the event, the Pod's condition, and back into the queue; others may have to go for it."""
        pod = info.object
        self._park(waiting, answer.filters)
        if answer.preemption is not None:
            self._nodes.nominated[waiting.key] = info, answer.preemption.node
        elif not answer.keeps_nomination:
            self._nodes.nominated.pop(waiting.key, None)
        _, nominated = self._nodes.nominated.get(waiting.key, (None, ""))
        self._events.event(pod, "Warning", "FailedScheduling", answer.message, by=actor)
        condition = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": answer.message}
        try:
            yield from self._client.patch(
                "Pod",
                name(pod),
                namespace(pod),
                lambda current: _nominated(_with_condition(current, condition, self._sim.timestamp), nominated),
                by=actor,
                status=True,
            )
        except ApiError as error:
            if error.reason != "NotFound":
                raise
        if answer.preemption is not None:
            self._sim.task(self._drive_out(info, answer.preemption, actor))

    def _drive_out(self, info: PodInfo, preemption: Preemption, actor: Actor) -> Run[None]:
        """SCHED-13: the victims get their grace period; less important Pods lose the room they were promised."""
        text = f"Preempted by pod {uid(info.object)} on node {preemption.node}"
        why = f"{NAME}: preempting to accommodate a higher priority pod"
        for victim in preemption.victims:
            pod = self._pods.at(victim.key)
            if pod is None or is_terminating(pod):
                continue
            try:
                yield from self._client.patch(
                    "Pod",
                    name(pod),
                    namespace(pod),
                    lambda current: disrupted(current, REASON, why, self._sim.timestamp),
                    by=actor,
                    status=True,
                )
                yield from self._client.delete(
                    "Pod", name(pod), namespace(pod), by=actor, deletion=Deletion(uid=uid(pod))
                )
            except ApiError as error:
                if error.reason not in ("NotFound", "Conflict"):
                    raise
                continue
            self._events.event(pod, "Normal", "Preempted", text, by=actor)
        for where, (other, node) in list(self._nodes.nominated.items()):
            if node == preemption.node and other.priority < info.priority:
                del self._nodes.nominated[where]
                yield from self._client.patch(
                    "Pod", where.name, where.namespace, lambda current: _nominated(current, ""), by=actor, status=True
                )

    def _park(self, waiting: Waiting, filters: tuple[str, ...]) -> None:
        """Let it wait for a change that helps, at most five minutes (SCHED-9)."""
        waiting.attempts += 1
        waiting.failed_at = self._sim.now
        waiting.filters = filters
        waiting.is_backing_off = False
        self._queue.park(waiting)
        self._retry_after(waiting, FLUSH_SECONDS)

    def _pod_changed(self, old: Object | None, new: Object | None, seq: int) -> None:
        pod = new or old
        if pod is None:
            return
        where = key(pod)
        node = dig(pod, "spec", "nodeName")
        if new is None or dig(new, "status", "phase") in ("Failed", "Succeeded"):  # SCHED-3: terminating ones count
            self._queue.forget(where)
            self._nodes.nominated.pop(where, None)
            if self._nodes.remove_pod(where):
                self._changed(_ROOM_FILTERS, seq)
            self._assumed.discard(uid(pod))
            self._stop_waiting(uid(pod))
        elif node:
            if old is None or dig(old, "spec", "nodeName") != node:
                self._nodes.put_pod(self._info(new), node)
                self._changed(("InterPodAffinity",), seq)
            elif old["metadata"].get("labels") != new["metadata"].get("labels"):
                self._nodes.put_pod(self._info(new), node)
                self._changed(("InterPodAffinity", "PodTopologySpread"), seq)
            elif is_terminating(new) and not is_terminating(old):
                self._nodes.put_pod(self._info(new), node)  # it does not count for spreading any more
                self._changed(("PodTopologySpread",), seq)
            self._queue.forget(where)
            self._assumed.discard(uid(new))
        elif is_terminating(new):
            self._queue.forget(where)
            self._nodes.nominated.pop(where, None)
        elif where not in self._queue and uid(new) not in self._assumed and _is_ours(new):
            priority = dig(new, "spec", "priority", default=0)
            self._queue.add(Waiting(where, priority, self._sim.now, seq, self._sim.actor("kube-scheduler")))
            self._wake()

    def _info(self, pod: Object) -> PodInfo:
        return pod_info(pod, labels(self._store.find("Namespace", namespace(pod), "") or {"metadata": {}}))

    def _node_changed(self, old: Object | None, new: Object | None, seq: int) -> None:
        if new is None:
            if old is not None:
                self._nodes.remove_node(name(old))
            return
        self._nodes.put_node(new)
        if old is None or _placement(old) != _placement(new):
            self._changed(None, seq)

    def _storage_changed(self, old: Object | None, new: Object | None, seq: int) -> None:
        self._changed(_STORAGE_FILTERS, seq)

    def _claim_changed(self, old: Object | None, new: Object | None, seq: int) -> None:
        claim = new or old
        if claim is not None and key(claim) in self._awaited:
            self._stop_waiting(self._awaited[key(claim)])

    def _stop_waiting(self, pod_uid: str) -> None:
        event = self._waits.pop(pod_uid, None)
        if event is not None:
            event.succeed()

    def _changed(self, filters: Iterable[str] | None, seq: int) -> None:
        """Something happened that may help Pods which these filters (None: any) had refused (SCHED-9)."""
        for waiting in self._queue.parked():
            if not waiting.is_backing_off and (filters is None or any(name in waiting.filters for name in filters)):
                waiting.seq = max(seq, waiting.seq)
                self._retry(waiting)

    def _retry(self, waiting: Waiting) -> None:
        """Try again, but not before its back-off is over."""
        seconds = waiting.backoff_ends - self._sim.now
        if seconds > 1e-6:
            waiting.is_backing_off = True
            self._retry_after(waiting, seconds)
        elif self._queue.unpark(waiting):
            self._queue.add(waiting)
            self._wake()

    def _retry_after(self, waiting: Waiting, seconds: float) -> None:
        attempts = waiting.attempts

        def retry(_: object) -> None:
            if waiting.attempts == attempts:  # else it has been tried since
                self._retry(waiting)

        self._sim.sleep(seconds).callbacks.append(retry)


def _is_ours(pod: Object) -> bool:
    """Whether it names this scheduler, and no gate holds it back."""
    return bool(dig(pod, "spec", "schedulerName", default=NAME) == NAME) and not pod["spec"].get("schedulingGates")


def _placement(node: Object) -> tuple[object, ...]:
    """What of a node decides about placing Pods: heartbeats do not."""
    return node.get("spec"), node["metadata"].get("labels"), dig(node, "status", "allocatable")


def _nominated(pod: Object, node: str) -> Object:
    """The Pod with its promised node in its status; "" takes it away."""
    status = {field: value for field, value in pod["status"].items() if field != "nominatedNodeName"}
    return {**pod, "status": {**status, "nominatedNodeName": node} if node else status}


def _with_condition(pod: Object, condition: Object, timestamp: str) -> Object:
    status = pod.get("status") or {}
    others = [entry for entry in status.get("conditions") or () if entry["type"] != condition["type"]]
    old = [entry for entry in status.get("conditions") or () if entry["type"] == condition["type"]]
    since = (
        old[0].get("lastTransitionTime", timestamp) if old and old[0]["status"] == condition["status"] else timestamp
    )
    return {**pod, "status": {**status, "conditions": [*others, {**condition, "lastTransitionTime": since}]}}
