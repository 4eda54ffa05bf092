"""The documentation's page on scenarios: all that ship are named there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "scenarios").glob("*.yaml"))


def test_the_page_names_every_scenario_that_ships() -> None:
    page = (ROOT / "docs" / "scenarios.md").read_text()
    assert set(re.findall(r"scenarios/(\w+\.yaml)", page)) >= {path.name for path in SHIPPED}
