"""Words that mean something else than they seem to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from simk8s.shell.lint.command import program
from simk8s.shell.lint.finding import Finding
from simk8s.shell.syntax.check import walk
from simk8s.shell.syntax.nodes import ArrayValue, Assignment, Binary, SimpleCommand
from simk8s.shell.syntax.parts import Backquoted, CommandSubstitution, Parameter, Word

if TYPE_CHECKING:
    from simk8s.shell.lint.script import Script

_NUMERIC = frozenset(["-eq", "-ne", "-lt", "-le", "-gt", "-ge"])
_ALWAYS_ONE_WORD = frozenset("?#$!-0")
_LAZY = re.compile(r"(?:\.|\]|\)|\\\w)[*+?]\?")


def unquoted_in_tests(script: Script) -> Iterator[Finding]:
    """SK259: an empty value leaves a test with one word less, one with blanks with some more."""
    safe = _constant_names(script)
    for item in script.commands:
        node = item.node
        if not isinstance(node, SimpleCommand) or node.name not in ("[", "test"):
            continue
        if any(isinstance(word, Word) and word.constant in _NUMERIC for word in node.words):
            continue  # an empty number is refused as well
        for word in node.words[1:]:
            if isinstance(word, Word) and len(word.parts) == 1 and _splits(word, safe):
                yield Finding(
                    word.line,
                    word.column,
                    "SK259",
                    f"{word.source} is not quoted: where it is empty or has blanks, this is another test",
                    f'"{word.source}", or `[[ ]]`',
                )


def _splits(word: Word, safe: set[str]) -> bool:
    part = word.parts[0]
    if isinstance(part, Parameter):
        return (
            part.name not in _ALWAYS_ONE_WORD
            and part.operator != "length"
            and part.name not in safe
            and not (part.operator.endswith("-") and part.operands and part.operands[0].constant)
        )
    return isinstance(part, CommandSubstitution | Backquoted)


def _constant_names(script: Script) -> set[str]:
    """Variables that are only ever one word: each assignment gives them a constant without blanks, or a number."""
    seen: dict[str, bool] = {}
    for found in walk(script.tree):
        if isinstance(found, Assignment) and found.subscript is None:
            value = None if isinstance(found.value, ArrayValue) else found.value
            text = value.constant if value is not None else None
            number = value is not None and value.source.startswith("$((")
            is_safe = number or (bool(text) and not re.search(r"[\s*?\[]", text or ""))
            seen[found.name] = seen.get(found.name, True) and is_safe
        elif isinstance(found, SimpleCommand) and program(found) == "read":
            seen.update({word.source: False for word in found.words[1:] if isinstance(word, Word)})
    return {name for name, is_safe in seen.items() if is_safe}


def lazy_repetition(script: Script) -> Iterator[Finding]:
    """SK260: POSIX expressions have no lazy repetition."""
    for found in walk(script.tree):
        if isinstance(found, Binary) and found.operator == "=~" and _LAZY.search(found.right.source):
            yield _lazy(found.right)
        elif isinstance(found, SimpleCommand) and _takes_expressions(found):
            yield from (
                _lazy(word) for word in found.words[1:] if isinstance(word, Word) and _LAZY.search(word.constant or "")
            )


def _takes_expressions(node: SimpleCommand) -> bool:
    options = [word.constant or "" for word in node.words[1:] if isinstance(word, Word)]
    short = "".join(option for option in options if re.fullmatch(r"-[A-Za-z]+", option))
    name = program(node)
    return (name in ("grep", "sed") and ("E" in short or (name == "sed" and "r" in short))) or name == "egrep"


def _lazy(word: Word) -> Finding:
    return Finding(
        word.line,
        word.column,
        "SK260",
        "`.*?` is not lazy here: a POSIX expression takes the longest match, as with `.*`",
        "say what may not be in the match, as in `[^[:space:]]*`",
    )


RULES = (unquoted_in_tests, lazy_repetition)
