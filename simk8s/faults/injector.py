"""Keeps the faults that are to come, and lets each strike when its moment is there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from simk8s.errors import SimError
from simk8s.faults.act import AnyAct
from simk8s.faults.fault import Fault
from simk8s.faults.moment import AtCommand, AtLine, AtTime, When
from simk8s.faults.point import CrashPoint
from simk8s.faults.strike import Ground, strike
from simk8s.faults.tracer import Tracer
from simk8s.sim import Run

Await = Callable[[str], Run[None]]
"""Until a condition such as `pod/web-0 Ready` is true. Raises SimError SK503 at once where it is none."""


@dataclass(slots=True)
class _Armed:
    fault: Fault
    at: AtCommand | AtLine
    passed: int = 0
    """How often the line was passed, for AtLine."""


@dataclass(slots=True)
class Injector:
    """The faults of one run."""

    ground: Ground
    tracer: Tracer
    wait: Await
    struck: list[Fault] = field(default_factory=list)
    missed: list[tuple[Fault, SimError]] = field(default_factory=list)
    """Faults whose moment came when there was nothing to strike, and why."""
    pending: list[Fault] = field(default_factory=list)
    over_at: float = 0.0
    """Until then something is still to come by itself: a fault whose time is known, or the end of one."""
    _armed: list[_Armed] = field(default_factory=list)

    def inject(self, fault: Fault) -> None:
        """Let it strike now, or when its moment comes.

        Raises SimError: SK320, SK509 where there is nothing to strike now, SK503 for a condition that is none, SK518
        for a moment in a run of a container whose commands nobody has counted.
        """
        match fault.at:
            case None:
                self.strike(fault.do)
                self.struck.append(fault)
                return
            case AtCommand() | AtLine() as at:
                self._check(at)
                if not self._armed:
                    self.tracer.visit(self._pass)
                self._armed.append(_Armed(fault, at))
            case AtTime(seconds=seconds):
                self._expect(seconds - self.ground.sim.now)
                self.ground.sim.task(self._at(fault, seconds))
            case When(condition=condition, then_seconds=later):
                self.ground.sim.task(self._when(fault, self.wait(condition), later))
        self.pending.append(fault)

    def strike(self, act: AnyAct) -> None:
        """Let something go wrong at this very moment. Raises SimError where there is nothing to strike."""
        sim = self.ground.sim
        actor = sim.actor("fault")
        fields = act.as_plain()
        ((name, said),) = fields.items()
        sim.record(actor, "fault", f"{name} {' '.join(str(value) for value in said.values())}".strip(), **fields)
        strike(self.ground, act, actor)
        lasts = getattr(act, "back_seconds", None) or getattr(act, "seconds", None)
        if lasts:
            self._expect(lasts)

    def _expect(self, seconds: float) -> None:
        self.over_at = max(self.over_at, self.ground.sim.now + seconds)

    def _check(self, at: AtCommand | AtLine) -> None:
        name = (at.namespace, at.pod, at.container)
        begun = self.tracer.starts.get(name, 0)
        if at.start < begun or (at.start == begun and self.tracer.watched.get(name) != begun):
            raise SimError(
                "SK518",
                f"start {at.start} of container {at.pod}/{at.container} has begun, and its commands were not counted",
                hint=f"inject the fault before that, or for start {begun + 1}",
            )

    def _pass(self, point: CrashPoint) -> None:
        for armed in list(self._armed):
            if not _is_at(point, armed):
                continue
            self._armed.remove(armed)
            if not self._armed:
                self.tracer.leave(self._pass)
            self._come(armed.fault)

    def _at(self, fault: Fault, seconds: float) -> Run[None]:
        yield self.ground.sim.sleep(max(0.0, seconds - self.ground.sim.now))
        self._come(fault)

    def _when(self, fault: Fault, true: Run[None], later: float) -> Run[None]:
        yield from true
        self._expect(later)
        yield self.ground.sim.sleep(later)
        self._come(fault)

    def _come(self, fault: Fault) -> None:
        """A fault's moment is there."""
        self.pending.remove(fault)
        try:
            self.strike(fault.do)
        except SimError as error:
            self.missed.append((fault, error))
        else:
            self.struck.append(fault)


def _is_at(point: CrashPoint, armed: _Armed) -> bool:
    at = armed.at
    if (point.namespace, point.pod, point.container, point.start, point.where) != (
        at.namespace,
        at.pod,
        at.container,
        at.start,
        at.where,
    ):
        return False
    if isinstance(at, AtCommand):
        return (point.index, point.subshell) == (at.index, at.subshell)
    if point.line != at.line:
        return False
    armed.passed += 1
    return armed.passed == at.time
