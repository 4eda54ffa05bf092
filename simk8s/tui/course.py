"""A lesson on its way: the step that it is at, what was answered, which hints were given. Without a screen."""

from __future__ import annotations

from dataclasses import dataclass, field

from simk8s.scenario.document import in_language
from simk8s.scenario.lesson import Choice, Command, Lesson, Step
from simk8s.tui import language, moving
from simk8s.tui.checking import Finding, findings
from simk8s.tui.focus import Focus, Subject
from simk8s.tui.language import _
from simk8s.tui.run import Run
from simk8s.tui.session import Session


@dataclass(slots=True)
class Progress:
    """How far a person is in a lesson: kept between runs. `errors` counts wrong answers and failed checks."""

    step: int = 0
    errors: int = 0
    is_done: bool = False


@dataclass(slots=True)
class Course:
    """A lesson, and where in it a person is.

    `said` is the last thing that was answered to the learner; `is_right` whether it was good news.
    """

    lesson: Lesson
    progress: Progress = field(default_factory=Progress)
    hints: int = 0
    answered: Choice | None = None
    said: str = ""
    is_right: bool = False
    is_solved: bool = False
    shows_solution: bool = False

    @property
    def step(self) -> Step:
        return self.lesson.steps[min(self.progress.step, len(self.lesson.steps) - 1)]

    @property
    def kind(self) -> str:
        """What the step wants: `say` nothing, `ask` an answer, `task` something done."""
        return "ask" if self.step.choices else "task" if self.step.task is not None else "say"

    @property
    def is_open(self) -> bool:
        """Whether the step still wants something before the next one may begin."""
        return self.kind != "say" and not self.is_solved

    def text(self, text: str | dict[str, str]) -> str:
        return " ".join(in_language(text, language.current()).split()) if text else ""

    def hint(self) -> bool:
        """One more hint. False where there are no more."""
        if self.hints >= len(self.step.hints):
            return False
        self.hints += 1
        return True

    def answer(self, choice: Choice) -> bool:
        """A prediction; whether it is right."""
        self.answered, self.said = choice, self.text(choice.because)
        return self._judged(choice.right)

    def check(self, session: Session, judged: str | None = None) -> bool:
        """Look at what the learner has done; whether the task is solved. `judged` is what a checker said, if asked."""
        task = self.step.task
        if task is None:
            return True
        found = findings(task, session, judged)
        for mistake in self.step.mistakes:
            if not all(finding.met for finding in findings(mistake.check, session, judged)):
                continue
            if not all(finding.met for finding in found):
                self.said = self.text(mistake.say)
                return self._judged(False)
        unmet = [finding for finding in found if not finding.met]
        self.said = _("That is it.") if not unmet else _not_yet(unmet)
        return self._judged(not unmet)

    def _judged(self, is_right: bool) -> bool:
        self.is_right = is_right
        self.is_solved = self.is_solved or is_right
        self.progress.errors += not is_right
        return is_right

    def forward(self) -> bool:
        """The next step, if this one wants nothing any more. False where the lesson is over or the step still open."""
        if self.is_open:
            return False
        if self.progress.step >= len(self.lesson.steps) - 1:
            self.progress.is_done = True
            return False
        self._to(self.progress.step + 1)
        return True

    def backward(self) -> None:
        """The step before, as it was told the first time."""
        self._to(max(self.progress.step - 1, 0))

    def restart(self) -> None:
        """From the beginning."""
        self.progress = Progress(is_done=self.progress.is_done)
        self._to(0)

    def _to(self, step: int) -> None:
        self.progress.step = step
        self.hints, self.answered, self.said = 0, None, ""
        self.is_solved = self.is_right = self.shows_solution = False

    def place(self, session: Session) -> None:
        """Move the focus to what the step speaks of."""
        step = self.step
        if step.root and session.run is not session.runs[0]:
            session.show(session.runs[0])
        if step.at:
            seq = sought(session.run, session.focus, step.at)
            session.go(seq)
        if step.subject:
            session.choose(subject(step.subject))


def sought(run: Run, focus: Focus, at: str | Command) -> int | None:
    """The moment that a step names."""
    if isinstance(at, str):
        return moving.sought(run, focus.at(-1), at)
    found = [record.seq for record in run.index.commands.get(at.container, ()) if at.command in record.detail["text"]]
    return found[at.time - 1] if len(found) >= at.time else None


def subject(text: str) -> Subject:
    """The subject that a step names: `pod/web-0`, `node/node-1`, `statefulset/web`, or a container (`web-0/nginx`).

    >>> subject("mysql-1/xtrabackup")
    Subject(key='Pod/default/mysql-1', container='xtrabackup')
    >>> subject("node/node-1").key
    'Node/node-1'
    """
    first, _sep, second = text.partition("/")
    match first:
        case "pod":
            return Subject(f"Pod/default/{second}")
        case "node":
            return Subject(f"Node/{second}")
        case "statefulset":
            return Subject(f"StatefulSet/default/{second}")
        case "service":
            return Subject(f"Service/default/{second}")
        case "pvc":
            return Subject(f"PersistentVolumeClaim/default/{second}")
    return Subject(f"Pod/default/{first}", second)


def _not_yet(unmet: list[Finding]) -> str:
    return _("Not yet: {what}").format(what="; ".join(finding.text for finding in unmet))
