"""Every error code has a page."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from click.testing import Result

import simk8s as package
from simk8s.cli.explain_error import pages

Command: TypeAlias = Callable[..., Result]

CODES = sorted(
    {
        code
        for file in Path(package.__file__).parent.rglob("*.py")
        for code in re.findall(r'"(SK\d{3})"|\((SK\d{3})\)"', file.read_text())
        for code in code
        if code
    }
)


def test_every_code_that_the_program_can_print_has_a_page() -> None:
    assert [code for code in CODES if code not in pages()] == []


def test_every_page_is_about_a_code_that_exists() -> None:
    assert [code for code in pages() if code not in CODES] == []


def test_a_page_says_what_it_means_and_what_to_try(simk8s: Command) -> None:
    result = simk8s("explain-error", "sk301")
    assert simk8s("explain-error", "301").stdout == result.stdout
    assert result.exit_code == 0
    assert result.stdout.startswith("SK301  An endless loop\n")
    assert "Try: let the loop wait" in result.stdout


def test_without_a_code_all_are_listed(simk8s: Command) -> None:
    assert simk8s("explain-error").stdout.count("\n") == len(pages())


def test_a_code_that_does_not_exist_is_bad_input(simk8s: Command) -> None:
    assert simk8s("explain-error", "SK999").exit_code == 2
