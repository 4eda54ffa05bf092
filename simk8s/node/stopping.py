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
from simk8s.sim import Actor, Run

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
) -> Run[None]:
    """End one instance: it has until `deadline`, which `latest` may bring forward, and 2 s from SIGTERM at least."""
    sim = worker.sim
    if not container.is_running:
        worker.notice(container)
        return
    container.was_stopped = True
    worker.tell("Normal", "Killing", why, container=container.name, by=actor)
    sim.record(actor, "container.stop", f"Pod/{worker.local.key}/{container.name}", number=container.number, why=why)
    yield from _pre_stop(worker, container, deadline, actor)
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
    yield from _stop_sidecars(worker)
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
    """KUBELET-56: all at the same time, native sidecars after them in reverse order."""
    sidecars = {spec["name"] for spec in worker.init_specs if spec.get("restartPolicy") == "Always"}
    tasks = []
    for container in worker.local.current.values():
        if container.name not in sidecars:
            why = f"Stopping container {container.name}"
            tasks.append(
                worker.spawn(
                    stop_container(
                        worker, container, worker.deadline, why, worker.actor.fork(), lambda: worker.deadline
                    )
                )
            )
    yield simpy.AllOf(worker.sim.env, tasks)
    yield from _stop_sidecars(worker)


def _stop_sidecars(worker: PodWorker) -> Run[None]:
    for spec in reversed(worker.init_specs):
        container = worker.local.current.get(spec["name"])
        if container is not None:
            deadline = worker.deadline or worker.sim.now + worker.grace_seconds
            why = f"Stopping container {container.name}"
            yield from stop_container(worker, container, deadline, why, worker.actor)


def _confirm(worker: PodWorker) -> Run[None]:
    """The kubelet's own DELETE, of this very Pod and no namesake: nothing of it runs any more."""
    where = worker.local.key
    deletion = Deletion(grace_seconds=0, uid=worker.uid)
    try:
        yield from worker.kubelet.client.delete("Pod", where.name, where.namespace, by=worker.actor, deletion=deletion)
    except ApiError as refused:  # forced by somebody else meanwhile, or another Pod has the name
        worker.record("delete.refused", error=refused.message)
