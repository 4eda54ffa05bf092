"""Runs to look at: made once, since nothing in these tests changes them."""

from __future__ import annotations

from pathlib import Path

import pytest
import textual.app
import textual.pilot

from simk8s.scenario.opening import history_of
from simk8s.tui import language
from simk8s.tui.run import Run
from simk8s.tui.session import Session
from tests.tui.resting import at_rest

SCENARIOS = Path(__file__).parents[2] / "scenarios"


@pytest.fixture(scope="session")
def article() -> Run:
    """The five-replica session."""
    return Run("article", history_of(str(SCENARIOS / "article.yaml"), None))


@pytest.fixture(scope="session")
def web() -> Run:
    """Three web servers up and down."""
    return Run("web", history_of(str(SCENARIOS / "web.yaml"), None))


@pytest.fixture
def session(article: Run) -> Session:
    return Session(article, path="article")


@pytest.fixture(autouse=True)
def english() -> None:
    language.use("en")


@pytest.fixture(autouse=True)
def _resting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pilots wait until the app is at rest, not until the processor is."""
    for module in (textual.app, textual.pilot):
        monkeypatch.setattr(module, "wait_for_idle", at_rest)
