"""Command lines of the MySQL programs: long options by unambiguous prefix, `-` and `_` alike, short ones in bunches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from simk8s.errors import SimError


@dataclass(frozen=True, slots=True)
class Option:
    """An option that a program knows. `argument` is `none`, `required` or `optional`."""

    name: str
    short: str = ""
    argument: str = "none"


class BadArguments(Exception):
    """A command line that the program refuses, with the exit status of its kind."""

    def __init__(self, text: str, status: int) -> None:
        super().__init__(text)
        self.status = status


class Grammar:
    """The options of one program, by their names."""

    def __init__(self, *options: Option) -> None:
        self.by_name = {option.name: option for option in options}
        self.by_short = {option.short: option for option in self.by_name.values() if option.short}

    def find(self, name: str) -> Option | None:
        """The option with this name, or with the only one that begins like this. Raises BadArguments for several."""
        exact = self.by_name.get(name)
        if exact is not None:
            return exact
        matching = sorted(known for known in self.by_name if known.startswith(name)) if name else []
        if len(matching) > 1:
            raise BadArguments(f"ambiguous option '--{name}' ({matching[0]}, {matching[1]})", 3)
        return self.by_name[matching[0]] if matching else None


def parse(
    words: Sequence[str], grammar: Grammar, *, unmodelled: Sequence[str] = (), program: str = ""
) -> Iterator[tuple[str, str | None]]:
    """Each option of `words` as its name and value in order; other words under the name "".

    A negated one (`--skip-x`, `--disable-x`) comes as `skip-x`. Raises BadArguments, or SimError SK721 for an option
    that the real program has and this one has not.
    """
    queue = list(words)
    while queue:
        word = queue.pop(0)
        if word == "--":
            yield from (("", rest) for rest in queue)
            return
        if word.startswith("--"):
            yield _long(word, queue, grammar, unmodelled, program)
        elif word.startswith("-") and len(word) > 1:
            yield from _short(word, queue, grammar, unmodelled, program)
        else:
            yield "", word


def _long(
    word: str, queue: list[str], grammar: Grammar, unmodelled: Sequence[str], program: str
) -> tuple[str, str | None]:
    given, equals, value = word[2:].partition("=")
    name = given.replace("_", "-").removeprefix("loose-")
    option = grammar.find(name)
    if option is None:
        for prefix in ("skip-", "disable-", "enable-"):
            if name.startswith(prefix) and (plain := grammar.find(name[len(prefix) :])) is not None:
                return (plain.name if prefix == "enable-" else f"skip-{plain.name}"), None
        if any(known.startswith(name) for known in unmodelled):
            raise _not_modelled(program, f"--{given}")
        raise BadArguments(f"unknown option '--{given}'", 2)
    if option.argument == "none":
        if equals and value not in ("0", "1"):
            raise BadArguments(f"option '--{option.name}' cannot take an argument", 4)
        return (f"skip-{option.name}" if value == "0" else option.name), None
    if option.argument == "required" and not equals:
        if not queue:
            raise BadArguments(f"option '--{option.name}' requires an argument", 5)
        return option.name, queue.pop(0)
    return option.name, value if equals else None


def _short(
    word: str, queue: list[str], grammar: Grammar, unmodelled: Sequence[str], program: str
) -> Iterator[tuple[str, str | None]]:
    place = 1
    while place < len(word):
        letter = word[place]
        option = grammar.by_short.get(letter)
        if option is None:
            if f"-{letter}" in unmodelled:
                raise _not_modelled(program, f"-{letter}")
            raise BadArguments(f"unknown option '-{letter}'", 2)
        rest = word[place + 1 :]
        if option.argument == "none":
            yield option.name, None
            place += 1
            continue
        if not rest and option.argument == "required":
            if not queue:
                raise BadArguments(f"option '-{letter}' requires an argument", 5)
            rest = queue.pop(0)
        yield option.name, rest if rest or option.argument == "required" else None
        return


def _not_modelled(program: str, option: str) -> SimError:
    return SimError("SK721", f"{program} {option} is not modelled", hint="leave the option out")
