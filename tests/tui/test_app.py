"""The app by keys: moving, panes, asking, stopping, copying."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from simk8s.tui.app import SimApp
from simk8s.tui.dialog import Reader
from simk8s.tui.focus import Subject
from simk8s.tui.jump import Jump
from simk8s.tui.opening import Opened
from simk8s.tui.pane import Pane
from simk8s.tui.panes.timeline import LABEL
from simk8s.tui.screen import MainScreen
from simk8s.tui.session import Session
from tests.tui.driving import drive, press, text_of

SIDECAR = Subject("Pod/default/mysql-1", "xtrabackup")


def test_the_cursor_of_the_cluster_chooses_what_all_panes_follow(session: Session) -> None:
    drive(session, "g", "@170", "enter", "down", "down", "down")
    assert session.focus.subject == Subject("Pod/default/mysql-0", "mysql")


def test_keys_move_to_events_and_back(session: Session) -> None:
    drive(session, "n", "n", "p")
    assert session.focus.seq == session.run.index.story[0].seq or session.run.time(session.focus.seq) > 0


def test_numbers_show_panes_and_in_a_small_terminal_only_one(session: Session) -> None:
    def look(app: SimApp, screen: MainScreen) -> None:
        assert [pane.kind for pane in screen.query("#panes Pane").results(Pane) if pane.display] == ["replication"]

    drive(session, "5", look=look)


def test_in_a_large_terminal_four_panes_are_there_at_once(session: Session) -> None:
    def look(app: SimApp, screen: MainScreen) -> None:
        assert screen.shown == ("cluster", "script", "timeline", "events")

    drive(session, "7", size=(140, 45), look=look)


def test_a_container_is_stepped_through_by_commands(session: Session) -> None:
    session.jump(session.run.chronicle.last_before(163.0), SIDECAR)

    def look(app: SimApp, screen: MainScreen) -> None:
        assert "109 ▶ cd /var/lib/mysql" in text_of(screen, "script")

    drive(session, "2", "s", "s", look=look)


def test_why_opens_a_drawer_whose_links_are_jumps(session: Session) -> None:
    session.jump(session.run.chronicle.last_before(170.5), Subject("Pod/default/mysql-1"))
    before = session.focus

    drive(session, "w", *["down"] * 8, "enter")
    assert session.run.time(session.focus.seq) < session.run.time(before.seq)

    drive(session, "backspace")
    assert session.focus == before


def test_a_breakpoint_is_set_on_the_line_at_the_cursor_and_run_to(session: Session) -> None:
    session.jump(session.run.chronicle.last_before(163.71), SIDECAR)
    drive(session, "2", "b", "r")

    assert session.breakpoints and session.breakpoints[0].place.endswith("statefulset.yaml:126")
    assert session.run.records[session.focus.seq].detail["place"].startswith(session.breakpoints[0].place)


def test_a_breakpoint_on_a_condition_is_run_to(session: Session) -> None:
    drive(session, "b", "@pod/mysql-2 Ready", "enter", "r")
    assert session.run.time(session.focus.seq) == pytest.approx(246.50, abs=0.1)


def test_what_is_no_condition_is_said_and_not_set(session: Session) -> None:
    drive(session, "b", "@whatever", "enter")
    assert session.breakpoints == []


def test_find_filters_and_moves_to_the_next_place(session: Session) -> None:
    def look(app: SimApp, screen: MainScreen) -> None:
        assert all("scaled" in row.text for row in screen.pane("events").rows)

    drive(session, "7", "slash", "@scaled", "enter", look=look)
    assert session.run.records[session.focus.seq].object == "StatefulSet/default/mysql"


def test_playing_moves_on_and_stops_at_a_breakpoint(session: Session) -> None:
    async def play() -> None:
        app = SimApp(Opened(session))
        async with app.run_test() as pilot:
            await press(pilot, ["b", "@pod/mysql-0 Ready", "enter", "plus", "plus", "space"])
            for _ in range(100):
                await pilot.pause(0.1)
                if not isinstance(app.screen, MainScreen) or not app.screen.playing:
                    break
            assert session.run.time(session.focus.seq) == pytest.approx(87.87, abs=0.1)

    asyncio.run(play())


def test_the_timelines_cursor_is_dragged_by_the_mouse(session: Session) -> None:
    async def play() -> None:
        app = SimApp(Opened(session))
        async with app.run_test(size=(80, 24)) as pilot:
            await press(pilot, ["3"])
            await pilot.mouse_down("#timeline", offset=(LABEL + 10, 5))
            first = session.run.time(session.focus.seq)
            await pilot.hover("#timeline", offset=(LABEL + 40, 5))
            await pilot.mouse_up("#timeline", offset=(LABEL + 40, 5))
            assert 0 < first < session.run.time(session.focus.seq)

    asyncio.run(play())


def test_jump_mode_puts_a_letter_over_every_pane(session: Session) -> None:
    def look(app: SimApp, screen: MainScreen) -> None:
        assert isinstance(app.screen, Jump) and len(app.screen.places) == 8

    drive(session, "semicolon", look=look)

    def landed(app: SimApp, screen: MainScreen) -> None:
        assert screen.active == "timeline" and screen.pane("timeline").has_focus

    drive(session, "semicolon", "d", size=(140, 45), look=landed)


def test_help_is_about_the_pane_at_hand(session: Session) -> None:
    def look(app: SimApp, screen: MainScreen) -> None:
        assert isinstance(app.screen, Reader)
        assert "Services and the addresses behind them" in app.screen.query_one(Pane).text

    drive(session, "6", "question_mark", look=look)


def test_yaml_of_the_object_in_focus(session: Session) -> None:
    session.jump(session.run.last, Subject("StatefulSet/default/mysql"))

    def look(app: SimApp, screen: MainScreen) -> None:
        assert "replicas: 5" in app.screen.query_one(Pane).text

    drive(session, "y", look=look)


def test_a_line_and_a_pane_are_copied(session: Session) -> None:
    session.jump(session.run.chronicle.last_before(170.0), Subject("Pod/default/mysql-1"))
    app = drive(session, "c")
    assert app.clipboard.startswith("▸› mysql-1  1/2") or "mysql-1" in app.clipboard

    app = drive(session, "C")
    assert "node-1 Ready" in app.clipboard and "mysql-0" in app.clipboard


def test_a_picture_and_the_trace_are_saved(session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    drive(session, "o")
    assert {path.suffix for path in tmp_path.iterdir()} == {".svg", ".jsonl"}


@pytest.mark.parametrize("size", [(80, 24), (119, 50), (200, 60)])
def test_every_pane_can_be_shown_at_every_size(session: Session, size: tuple[int, int]) -> None:
    session.jump(session.run.chronicle.last_before(170.0), Subject("Pod/default/mysql-1"))

    async def play() -> None:
        app = SimApp(Opened(session))
        async with app.run_test(size=size) as pilot:
            for number in "12345678":
                await press(pilot, [number])
                screen = app.screen
                assert isinstance(screen, MainScreen)
                assert screen.active in screen.shown and all(screen.pane(kind).rows for kind in screen.shown)

    asyncio.run(play())
