"""Probes: when to ask a container how it is, and what to make of the answers (KUBELET-40 to KUBELET-50)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Literal, Protocol

import simpy

from simk8s.api.objects import Object
from simk8s.machine import Process
from simk8s.node.backoff import INSTANT_SECONDS
from simk8s.node.container import Container
from simk8s.node.handler import Outcome, perform
from simk8s.sim import Actor, Run, Simulation, Task

Kind = Literal["startup", "liveness", "readiness"]
Result = Literal["success", "failure", "unknown"]

KINDS: tuple[Kind, ...] = ("startup", "liveness", "readiness")
INITIAL: dict[Kind, Result] = {"startup": "unknown", "liveness": "success", "readiness": "failure"}  # KUBELET-43

EXEC_SECONDS = (0.1, 0.3)  # TIME-36
_ATTEMPTS = 3  # KUBELET-47
_NOT_ASKED = Outcome("unknown")


@dataclass(frozen=True, slots=True)
class Streak:
    """How often the same outcome came in a row."""

    outcome: str = ""
    length: int = 0

    def then(self, outcome: str) -> Streak:
        return Streak(outcome, self.length + 1 if outcome == self.outcome else 1)

    def is_decisive(self, probe: Object) -> bool:
        """KUBELET-44: only so many in a row change the result."""
        threshold = "failureThreshold" if self.outcome == "failure" else "successThreshold"
        return self.length >= int(probe.get(threshold) or (3 if self.outcome == "failure" else 1))


class Probed(Protocol):
    """What a probe needs of the Pod that it belongs to."""

    @property
    def sim(self) -> Simulation: ...
    @property
    def pod(self) -> Object: ...
    @property
    def missing_is_failure(self) -> bool: ...

    def running(self, name: str) -> Container | None:
        """The container's instance, as far as the kubelet believes it to be running."""

    def is_started(self, name: str) -> bool:
        """Whether the startup probe has succeeded, or there is none."""

    def probe_failed(self, probe: Probe, outcome: Outcome, actor: Actor) -> None:
        """One attempt failed: people are told every time (KUBELET-46)."""

    def probe_decided(self, probe: Probe, actor: Actor) -> None:
        """The result is another than before."""

    def container_lost(self) -> None:
        """A container that was ready does not run any more."""


class Probe:
    """One probe of one container (KUBELET-41). Its result belongs to one instance of it."""

    def __init__(self, kind: Kind, container: str, spec: Object, owner: Probed, client: Process, actor: Actor) -> None:
        self.kind = kind
        self.container = container
        self.spec = spec
        self.streak = Streak()
        self.period_seconds = float(spec.get("periodSeconds") or 10)
        self.timeout_seconds = float(spec.get("timeoutSeconds") or 1)
        self._delay_seconds = int(spec.get("initialDelaySeconds") or 0)
        self._sim = owner.sim
        self._owner = owner
        self._client = client
        self._actor = actor
        self._result: Result = INITIAL[kind]
        self._instance = ""
        self._on_hold = False
        self._next_at = 0.0
        self._alarm: simpy.Event | None = None
        self._nudged = False
        self._task: Task | None = None

    def result_for(self, container: Container) -> Result:
        """The result as far as it is about this instance."""
        return self._result if self._instance == container.id else INITIAL[self.kind]

    def adopt(self, container: Container, result: Result) -> None:
        """Take over what an earlier kubelet knew about an instance that is still running."""
        self._instance, self._result = container.id, result

    def start(self, delay_seconds: float = 0.0) -> None:
        """Begin to tick. `delay_seconds` spreads the probes of a kubelet that has just started (KUBELET-41)."""
        self._task = self._sim.task(self._tick_for_ever(delay_seconds))

    def stop(self) -> None:
        if self._task is not None:
            self._task.kill()

    def nudge(self) -> None:
        """KUBELET-48: ask now; the period counts from here."""
        if self._alarm is not None and not self._alarm.triggered:
            self._next_at = self._sim.now
            self._alarm.succeed()
        else:
            self._nudged = True

    def _tick_for_ever(self, delay_seconds: float) -> Run[None]:
        sim = self._sim
        if delay_seconds:
            yield sim.sleep(delay_seconds)
        self._next_at = sim.now
        while True:
            self._nudged = False
            yield from self._tick()
            now = sim.now
            if self._nudged:
                self._next_at = now
                continue
            while self._next_at - now <= INSTANT_SECONDS:
                self._next_at += self.period_seconds
            alarm = self._alarm = sim.event()
            sim.sleep(self._next_at - now).callbacks.append(partial(self._ring, alarm))
            yield alarm

    def _ring(self, alarm: simpy.Event, _: simpy.Event) -> None:
        if not alarm.triggered:
            self._sim.env.happen(alarm)

    def _tick(self) -> Run[None]:
        """KUBELET-42: ask, unless this is not the time to."""
        container = self._owner.running(self.container)
        if container is None:
            self._lose()
            return
        if container.id != self._instance:  # KUBELET-43; the streak goes on (KUBELET-44)
            self._instance, self._result, self._on_hold = container.id, INITIAL[self.kind], False
            self._actor.hear(container.started_seq)
        if self._on_hold or not container.is_running:
            return
        if int(self._sim.now - container.ran_at) < self._delay_seconds:
            return
        if self._owner.is_started(self.container) is (self.kind == "startup"):
            return
        outcome = yield from self._ask(container)
        if container is self._owner.running(self.container) and outcome.kind != "unknown":
            self._judge(outcome)

    def _lose(self) -> None:
        """What does not run has failed; of a Pod that is being deleted nobody else would say so."""
        if self._result == "success" and self._instance and self.kind == "readiness":
            self._result = "failure"
            self._owner.container_lost()

    def _ask(self, container: Container) -> Run[Outcome]:
        sim = self._sim
        outcome = _NOT_ASKED
        for _ in range(_ATTEMPTS):
            if "exec" in self.spec:
                yield sim.sleep(sim.uniform(*EXEC_SECONDS, f"probe/{container.machine.name}"))
                if not container.is_running:
                    break
            outcome = yield from perform(
                self.spec, self._owner.pod, container, self._client, self._actor, self.timeout_seconds
            )
            if outcome.is_missing and not self._owner.missing_is_failure:
                outcome = replace(outcome, kind="unknown")
            if outcome.kind != "unknown" or not container.is_running:
                break
        if outcome.kind != "success" and container.is_running:
            self._owner.probe_failed(self, outcome, self._actor)
        return outcome

    def _judge(self, outcome: Outcome) -> None:
        self.streak = self.streak.then(outcome.kind)
        if not self.streak.is_decisive(self.spec) or outcome.kind == self._result:
            return
        self._result = outcome.kind
        if outcome.kind == "failure" and self.kind != "readiness":  # KUBELET-45: until there is another instance
            self._on_hold = True
            self.streak = Streak()
        self._owner.probe_decided(self, self._actor)
