"""What one Pod's worker tells the API server: the Pod's status, when it has changed (KUBELET-68)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simk8s.api.client import WRITE_SECONDS
from simk8s.api.errors import ApiError
from simk8s.api.objects import Object, uid
from simk8s.node.status import (
    ContainerView,
    Kind,
    PodView,
    Terminated,
    Waiting,
    init_kind,
    pod_status,
    waiting_reason,
)

if TYPE_CHECKING:
    from simk8s.node.pod_worker import PodWorker

_REFUSAL_SHOWN_SECONDS = 1.0
"""KUBELET-36: until the next sync, the state is how the container ended, then why it is not started again."""


class PodReport:
    """Writes are gathered: whatever happens until the request is under way goes with it."""

    def __init__(self, worker: PodWorker) -> None:
        self._worker = worker
        self._is_due = False
        self._held_back: dict[str, Waiting | None] = {}
        """What is still said of containers whose refused restart is not told yet."""
        self._shown: dict[str, ContainerView] = {}
        self.written: Object = {}
        """The latest status that this kubelet wrote."""

    def publish(self) -> None:
        """Write the status soon."""
        worker = self._worker
        if worker.is_over:
            return
        if not self._is_due:
            self._is_due = True
            worker.sim.sleep(WRITE_SECONDS).callbacks.append(lambda _: self._write_due())
        worker.probes.ask_unready()

    def hold_back(self, name: str, before: Waiting | None) -> None:
        """KUBELET-36: that a restart was refused shows a little later than what is said of the container now."""
        self._held_back[name] = before
        self._worker.sim.sleep(_REFUSAL_SHOWN_SECONDS).callbacks.append(lambda _: self._show(name))

    def _show(self, name: str) -> None:
        self._held_back.pop(name, None)
        self.publish()

    def _write_due(self) -> None:
        self._is_due = False
        if not self._worker.is_over:
            self.write()

    def write(self) -> None:
        """Write the status now, unless the object is gone or is another Pod's by now."""
        worker = self._worker
        current = worker.kubelet.store.find("Pod", worker.local.key.name, worker.local.key.namespace)
        if current is None or uid(current) != worker.uid:
            return
        self.written = pod_status(current, self._view(), worker.sim.timestamp)
        try:
            worker.kubelet.store.update_status({**current, "status": self.written}, by=worker.actor)
        except ApiError as error:
            worker.record("status.refused", error=error.message)

    def _view(self) -> PodView:
        worker = self._worker
        return PodView(
            init=[self._container(spec, init_kind(spec)) for spec in worker.init_specs],
            app=[self._container(spec, "app") for spec in worker.app_specs],
            host_ip=worker.node.address,
            pod_ip=worker.local.last_address,
            start_time=worker.local.start_time,
            has_sandbox=worker.local.interface is not None,
            restart_policy=worker.restart_policy,
            rejection=worker.rejection,
            is_stopped=worker.is_stopped,
        )

    def _container(self, spec: Object, kind: Kind) -> ContainerView:
        """What is seen of it; a restart that the kubelet has not seen in the runtime yet does not show (TIME-35)."""
        name = spec["name"]
        container = self._worker.local.current.get(name)
        is_seen = container is None or self._worker.sim.now >= container.seen_at
        if is_seen or name not in self._shown:
            self._shown[name] = self._seen(spec, kind)
        return self._shown[name]

    def _seen(self, spec: Object, kind: Kind) -> ContainerView:
        worker, name = self._worker, spec["name"]
        container, before = worker.local.current.get(name), worker.local.ended.get(name)
        refusal = self._held_back.get(name, worker.waiting.get(name))
        last = before.ended if before else None
        if container is None:
            state = refusal or Waiting(waiting_reason(bool(worker.init_specs)))
            restarts = max(0, worker.local.starts.get(name, 1) - 1)
            return ContainerView(name, kind, spec.get("image", ""), state, last, restarts)
        seen = container.seen
        if refusal and isinstance(seen, Terminated):  # KUBELET-36
            last = seen
        return ContainerView(
            name=name,
            kind=kind,
            image=container.blueprint.image_name,
            state=refusal if refusal and isinstance(seen, Terminated) else seen,
            last=last,
            restarts=container.number,
            is_ready=worker.probes.is_ready(name),
            is_started=worker.probes.is_started(name),
            image_id=container.blueprint.image_id,
            container_id=container.id,
        )
