"""Lessons run from their sources, hold what they say, and show the same every time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tools.notebooks import SOURCES, execute, lessons, outputs, read

by_name = pytest.mark.parametrize("source", lessons(), ids=lambda path: path.stem)


def run_cells(source: Path) -> None:
    """Every code cell in one fresh namespace, as a kernel would, without a kernel."""
    namespace: dict[str, object] = {"__name__": "__main__"}
    for number, cell in enumerate(read(source).cells, 1):
        if cell["cell_type"] == "code":
            exec(compile(cell["source"], f"{source.name}, cell {number}", "exec"), namespace)


@by_name
def test_what_a_lesson_says_holds(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its `assert`s are its expectations."""
    monkeypatch.chdir(source.parent)
    run_cells(source)


@by_name
def test_a_lesson_has_rounds_an_exercise_a_summary_and_its_sources(source: Path) -> None:
    text = "\n".join(cell["source"] for cell in read(source).cells if cell["cell_type"] == "markdown")
    assert 3 <= text.count("**Predict.**") <= 6
    assert text.count("**Predict.**") == text.count("**Explain.**")
    for part in ("**Goal.**", "**What is needed.**", "## Exercise", "## Summary", "real cluster does differently"):
        assert part in text, part
    assert "## Sources" in text


@by_name
def test_every_round_is_followed_by_an_expectation(source: Path) -> None:
    code = [cell["source"] for cell in read(source).cells if cell["cell_type"] == "code"]
    assert sum("assert " in cell for cell in code) > 3


def test_sources_are_text_and_hold_no_outputs() -> None:
    """A notebook file with outputs is built, never committed."""
    assert lessons()
    assert [path.name for path in SOURCES.rglob("*") if path.suffix not in (".py", ".pyc", "")] == []
    assert [cell for source in lessons() for cell in read(source).cells if cell.get("outputs")] == []


@pytest.mark.slow
@by_name
def test_two_clean_kernels_show_the_same(source: Path) -> None:
    first, second = execute(source), execute(source)
    assert outputs(first) == outputs(second)
    shown = [output for cell in outputs(first) for output in cell]
    assert any("text/html" in output.get("data", {}) for output in shown)
    assert [output for output in shown if output["output_type"] == "error" or output.get("name") == "stderr"] == []


def test_the_core_needs_no_notebook_software() -> None:
    unwanted = {"IPython", "ipykernel", "jupytext", "nbclient", "nbconvert"}
    script = f"import sys, simk8s; simk8s.Cluster; print(sorted({unwanted} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
