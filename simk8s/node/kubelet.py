"""The kubelet of one node: hears of the Pods that are bound to it, has a worker for each, and keeps the node known."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from simk8s.api.claim import claim_names
from simk8s.api.client import Client
from simk8s.api.events import EventRecorder
from simk8s.api.objects import Object, dig, is_terminating, key, uid
from simk8s.api.selector import FieldSelector
from simk8s.api.watch import WatchEvent
from simk8s.node.expansion import expand_file_systems, is_pending
from simk8s.node.fitting import rejection
from simk8s.node.heartbeat import beat, post_status, register
from simk8s.node.local_pod import LocalPod
from simk8s.node.mounting import refresh
from simk8s.node.pod_worker import PodWorker
from simk8s.node.volume_files import references
from simk8s.sim import Run, Task

if TYPE_CHECKING:
    from simk8s.node.node import Node

REFRESH_SECONDS = (0.0, 90.0)  # VOL-28: a Pod is looked at every 60 to 90 s anyway


class Kubelet:
    """What it knows is in memory and lost with it; what runs on the node goes on (NODE-10). Made anew for a restart."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.sim = node.sim
        self.store = node.store
        self.client = Client(node.store)
        self.name = f"kubelet/{node.name}"
        self.actor = self.sim.actor(self.name)
        self.events = EventRecorder(node.store, "kubelet", node.name)
        self.started_at = self.sim.now
        self.workers: dict[str, PodWorker] = {}
        self._tasks: list[Task] = []
        self._followed: set[str] = set()
        self._in_use: list[str] = []

    def start(self) -> None:
        """Register the node and go to work."""
        self.started_at = self.sim.now
        self._in_use = self.volumes_in_use()
        register(self)
        known = {uid(pod) for pod in self.store.list("Pod") if dig(pod, "spec", "nodeName") == self.node.name}
        for local in [local for local in self.node.pods.values() if local.uid not in known]:
            self._worker_for(local.pod, local).forsake()
        self._tasks = [self.sim.task(self._watch()), self.sim.task(beat(self))]

    def stop(self) -> None:
        """The kubelet's process ends. Containers are left alone."""
        for task in self._tasks:
            task.kill()
        for worker in self.workers.values():
            worker.abandon()
        self.workers = {}

    def _watch(self) -> Run[None]:
        mine = FieldSelector((("spec.nodeName", self.node.name, True),))
        watch = self.store.watch("Pod", who=self.name, fields=mine)
        while True:
            event = yield from watch.next()
            self._hear(event)

    def _hear(self, event: WatchEvent) -> None:
        pod, worker = event.object, self.workers.get(uid(event.object))
        if event.type == "DELETED":
            if worker is not None:
                worker.actor.hear(event.seq)
                worker.forsake()
        elif worker is not None:
            worker.update(pod, event.seq)
        else:
            self._begin(pod, event.seq)

    def _begin(self, pod: Object, seq: int) -> None:
        local = self.node.pods.get(uid(pod))
        if dig(pod, "status", "phase") in ("Failed", "Succeeded") and not is_terminating(pod):
            return  # KUBELET-66: nothing of it will run again
        if local is None:
            local = self.node.pods[uid(pod)] = LocalPod(pod, self.node.site.prefixes)
        worker = self._worker_for(pod, local)
        worker.actor.hear(seq)
        for volume in dig(pod, "spec", "volumes", default=[]):
            for kind, _ in references(volume):
                self._follow(kind)
        if is_terminating(pod):
            worker.update(pod, seq)
        else:
            worker.start()

    def _worker_for(self, pod: Object, local: LocalPod) -> PodWorker:
        worker = self.workers[local.uid] = PodWorker(self, pod, local)
        return worker

    def forget(self, worker: PodWorker) -> None:
        """The Pod's object is gone and nothing of it runs: its emptyDirs and logs go too (KUBELET-60)."""
        worker.record("pod.remove", pod=worker.uid)
        worker.abandon()
        self.workers.pop(worker.uid, None)
        self.node.pods.pop(worker.uid, None)
        worker.local.forget()

    def rejection_of(self, pod: Object) -> tuple[str, str] | None:
        """KUBELET-61: why this Pod may not run here. Those that were here before a restart may."""
        local = self.node.pods[uid(pod)]
        if local.is_admitted:
            return None
        others = [
            w.pod for w in self.workers.values() if w.local.is_admitted and w.local is not local and not w.is_done
        ]
        refused = rejection(pod, others, self.node.allocatable, self.node.labels)
        local.is_admitted = refused is None
        return refused

    # Volumes

    def volumes_in_use(self) -> list[str]:
        """What is mounted of the volumes that had to be attached: they must not be detached now (VOL-23)."""
        pods = self.node.pods.values()
        return sorted({volume.attached for pod in pods for volume in pod.volumes.values() if volume.attached})

    def report_volumes_in_use(self) -> None:
        in_use = self.volumes_in_use()
        if in_use != self._in_use:
            self._in_use = in_use
            post_status(self)

    def _follow(self, kind: str) -> None:
        """Hear of every ConfigMap (or Secret) from now on."""
        if kind not in self._followed:
            self._followed.add(kind)
            self._tasks.append(self.sim.task(self._watch_shown(kind)))

    def follow_claims(self) -> None:
        """Hear of claims from now on: those of network disks may grow."""
        if "PersistentVolumeClaim" not in self._followed:
            self._followed.add("PersistentVolumeClaim")
            self._tasks.append(self.sim.task(self._watch_claims()))

    def _watch_claims(self) -> Run[None]:
        watch = self.store.watch("PersistentVolumeClaim", who=f"{self.name}/claims")
        while True:
            event = yield from watch.next()
            if event.type == "DELETED" or not is_pending(event.object):
                continue
            where = key(event.object)
            for worker in list(self.workers.values()):
                here = worker.local.key.namespace == where.namespace and where.name in claim_names(worker.pod)
                if here and worker.local.are_mounted and not worker.is_ending:
                    worker.actor.hear(event.seq)
                    worker.spawn(expand_file_systems(worker))

    def _watch_shown(self, kind: str) -> Run[None]:
        watch = self.store.watch(kind, who=self.name)
        while True:
            event = yield from watch.next()
            if event.type == "DELETED":
                continue
            where = key(event.object)
            for worker in list(self.workers.values()):
                if worker.local.key.namespace != where.namespace or not worker.local.are_mounted:
                    continue
                for volume in dig(worker.pod, "spec", "volumes", default=[]):
                    if (kind, where.name) in references(volume):
                        worker.actor.hear(event.seq)
                        delay = self.sim.uniform(*REFRESH_SECONDS, f"refresh/{self.node.name}")
                        self.sim.sleep(delay).callbacks.append(partial(_refresh, worker, volume))


def _refresh(worker: PodWorker, volume: Object, _: object) -> None:
    refresh(worker, volume)
