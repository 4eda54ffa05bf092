"""What an exploration of every single crash costs, against the crash-free bring-up that it starts from."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any


def explore(manifests: Path, options: Mapping[str, Any]) -> Iterator[str]:
    """All crashes of a three-replica set on two cores: worlds a second, and what one costs against a bring-up."""
    from joblib.externals.loky import get_reusable_executor

    from simk8s.checker import exploration
    from simk8s.checker.known import Known
    from simk8s.checker.setup import Setup
    from simk8s.checker.walk import Walk

    setup = Setup.read(str(manifests), options)
    Walk(setup, Known(), lambda *_: None).run()  # imports and caches
    bring_up = min(_seconds(lambda: Walk(setup, Known(), lambda *_: None).run()) for _ in range(3))
    began, used = time.perf_counter(), _processor_seconds()
    found = exploration.run(setup, jobs=2)
    wall = time.perf_counter() - began
    get_reusable_executor().shutdown(wait=True)  # what workers have used is known once they have ended
    used = _processor_seconds() - used
    figures = found.progress()
    yield (
        f"{figures.points} points, {figures.crashes} crashes, {figures.worlds} worlds, {figures.unique} unique in "
        f"{wall:.1f} s on 2 cores (aim: below 20 s) = {figures.worlds / wall:.0f} worlds a second; "
        f"{used:.1f} s of processor time, workers' starts included"
    )
    yield (
        f"a bring-up with its judge: {bring_up:.3f} s; a crash: {used / figures.crashes / bring_up:.2f} of that, "
        f"a world: {used / figures.worlds / bring_up:.2f} (aim for a point: below 0.50)"
    )


def _processor_seconds() -> float:
    """What this process has used, and those of its children that have ended."""
    return sum(os.times()[:4])


def _seconds(act: Any) -> float:
    begin = time.process_time()
    act()
    return time.process_time() - begin
