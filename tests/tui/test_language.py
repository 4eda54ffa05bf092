"""English and Chinese: no text is missing in either, none is left over, and gaps are the same."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from rich.cells import cell_len

import simk8s.tui
from simk8s.scenario.opening import history_of
from simk8s.tui import language
from simk8s.tui.app import SimApp
from simk8s.tui.focus import Subject
from simk8s.tui.opening import Opened
from simk8s.tui.pane import Pane
from simk8s.tui.run import Run
from simk8s.tui.screen import MainScreen
from simk8s.tui.session import Session
from simk8s.tui.telling import TEMPLATES, template_of, told
from tests.tui.conftest import SCENARIOS
from tests.tui.driving import drive

PACKAGE = Path(simk8s.tui.__file__).parent
GAP = re.compile(r"\{(\w*)[^}]*\}")


def texts() -> set[str]:
    """Every text of the app, as the extractor finds it."""
    found = extract_from_dir(PACKAGE, [("**.py", "python")], keywords={"_": None, "N_": None})
    return {message for _, _, message, _, _ in found if isinstance(message, str)}


def catalogue() -> Catalog:
    return read_po(io.BytesIO((PACKAGE / "locale" / "zh.po").read_bytes()), locale="zh")


def test_every_text_has_a_chinese_one() -> None:
    known = {message.id: message.string for message in catalogue() if message.id}
    assert sorted(text for text in texts() if not known.get(text)) == []


def test_the_catalogue_has_no_text_that_the_app_has_not() -> None:
    assert sorted({str(message.id) for message in catalogue() if message.id} - texts()) == []


def test_gaps_are_the_same_in_both_languages() -> None:
    for message in catalogue():
        if message.id:
            assert sorted(GAP.findall(str(message.id))) == sorted(GAP.findall(str(message.string))), message.id


def test_no_text_is_hidden_from_the_extractor() -> None:
    """It does not look into f-strings."""
    hidden = [path.name for path in PACKAGE.rglob("*.py") if re.search(r"""f["'].*\{_\(["']""", path.read_text())]
    assert hidden == []


@pytest.mark.parametrize("name", ["article", "basics"])
def test_every_line_of_a_story_can_be_told_in_chinese(name: str) -> None:
    """What stays English is what Kubernetes itself says: events with their reasons."""
    run = Run(name, history_of(str(SCENARIOS / f"{name}.yaml"), None))
    language.use("zh")
    for event in run.index.story:
        text = event.line.text
        if not re.match(r"\S+ [A-Z]\w+: ", text):
            assert template_of(text) is not None, text
            assert re.search(r"[一-鿿]", told(text)), text


def test_a_template_finds_its_gaps() -> None:
    language.use("zh")
    assert (
        told("pod/mysql-0 container mysql started again, restart 2") == "pod/mysql-0 容器 mysql 再次启动，第 2 次重启"
    )
    assert told("xtrabackup prepares the copy: applies the redo log") == "xtrabackup prepare 拷贝：应用重做日志"
    assert told("SELECT 1") == "SELECT 1"
    assert len(set(TEMPLATES)) == len(TEMPLATES)


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LC_ALL": "C", "LANG": "zh_TW"}, "en"),
        ({}, "en"),
    ],
)
def test_the_language_is_that_of_the_locale(
    environment: dict[str, str], wanted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert language.of_locale() == wanted


@pytest.mark.parametrize("size", [(80, 24), (140, 45)])
def test_wide_characters_do_not_break_the_layout(article: Run, size: tuple[int, int]) -> None:
    """Every line that is drawn is exactly as wide as its pane."""
    language.use("zh")
    session = Session(article)
    session.jump(article.chronicle.last_before(170.0), Subject("Pod/default/mysql-1"))

    def look(app: SimApp, screen: MainScreen) -> None:
        for kind in screen.shown:
            pane: Pane = screen.pane(kind)
            for y in range(pane.size.height):
                strip = pane.render_line(y)
                assert strip.cell_length == cell_len(strip.text) == pane.size.width

    for key in "357":
        drive(Opened(session), key, size=size, look=look)
