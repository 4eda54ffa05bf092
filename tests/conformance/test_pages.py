"""The pages about conformance and fidelity tell of every case and every rule."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from tests.conformance import HERE, entries

ROOT = HERE.parents[1]
RULE = re.compile(r"\b(?:VER|STS|KUBELET|VOL|SCHED|NODE|SVC|DNS|API|KCTL|TIME|MYSQL)-[0-9]{1,3}(?![0-9])")
ROW = re.compile(r"^\| ([A-Z]+-[0-9]+) \| (.*) \| (passed|failed|missing) \| (?:`(.*)::(\w+)`)? \|$", re.MULTILINE)


@cache
def cited_by_tests() -> set[str]:
    files = (path for path in (ROOT / "tests").rglob("*.py") if path != Path(__file__))
    return {id for path in files for id in RULE.findall(path.read_text())}


def test_every_rule_of_the_card_is_cited_by_a_test_or_accounted_for() -> None:
    """A rule that nobody thought of is the one that will be wrong."""
    accounted = set(RULE.findall((ROOT / "docs" / "fidelity.md").read_text()))
    forgotten = [rule.id for rule in entries("rules.txt") if rule.id not in cited_by_tests() | accounted]
    assert forgotten == []


def test_no_rule_is_cited_that_the_card_does_not_have() -> None:
    known = {rule.id for rule in entries("rules.txt")}
    assert sorted(cited_by_tests() - known) == []


def test_what_the_card_does_not_vouch_for_is_marked_on_the_page() -> None:
    marked = {
        id
        for line in (ROOT / "docs" / "fidelity.md").read_text().splitlines()
        if "UNVERIFIED" in line
        for id in RULE.findall(line)
    }
    assert [rule.id for rule in entries("rules.txt") if rule.text and rule.id not in marked] == []


def test_the_page_of_cases_lists_every_case_and_tests_that_exist() -> None:
    rows = ROW.findall((ROOT / "docs" / "conformance.md").read_text())
    assert [(id, text) for id, text, *_ in rows] == [(case.id, case.text) for case in entries("cases.txt")]
    lost = [id for id, _, _, file, test in rows if file and f"def {test}(" not in (ROOT / file).read_text()]
    assert lost == []  # `make conformance` writes the page anew
