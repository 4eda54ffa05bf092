"""Stopping containers: preStop, SIGTERM, grace, SIGKILL; and the end of a whole Pod (KUBELET-55 to KUBELET-60)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import simpy

from simk8s.api.deletion import Deletion
from simk8s.api.errors import ApiError
from simk8s.api.objects import dig, is_terminating
from simk8s.machine.signals import SIGTERM, number_of
from simk8s.node.backoff import INSTANT_SECONDS
from simk8s.node.container import Container
from simk8s.node.handler import Outcome, perform
from simk8s.node.mounting import unmount_volumes
from simk8s.node.sandbox import release_sandbox
from simk8s.sim import Actor, Run, Task

if TYPE_CHECKING:
    from simk8s.node.pod_worker import PodWorker

SHORTEST_GRACE_SECONDS = 2.0  # TIME-5
TIDY_SECONDS = 0.1


def stop_container(
    worker: PodWorker,
    container: Container,
    deadline: float,
    why: str,
    actor: Actor,
    latest: Callable[[], float] | None = None,
    turn: simpy.Event | None = None,
) -> Run[None]:
    """End one instance: it has until `deadline`, which `latest` may bring forward, and 2 s from SIGTERM at least.

    Between preStop and SIGTERM it waits for its `turn`, but not longer than it has.
    """
    sim = worker.sim
    if not container.is_running:
        worker.notice(container)
        return
    container.was_stopped = True
    worker.tell("Normal", "Killing", why, container=container.name, by=actor)
    sim.record(actor, "container.stop", f"Pod/{worker.local.key}/{container.name}", number=container.number, why=why)
    yield from _pre_stop(worker, container, deadline, actor)
    while turn is not None and not turn.processed and deadline - sim.now > INSTANT_SECONDS:
        yield sim.any_of(turn, sim.sleep(deadline - sim.now), worker.deadline_changed)
        deadline = min(deadline, latest()) if latest is not None else deadline
    killed_at = max(deadline, sim.now + SHORTEST_GRACE_SECONDS)
    if container.is_running:
        container.signal(_stop_signal(worker, container), actor)
    assert container.main is not None
    while container.is_running and killed_at - sim.now > INSTANT_SECONDS:
        yield sim.any_of(container.main.exited, sim.sleep(killed_at - sim.now), worker.deadline_changed)
        if latest is not None:
            killed_at = min(killed_at, max(latest(), sim.now))
    if container.is_running:
        container.kill()
        yield container.main.exited
    worker.notice(container)
    actor.hear(worker.actor.last)


def _pre_stop(worker: PodWorker, container: Container, deadline: float, actor: Actor) -> Run[None]:
    """The hook uses up the grace period; when that is over it is abandoned."""
    hook = dig(worker.spec_of(container.name), "lifecycle", "preStop")
    if not hook or deadline <= worker.sim.now:
        return
    task = worker.spawn(perform(hook, worker.pod, container, worker.node.client_process, actor.fork()))
    yield worker.sim.any_of(task, worker.sim.sleep(deadline - worker.sim.now))
    if not task.triggered:
        task.kill()
        return
    outcome: Outcome = task.value  # type: ignore[assignment]
    if outcome.kind != "success":
        message = f"PreStopHook failed: {outcome.output}"
        worker.tell("Warning", "FailedPreStopHook", message, container=container.name, by=actor)


def _stop_signal(worker: PodWorker, container: Container) -> int:
    name = dig(worker.spec_of(container.name), "lifecycle", "stopSignal") or container.blueprint.image.stop_signal
    return number_of(name) or SIGTERM


def terminate(worker: PodWorker) -> Run[None]:
    """The end of a Pod that was deleted or evicted: everything stops, the last status is written, the object goes."""
    worker.probes.stop(but_readiness=True)
    yield from _stop_all(worker)
    worker.probes.stop()
    worker.is_stopped = True
    worker.report.write()  # KUBELET-58: a watcher sees how the containers ended before the object is gone
    yield from clear(worker)
    if is_terminating(worker.pod) and not worker.is_forsaken:
        yield from _confirm(worker)


def finish(worker: PodWorker) -> Run[None]:
    """The end of a Pod whose containers have done their work; its object stays."""
    worker.probes.stop()
    worker.deadline = worker.sim.now + worker.grace_seconds
    yield from _stop_all(worker)
    worker.is_stopped = True
    worker.report.write()
    yield from clear(worker)
    worker.report.write()


def clear(worker: PodWorker) -> Run[None]:
    """Unmount the volumes, give the address back, and forget a Pod whose object is gone."""
    unmount_volumes(worker)
    yield worker.sim.sleep(TIDY_SECONDS)
    release_sandbox(worker)
    if worker.is_forsaken:
        worker.kubelet.forget(worker)


def _stop_all(worker: PodWorker) -> Run[None]:
    """KUBELET-56: all at the same time; but native sidecars get SIGTERM after the rest, the last of them first."""
    sidecars = [spec["name"] for spec in worker.init_specs if spec.get("restartPolicy") == "Always"]
    current = worker.local.current
    tasks = [_stop(worker, container) for container in current.values() if container.name not in sidecars]
    for name in reversed(sidecars):
        if name in current:
            tasks.append(_stop(worker, current[name], simpy.AllOf(worker.sim.env, tasks)))
    yield simpy.AllOf(worker.sim.env, tasks)


def _stop(worker: PodWorker, container: Container, turn: simpy.Event | None = None) -> Task:
    def latest() -> float:
        return worker.deadline

    why = f"Stopping container {container.name}"
    actor = worker.actor.fork()
    return worker.spawn(stop_container(worker, container, worker.deadline, why, actor, latest, turn))


def _confirm(worker: PodWorker) -> Run[None]:
    """The kubelet's own DELETE, of this very Pod and no namesake: nothing of it runs any more."""
    where = worker.local.key
    deletion = Deletion(grace_seconds=0, uid=worker.uid)
    try:
        yield from worker.kubelet.client.delete("Pod", where.name, where.namespace, by=worker.actor, deletion=deletion)
    except ApiError as refused:  # forced by somebody else meanwhile, or another Pod has the name
        worker.record("delete.refused", error=refused.message)
