"""`make pictures`: the pictures of the terminal app in the documentation, drawn by the app itself.

Each scene is a moment of a saved run, and keys. The snapshot tests use the same scenes.
"""

from __future__ import annotations

import asyncio
import gzip
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from simk8s.scenario import lesson as lessons
from simk8s.tui import language
from simk8s.tui.app import SimApp
from simk8s.tui.course import Progress, subject
from simk8s.tui.gutter import Gutter
from simk8s.tui.opening import Opened
from simk8s.tui.picture import picture
from simk8s.tui.run import Run
from simk8s.tui.session import Session
from simk8s.tui.store import Store
from simk8s.tui.theme import NAMES
from simk8s.world import Chronicle

ROOT = Path(__file__).parents[1]
TRACE = ROOT / "tests" / "tui" / "data" / "mysql.jsonl.gz"
TARGET = ROOT / "docs" / "pictures"
SMALL, MIDDLE, LARGE = (80, 24), (100, 28), (140, 45)

CHECKED = {126: "ok", 130: "silent stale", 131: "silent stale", 118: "silent stale", 119: "stale", 109: "ok", 142: "ok"}


@dataclass(frozen=True, slots=True)
class Scene:
    """`at` is in virtual seconds, `step` the one of the lesson `lesson`, counted from 0."""

    name: str
    keys: tuple[str, ...] = ()
    at: float = 165.0
    subject: str = "mysql-1/xtrabackup"
    lesson: str = ""
    step: int = 0
    theme: int = 0
    checked: bool = False


PANES = (
    Scene("cluster", ("1",), 158.0, "pod/mysql-1"),
    Scene("script", ("2",), 166.76, checked=True),
    Scene("timeline", ("3",), 166.76, "pod/mysql-1"),
    Scene("files", ("4",), 166.76),
    Scene("replication", ("5",), 235.0, "pod/mysql-1"),
    Scene("names", ("6",), 235.0, "pod/mysql-1"),
    Scene("events", ("7",), 166.76),
    Scene("logs", ("8",), 166.76),
)

OTHERS = (
    Scene("why", ("2", "w"), 170.5, "pod/mysql-1"),
    Scene("break", ("2", "x"), 163.68),
    Scene("help", ("4", "question_mark"), 163.68),
    Scene("jump", ("semicolon",), 163.68),
    Scene("lesson", ("h", "h"), lesson="burn-after-reading", step=1),
    Scene("lesson-answered", ("e", "a"), lesson="three-mountains", step=3),
    Scene("light", ("1",), 158.0, "pod/mysql-1", theme=1),
    Scene("contrast", ("2",), 166.76, theme=2, checked=True),
)


def app_of(scene: Scene) -> SimApp:
    """The app, looking at the scene's moment; its keys are still to be pressed."""
    lines = gzip.decompress(TRACE.read_bytes()).splitlines(keepends=True)
    run = Run("mysql", Chronicle.from_lines(lines, "mysql.jsonl"))
    session = Session(run, path="mysql.jsonl")
    session.jump(run.chronicle.last_before(scene.at), subject(scene.subject))
    store = _Kept(scene.step)
    lesson = next((lessons.load(path) for path in lessons.lessons() if path.stem[2:] == scene.lesson), None)
    verdicts = {("statefulset.yaml", line): word for line, word in CHECKED.items()}
    gutter = Gutter(verdicts) if scene.checked else None
    return SimApp(Opened(session, lesson), store=store, theme=NAMES[scene.theme], gutter=gutter)


class _Kept(Store):
    """Keeps nothing, and begins lessons at a step."""

    def __init__(self, step: int) -> None:
        super().__init__(None)
        self.step = step

    def progress(self, lesson: str) -> Progress:
        return Progress(self.step)


async def _drawn(scene: Scene, size: tuple[int, int]) -> str:
    app = app_of(scene)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await pilot.press(*scene.keys)
        await pilot.pause()
        drawn = picture(app)
    return re.sub(r"terminal-\d+", "terminal", drawn)


def main() -> int:
    """Draw everything anew."""
    TARGET.mkdir(exist_ok=True)
    drawn = [(f"tui-{scene.name}", scene, MIDDLE, "en") for scene in (*PANES, *OTHERS)]
    whole = Scene("whole", ("5", "2"), 166.76, checked=True)
    drawn += [("tui", whole, LARGE, "en"), ("tui-zh", whole, LARGE, "zh")]
    for name, scene, size, spoken in drawn:
        language.use(spoken)
        (TARGET / f"{name}.svg").write_text(asyncio.run(_drawn(scene, size)), encoding="utf-8")
        print(f"docs/pictures/{name}.svg")
    return 0


if __name__ == "__main__":
    sys.exit(main())
