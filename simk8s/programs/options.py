"""Command-line options as GNU getopt reads them: clusters, values, long names, operands in between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from simk8s.programs.unmodelled import Unmodelled

Takes = Literal["nothing", "value", "maybe"]


class UsageError(Exception):
    """The command line is wrong for the real program too."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class Options:
    """The options in the order given, each under its first name, and the operands."""

    given: tuple[tuple[str, str], ...]
    operands: list[str]

    def __contains__(self, name: str) -> bool:
        return any(given == name for given, _ in self.given)

    def __getitem__(self, name: str) -> str:
        """The last value given for an option, or nothing."""
        return self.get(name)

    def get(self, name: str, default: str = "") -> str:
        """The last value given for an option."""
        return next((value for given, value in reversed(self.given) if given == name), default)

    def all(self, name: str) -> list[str]:
        """Every value given for an option, in order."""
        return [value for given, value in self.given if given == name]

    def last_of(self, names: Sequence[str]) -> str:
        """Which of some options that overrule each other came last; nothing where none was given."""
        return next((given for given, _ in reversed(self.given) if given in names), "")


def parse(argv: Sequence[str], known: str, *, permute: bool = True) -> Options:
    """Read `argv[1:]`. `known` lists options separated by blanks, the names of each by commas.

    A `:` behind the names means that a value follows, `::` that one may be attached. Without `permute` the first
    operand ends the options. Raises Unmodelled for what is not in `known`, UsageError where a value is missing.

    >>> options = parse(["head", "-qn3", "file", "--lines=4"], "n,lines: q,quiet")
    >>> options["n"], "q" in options, options.operands
    ('4', True, ['file'])
    """
    names = _names(known)
    given: list[tuple[str, str]] = []
    operands: list[str] = []
    words = list(reversed(argv[1:]))
    while words:
        word = words.pop()
        if word == "--":
            operands.extend(reversed(words))
            break
        if word.startswith("--"):
            given.append(_long(word, names, words))
        elif word.startswith("-") and len(word) > 1:
            _cluster(word, names, words, given)
        else:
            operands.append(word)
            if not permute:
                operands.extend(reversed(words))
                break
    return Options(tuple(given), operands)


@cache
def _names(known: str) -> dict[str, tuple[str, Takes]]:
    names: dict[str, tuple[str, Takes]] = {}
    for item in known.split():
        aliases = item.rstrip(":").split(",")
        takes: Takes = "maybe" if item.endswith("::") else "value" if item.endswith(":") else "nothing"
        for alias in aliases:
            names[alias] = (aliases[0], takes)
    return names


def _long(word: str, names: dict[str, tuple[str, Takes]], words: list[str]) -> tuple[str, str]:
    written, equals, value = word[2:].partition("=")
    matching = {names[name] for name in names if len(name) > 1 and name.startswith(written)}
    if written in names and len(written) > 1:
        matching = {names[written]}
    if len(matching) != 1:
        raise Unmodelled(f"option '--{written}'")
    name, takes = matching.pop()
    if takes == "nothing" and equals:
        raise UsageError(f"option '--{written}' doesn't allow an argument")
    if takes == "value" and not equals:
        if not words:
            raise UsageError(f"option '--{written}' requires an argument")
        value = words.pop()
    return name, value


def _cluster(word: str, names: dict[str, tuple[str, Takes]], words: list[str], given: list[tuple[str, str]]) -> None:
    position = 1
    while position < len(word):
        letter = word[position]
        position += 1
        if letter not in names:
            raise Unmodelled(f"option '-{letter}'")
        name, takes = names[letter]
        if takes == "nothing":
            given.append((name, ""))
            continue
        value, position = word[position:], len(word)
        if not value and takes == "value":
            if not words:
                raise UsageError(f"option requires an argument -- '{letter}'")
            value = words.pop()
        given.append((name, value))
