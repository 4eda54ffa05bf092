"""The acceptance cases of the semantics card, and which test tries which.

A test of a row is marked, and has its id in its name: `@case("E-7") def test_e_7_...`; in a table, `row("U-60", ...)`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent

case = pytest.mark.case


def row(id: str, *values: Any) -> Any:
    """A row of a parametrised test that is the acceptance case `id`."""
    return pytest.param(*values, id=id, marks=case(id))


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of `cases.txt` or `rules.txt`."""

    section: str
    id: str
    text: str


def entries(file: str) -> list[Entry]:
    """The entries of a data file in its order."""
    section, found = "", []
    for line in (HERE / file).read_text().splitlines():
        if line.startswith("## "):
            section = line[3:]
        elif line and not line.startswith("#"):
            id, _, text = line.partition(" ")
            found.append(Entry(section, id, text))
    return found
