"""What every world is judged by: what the crash-free run has shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from simk8s.checker.known import Result
from simk8s.checker.oracle.oracle import Accounts


@dataclass(frozen=True, slots=True)
class Ground:
    """The Pods that there are to be, and the accounts on their primaries."""

    wanted: tuple[str, ...]
    accounts: Mapping[tuple[str, str], Accounts]


def unknown(wanted: tuple[str, ...], why: str) -> Result:
    """The result of a world that could not be judged, which is never taken for a good one."""
    return Result(dict.fromkeys(wanted, "unknown"), {}, {}, notes=dict.fromkeys(wanted, why), end="not known")
