"""Tasks: generators driven through virtual time, which can be killed between two steps."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest
import simpy

from simk8s.sim import Simulation, Task

Steps = Generator[simpy.Event, Any, Any]


def test_a_task_succeeds_with_its_return_value() -> None:
    sim = Simulation()

    def count() -> Steps:
        yield sim.sleep(2)
        return sim.now

    assert sim.run(sim.task(count())) == 2.0


def test_a_killed_task_does_nothing_more_and_never_triggers() -> None:
    sim = Simulation()
    done: list[int] = []

    def work() -> Steps:
        for number in range(10):
            done.append(number)
            yield sim.sleep(1)

    task = sim.task(work())
    sim.run(2.5)
    task.kill()
    sim.run()
    assert done == [0, 1, 2]
    assert not task.is_alive and not task.triggered


def test_a_task_that_kills_itself_stops_at_its_next_yield() -> None:
    sim = Simulation()
    done: list[str] = []

    def suicidal() -> Steps:
        yield sim.sleep(1)
        tasks[0].kill()
        done.append("still in the same step")
        yield sim.sleep(1)
        done.append("never")

    tasks: list[Task] = [sim.task(suicidal())]
    sim.run()
    assert done == ["still in the same step"]


def test_a_task_killed_before_its_first_step_does_nothing() -> None:
    sim = Simulation()
    done: list[str] = []

    def work() -> Steps:
        done.append("started")
        yield sim.sleep(1)

    sim.task(work()).kill()
    sim.run()
    assert done == []


def test_an_exception_that_leaves_a_task_is_a_defect_and_surfaces() -> None:
    sim = Simulation()

    def broken() -> Steps:
        yield sim.sleep(1)
        raise ZeroDivisionError

    sim.task(broken())
    with pytest.raises(ZeroDivisionError):
        sim.run()


def test_one_task_waits_for_another() -> None:
    sim = Simulation()

    def child() -> Steps:
        yield sim.sleep(3)
        return "result"

    def parent() -> Steps:
        result = yield sim.task(child())
        again = yield sim.sleep(
            1,
        )
        return result, again, sim.now

    assert sim.run(sim.task(parent())) == ("result", None, 4.0)
