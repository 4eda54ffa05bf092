"""Hypothesis strategies: fault plans, moments, replica counts. They shrink towards one early kill of one container."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from hypothesis import strategies as st

from simk8s.faults import (
    AtTime,
    CrashPoint,
    DeletePod,
    Fault,
    Kill,
    PowerOff,
    When,
)
from simk8s.testing.plan import Plan
from simk8s.testing.system import System

Victim: TypeAlias = Literal["container", "pod", "node"]
"""What is killed: the container whose command it is, its Pod, or the node that it is on."""

VICTIMS: tuple[Victim, ...] = ("container", "pod", "node")
BACK_SECONDS = 60.0


def fault_plans(
    system: System,
    *,
    max_faults: int = 1,
    victims: Sequence[Victim] = VICTIMS,
    replicas: st.SearchStrategy[int] | None = None,
    seeds: st.SearchStrategy[int] | None = None,
) -> st.SearchStrategy[Plan]:
    """Plans with 1 to `max_faults` faults: crashes at any command, inside of one, and in steady state.

    With `replicas` the number of replicas is drawn, too, up to those that the system itself has; with `seeds` chance.
    """

    @st.composite
    def plans(draw: st.DrawFn) -> Plan:
        number = draw(replicas) if replicas is not None else None
        faults = st.one_of(crashes(system, victims=victims, replicas=number), steady_crashes(system, victims=victims))
        drawn = draw(st.lists(faults, min_size=1, max_size=max_faults))
        return Plan.of(drawn, replicas=number, seed=draw(seeds) if seeds is not None else 0)

    return plans()


def crashes(
    system: System, *, victims: Sequence[Victim] = VICTIMS, replicas: int | None = None
) -> st.SearchStrategy[Fault]:
    """One crash at a crash point of the run in which nothing goes wrong; before a command rather than inside of it."""
    points = [point for point in system.points if replicas is None or _ordinal(point.pod) < replicas]
    before = [point for point in points if point.where == "before"]
    inside = [point for point in points if point.where != "before"]
    places = [st.sampled_from(some) for some in (before, inside) if some]
    return st.builds(lambda point, victim: Fault(_kill(victim, point), point.moment), st.one_of(places), _one(victims))


def steady_crashes(system: System, *, victims: Sequence[Victim] = VICTIMS) -> st.SearchStrategy[Fault]:
    """One crash of a container that serves."""
    served = list({(point.pod, point.container): point for point in system.points}.values())
    return st.builds(
        lambda point, victim, seconds: Fault(
            _kill(victim, point), When(condition=f"pod/{point.pod} Ready", then_seconds=float(seconds))
        ),
        st.sampled_from(served),
        _one(victims),
        st.integers(1, 60),
    )


def steady_moments(pods: Sequence[str], *, max_seconds: int = 60) -> st.SearchStrategy[When]:
    """Moments after a Pod has become Ready for the first time."""
    return st.builds(
        lambda pod, seconds: When(condition=f"pod/{pod} Ready", then_seconds=float(seconds)),
        st.sampled_from(list(pods)),
        st.integers(0, max_seconds),
    )


def timings(max_seconds: int = 600) -> st.SearchStrategy[AtTime]:
    """Moments by the clock, in whole virtual seconds."""
    return st.builds(lambda seconds: AtTime(seconds=float(seconds)), st.integers(0, max_seconds))


def replica_counts(most: int = 3, *, least: int = 1) -> st.SearchStrategy[int]:
    """How many replicas a set has; it shrinks to few."""
    return st.integers(least, most)


def _one(victims: Sequence[Victim]) -> st.SearchStrategy[Victim]:
    return st.sampled_from(list(victims))


def _kill(victim: Victim, point: CrashPoint) -> Kill | DeletePod | PowerOff:
    match victim:
        case "container":
            return Kill(pod=point.pod, container=point.container, namespace=point.namespace)
        case "pod":
            return DeletePod(pod=point.pod, namespace=point.namespace)
        case "node":
            return PowerOff(pod=point.pod, namespace=point.namespace, back_seconds=BACK_SECONDS)


def _ordinal(pod: str) -> int:
    number = pod.rpartition("-")[2]
    return int(number) if number.isdecimal() else 0
