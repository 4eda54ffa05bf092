"""`python -m tests.conformance`: try all acceptance cases, print a line for each, and write docs/conformance.md."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.conformance import Entry, entries

PAGE = Path(__file__).parents[2] / "docs" / "conformance.md"
HEAD = """# Conformance: every acceptance case and its test

Written by `make conformance`. The cases are those of the Kubernetes semantics card: Kubernetes' own end-to-end and unit
tests of StatefulSets, and cases derived from its rules. A case passes when all its tests do. What is simpler than in
reality, and which rules no test cites, stands in [fidelity.md](fidelity.md).
"""


class Results:
    """A pytest plug-in: the outcome and the test of each case."""

    def __init__(self) -> None:
        self.failed: set[str] = set()
        self.places: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        for key, value in report.user_properties:
            if key == "case":
                id = str(value)
                self.places.setdefault(id, report.nodeid.partition("[")[0])
                if not report.passed:  # skipped is not passed
                    self.failed.add(id)

    def of(self, case: Entry) -> str:
        if case.id not in self.places:
            return "missing"
        return "failed" if case.id in self.failed else "passed"


def closing(results: Results, cases: list[Entry]) -> str:
    counts = Counter(results.of(case) for case in cases)
    return f"{len(cases)} cases: {counts['passed']} passed, {counts['failed']} failed, {counts['missing']} missing"


def page(results: Results, cases: list[Entry]) -> str:
    lines, section = [HEAD, closing(results, cases) + "."], ""
    for case in cases:
        if case.section != section:
            section = case.section
            lines += ["", f"## {section}", "", "| id | case | result | test |", "| --- | --- | --- | --- |"]
        place = results.places.get(case.id)
        lines.append(f"| {case.id} | {case.text} | {results.of(case)} | {f'`{place}`' if place else ''} |")
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    cases, results = entries("cases.txt"), Results()
    options = ["-m", "case", "-q", "--no-header", "--no-summary", "-p", "no:cacheprovider", *arguments]
    status = pytest.main([*options, "tests"], plugins=[results])
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        return int(status)
    for case in cases:
        print(f"{case.id:<8}{results.of(case):<9}{results.places.get(case.id, '-')}")
    PAGE.write_text(page(results, cases))
    print(closing(results, cases))
    return 0 if all(results.of(case) == "passed" for case in cases) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
