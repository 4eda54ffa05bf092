"""Every walkthrough is played by keys alone: to its end, and into its failure branches."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from simk8s.errors import SimError
from simk8s.scenario import lesson as lessons
from simk8s.scenario.lesson import Lesson
from simk8s.tui.app import SimApp
from simk8s.tui.course import Course, Progress, sought
from simk8s.tui.opening import Opened, opened
from simk8s.tui.run import Run
from simk8s.tui.screen import MainScreen
from simk8s.tui.session import Session
from simk8s.tui.store import Store
from simk8s.tui.teaching import LessonScreen
from tests.tui.driving import Look, drive, text_of

RUNS: dict[Path, Run] = {}
LETTERS = "abc"


def begun(name: str, step: int = 0) -> tuple[Opened, Store, Course]:
    """A lesson at a step, on a run that is made once for all tests."""
    path = next(path for path in lessons.lessons() if path.stem.partition("-")[2] == name)
    lesson = lessons.load(path)
    if lesson.scenario_path not in RUNS:
        RUNS[lesson.scenario_path] = opened(str(path)).session.run
    what = Opened(Session(RUNS[lesson.scenario_path], path=str(path)), lesson)
    return what, Store(None), Course(lesson, Progress(step))


class Kept(Store):
    """A store that begins a lesson at a step, and keeps nothing but that."""

    def __init__(self, step: int) -> None:
        super().__init__(None)
        self.kept = Progress(step)

    def progress(self, lesson: str) -> Progress:
        return self.kept

    def keep_progress(self, lesson: str, progress: Progress) -> None:
        self.kept = progress


def played(name: str, step: int, *keys: str | Look) -> tuple[LessonScreen, str, str]:
    """The lesson from a step on; what the panel and the pane at hand say in the end."""
    what, _, _ = begun(name)
    found: list[Any] = []

    def look(app: SimApp, screen: MainScreen) -> None:
        found.extend((screen, text_of(screen, "lesson"), text_of(screen, screen.active)))

    drive(what, *keys, look=look, store=Kept(step))
    return found[0], found[1], found[2]


def telling(told: list[str]) -> Look:
    """Keeps what the panel says at this point of a play, where the step is to be open still."""

    def look(app: SimApp, screen: MainScreen) -> None:
        assert isinstance(screen, LessonScreen) and screen.course.is_open
        told.append(text_of(screen, "lesson"))

    return look


def solved(app: SimApp, screen: MainScreen) -> None:
    """The step at hand is done, and it is said."""
    said = text_of(screen, "lesson")
    assert isinstance(screen, LessonScreen) and not screen.course.is_open
    assert "✓" in said and ("e: go on" in said or "lesson is over" in said)


def right(lesson: Lesson, step: int) -> str:
    """The letter of the right answer."""
    return LETTERS[next(n for n, choice in enumerate(lesson.steps[step].choices) if choice.right)]


def wrong(lesson: Lesson, step: int) -> list[str]:
    return [LETTERS[n] for n, choice in enumerate(lesson.steps[step].choices) if not choice.right]


TASKS: dict[tuple[str, int], list[str]] = {
    ("identity", 5): ["colon", "@delete pod web-1", "enter", "%", "escape"],
    ("identity", 7): ["colon", "@scale statefulset web --replicas=1", "enter", "%", "escape"],
    ("three-mountains", 6): ["s"] * 18,
    ("no-order", 3): ["x", "a", "%"],
    ("burn-after-reading", 2): ["2", *["down"] * 5, "x", "a", "%"],
}
"""What solves each task, as keys."""

MISTAKES: dict[tuple[str, int], list[tuple[list[str], str]]] = {
    ("identity", 5): [
        (["colon", "@delete pod web-2", "enter", "%", "escape"], "That was another Pod"),
        (["down", "down", "x", "a", "%"], "A killed container is started again"),
        ([], "something else was to be done"),
    ],
    ("identity", 7): [
        (["colon", "@delete pod web-2", "enter", "%", "escape"], "A deleted Pod is created again"),
        (["colon", "@scale statefulset web --replicas=2", "enter", "%", "escape"], "more than one replica"),
    ],
    ("three-mountains", 6): [(["s"] * 9, "still waiting for the server")],
    ("no-order", 3): [
        (["down", "x", "a", "%"], "That was the sidecar"),
        (["colon", "@delete pod mysql-1", "enter", "%", "escape"], "more than one container"),
    ],
    ("burn-after-reading", 2): [
        (["x", "a", "%"], "Too early"),
        ([], "must fall between the mv and the SQL"),
    ],
}
"""Mistakes at each task, and what is said of them."""

NAMES = [path.stem.partition("-")[2] for path in lessons.lessons()]


def every_step(kind: str) -> list[tuple[str, int]]:
    found = []
    for path in lessons.lessons():
        lesson = lessons.load(path)
        for number, step in enumerate(lesson.steps):
            own = "ask" if step.choices else "task" if step.task is not None else "say"
            if own == kind and not (step.task is not None and step.task.survives):
                found.append((lesson.name, number))
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_moment_that_a_lesson_speaks_of_is_in_its_run(name: str) -> None:
    what, _, _ = begun(name)
    lesson = what.lesson
    assert lesson is not None
    for step in lesson.steps:
        if step.at:
            assert sought(what.session.run, what.session.focus, step.at) is not None, step.at


@pytest.mark.parametrize("name", NAMES)
def test_every_text_is_in_both_languages(name: str) -> None:
    what, _, _ = begun(name)
    lesson = what.lesson
    assert lesson is not None
    texts = [lesson.title]
    for step in lesson.steps:
        texts += [step.say, *step.hints, *(mistake.say for mistake in step.mistakes)]
        texts += [text for choice in step.choices for text in (choice.text, choice.because)]
    for text in texts:
        assert isinstance(text, dict) and text["en"].strip() and text["zh"].strip(), text


@pytest.mark.parametrize(("name", "step"), [*every_step("ask"), *every_step("task")])
def test_whatever_is_asked_has_three_hints(name: str, step: int) -> None:
    what, _, _ = begun(name)
    assert what.lesson is not None and len(what.lesson.steps[step].hints) == 3


def test_hints_are_given_one_by_one_and_no_more_than_there_are() -> None:
    _, said, _ = played("identity", 1, "h", "h", "h", "h")
    assert all(f"hint {number}: " in said for number in (1, 2, 3)) and "hint 4" not in said


@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_is_played_with_every_mistake_that_it_knows_and_each_is_told_and_made_good(name: str) -> None:
    what, _, _ = begun(name)
    lesson = what.lesson
    assert lesson is not None
    told: list[str] = []
    answers: list[str] = []
    keys: list[str | Look] = []
    for number, step in enumerate(lesson.steps):
        if step.task is not None and step.task.survives:
            break
        for letter in wrong(lesson, number):
            keys += ["e", letter, telling(told)]
            answers.append("")
        if step.choices:
            keys += ["e", right(lesson, number), solved]
        for mistake, answer in MISTAKES.get((name, number), []):
            keys += [*mistake, "e", telling(told), "U"]
            answers.append(answer)
        if step.task is not None:
            keys += [*TASKS[name, number], "e", solved]
        keys.append("e")

    screen, said, _ = played(name, 0, *keys)

    for answer, said_then in zip(answers, told, strict=True):
        assert answer in said_then and "✗" in said_then
    assert len(answers) > 1 and screen.course.progress.errors == len(answers)
    assert screen.course.progress.is_done or name == "repair"
    assert "The lesson is over" in said or name == "repair"


def test_what_is_still_to_come_is_not_shown_before_it_is_asked() -> None:
    _, _, shown = played("identity", 2, "7")
    assert "web-1 created" not in shown and "web-0 created" in shown


def test_progress_is_kept_between_runs(tmp_path: Path) -> None:
    store = Store(tmp_path)
    what, _, _ = begun("identity")
    drive(what, "e", "e", "a", "e", "b", "e", store=store)

    assert store.progress("identity") == Progress(step=2, errors=1)

    again, _, _ = begun("identity")

    def look(app: SimApp, screen: MainScreen) -> None:
        assert "step 3 of" in text_of(screen, "lesson")

    drive(again, look=look, store=Store(tmp_path))


def test_what_is_kept_and_broken_is_as_if_it_were_not_there(tmp_path: Path) -> None:
    (tmp_path / "lessons.json").write_text('{"identity": {"step": "three"')
    assert Store(tmp_path).progress("identity") == Progress()


def test_a_scenario_with_narration_opens_as_a_lesson() -> None:
    found = opened(str(Path(__file__).parents[2] / "scenarios" / "tutorial.yaml"))
    assert found.lesson is not None and len(found.lesson.steps) > 3
    times = [sought(found.session.run, found.session.focus, step.at) for step in found.lesson.steps if step.at]
    assert times == sorted(times, key=lambda seq: seq or 0)


def test_a_mistake_in_a_lesson_is_told_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "lesson.yaml"
    path.write_text("apiVersion: simk8s/v1\nkind: Lesson\nname: x\ntitle: x\nscenario: x.yaml\nsteps: [{says: x}]\n")
    with pytest.raises(SimError, match="says"):
        lessons.load(path)


MENDED = ["E", "ctrl+x", *["down"] * 11, "ctrl+v", "ctrl+s"]
"""The line that burns is cut, and put behind START SLAVE."""


def test_the_script_that_burns_too_early_has_holes_for_the_checker() -> None:
    screen, said, _ = played("repair", 2, "e", "%")
    assert "4 crashes leave a hole" in said and "mysql-1 is stale, and says that it is Ready" in said
    assert screen.course.is_open


@pytest.mark.slow
def test_the_script_is_mended_in_the_editor_and_the_checker_agrees() -> None:
    screen, said, _ = played("repair", 0, "e", "e", "b", "e", *MENDED, "e", "%", "e", "e")
    assert screen.course.progress.is_done, said
    assert screen.course.progress.errors == 0


def test_a_script_that_bash_does_not_read_is_refused_with_its_place() -> None:
    _, said, _ = played("repair", 2, "E", "i", "f", "space", "ctrl+s", "e", "%")
    assert "it is refused" in said and "SK" in said


def test_an_edit_that_is_left_changes_nothing(tmp_path: Path) -> None:
    what, _, _ = begun("repair")
    store = Store(tmp_path)
    store.keep_progress("repair", Progress(2))
    drive(what, "E", "x", "x", "escape", store=store)
    draft = tmp_path / "drafts" / "repair" / "statefulset.yaml"
    assert what.lesson is not None and draft.read_text() == what.lesson.beside(what.lesson.edit).read_text()
