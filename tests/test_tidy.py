"""House rules that a machine can check. Each says why it is there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "simk8s"
MODULES = sorted(PACKAGE.rglob("*.py"))

FACES = ("cli", "tui", "notebook", "server")
HOST = {"socket", "subprocess", "threading", "multiprocessing", "asyncio", "select", "selectors", "signal", "ssl"}
CHANCE_AND_CLOCK = {"random", "secrets", "time"}
NAMELESS = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc"}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imports(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name.split(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.lineno, node.module.split(".")[0]


def is_face(path: Path) -> bool:
    return path.relative_to(PACKAGE).parts[0] in FACES


@pytest.mark.parametrize("path", [path for path in MODULES if not is_face(path)], ids=name)
def test_below_the_faces_nothing_touches_the_host(path: Path) -> None:
    """So that no simulated program can, and so that lessons can run in a browser's Python."""
    assert [(line, module) for line, module in imports(path) if module in HOST] == []


@pytest.mark.parametrize("path", [path for path in MODULES if not is_face(path)], ids=name)
def test_below_the_faces_there_is_no_wall_clock_and_no_unseeded_chance(path: Path) -> None:
    """Same inputs and seed, same history, byte for byte."""
    assert [(line, module) for line, module in imports(path) if module in CHANCE_AND_CLOCK] == []


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_is_named_for_what_it_holds_and_is_a_small_room(path: Path) -> None:
    """A file that needs a table of contents is two files."""
    assert path.stem not in NAMELESS
    assert len(path.read_text().splitlines()) <= 420


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_says_what_it_is_for(path: Path) -> None:
    tree = ast.parse(path.read_text())
    assert not tree.body or ast.get_docstring(tree)


def test_the_page_on_the_house_names_modules_that_exist() -> None:
    """A map that leads nowhere is worse than none."""
    page = (ROOT / "docs" / "architecture.md").read_text()
    named = set(re.findall(r"`((?:[a-z_]+/)+[a-z_]+\.py)`", page))
    assert named and [path for path in sorted(named) if not (PACKAGE / path).exists()] == []
