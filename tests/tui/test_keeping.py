"""What is kept when the app ends, and what is said when something cannot be shown."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from click.testing import CliRunner

from simk8s.cli.main import root
from simk8s.errors import SimError
from simk8s.tui.app import SimApp
from simk8s.tui.focus import Focus, Subject
from simk8s.tui.gutter import Gutter
from simk8s.tui.home import Home
from simk8s.tui.moving import Breakpoint
from simk8s.tui.opening import Opened, opened
from simk8s.tui.run import Run
from simk8s.tui.screen import MainScreen
from simk8s.tui.session import Session
from simk8s.tui.store import Store
from tests.tui.driving import drive, press, text_of


def test_the_next_start_goes_on_where_the_last_one_ended(web: Run, tmp_path: Path) -> None:
    session = Session(web)
    session.jump(web.chronicle.last_before(30.0), Subject("Pod/default/web-0"))
    drive(session, "m", "b", "@pod/web-1 Ready", "enter", "x", "a", "%", "backspace", "n", "q", store=Store(tmp_path))

    again = Session(web)

    def look(app: SimApp, screen: MainScreen) -> None:
        assert again.focus == session.focus
        assert [mark.seq for mark in again.bookmarks] == [mark.seq for mark in session.bookmarks] != []
        assert again.breakpoints == [Breakpoint(condition="pod/web-1 Ready")]

    drive(again, look=look, store=Store(tmp_path))
    branch = again.runs[1]
    assert branch.deed == "kill web-0/nginx" and not branch.is_made
    assert list(branch.records) == list(session.runs[1].records)  # made again, when looked at


def test_a_crash_of_the_app_loses_nothing_and_tells_the_replay_token(web: Run, tmp_path: Path) -> None:
    session = Session(web)
    app = SimApp(Opened(session), store=Store(tmp_path))

    async def play() -> None:
        async with app.run_test() as pilot:
            await press(pilot, ["n", "n", "m"])
            app.screen.call_later(lambda: 1 / 0)
            await pilot.pause()

    with pytest.raises(ZeroDivisionError):
        asyncio.run(play())

    assert app.keep() == "v1.0"
    again = Session(web)
    Store(tmp_path).restore_session(again)
    assert (again.focus, again.bookmarks) == (session.focus, session.bookmarks)


def test_a_session_is_of_one_history_only(web: Run, article: Run, tmp_path: Path) -> None:
    session = Session(web)
    session.jump(300, Subject("Pod/default/web-1"))
    Store(tmp_path).keep_session(session)

    other = Session(article)
    before = other.focus
    Store(tmp_path).restore_session(other)
    assert other.focus == before


def test_a_folder_that_cannot_be_written_loses_nothing_else(web: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    store = Store(tmp_path / "file")
    assert store.keep_session(Session(web)) is None
    store.restore_session(Session(web))


def test_without_a_path_there_is_a_list_of_lessons_and_scenarios(tmp_path: Path) -> None:
    app = SimApp(None, store=Store(tmp_path))

    async def play() -> None:
        async with app.run_test() as pilot:
            await pilot.pause()
            assert isinstance(app.screen, Home)
            await press(pilot, ["enter", "%", "%"])
            assert isinstance(app.screen, MainScreen)
            assert "Ordered creation and identity" in text_of(app.screen, "lesson")
            await press(pilot, ["L"])
            assert isinstance(app.screen, Home)

    asyncio.run(play())


@pytest.mark.parametrize(
    ("content", "code"),
    [('{"format": "simk8s-history", "version": 1}\n{"seq": 5}\n', "SK103"), ('{"format"', "SK103")],
)
def test_a_broken_trace_is_told_by_its_line(tmp_path: Path, content: str, code: str) -> None:
    path = tmp_path / "trace.jsonl"
    path.write_text(content)
    with pytest.raises(SimError) as caught:
        opened(str(path))
    assert caught.value.code == code and str(path) in str(caught.value)


def test_a_scenario_with_a_missing_manifest_is_told_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "scenario.yaml"
    path.write_text("apiVersion: simk8s/v1\nkind: Scenario\nmetadata: {name: x}\nmanifests: [gone.yaml]\n")
    with pytest.raises(SimError, match=r"gone\.yaml"):
        opened(str(path))


@pytest.mark.parametrize("size", [(40, 10), (59, 24), (80, 15)])
def test_a_terminal_that_is_too_small_is_told_how_large_it_should_be(web: Run, size: tuple[int, int]) -> None:
    def look(app: SimApp, screen: MainScreen) -> None:
        said = screen.query_one("#too-small")
        assert said.display and not screen.query_one("#panes").display
        text = "\n".join(strip.text for strip in screen._compositor.render_strips())
        assert f"{size[0]} × {size[1]}" in text and "60 × 16" in " ".join(text.split())

    drive(Session(web), size=size, look=look)


def test_without_a_terminal_the_command_says_so() -> None:
    result = CliRunner().invoke(root, ["tui", "web"])
    assert result.exit_code == 2 and "SK530" in result.output


def test_the_gutter_shows_what_a_check_found(article: Run, tmp_path: Path) -> None:
    from simk8s.tui.panes.script import script_rows
    from simk8s.tui.view import View

    path = tmp_path / "check.json"
    path.write_text(
        '{"scripts": [{"file": "elsewhere/statefulset.yaml", "container": "xtrabackup", "lines": ['
        '{"line": 126, "verdict": "ok"}, {"line": 131, "verdict": "silent stale"}, {"line": 132, "verdict": ""}]}]}'
    )
    focus = Focus(article.chronicle.last_before(165.0), Subject("Pod/default/mysql-1", "xtrabackup"))
    rows = {
        row.key.rpartition(":")[2]: row.text for row in script_rows(View(article, focus, check=Gutter.load(str(path))))
    }

    assert rows["126"].startswith(" ✓ 126 ▶")
    assert rows["131"].startswith(" ✗ 131") and rows["131"].endswith("← silent stale")
    assert rows["130"].startswith("   130")


def test_what_is_no_result_of_a_check_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "check.json"
    path.write_text("[]")
    with pytest.raises(SimError, match="no result of a check"):
        Gutter.load(str(path))
