"""When an app under test is at rest: once it has nothing left to do, however busy the machine is.

Textual's own pilot watches the processor time of the process instead, in steps of a fiftieth of a second: slow, and a
guess on a loaded machine.
"""

from __future__ import annotations

import asyncio

from textual._context import active_app
from textual.screen import Screen

ROUNDS = 1000


async def at_rest(min_sleep: float = 0, max_sleep: float = 1) -> None:
    """In place of `textual._wait.wait_for_idle`."""
    app = active_app.get()
    for _ in range(ROUNDS):
        await _nothing_ready()
        screen = app._screen_stack[-1] if app._running and app._screen_stack else None
        if screen is None or not _is_due(screen):
            return
        screen._on_timer_update()
    raise AssertionError("the app draws itself again and again")


async def _nothing_ready() -> None:
    """Let all others run, until whatever there is waits for a timer, a thread or a key."""
    ready = asyncio.get_running_loop()._ready  # type: ignore[attr-defined]
    await asyncio.sleep(0)
    while ready:
        await asyncio.sleep(0)


def _is_due(screen: Screen[object]) -> bool:
    """Whether it would draw itself at the next tick of its clock."""
    return bool(
        screen._layout_required
        or screen._scroll_required
        or screen._repaint_required
        or screen._recompose_required
        or screen._dirty_widgets
        or screen._callbacks
    )
