"""How long a server takes for what it does at its start and end (DUR-1 to DUR-9; SIM)."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Durations:
    """Virtual seconds. All of one run are stretched by a common factor between `fastest` and `slowest`.

    `stages` are the rows of MYSQLD-20: seconds at the beginning of each, then for each change of a file in it.
    """

    look_at_options: float = 0.15  # DUR-1: the entrypoint does it about six times
    plugins: float = 0.8  # DUR-3, DUR-7: from the start to InnoDB
    storage: float = 0.7  # from there to the sockets
    grants: float = 0.5  # from there to "ready for connections"
    recovery: float = 2.0  # DUR-8
    shutdown: float = 1.6  # DUR-6, DUR-9
    stages: dict[int, tuple[float, float]] = field(
        default_factory=lambda: {  # DUR-2
            1: (0.2, 0.0),
            2: (0.1, 0.0),
            3: (0.3, 0.3),
            6: (0.2, 0.1),
            7: (0.2, 0.1),
            8: (0.1, 0.1),
            9: (0.2, 0.0),
            10: (0.3, 0.05),
            11: (0.2, 0.018),
            12: (1.0, 0.05),
            13: (0.2, 0.012),
            14: (0.2, 0.02),
        }
    )
    fastest: float = 0.9
    slowest: float = 1.2


DURATIONS = Durations()
