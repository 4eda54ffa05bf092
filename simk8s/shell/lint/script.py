"""A whole script, and all rules over it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from simk8s.shell.lint import files, status, words
from simk8s.shell.lint.command import program
from simk8s.shell.lint.finding import Finding
from simk8s.shell.lint.guard import Placed, placed
from simk8s.shell.syntax import BASH, Dialect, check, parse
from simk8s.shell.syntax.check import walk
from simk8s.shell.syntax.nodes import FunctionDefinition, Sequence, SimpleCommand
from simk8s.shell.syntax.parts import Word


@dataclass(frozen=True)
class Script:
    """The tree of a script, and what is true for all of it."""

    tree: Sequence
    options: str = ""  # the letters that the shell was started with

    @cached_property
    def commands(self) -> tuple[Placed, ...]:
        return tuple(placed(self.tree))

    @cached_property
    def errexit(self) -> bool:
        return "e" in self.options or any(_switches(node, "e", "errexit") for node in self._simple())

    @cached_property
    def pipefail(self) -> bool:
        return any(_switches(node, "", "pipefail") for node in self._simple())

    @cached_property
    def functions(self) -> dict[str, FunctionDefinition]:
        return {found.name: found for found in walk(self.tree) if isinstance(found, FunctionDefinition)}

    def _simple(self) -> Iterator[SimpleCommand]:
        return (found for found in walk(self.tree) if isinstance(found, SimpleCommand))


def _switches(node: SimpleCommand, letter: str, name: str) -> bool:
    if program(node) != "set":
        return False
    texts = [word.constant or "" for word in node.words[1:] if isinstance(word, Word)]
    on = [text for text in texts if text.startswith("-") and not text.startswith("--")]
    return (bool(letter) and any(letter in text for text in on)) or (bool(on) and name in texts)


_RETURNS = "each line ends with a carriage return, which the shell takes for the end of its last word"


def _is_of_windows(text: str) -> bool:
    *lines, _ = text.split("\n")
    return bool(lines) and all(line.endswith("\r") for line in lines)


def lint(text: str, dialect: Dialect = BASH, *, options: str = "") -> list[Finding]:
    """Every risk in a script, by place; or that it has a syntax error (SK210), or the line ends of Windows (SK263).

    `options` are the letters that the shell is started with: `e` for `bash -e`.

    >>> [str(finding.line) + " " + finding.code for finding in lint("set -e\\ncurl example.org | tar -x")]
    ['2 SK251']
    """
    if _is_of_windows(text):
        return [
            Finding(
                1, text.index("\r") + 1, "SK263", _RETURNS, "save it with the line ends of Unix, as `dos2unix` does"
            )
        ]
    problems = [Finding(p.line, p.column, "SK210", p.message) for p in check(text, dialect)]
    if problems:
        return problems
    script = Script(parse(text, dialect, extglob="extglob" in text), options)
    found = {finding for rule in (*status.RULES, *files.RULES, *words.RULES) for finding in rule(script)}
    return sorted(found)
