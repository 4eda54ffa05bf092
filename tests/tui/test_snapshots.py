"""The app as it looks: panes, dialogs, lessons, themes, in both languages and two sizes.

The run is a saved trace, so that only the app can change these pictures. `--snapshot-update` accepts new ones.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from simk8s.tui import language
from tools.pictures import LARGE, OTHERS, PANES, SMALL, Scene, app_of

WHOLE = Scene("whole", ("5", "2"), 166.76, checked=True)
BY_NAME = {scene.name: scene for scene in (*PANES, *OTHERS, WHOLE)}

SHOTS = [
    *((name, SMALL, "en") for name in BY_NAME if name != "whole"),
    *(
        (name, SMALL, "zh")
        for name in ("cluster", "script", "timeline", "files", "replication", "events", "why", "help", "lesson")
    ),
    *((name, LARGE, "en") for name in ("whole", "why", "lesson")),
    *((name, LARGE, "zh") for name in ("whole", "lesson-answered")),
]


@pytest.mark.parametrize(
    ("name", "size", "spoken"), SHOTS, ids=lambda value: value if isinstance(value, str) else value[0]
)
def test_it_looks_as_it_did(snap_compare: Callable[..., bool], name: str, size: tuple[int, int], spoken: str) -> None:
    language.use(spoken)
    scene = BY_NAME[name]
    assert snap_compare(app_of(scene), press=scene.keys, terminal_size=size)


def test_the_pictures_are_as_many_as_a_person_looks_through() -> None:
    assert 25 <= len(SHOTS) <= 35 and len(set(SHOTS)) == len(SHOTS)
