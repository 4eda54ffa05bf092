"""Lessons from their text sources: `python -m tools.notebooks` executes all of them and writes what comes out to build/.

The source (`notebooks/*.py`, cells marked with `# %%`) is what is written and reviewed; a notebook with outputs is built,
never edited. The same source gives the same bytes, so what a lesson shows can be compared between two versions.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SOURCES = ROOT / "notebooks"
BUILD = ROOT / "build" / "notebooks"
CELL_TIMEOUT_SECONDS = 60


def lessons() -> list[Path]:
    """The sources, in the order of their numbers."""
    return sorted(SOURCES.glob("[0-9]*.py"))


def read(source: Path) -> Any:
    """The notebook of a source: cells without outputs, each with an id that stays the same."""
    import jupytext

    notebook = jupytext.reads(source.read_text(), fmt="py:percent")
    for number, cell in enumerate(notebook.cells, 1):
        cell["id"] = f"cell-{number}"
    return notebook


def execute(source: Path) -> Any:
    """The notebook with its outputs, from a clean kernel. Raises nbclient's CellExecutionError where a cell fails."""
    from nbclient import NotebookClient

    notebook = read(source)
    resources = {"metadata": {"path": str(source.parent)}}
    client = NotebookClient(
        notebook, timeout=CELL_TIMEOUT_SECONDS, kernel_name="python3", resources=resources, record_timing=False
    )
    client.execute()
    return notebook


def outputs(notebook: Any) -> list[Any]:
    """What the code cells have shown, cell by cell."""
    return [cell["outputs"] for cell in notebook.cells if cell["cell_type"] == "code"]


def page(notebook: Any, title: str) -> str:
    """An executed notebook as one HTML page."""
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(template_name="lab", exclude_input_prompt=True, exclude_output_prompt=True)
    body, _ = exporter.from_notebook_node(notebook, resources={"metadata": {"name": title}})
    return str(body)


def main() -> int:
    import nbformat

    BUILD.mkdir(parents=True, exist_ok=True)
    for source in lessons():
        notebook = execute(source)
        target = BUILD / f"{source.stem}.ipynb"
        nbformat.write(notebook, target)
        target.with_suffix(".html").write_text(page(notebook, source.stem))
        print(f"{target.relative_to(ROOT)} and .html")
    return 0


if __name__ == "__main__":
    sys.exit(main())
