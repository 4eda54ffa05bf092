"""Command-line options as GNU getopt reads them: clusters, values, long names, operands in between."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
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

    _last: dict[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_last", dict(self.given))

    def __contains__(self, name: str) -> bool:
        return name in self._last

    def __getitem__(self, name: str) -> str:
        """The last value given for an option, or nothing."""
        return self._last.get(name, "")

    def get(self, name: str, default: str = "") -> str:
        """The last value given for an option."""
        return self._last.get(name, default)

    def all(self, name: str) -> list[str]:
        """Every value given for an option, in order."""
        return [value for given, value in self.given if given == name]

    def last_of(self, names: Sequence[str]) -> str:
        """Which of some options that overrule each other came last; nothing where none was given."""
        return next((given for given, _ in reversed(self.given) if given in names), "")


def parse(argv: Sequence[str], known: str, *, permute: bool = True, unmodelled: str | None = None) -> Options:
    """Read `argv[1:]`. `known` lists options separated by blanks, the names of each by commas.

    A `:` behind the names means that a value follows, `::` that one may be attached. Without `permute` the first
    operand ends the options. `unmodelled` lists, in the same way, what else the real program takes; without it, that
    may be anything. Raises Unmodelled for such an option, UsageError for a wrong one or a missing value.

    >>> options = parse(["head", "-qn3", "file", "--lines=4"], "n,lines: q,quiet")
    >>> options["n"], "q" in options, options.operands
    ('4', True, ['file'])
    """
    names = _names(known, unmodelled)
    given: list[tuple[str, str]] = []
    operands: list[str] = []
    words = iter(argv[1:])
    for word in words:
        if word[:1] != "-" or word == "-":
            operands.append(word)
            if not permute:
                operands.extend(words)
        elif word == "--":
            operands.extend(words)
        elif word[1] == "-":
            given.append(_long(word, names, words))
        else:
            _cluster(word, names, words, given)
    return Options(tuple(given), operands)


@dataclass(frozen=True, slots=True)
class _Names:
    """What a program takes: modelled options by every name, and the names of the others (None: unknown)."""

    modelled: dict[str, tuple[str, Takes]]
    others: frozenset[str] | None

    def of(self, written: str) -> tuple[str, Takes]:
        """The option that a long name, or its beginning, means."""
        if len(written) > 1 and written in self.modelled:
            return self.modelled[written]
        everything = [*self.modelled, *(self.others or ())]
        matching = sorted(name for name in everything if len(name) > 1 and name.startswith(written))
        meant = {self.modelled.get(name, (name, "nothing")) for name in matching}
        if self.others is not None and written not in self.others and not matching:
            raise UsageError(f"unrecognized option '--{written}'")
        if self.others is not None and written not in self.others and len(meant) > 1:
            possible = " ".join(f"'--{name}'" for name in matching)
            raise UsageError(f"option '--{written}' is ambiguous; possibilities: {possible}")
        if len(meant) != 1 or matching[0] not in self.modelled:
            raise Unmodelled(f"option '--{written}'")
        return meant.pop()

    def letter(self, letter: str) -> tuple[str, Takes]:
        """The option that a letter means."""
        if letter in self.modelled:
            return self.modelled[letter]
        if self.others is not None and letter not in self.others:
            raise UsageError(f"invalid option -- '{letter}'")
        raise Unmodelled(f"option '-{letter}'")


@cache
def _names(known: str, unmodelled: str | None) -> _Names:
    others = None
    if unmodelled is not None:
        others = frozenset(name for item in unmodelled.split() for name in item.rstrip(":").split(","))
        others |= {"help", "version"}
    return _Names(_table(known), others)


def _table(known: str) -> dict[str, tuple[str, Takes]]:
    names: dict[str, tuple[str, Takes]] = {}
    for item in known.split():
        aliases = item.rstrip(":").split(",")
        takes: Takes = "maybe" if item.endswith("::") else "value" if item.endswith(":") else "nothing"
        for alias in aliases:
            names[alias] = (aliases[0], takes)
    return names


def _long(word: str, names: _Names, words: Iterator[str]) -> tuple[str, str]:
    written, equals, value = word[2:].partition("=")
    name, takes = names.of(written)
    if takes == "nothing" and equals:
        raise UsageError(f"option '--{written}' doesn't allow an argument")
    if takes == "value" and not equals:
        following = next(words, None)
        if following is None:
            raise UsageError(f"option '--{written}' requires an argument")
        value = following
    return name, value


def _cluster(word: str, names: _Names, words: Iterator[str], given: list[tuple[str, str]]) -> None:
    position = 1
    while position < len(word):
        letter = word[position]
        position += 1
        name, takes = names.letter(letter)
        if takes == "nothing":
            given.append((name, ""))
            continue
        value, position = word[position:], len(word)
        if not value and takes == "value":
            following = next(words, None)
            if following is None:
                raise UsageError(f"option requires an argument -- '{letter}'")
            value = following
        given.append((name, value))
