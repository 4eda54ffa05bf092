"""From manifests to holes, in one call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from simk8s.checker import exploration
from simk8s.checker.crash import Crash
from simk8s.checker.exploration import Exploration
from simk8s.checker.report import report
from simk8s.checker.setup import Setup


def check(
    manifests: str | Sequence[str] | Setup,
    *,
    options: Mapping[str, Any] | None = None,
    crashes: int = 1,
    orders: bool = False,
    power_loss: bool = False,
    jobs: int | None = 1,
    only: Callable[[Crash], bool] | None = None,
    tell: Callable[[Exploration], None] | None = None,
) -> dict[str, Any]:
    """What `simk8s check --json` writes: every crash with its outcome, the holes, the scripts line by line.

    `manifests` are paths of files and folders, `options` those of `Cluster`; all else is as in `exploration.run`.
    Raises SimError where the manifests are refused.
    """
    setup = manifests if isinstance(manifests, Setup) else Setup.read(manifests, options)
    found = exploration.run(
        setup, crashes=crashes, orders=orders, power_loss=power_loss, jobs=jobs, only=only, tell=tell
    )
    return report(found)
