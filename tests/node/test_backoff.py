"""Restart back-off as a function of ends and times."""

from __future__ import annotations

import pytest

from simk8s.node.backoff import Backoff


def waits(count: int, lifetime: float = 0.0) -> list[float]:
    """The waits from exit to start of a container that ends `lifetime` after each start."""
    backoff, now, found = Backoff(), 0.0, []
    for _ in range(count):
        ended = now = now + lifetime
        wait = backoff.remaining(ended, now)
        now += wait
        backoff = backoff.stepped(ended, now)
        found.append(wait)
    return found


def test_waits_double_from_ten_seconds_to_five_minutes_and_the_first_is_none() -> None:
    """KUBELET-21, K-2."""
    assert waits(8) == [0, 10, 20, 40, 80, 160, 300, 300]


@pytest.mark.parametrize(("lifetime", "expected"), [(600.0, 300.0), (660.0, 0.0)])
def test_more_than_ten_minutes_after_the_last_step_all_is_forgotten(lifetime: float, expected: float) -> None:
    """KUBELET-20, K-3."""
    backoff = Backoff(300.0, stepped_at=1000.0)
    assert backoff.remaining(1000.0 + lifetime, 1000.0 + lifetime) == expected


def test_after_forgetting_the_delay_begins_anew() -> None:
    """K-3."""
    assert Backoff(300.0, 0.0).stepped(700.0, 700.0) == Backoff(10.0, 700.0)


def test_a_container_that_lives_longer_than_its_delay_waits_all_the_same_since_its_end_counts() -> None:
    """KUBELET-20: measured from the exit."""
    assert waits(3, lifetime=60.0) == [0, 10, 20]
