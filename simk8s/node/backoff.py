"""How long a container that ended waits before it is started again (KUBELET-20 to KUBELET-25)."""

from __future__ import annotations

from dataclasses import dataclass, replace

FIRST_SECONDS = 10.0
LONGEST_SECONDS = 300.0
INSTANT_SECONDS = 1e-6  # sums of times are not exact; what is nearer than that is now
FORGET_AFTER_SECONDS = 2 * LONGEST_SECONDS

_INSTANT_SECONDS = 1e-6  # what rounding leaves of a delay that is over: the clock would not move by it


@dataclass(frozen=True, slots=True)
class Backoff:
    """The delay of one container (or of one image's pulls) and when it was last made longer. 0 seconds: none yet.

    VER-17: a kubelet may be set to wait no longer than `longest_seconds`.
    """

    delay_seconds: float = 0.0
    stepped_at: float = 0.0
    longest_seconds: float = LONGEST_SECONDS

    def remaining(self, ended_at: float, now: float) -> float:
        """Seconds that something which ended (or failed) at `ended_at` still has to wait; 0: it may start.

        >>> Backoff(40.0, 100.0).remaining(ended_at=130.0, now=131.0)
        39.0
        """
        if self._is_forgotten(ended_at):
            return 0.0
        remaining = self.delay_seconds - (now - ended_at)
        return remaining if remaining > _INSTANT_SECONDS else 0.0

    def stepped(self, ended_at: float, now: float) -> Backoff:
        """The back-off after a start that follows an end at `ended_at`."""
        if self._is_forgotten(ended_at):
            return replace(self, delay_seconds=min(FIRST_SECONDS, self.longest_seconds), stepped_at=now)
        return replace(self, delay_seconds=min(2 * self.delay_seconds, self.longest_seconds), stepped_at=now)

    def _is_forgotten(self, ended_at: float) -> bool:
        return not self.delay_seconds or ended_at - self.stepped_at > FORGET_AFTER_SECONDS
