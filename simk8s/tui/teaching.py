"""Lessons on the main screen: the panel beside the panes, and the keys that go on, hint, check, and begin anew."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from textual.binding import Binding, BindingType

from simk8s.scenario.lesson import Choice
from simk8s.tui.command import LESSON_COMMANDS, LESSON_FOOTER
from simk8s.tui.course import Course
from simk8s.tui.dialog import Menu
from simk8s.tui.editor import Editor
from simk8s.tui.judging import judged
from simk8s.tui.language import _
from simk8s.tui.pane import Pane
from simk8s.tui.panes.lesson import lesson_rows
from simk8s.tui.screen import MainScreen
from simk8s.tui.session import Session
from simk8s.tui.store import Store


class LessonScreen(MainScreen):
    """The main screen with a lesson in it. What is still to come is not shown until the learner has been there."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(command.key, command.action, command.label, show=False) for command in LESSON_COMMANDS
    ]
    footer = LESSON_FOOTER

    def __init__(self, session: Session, course: Course, store: Store) -> None:
        super().__init__(session, store)
        self.course = course
        self.tool = "script"
        self._furthest = 0

    def further_panes(self) -> Iterable[Pane]:
        return (Pane("lesson", lambda view: lesson_rows(self.course)),)

    def on_mount(self) -> None:
        self.pane("lesson").border_title = _("Lesson")
        self._begin_step()

    @property
    def shown(self) -> tuple[str, ...]:
        """The lesson is always there, beside or below the panes."""
        if not self.has_class("-wide") or self.has_class("-zoomed"):
            return (self.active, "lesson")
        tool = self.active if self.active not in ("cluster", "timeline") else self.tool
        return ("cluster", tool if tool not in ("cluster", "timeline") else "script", "timeline", "lesson")

    @property
    def horizon(self) -> int | None:
        """In the lesson's own run, where the learner has been; a branch is shown as a whole."""
        asks = any(step.choices for step in self.course.lesson.steps)
        if not asks or self.session.run is not self.session.runs[0] or self.course.progress.is_done:
            return None
        return max(self._furthest, self.session.focus.seq)

    def update(self) -> None:
        if self.session.run is self.session.runs[0]:
            self._furthest = max(self._furthest, self.session.focus.seq)
        super().update()

    def _begin_step(self) -> None:
        step = self.course.step
        self.course.place(self.session)
        if step.pane:
            self.active = step.pane
            if step.pane not in ("cluster", "timeline"):
                self.tool = step.pane
        self._told()

    def _told(self) -> None:
        self.store.keep_progress(self.course.lesson.name, self.course.progress)
        self.lay_out()

    def action_go_on(self) -> None:
        """The next step; or, where this one wants something, an answer or a check."""
        course = self.course
        if not course.is_open:
            if course.forward():
                self._begin_step()
            else:
                self._told()
        elif course.kind == "ask":
            items = [(course.text(choice.text), choice) for choice in course.step.choices]
            self.app.push_screen(Menu(_("Your prediction"), items), self._answered)
        else:
            self.check()

    def check(self) -> None:
        """Look at what the learner has done; where a checker is to judge a manifest, in the background."""
        task = self.course.step.task
        if task is None or not task.survives:
            self.course.check(self.session)
            self._told()
            return
        if self.working:
            return
        self.working = _("the checker crashes it at every command")
        self.update()
        lesson = self.course.lesson
        paths = [*(lesson.beside(name) for name in lesson.manifests), self._draft()]

        def work() -> None:
            said = judged(paths, task.survives)
            self.app.call_from_thread(self._judged, said)

        self.run_worker(work, thread=True, group="deeds")

    def _judged(self, said: str) -> None:
        self.working = ""
        self.course.check(self.session, said)
        self._told()

    def _draft(self) -> Path:
        """The learner's own copy of the manifest that is to be mended."""
        lesson = self.course.lesson
        original = lesson.beside(lesson.edit)
        return self.store.draft(lesson.name, original.name, original.read_text(encoding="utf-8"))

    def _answered(self, choice: Choice | None) -> None:
        if choice is not None:
            self.course.answer(choice)
            self._told()

    def action_hint(self) -> None:
        if not self.course.hint():
            self.notify(_("There are no more hints."), timeout=2)
        self.lay_out()

    def action_solution(self) -> None:
        """Show what can be typed; it is put into the prompt, not done."""
        self.course.shows_solution = True
        self.lay_out()

    def action_anew(self) -> None:
        """This step from its beginning, in the lesson's own run."""
        if self.session.run is not self.session.runs[0]:
            self.session.show(self.session.runs[0])
        self._begin_step()

    def action_step_back(self) -> None:
        self.course.backward()
        self.action_anew()

    def action_edit(self) -> None:
        """Open the learner's copy of the manifest, at the line that the script is at."""
        if not self.course.lesson.edit:
            self.notify(_("In this lesson there is nothing to edit."), timeout=2)
            return
        running = self.view.listing.running
        self.app.push_screen(Editor(self._draft(), running.at if running is not None else 1), self._edited)

    def _edited(self, is_kept: bool | None) -> None:
        if is_kept:
            self.course.said, self.course.is_right, self.course.answered = _("Kept. e lets it be checked."), True, None
            self.lay_out()
