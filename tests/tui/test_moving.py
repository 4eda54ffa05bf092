"""The focus moves through a history: events, commands, changes, times, conditions, texts, breakpoints."""

from __future__ import annotations

import pytest

from simk8s.tui import moving
from simk8s.tui.focus import Focus, Subject
from simk8s.tui.moving import Breakpoint
from simk8s.tui.run import Run
from simk8s.tui.session import Session

CLONE = Subject("Pod/default/mysql-1", "clone-mysql")


def test_next_and_previous_event_undo_each_other(article: Run) -> None:
    focus = Focus(article.chronicle.last_before(100.0))

    after = moving.next_event(article, focus, 1)
    assert after is not None

    assert article.time(after) > 100.0
    assert moving.next_event(article, focus.at(after + 1), -1) == after


def test_an_objects_own_events_name_it(article: Run) -> None:
    focus = Focus(0, Subject("Pod/default/mysql-2"))
    seen = []
    while (found := moving.next_event(article, focus, 1, focus.subject)) is not None:
        focus = focus.at(found)
        seen.append(next(told.line for told in article.index.story if told.seq == found))

    assert len(seen) > 10
    assert all("mysql-2" in f"{line.actor} {line.text}" for line in seen)


def test_a_script_is_stepped_command_by_command_and_back(article: Run) -> None:
    focus = Focus(0, CLONE)
    lines = []
    while (found := moving.next_command(article, focus, 1)) is not None:
        focus = focus.at(found)
        lines.append(article.records[found].detail["line"])

    assert lines[:3] == [1, 3, 5]  # set -ex; is there data already; the ordinal
    assert moving.next_command(article, focus, -1) is not None


def test_the_next_change_of_a_container_is_its_start_and_then_its_end(article: Run) -> None:
    begun = moving.next_change(article, Focus(0, CLONE), 1)
    assert begun is not None
    ended = moving.next_change(article, Focus(begun, CLONE), 1)
    assert ended is not None

    assert article.records[begun].verb == "container.create"
    assert article.records[ended].verb == "process.exit"


@pytest.mark.parametrize("text", ["90", "90s", "1m30s", "90.0"])
def test_a_time_is_gone_to_in_any_spelling(article: Run, text: str) -> None:
    found = moving.sought(article, Focus(0), text)
    assert found == article.chronicle.last_before(90.0)


def test_a_record_a_condition_and_a_text_are_gone_to(article: Run) -> None:
    assert moving.sought(article, Focus(0), "#1791") == 1791

    ready = moving.sought(article, Focus(0), "pod/mysql-1 Ready")
    assert ready is not None and ready in [
        told.seq for told in article.index.story if "mysql-1 ready" in told.line.text
    ]

    scaled = moving.sought(article, Focus(0), "scaled from 3 to 5")
    assert scaled is not None and article.records[scaled].object == "StatefulSet/default/mysql"

    assert moving.sought(article, Focus(0), "a whale") is None


def test_a_text_is_found_behind_and_from_the_beginning_again(article: Run) -> None:
    at_the_end = Focus(article.last)
    assert moving.sought(article, at_the_end, "pod/mysql-1 Ready") == moving.sought(
        article, Focus(0), "pod/mysql-1 Ready"
    )


def test_a_breakpoint_on_a_line_is_met_once_for_each_time_that_the_line_runs(article: Run) -> None:
    line = next(line for line in article.listing(article.last, "mysql-1/clone-mysql").lines if "ncat" in line.text)
    file = article.listing(article.last, "mysql-1/clone-mysql").file

    stops = moving.stops_of(article, Breakpoint(place=f"{file}:{line.at}"))

    # Ordinal 0 leaves earlier; each of the other four fetches once.
    assert [article.records[seq].actor for seq in stops] == [f"mysql-{n}/clone-mysql" for n in (1, 2, 3, 4)]


def test_running_on_stops_at_the_nearest_breakpoint_in_both_directions(session: Session) -> None:
    run = session.run
    points = [Breakpoint(condition="pod/mysql-1 Ready"), Breakpoint(condition="pod/mysql-2 Ready")]
    first = moving.next_stop(run, session.focus, 1, points)
    assert first is not None
    second = moving.next_stop(run, session.focus.at(first), 1, points)
    assert second is not None

    assert run.time(first) < run.time(second)
    assert moving.next_stop(run, session.focus.at(second), -1, points) == first


def test_back_leads_to_where_the_jump_came_from(session: Session) -> None:
    before = session.focus

    session.jump(5000, CLONE)
    assert session.focus == Focus(5000, CLONE)

    assert session.back() and session.focus == before
    assert not session.back()
