"""What an exploration of every single crash costs, against the crash-free bring-up that it starts from."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any


def explore(manifests: Path, options: Mapping[str, Any]) -> Iterator[str]:
    """All crashes of a three-replica set on two cores: worlds a second, and what one costs against a bring-up."""
    from simk8s.checker import exploration
    from simk8s.checker.known import Known
    from simk8s.checker.setup import Setup
    from simk8s.checker.walk import Walk
    from simk8s.cluster.manifests import sources

    setup = Setup.of(sources([str(manifests)]), options)
    Walk(setup, Known(), lambda *_: None).run()  # imports and caches
    bring_up = min(_seconds(lambda: Walk(setup, Known(), lambda *_: None).run()) for _ in range(3))
    began = time.perf_counter()
    found = exploration.run(setup, jobs=2)
    wall = time.perf_counter() - began
    figures = found.progress()
    yield (
        f"{figures.points} points, {figures.crashes} crashes, {figures.worlds} worlds, {figures.unique} unique in "
        f"{wall:.1f} s on 2 cores (aim: below 20 s) = {figures.worlds / wall:.0f} worlds a second"
    )
    yield (
        f"a bring-up with its judge: {bring_up:.3f} s; a crash: {wall * 2 / figures.crashes / bring_up:.2f} of that, "
        f"a world: {wall * 2 / figures.worlds / bring_up:.2f} (aim for a point: below 0.50)"
    )


def _seconds(act: Any) -> float:
    begin = time.perf_counter()
    act()
    return time.perf_counter() - begin
