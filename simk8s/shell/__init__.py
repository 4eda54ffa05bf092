"""bash, and the smaller shells: a parser and an interpreter over a simulated process."""

from simk8s.shell.program import main_for
from simk8s.shell.syntax import (
    ASH,
    BASH,
    DASH,
    DIALECTS,
    POSIX,
    Dialect,
    Parser,
    Problem,
    ShellSyntaxError,
    check,
    parse,
)

__all__ = [
    "ASH",
    "BASH",
    "DASH",
    "DIALECTS",
    "POSIX",
    "Dialect",
    "Parser",
    "Problem",
    "ShellSyntaxError",
    "check",
    "main_for",
    "parse",
]
