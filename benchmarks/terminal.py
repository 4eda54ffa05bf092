"""What the terminal app costs: rewinding to any moment of the five-replica session, and doing nothing."""

from __future__ import annotations

import asyncio
import random
import resource
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

SCRUBS = 200
IDLE_SECONDS = 5.0


def terminal() -> Iterator[str]:
    """Every pane anew at random moments, in seconds of this process; then no key for a while."""
    from simk8s.tui.app import SimApp
    from simk8s.tui.opening import Opened
    from simk8s.tui.run import Run
    from simk8s.tui.screen import MainScreen
    from simk8s.tui.session import Session
    from simk8s.world import open as open_trace

    run = Run("article", open_trace(_trace()))
    app = SimApp(Opened(Session(run)))
    chance = random.Random(1)
    taken: list[float] = []
    idle: list[float] = []

    async def play() -> None:
        async with app.run_test(size=(140, 45)) as pilot:
            await pilot.pause()
            screen = app.screen
            assert isinstance(screen, MainScreen)
            for _ in range(SCRUBS):
                begin = time.process_time()
                screen.move(chance.randrange(run.last))
                screen._compositor.render_strips()  # what would be written to the terminal
                taken.append(time.process_time() - begin)
            await pilot.pause(0.5)
            before = _cpu()
            await asyncio.sleep(IDLE_SECONDS)
            idle.append(_cpu() - before)

    asyncio.run(play())
    middle, most = statistics.median(taken) * 1000, max(taken) * 1000
    yield (
        f"rewinding to {SCRUBS} moments of {run.last + 1} records: {middle:.0f} ms in the middle, {most:.0f} ms at "
        "most, all panes at 140 x 45 (aim: below 100 ms)"
    )
    yield f"idle for {IDLE_SECONDS:.0f} s: {idle[0] / IDLE_SECONDS:.1%} of a core (aim: below 1%)"


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _trace() -> Path:
    import tempfile

    from simk8s.scenario.opening import history_of

    path = Path(tempfile.mkdtemp(prefix="simk8s-")) / "trace.jsonl"
    history_of(str(Path(__file__).parents[1] / "scenarios" / "article.yaml"), None).save(path)
    return path
