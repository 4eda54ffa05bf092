"""The lesson beside the panes: its text, the question or task, hints, and what was answered."""

from __future__ import annotations

from simk8s.tui.course import Course
from simk8s.tui.language import _, current
from simk8s.tui.row import Role, Row, row

KEYS = {"say": "e", "ask": "e", "task": "e"}


def lesson_rows(course: Course) -> list[Row]:
    """The step that the lesson is at."""
    lesson, step = course.lesson, course.step
    count = _("step {number} of {count}").format(number=course.progress.step + 1, count=len(lesson.steps))
    rows = [row((lesson.titled(current()), "strong"), (f"  {count}", "quiet"))]
    rows.append(row(course.text(step.say), key="say"))
    for number, hint in enumerate(step.hints[: course.hints], 1):
        label = _("hint {number}").format(number=number)
        rows.append(row((f"{label}: ", "mark"), course.text(hint), key=f"hint {number}", hang=2))
    if course.shows_solution and step.solution:
        rows.append(row((_("solution") + ": ", "mark"), step.solution, key="solution", hang=2))
    if course.said:
        mark: Role = "good" if course.is_right else "bad"
        if course.answered is not None:
            rows.append(
                row(("✓ " if course.is_right else "✗ ", mark), (course.text(course.answered.text), "strong"), hang=2)
            )
        rows.append(
            row(
                ("  " if course.answered else "✓ " if course.is_right else "✗ ", mark),
                course.said,
                key="said",
                is_now=True,
                hang=2,
            )
        )
    rows.append(_next(course))
    return rows


def _next(course: Course) -> Row:
    """What can be done now."""
    if course.progress.is_done and not course.is_open and course.progress.step == len(course.lesson.steps) - 1:
        return row((_("The lesson is over. L lists the others."), "good"), key="next", hang=2)
    if not course.is_open:
        said = _("e: go on")
    elif course.kind == "ask":
        said = _("e: your prediction   h: a hint")
    elif course.lesson.edit and course.step.task is not None and course.step.task.survives:
        said = _("E: edit the script   e: let it be checked   h: a hint   H: the solution")
    else:
        said = _("e: check what you did   h: a hint   H: the solution   U: begin this step anew")
    return row((said, "mark"), key="next", hang=2)
