"""The kubelet's worker for one Pod: brings its containers to where the spec wants them, again and again (KUBELET-1)."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import simpy

from simk8s.api.objects import Object, dig, is_terminating, uid
from simk8s.node.backoff import INSTANT_SECONDS, Backoff
from simk8s.node.container import Container
from simk8s.node.environment import Place
from simk8s.node.local_pod import LocalPod
from simk8s.node.mounting import mount_volumes, refresh_all, watch_usage
from simk8s.node.not_modelled import without_effect
from simk8s.node.plan import Kill, Slot, is_complete, plan
from simk8s.node.pod_probes import PodProbes
from simk8s.node.pod_report import PodReport
from simk8s.node.sandbox import ensure_sandbox
from simk8s.node.starting import start_container
from simk8s.node.status import Kind, Running, Waiting, init_kind, needs_rewrite
from simk8s.node.stopping import clear, finish, stop_container, terminate
from simk8s.sim import Actor, Run, Task

if TYPE_CHECKING:
    from simk8s.node.kubelet import Kubelet

NOTICE_SECONDS = (0.0, 1.0)  # TIME-35


class PodWorker:
    """Lives as long as the kubelet knows the Pod. `local` is what is on the node; all else dies with the kubelet."""

    def __init__(self, kubelet: Kubelet, pod: Object, local: LocalPod) -> None:
        self.kubelet = kubelet
        self.node = kubelet.node
        self.sim = kubelet.sim
        self.pod = pod
        self.local = local
        self.uid = uid(pod)
        self.actor: Actor = self.sim.actor(kubelet.name)
        self.waiting: dict[str, Waiting] = {}
        """Why the last attempt to start a container was refused."""
        self.backoffs: dict[str, Backoff] = {}
        self.pull_backoffs: dict[str, tuple[Backoff, float]] = {}
        """By image: the back-off, and when the last pull failed."""
        self.probes = PodProbes(self)
        self.report = PodReport(self)
        self.condemned: dict[str, str] = {}
        """Running containers that must be restarted, and why."""
        self.rejection: tuple[str, str] | None = None
        self.is_ending = False
        self.is_stopped = False
        """Every container has stopped, for good."""
        self.is_forsaken = False
        """The Pod's object is gone (KUBELET-59)."""
        self.is_over = False
        """Nothing more will be done or said: the Pod is gone, or this kubelet is."""
        self.deadline = 0.0
        """When a deleted Pod's containers are killed at the latest."""
        self.deadline_changed = self.sim.event()
        self._tasks: list[Task] = []
        self._wake: simpy.Event | None = None
        self._is_dirty = False
        local.on_exit = self._exited
        for container in local.current.values():
            self.notice(container)  # what ended while no kubelet looked

    # The life of the Pod

    def start(self) -> None:
        self.spawn(self._live())

    def _live(self) -> Run[None]:
        if not self.local.start_time:
            self.local.start_time, self.local.seen_at = self.sim.timestamp, self.sim.now
        self.rejection = self.kubelet.rejection_of(self.pod)
        self.report.publish()
        if self.rejection:
            self.record("pod.reject", reason=self.rejection[0])
            self.tell("Warning", *self.rejection)
            return
        if not self.local.had_sandbox:
            for sentence in without_effect(self.pod):
                self.tell("Warning", "NotModelled", sentence)
        self._start_clock()
        yield from mount_volumes(self)
        self.spawn(watch_usage(self))
        self.probes.start()
        while not is_complete(*self.slots(), self.restart_policy):
            self._is_dirty = False
            yield from self._sync()
            while not self._is_dirty:
                self._wake = self.sim.event()
                yield self._wake
        yield from finish(self)

    def _sync(self) -> Run[None]:
        """One round: report, compare, act, report."""
        self.report.publish()
        yield from ensure_sandbox(self)
        for action in plan(*self.slots(), self.restart_policy):
            if isinstance(action, Kill):
                yield from self._kill(action)
            else:
                yield from start_container(self, self.spec_of(action.name))
        self.report.publish()

    def _kill(self, action: Kill) -> Run[None]:
        container = self.local.current[action.name]
        self.condemned.pop(action.name, None)
        grace = self.probes.grace_seconds(container, self.grace_seconds)
        yield from stop_container(self, container, self.sim.now + grace, action.why, self.actor)

    def _start_clock(self) -> None:
        """`activeDeadlineSeconds` counts from when a kubelet first saw the Pod."""
        limit = dig(self.pod, "spec", "activeDeadlineSeconds")
        if limit:
            rest = max(self.local.seen_at + limit - self.sim.now, 0.0)
            self.sim.sleep(rest).callbacks.append(lambda _: self._check_deadline())

    def _check_deadline(self) -> None:
        limit = dig(self.pod, "spec", "activeDeadlineSeconds")
        if limit and self.local.seen_at + limit - self.sim.now <= INSTANT_SECONDS:
            self.evict("DeadlineExceeded", "Pod was active on the node longer than the specified deadline")

    def update(self, pod: Object, seq: int) -> None:
        """A newer version of the Pod was seen."""
        before, self.pod = self.pod, pod
        self.local.pod = pod
        if self.is_over:
            return
        if is_terminating(pod):
            self.actor.hear(seq)
            self.end(float(pod["metadata"].get("deletionGracePeriodSeconds", 0)))
        elif before["spec"] is not pod["spec"]:
            self.actor.hear(seq)
            self._condemn_changed()
            self._start_clock()
            self.poke()
        elif needs_rewrite(pod, self.report.written):
            self.actor.hear(seq)
            self.report.publish()
        if _tags(before) != _tags(pod) and self.local.are_mounted and not self.is_ending:
            self.actor.hear(seq)
            self.spawn(refresh_all(self))

    def end(self, grace_seconds: float) -> None:
        """KUBELET-55, KUBELET-56: stop everything. Asked again, only ever sooner."""
        deadline = self.sim.now + grace_seconds
        if not self.is_ending:
            self._stop_tasks()
            self.is_ending = True
            self.deadline = deadline
            self.spawn(terminate(self))
        elif deadline < self.deadline:
            self.deadline = deadline
            changed, self.deadline_changed = self.deadline_changed, self.sim.event()
            changed.succeed()

    def forsake(self) -> None:
        """The Pod's object is gone. What still runs is stopped soon, then all is forgotten (KUBELET-59)."""
        self.is_forsaken = True
        if self.is_done or not self.local.current:
            self._stop_tasks()
            self.spawn(clear(self))
        else:
            self.end(0.0)

    @property
    def is_done(self) -> bool:
        """Whether nothing of the Pod runs any more, nor will."""
        return self.is_stopped or (self.rejection is not None and not self.local.current)

    def evict(self, reason: str, message: str) -> None:
        """KUBELET-61: the node does not want this Pod any more. It fails for that reason; its object stays."""
        if self.is_over or self.is_ending or self.is_stopped:
            return
        self.rejection = (reason, message)
        is_late = reason == "DeadlineExceeded"
        self.tell("Normal" if is_late else "Warning", reason, message)
        self.end(self.grace_seconds if is_late else 0)

    def abandon(self) -> None:
        """The kubelet is gone, or the Pod is."""
        self.is_over = True
        self._stop_tasks()
        self.probes.stop()

    def spawn(self, work: Generator[simpy.Event, Any, Any]) -> Task:
        """Do something beside the rest, which ends with the worker at the latest."""
        self._tasks = [task for task in self._tasks if task.is_alive]
        task = self.sim.task(work)
        self._tasks.append(task)
        return task

    def _stop_tasks(self) -> None:
        for task in self._tasks:
            task.kill()
        self._tasks = []

    def poke(self, seconds: float = 0.0) -> None:
        """Look at the Pod again, at once or after some time."""
        if seconds:
            self.sim.sleep(seconds).callbacks.append(lambda _: self.poke())
            return
        self._is_dirty = True
        if self._wake is not None and not self._wake.triggered:
            self._wake.succeed()

    # What containers do

    def restarted(self, container: Container) -> None:
        """A main process runs once more; the kubelet's next look at the runtime will show it (TIME-35).

        What has ended by then was never seen to run: a container that crashes at once is not ready in between.
        """
        delay = self.sim.uniform(*NOTICE_SECONDS, f"pleg/{self.node.name}/start")
        container.seen_at = self.sim.now + delay
        self.sim.sleep(delay).callbacks.append(lambda _: self.report.publish())

    def _exited(self, container: Container) -> None:
        """A main process ended by itself; the kubelet's next look at the runtime will show it (TIME-35)."""
        delay = container.seen_at - self.sim.now
        if delay < 0:
            delay = self.sim.uniform(*NOTICE_SECONDS, f"pleg/{self.node.name}")
        self.sim.sleep(delay).callbacks.append(lambda _: self.notice(container))

    def notice(self, container: Container) -> None:
        """The kubelet now knows that an instance has ended."""
        if self.is_over or container.is_noticed or container.ended is None:
            return
        container.is_noticed = True
        self.actor.hear(container.last_seq)
        end = container.ended
        self.record("container.exit", container.name, number=container.number, status=end.exit_code, reason=end.reason)
        self.poke()

    def running(self, name: str) -> Container | None:
        """The container's instance, as far as the kubelet believes it to be running."""
        container = self.local.current.get(name)
        return container if container is not None and container.seems_to_run else None

    def slots(self) -> tuple[list[Slot], list[Slot]]:
        """Init and app containers as the plan wants to see them."""
        init = [self._slot(spec["name"], init_kind(spec)) for spec in self.init_specs]
        return init, [self._slot(spec["name"], "app") for spec in self.app_specs]

    def _slot(self, name: str, kind: Kind) -> Slot:
        container = self.local.current.get(name)
        if container is None:
            return Slot(name, kind)
        seen = container.seen
        if isinstance(seen, Running):
            return Slot(name, kind, "running", 0, self.probes.is_started(name), self.condemned.get(name, ""))
        return Slot(name, kind, "exited", seen.exit_code)

    def _condemn_changed(self) -> None:
        """KUBELET-11: a container whose image was changed is restarted where it is."""
        for spec in (*self.init_specs, *self.app_specs):
            container = self.running(spec["name"])
            if container is not None and container.blueprint.reference != spec.get("image"):
                self.condemned[spec["name"]] = f"Container {spec['name']} definition changed, will be restarted"

    # The Pod's spec and surroundings

    @property
    def init_specs(self) -> list[Object]:
        return self.pod["spec"].get("initContainers") or []

    @property
    def app_specs(self) -> list[Object]:
        return self.pod["spec"].get("containers") or []

    def spec_of(self, name: str) -> Object:
        return next(entry for entry in (*self.init_specs, *self.app_specs) if entry["name"] == name)

    @property
    def restart_policy(self) -> str:
        return str(self.pod["spec"].get("restartPolicy") or "Always")

    @property
    def grace_seconds(self) -> int:
        return int(dig(self.pod, "spec", "terminationGracePeriodSeconds", default=30))

    @property
    def place(self) -> Place:
        return Place(self.node.name, self.node.address, self.local.address, self.node.allocatable)

    def lookup(self, kind: str, name: str) -> Object | None:
        """A ConfigMap, Secret or claim of the Pod's namespace."""
        return self.kubelet.store.find(kind, name, self.local.key.namespace)

    # What is told

    def record(self, verb: str, container: str = "", **detail: Any) -> int:
        """Write to history what the kubelet did about the Pod, or about one of its containers."""
        object = f"Pod/{self.local.key}" + (f"/{container}" if container else "")
        return self.sim.record(self.actor, verb, object, **detail)

    def tell(self, type: str, reason: str, message: str, *, container: str = "", by: Actor | None = None) -> None:
        """An Event about the Pod, or about one of its containers."""
        field = ""
        if container:
            initial = any(spec["name"] == container for spec in self.init_specs)
            field = f"spec.{'initContainers' if initial else 'containers'}{{{container}}}"
        self.kubelet.events.event(
            self.pod,
            "Warning" if type == "Warning" else "Normal",
            reason,
            message,
            by=by or self.actor,
            field_path=field,
        )


def _tags(pod: Object) -> tuple[Any, Any]:
    meta = pod["metadata"]
    return meta.get("labels"), meta.get("annotations")
