"""Lessons from their text sources: `python -m tools.notebooks` executes them and writes what comes out to build/.

The source (`notebooks/*.py`, cells marked with `# %%`) is what is written and reviewed; a notebook with outputs is
built, never edited. The same source gives the same outputs, so what a lesson shows can be compared between versions.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
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
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient

    notebook = read(source)
    resources = {"metadata": {"path": str(source.parent)}}
    with TemporaryDirectory() as folder:  # sockets in files: no ports are opened
        kernel = AsyncKernelManager(kernel_name="python3", transport="ipc", ip=f"{folder}/kernel")
        NotebookClient(
            notebook, km=kernel, timeout=CELL_TIMEOUT_SECONDS, resources=resources, record_timing=False
        ).execute()
    return notebook


def outputs(notebook: Any) -> list[Any]:
    """What the code cells have shown, cell by cell."""
    return [cell["outputs"] for cell in notebook.cells if cell["cell_type"] == "code"]


def page(notebook: Any, title: str) -> str:
    """An executed notebook as one HTML page that loads nothing from elsewhere."""
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(
        exclude_input_prompt=True, exclude_output_prompt=True, mathjax_url="", require_js_url="", mermaid_js_url=""
    )
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
