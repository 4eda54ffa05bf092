"""Runs a scenario on a cluster, step by step, so that whoever watches can show each step as it ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simk8s.cluster import Cluster, Outcome, Printed
from simk8s.errors import Place, SimError
from simk8s.faults import Fault
from simk8s.scenario.document import Scenario, Step
from simk8s.scenario.expectation import Expectation, of_result, of_state


@dataclass(frozen=True, slots=True)
class StepResult:
    """What one step came to. Times are virtual seconds; `expectations` holds met ones too."""

    step: Step
    began: float
    ended: float
    output: Printed | None = None
    outcome: Outcome | None = None
    expectations: tuple[Expectation, ...] = field(default=())

    @property
    def ok(self) -> bool:
        return all(expectation.met for expectation in self.expectations)


class Runner:
    """A scenario on its way. `steps()` does one step after the other; `cluster` can be looked at in between.

    `seed`, `replay` and `until` (a limit in virtual seconds on the whole run) overrule what the scenario says.
    """

    def __init__(
        self,
        scenario: Scenario,
        *,
        seed: int | None = None,
        replay: str | None = None,
        until: float | None = None,
        history: bool = True,
    ) -> None:
        self.scenario = scenario
        self.limit = until
        self.results: list[StepResult] = []
        self.final: tuple[Expectation, ...] = ()
        self.cluster = self._cluster(seed, replay, history)

    def _cluster(self, seed: int | None, replay: str | None, history: bool) -> Cluster:
        said = dict(self.scenario.cluster)
        options = said.pop("options", {})
        said.setdefault("seed", 0)
        if seed is not None:
            said["seed"] = seed
        try:
            return Cluster(**said, **options, history=history, replay=replay)
        except SimError as error:
            raise _placed(error, self.scenario.cluster_places.get("", Place(self.scenario.file))) from error
        except TypeError as error:
            unknown = sorted(options)
            raise SimError(
                "SK505",
                f"the cluster has no such option: {', '.join(unknown)}",
                place=self.scenario.cluster_places.get("options"),
            ) from error

    def steps(self) -> Iterator[StepResult]:
        """Do everything. Raises SimError with a place where a step cannot be done at all."""
        scenario = self.scenario
        if scenario.manifests:
            self.cluster.apply(*self._paths(scenario.manifests), stdin=scenario.stdin)
        left = list(scenario.steps)
        while left and not self._is_over():
            yield self._remembered(self._do(left.pop(0)))
        place = left[0].place if left else Place(scenario.file)
        taken = Expectation(
            "every step is taken", not left, f"the time was over before: {left[0] if left else ''}", place
        )
        expected = of_state(self.cluster, scenario.expect, scenario.expect_places, Place(scenario.file))
        self.final = (*expected, *([] if taken.met else [taken]), *self._faults_that_did_not_strike())

    def _faults_that_did_not_strike(self) -> Iterator[Expectation]:
        """A scenario that names a fault is about what it does."""
        injector, place = self.cluster.injector, Place(self.scenario.file)
        for fault in injector.pending:
            yield Expectation(f"the fault strikes: {fault}", False, "its moment never came", place)
        for fault, why in injector.missed:
            yield Expectation(f"the fault strikes: {fault}", False, why.message, place)

    @property
    def settled(self) -> bool:
        """Whether the last `run` came to what it ran for."""
        last = next((result.outcome for result in reversed(self.results) if result.outcome), None)
        return last is not None and last.reached

    @property
    def expectations(self) -> list[Expectation]:
        return [*(found for result in self.results for found in result.expectations), *self.final]

    @property
    def ok(self) -> bool:
        """Whether everything that was expected is true; where nothing is said of it, that includes settling."""
        return all(expectation.met for expectation in self.expectations)

    def _is_over(self) -> bool:
        return self.limit is not None and self.cluster.now >= self.limit

    def _remembered(self, result: StepResult) -> StepResult:
        self.results.append(result)
        return result

    def _do(self, step: Step) -> StepResult:
        began = self.cluster.now
        try:
            output, outcome = getattr(self, f"_{step.verb}")(step)
        except SimError as error:
            raise _placed(error, step.place) from error
        expectations = [
            *of_result(step, output, outcome),
            *of_state(self.cluster, step.expect, step.expect_places, step.place),
        ]
        return StepResult(step, began, self.cluster.now, output, outcome, tuple(expectations))

    def _say(self, step: Step) -> tuple[None, None]:
        return None, None

    def _apply(self, step: Step) -> tuple[None, None]:
        paths = [step.argument] if isinstance(step.argument, str) else step.argument
        self.cluster.apply(*self._paths(paths))
        return None, None

    def _run(self, step: Step) -> tuple[None, Outcome]:
        said = step.argument if isinstance(step.argument, Mapping) else {"until": step.argument}
        timeout = _seconds(said["timeout"], step.place) if "timeout" in said else None
        if self.limit is not None:
            left = self.limit - self.cluster.now
            timeout = left if timeout is None else min(timeout, left)
        return None, self.cluster.run(said["until"], timeout=timeout)

    def _kubectl(self, step: Step) -> tuple[Printed, None]:
        return self.cluster.kubectl(step.argument, stdin=step.stdin, folder=self.scenario.folder), None

    def _exec(self, step: Step) -> tuple[Printed, None]:
        said: Mapping[str, Any] = step.argument
        command = said.get("command") or said["script"]
        return self.cluster.exec(said["pod"], command, container=said.get("container"), stdin=step.stdin), None

    def _fault(self, step: Step) -> tuple[None, None]:
        self.cluster.inject(Fault.from_plain(step.argument, place=step.place))
        return None, None

    def _paths(self, paths: tuple[str, ...] | list[str]) -> list[str]:
        """Relative to the scenario's file; `.` for those of bare manifests."""
        folder = Path(self.scenario.folder)
        return [path if path == "-" else str(folder / path) for path in paths]


def _seconds(value: float | str, place: Place) -> float:
    from simk8s.cluster import seconds_of

    return float(value) if isinstance(value, int | float) else seconds_of(value, place)


def _placed(error: SimError, place: Place) -> SimError:
    """The same error, said to come from that place of the scenario where it has none of its own."""
    if error.place is not None:
        return error
    error.place = place
    return error
