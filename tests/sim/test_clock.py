"""The short way through time must not be told from the long one."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import simpy
from hypothesis import given, settings
from hypothesis import strategies as st

from simk8s.machine import Machine, Process
from simk8s.sim import Run, Simulation

WAITS = st.lists(st.sampled_from([0.0, 0.00002, 0.0001, 0.0003, 1.0]), max_size=6)
WAYS = st.lists(st.tuples(st.sampled_from(["step", "sleep", "timeout", "call", "listen", "join"]), WAITS), max_size=5)


def trace_of(ways: list[tuple[str, list[float]]], *, hurried: bool) -> list[tuple[float, int, int]]:
    """When which of several processes got to which of its lines."""
    sim = Simulation()
    sim.env.is_hurried = hurried
    box = Machine(sim)
    bell = sim.event()
    seen: list[tuple[float, int, int]] = []

    def life(number: int, way: str, waits: list[float]) -> Any:
        def main(process: Process) -> Run[int]:
            for line, seconds in enumerate(waits):
                seen.append((sim.now, number, line))
                match way:
                    case "step":
                        yield from process.step("write", "file", seconds)
                    case "sleep":
                        yield from process.sleep(seconds)
                    case "timeout":
                        yield sim.sleep(seconds)
                    case "call":
                        if not bell.triggered:
                            bell.succeed()
                        yield from process.sleep(seconds)
                    case "listen":
                        yield sim.any_of(bell, sim.sleep(seconds))
                    case "join":
                        yield sim.any_of(*(task for process in started for task in process.tasks), sim.sleep(seconds))
            seen.append((sim.now, number, -1))
            return 0

        return main

    started: list[Process] = []
    for number, (way, waits) in enumerate(ways):
        started.append(box.run_function(life(number, way, waits), ["x"]))
    sim.run(0.5)
    seen.append((sim.now, -1, 0))
    sim.run()
    return seen


@given(WAYS)
@settings(max_examples=150, deadline=None)
def test_who_runs_when_does_not_depend_on_the_short_way(ways: list[tuple[str, list[float]]]) -> None:
    assert trace_of(ways, hurried=True) == trace_of(ways, hurried=False)


def test_a_wait_with_nothing_else_due_schedules_no_event() -> None:
    sim = Simulation()
    box = Machine(sim)
    lengths: list[int] = []

    def main(process: Process) -> Run[int]:
        for _ in range(3):
            yield from process.step("write", "file")
            lengths.append(len(sim.env._queue))
        return 0

    box.run_function(main, ["x"])
    sim.run()
    assert lengths == [0, 0, 0]


def test_time_does_not_pass_for_one_of_two_listeners_of_the_same_event() -> None:
    sim = Simulation()
    bell = sim.event()
    seen: list[tuple[str, float]] = []

    def listener(name: str, seconds: float) -> Generator[simpy.Event, Any, None]:
        yield bell
        seen.append((name, sim.now))
        yield sim.sleep(seconds)
        seen.append((name, sim.now))

    sim.task(listener("first", 2.0))
    sim.task(listener("second", 1.0))
    bell.succeed()
    sim.run()
    assert seen == [("first", 0.0), ("second", 0.0), ("second", 1.0), ("first", 2.0)]


def test_a_run_stops_at_its_moment_though_a_script_would_go_on_for_ever() -> None:
    sim = Simulation()
    box = Machine(sim)

    def main(process: Process) -> Run[int]:
        while True:
            yield from process.step("write", "file")

    box.run_function(main, ["x"])
    sim.run(0.01)
    assert sim.now == 0.01
