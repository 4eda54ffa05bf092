"""The shell's grammar: from a script's text to its tree."""

from simk8s.shell.syntax.check import Problem, check
from simk8s.shell.syntax.dialect import ASH, BASH, DASH, DIALECTS, POSIX, Dialect
from simk8s.shell.syntax.parser import Parser, parse
from simk8s.shell.syntax.reader import ShellSyntaxError

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
    "parse",
]
