"""What is opened: a trace, a run, or a lesson with its run. A scenario with narration opens as a lesson, too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from simk8s.scenario import Runner, Scenario
from simk8s.scenario import lesson as lessons
from simk8s.scenario.lesson import Lesson, Step
from simk8s.scenario.opening import history_of, is_trace, scenario_of
from simk8s.tui.course import Course
from simk8s.tui.run import Run
from simk8s.tui.session import Session
from simk8s.tui.store import Store


@dataclass(frozen=True, slots=True)
class Opened:
    """A run, and the lesson about it, if there is one."""

    session: Session
    lesson: Lesson | None = None

    def course(self, store: Store) -> Course | None:
        """The lesson, where the person left it; one that was finished begins anew."""
        if self.lesson is None:
            return None
        course = Course(self.lesson, store.progress(self.lesson.name))
        course.progress.step = min(course.progress.step, len(self.lesson.steps) - 1)
        if course.progress.is_done:
            course.restart()
        return course


def opened(path: str, seed: int | None = None, addons: tuple[str, ...] = ()) -> Opened:
    """What a PATH or the name of a lesson stands for. Raises SimError."""
    found = _lesson(path)
    if found is not None:
        run = Run(found.name, history_of(str(found.scenario_path), seed))
        return Opened(Session(run, path=path), found)
    name = Path(path).stem or path
    if is_trace(path):
        return Opened(Session(Run(name, history_of(path, seed)), path=path))
    runner = Runner(scenario_of(path, addons), seed=seed)
    for _ in runner.steps():
        pass
    run = Run(name, runner.cluster.history)
    return Opened(Session(run, path=path), narrated(runner.scenario, runner, run))


def narrated(scenario: Scenario, runner: Runner, run: Run) -> Lesson | None:
    """What a scenario says to its reader, as a lesson: each text at the moment at which it is said."""
    steps = tuple(_told(scenario, runner, run))
    if not steps:
        return None
    return Lesson(name=f"scenario-{scenario.name}", title=scenario.title or scenario.name, scenario="", steps=steps)


def _told(scenario: Scenario, runner: Runner, run: Run) -> Iterator[Step]:
    if scenario.narration:
        yield Step(say=scenario.narration)
    for result in runner.results:
        if result.step.verb == "say":
            yield Step(say=result.step.argument, at=f"#{max(run.chronicle.last_before(result.began), 0)}")


def _lesson(path: str) -> Lesson | None:
    if Path(path).is_file():
        return lessons.load(path) if lessons.is_lesson(path) else None
    known = {file.stem.partition("-")[2] or file.stem: file for file in lessons.lessons()}
    return lessons.load(known[path]) if path in known else None
