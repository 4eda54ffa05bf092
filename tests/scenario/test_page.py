"""The documentation's page on scenarios: its examples run, and the scenarios that ship are all named there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from simk8s.scenario import Runner, loading

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "scenarios").glob("*.yaml"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_scenario_that_ships_meets_its_expectations(path: Path) -> None:
    runner = Runner(loading.load(str(path)))
    for _ in runner.steps():
        pass
    assert [expectation for expectation in runner.expectations if not expectation.met] == []


def test_the_page_names_every_scenario_that_ships() -> None:
    page = (ROOT / "docs" / "scenarios.md").read_text()
    assert set(re.findall(r"scenarios/(\w+\.yaml)", page)) >= {path.name for path in SHIPPED}
