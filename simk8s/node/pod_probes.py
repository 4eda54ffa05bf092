"""The probes of one Pod, and what they say about its containers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simk8s.api.objects import Object, dig
from simk8s.node.container import Container
from simk8s.node.handler import Outcome
from simk8s.node.probe import KINDS, Kind, Probe
from simk8s.sim import Actor, Simulation

if TYPE_CHECKING:
    from simk8s.node.pod_worker import PodWorker


class PodProbes:
    """A probe for each (container, kind) that the spec names (KUBELET-41). Regular init containers have none."""

    def __init__(self, worker: PodWorker) -> None:
        self._worker = worker
        self._probes: dict[str, list[Probe]] = {}

    @property
    def sim(self) -> Simulation:
        return self._worker.sim

    @property
    def pod(self) -> Object:
        return self._worker.pod

    @property
    def missing_is_failure(self) -> bool:
        return self._worker.node.site.settings.missing_probe_command == "failure"

    def start(self) -> None:
        """Begin to tick, which comes to nothing as long as the containers do not run."""
        worker = self._worker
        sidecars = [spec for spec in worker.init_specs if spec.get("restartPolicy") == "Always"]
        for spec in (*sidecars, *worker.app_specs):
            probes = [self._begin(kind, spec) for kind in KINDS if spec.get(f"{kind}Probe")]
            if probes:
                self._probes[spec["name"]] = probes

    def _begin(self, kind: Kind, spec: Object) -> Probe:
        worker, name = self._worker, spec["name"]
        probe = Probe(kind, name, spec[f"{kind}Probe"], self, worker.node.client_process, worker.actor.fork())
        container = worker.running(name)
        if container is not None and self._was(kind, name, container):
            probe.adopt(container, "success")
        delay = 0.0
        if self.sim.now - worker.kubelet.started_at < probe.period_seconds:  # KUBELET-41
            delay = self.sim.uniform(0, probe.period_seconds, f"probe/{worker.local.prefix}/{name}")
        probe.start(delay)
        return probe

    def _was(self, kind: Kind, name: str, container: Container) -> bool:
        """Whether the Pod's status, written by the kubelet before this one, says so of this very instance."""
        field = {"readiness": "ready", "startup": "started"}.get(kind)
        for statuses in ("containerStatuses", "initContainerStatuses"):
            for entry in dig(self.pod, "status", statuses, default=[]):
                if entry["name"] == name and entry.get("containerID") == container.id:
                    return bool(field and entry.get(field))
        return False

    def stop(self, *, but_readiness: bool = False) -> None:
        """KUBELET-50."""
        for probes in self._probes.values():
            for probe in probes:
                if not (but_readiness and probe.kind == "readiness"):
                    probe.stop()

    def ask_unready(self) -> None:
        """KUBELET-48: a started container that is not ready is asked again whenever the status is computed."""
        for name, probes in self._probes.items():
            for probe in probes:
                if probe.kind == "readiness" and self.is_started(name) and not self.is_ready(name):
                    probe.nudge()

    def is_ready(self, name: str) -> bool:
        return self._succeeds(name, "readiness")

    def is_started(self, name: str) -> bool:
        return self._succeeds(name, "startup")

    def _succeeds(self, name: str, kind: Kind) -> bool:
        """KUBELET-49: without a probe of that kind, running is enough."""
        container = self._worker.running(name)
        if container is None:
            return False
        probes = self._probes.get(name)
        return not probes or all(probe.result_for(container) == "success" for probe in probes if probe.kind == kind)

    def grace_seconds(self, container: Container, otherwise: int) -> int:
        """KUBELET-45: how long a container has to stop, where a probe has failed that says so itself."""
        for probe in self._probes.get(container.name, ()):
            if probe.kind != "readiness" and probe.result_for(container) == "failure":
                return int(probe.spec.get("terminationGracePeriodSeconds") or otherwise)
        return otherwise

    # What probes tell

    def running(self, name: str) -> Container | None:
        return self._worker.running(name)

    def probe_failed(self, probe: Probe, outcome: Outcome, actor: Actor) -> None:
        """KUBELET-46: people are told of every failing attempt, also below the threshold."""
        what = "errored and resulted in unknown state" if outcome.kind == "unknown" else "failed"
        message = f"{probe.kind.capitalize()} probe {what}: {outcome.output}"
        self._worker.tell("Warning", "Unhealthy", message, container=probe.container, by=actor)

    def probe_decided(self, probe: Probe, actor: Actor) -> None:
        """The result of a probe is another than before."""
        worker, name = self._worker, probe.container
        container = worker.running(name)
        if container is None:
            return
        result = probe.result_for(container)
        place = f"Pod/{worker.local.key}/{name}"
        worker.actor.hear(self.sim.record(actor, "probe", place, kind=probe.kind, result=result))
        if probe.kind == "readiness":
            worker.report.publish()
            return
        if result == "failure":
            worker.condemned[name] = f"Container {name} failed {probe.kind} probe, will be restarted"
        worker.poke()

    def container_lost(self) -> None:
        """A container that was ready does not run any more."""
        self._worker.report.publish()
