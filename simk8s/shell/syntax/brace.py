"""Brace expansion: `a{b,c}d` and `{1..5..2}` become several words before anything else expands."""

from __future__ import annotations

import re
from typing import TypeAlias

from simk8s.errors import SimError
from simk8s.shell.syntax.parts import Literal, Parameter, Part, Quoted

Atom: TypeAlias = str | Part
"""One unquoted character, or a part that braces do not look into."""

MAXIMUM_WORDS = 100_000

DEEPEST = 500
"""Braces inside braces; what is deeper raises RecursionError, which the parser takes for what it is."""

_NAME_LETTERS = re.compile(r"[A-Za-z0-9_]+")
_RANGE = re.compile(r"(?:([-+]?\d+)\.\.([-+]?\d+)|([A-Za-z])\.\.([A-Za-z]))(?:\.\.([-+]?\d+))?\Z")


def brace_alternatives(parts: tuple[Part, ...]) -> list[tuple[Part, ...]]:
    """The words that brace expansion makes of `parts`; empty when there is no brace list in them."""
    atoms: list[Atom] = []
    for part in parts:
        if type(part) is Literal:
            atoms.extend(part.text)
        else:
            atoms.append(part)
    expanded = _expand(atoms)
    if len(expanded) == 1 and expanded[0] == atoms:
        return []
    return [_parts(word, parts[0]) for word in expanded]


def _expand(atoms: list[Atom]) -> list[list[Atom]]:
    start = 0
    while True:
        found = _find_list(atoms, start)
        if found is None:
            return [atoms]
        opened, closed, commas = found
        if commas:
            choices = [
                choice
                for begin, end in zip([opened, *commas], [*commas, closed], strict=True)
                for choice in _expand(atoms[begin + 1 : end])
            ]
        else:
            choices = _range(atoms[opened + 1 : closed])
        if choices:
            break
        start = opened + 1
    head = atoms[:opened]
    tails = _expand(atoms[closed + 1 :])
    if len(choices) * len(tails) > MAXIMUM_WORDS:
        raise SimError("SK302", f"a brace expansion makes more than {MAXIMUM_WORDS} words")
    return [head + choice + tail for choice in choices for tail in tails]


def _find_list(atoms: list[Atom], start: int) -> tuple[int, int, list[int]] | None:
    """The first `{` from `start` that has its `}` and either a comma or `..` between them."""
    unclosed: list[tuple[int, list[int], bool]] = []  # for each `{`: where it is, its commas, whether it has a `..`
    found: tuple[int, int, list[int]] | None = None
    for index in range(start, len(atoms)):
        atom = atoms[index]
        if atom == "{":
            unclosed.append((index, [], False))
            if len(unclosed) > DEEPEST:
                raise RecursionError
        elif not unclosed:
            continue
        elif atom == "}":
            opened, commas, dots = unclosed.pop()
            if (commas or dots) and (found is None or opened < found[0]):
                found = opened, index, commas
            if found is not None and (not unclosed or found[0] < unclosed[0][0]):
                return found
        elif atom == ",":
            unclosed[-1][1].append(index)
        elif atom == "." and atoms[index - 1] == ".":
            unclosed[-1] = (*unclosed[-1][:2], True)
    return found


def _range(inside: list[Atom]) -> list[list[Atom]]:
    if not all(type(atom) is str for atom in inside):
        return []
    match = _RANGE.match("".join(str(atom) for atom in inside))
    if match is None:
        return []
    low, high, first, last, step_text = match.groups()
    step = abs(int(step_text)) if step_text else 1
    step = step or 1
    if first:
        begin, end = ord(first), ord(last)
    else:
        begin, end = int(low), int(high)
    if abs(end - begin) // step > MAXIMUM_WORDS:
        raise SimError("SK302", f"a brace expansion makes more than {MAXIMUM_WORDS} words")
    numbers = range(begin, end + 1, step) if begin <= end else range(begin, end - 1, -step)
    if first:
        return [[_letter(number)] for number in numbers]
    padded = any(re.match(r"-?0\d", text) for text in (low, high))
    width = max(len(low), len(high)) if padded else 0
    return [list(f"{number:0{width}d}") for number in numbers]


def _letter(number: int) -> Atom:
    """The letters between Z and a are punctuation, quoted: bash leaves them without a meaning of their own."""
    character = chr(number)
    if character == "\\":
        character = ""  # the backslash itself quotes nothing, and is gone
    return character if character.isalpha() else Quoted(0, 0, character, "\\")


def _parts(atoms: list[Atom], near: Part) -> tuple[Part, ...]:
    parts: list[Part] = []
    text: list[str] = []
    for atom in atoms:
        if isinstance(atom, str):
            text.append(atom)
            continue
        if text:
            parts.append(Literal(near.line, near.column, "".join(text)))
            text = []
        parts.append(atom)
    if text:
        parts.append(Literal(near.line, near.column, "".join(text)))
    return _with_longer_names(parts)


def _with_longer_names(parts: list[Part]) -> tuple[Part, ...]:
    """Braces expand before parameters: `$a{0,1}` is `$a0 $a1`."""
    for index in range(len(parts) - 1):
        part, following = parts[index], parts[index + 1]
        if type(part) is not Parameter or part.source != f"${part.name}" or type(following) is not Literal:
            continue
        more = _NAME_LETTERS.match(following.text)
        if more and (part.name[0].isalpha() or part.name[0] == "_"):
            name = part.name + more.group()
            rest = Literal(following.line, following.column, following.text[more.end() :])
            parts[index : index + 2] = [Parameter(part.line, part.column, name, f"${name}"), rest]
    return tuple(part for part in parts if type(part) is not Literal or part.text)
