"""House rules that a machine can check. Each says why it is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "simk8s"
MODULES = sorted(PACKAGE.rglob("*.py"))

FACES = ("cli", "tui", "notebook", "server")
HOST = {"socket", "subprocess", "threading", "multiprocessing", "asyncio", "select", "selectors", "signal", "ssl"}
CHANCE_AND_CLOCK = {"random", "secrets", "time"}
LONGEST = 420
NAMELESS = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc"}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


IMPORT = re.compile(r"^ *(?:from (\w+)[\w.]* import |import (.+))", re.MULTILINE)


def imports(path: Path) -> Iterator[str]:
    """The packages that a module imports."""
    for package, names in IMPORT.findall(path.read_text()):
        yield from [package] if package else re.findall(r"(?:^|, )(\w+)", names)


def imported_below_the_faces(unwanted: set[str]) -> list[str]:
    below = [path for path in MODULES if path.relative_to(PACKAGE).parts[0] not in FACES]
    assert len(below) > len(MODULES) / 2
    return [f"{name(path)}: {found}" for path in below for found in imports(path) if found in unwanted]


def test_below_the_faces_nothing_touches_the_host() -> None:
    """So that no simulated program can, and so that lessons can run in a browser's Python."""
    assert imported_below_the_faces(HOST) == []


def test_below_the_faces_there_is_no_wall_clock_and_no_unseeded_chance() -> None:
    """Same inputs and seed, same history, byte for byte."""
    assert imported_below_the_faces(CHANCE_AND_CLOCK) == []


def test_a_module_is_named_for_what_it_holds() -> None:
    assert [name(path) for path in MODULES if path.stem in NAMELESS] == []


def test_a_module_is_a_small_room() -> None:
    """A file that needs a table of contents is two files."""
    assert [name(path) for path in MODULES if len(path.read_text().splitlines()) > LONGEST] == []


def test_a_module_says_what_it_is_for() -> None:
    assert [name(path) for path in MODULES if path.read_text()[:3] not in ("", '"""', 'r""')] == []


def test_the_page_on_the_house_names_modules_that_exist() -> None:
    """A map that leads nowhere is worse than none."""
    page = (ROOT / "docs" / "architecture.md").read_text()
    named = set(re.findall(r"`((?:[a-z_]+/)+[a-z_]+\.py)`", page))
    assert named and [path for path in sorted(named) if not (PACKAGE / path).exists()] == []
