"""Drives the real app by keys, without a terminal."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from textual.app import App
from textual.pilot import Pilot

from simk8s.tui.app import SimApp
from simk8s.tui.opening import Opened
from simk8s.tui.screen import MainScreen
from simk8s.tui.session import Session
from simk8s.tui.store import Store

NAMES = {
    " ": "space",
    "/": "slash",
    "-": "minus",
    ".": "full_stop",
    ":": "colon",
    "#": "number_sign",
    "=": "equals_sign",
}


Look: TypeAlias = Callable[[SimApp, MainScreen], None]


async def press(pilot: Pilot[Any], keys: Sequence[str | Look]) -> None:
    """Keys by name; `@some text` types a text, `%` waits until what works in the background is done.

    A function among them looks at the screen as it is then.
    """
    for key in keys:
        if callable(key):
            await pilot.pause()
            key(pilot.app, main_screen(pilot.app))
        elif key == "%":
            await pilot.app.workers.wait_for_complete()
            await pilot.pause()
        elif key.startswith("@"):
            await pilot.press(*(NAMES.get(letter, letter) for letter in key[1:]))
        else:
            await pilot.press(key)
    await pilot.pause()


def drive(
    what: Session | Opened,
    *keys: str | Look,
    size: tuple[int, int] = (80, 24),
    look: Look | None = None,
    store: Store | None = None,
) -> SimApp:
    """Press keys one after the other, and look at the screen that is there then."""
    app = SimApp(what if isinstance(what, Opened) else Opened(what), store=store)

    async def play() -> None:
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            await press(pilot, keys)
            if look is not None:
                look(app, main_screen(app))

    asyncio.run(play())
    return app


def main_screen(app: App[Any]) -> MainScreen:
    """The screen with the panes, whatever lies over it."""
    return next(found for found in app.screen_stack if isinstance(found, MainScreen))


def text_of(screen: MainScreen, kind: str) -> str:
    """What a pane shows."""
    return screen.pane(kind).text
