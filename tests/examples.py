"""How many examples a property of the simulated cluster is tried with."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, settings

NIGHT = settings.get_current_profile_name() == "nightly"
NIGHTLY = 15
"""So many times more with `pytest --hypothesis-profile=nightly` (`make nightly`)."""


def examples(number: int) -> settings:
    """So many examples, as they come; at night many more, and the smallest that fails."""
    if NIGHT:
        busy = (HealthCheck.too_slow,)  # a machine that does other things too is no finding
        return settings(max_examples=number * NIGHTLY, deadline=None, print_blob=True, suppress_health_check=busy)
    return settings(max_examples=number, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
