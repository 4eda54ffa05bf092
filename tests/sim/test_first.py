"""The first of several events."""

from __future__ import annotations

from simk8s.sim import Simulation


def test_the_first_of_several_happens_when_the_first_of_them_does() -> None:
    sim = Simulation()
    sim.run(sim.any_of(sim.sleep(3), sim.sleep(2), sim.event()))
    assert sim.now == 2.0


def test_the_first_of_several_has_happened_where_one_of_them_had() -> None:
    sim = Simulation()
    bell, other = sim.event().succeed(), sim.event()
    sim.any_of(other)  # somebody else waits for that one
    sim.run()
    sim.run(sim.any_of(other, bell))
    assert sim.now == 0.0


def test_nothing_piles_up_at_an_event_that_never_happens() -> None:
    sim = Simulation()
    never = sim.event()
    for _ in range(3):
        sim.run(sim.any_of(never, sim.sleep(1)))
    assert never.callbacks == []
