"""`${x@Q}` and the other transformations."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from simk8s.shell import quote
from simk8s.shell.locale import in_locale, lower, upper
from simk8s.shell.syntax.escape import ansi_c
from simk8s.shell.syntax.parts import Parameter

if TYPE_CHECKING:
    from simk8s.shell.held import Held
    from simk8s.shell.shell import Shell


def transformed(shell: Shell, part: Parameter, held: Held) -> list[str]:
    """`${x@Q}` and the other transformations."""
    kind = part.operator[1:]
    variable = held.variable
    if kind == "a":
        letters = variable.letters() if variable is not None else ""
        return [letters for _ in held.values] if held.many else [letters]
    if kind == "A":
        return _as_assignment(shell, part, held)
    if kind in "Kk" and held.many and variable is not None and variable.is_array:
        if kind == "k":
            return [text for key, value in variable.ordered(shell) for text in (str(key), value)]
        shown = [
            f"{quote.key(str(key)) if variable.associative else key} {quote.declared_value(value)}"
            for key, value in variable.ordered(shell)
        ]
        return [" ".join(shown) + (" " if variable.associative else "")]
    change: dict[str, Callable[[str], str]] = {
        "Q": lambda value: quote.quoted_value(in_locale(shell, value)),
        "K": quote.quoted_value,
        "k": quote.quoted_value,
        "E": ansi_c,
        "U": upper,
        "L": lower,
        "u": lambda value: upper(value[:1]) + value[1:],
    }
    return [change[kind](value) for value in held.values]


def _as_assignment(shell: Shell, part: Parameter, held: Held) -> list[str]:
    """One word, or with `@` those that the command consists of."""
    variable = held.variable
    letters = variable.letters() if variable is not None else ""
    if held.many and variable is not None and variable.is_array:
        command = f"declare -{letters} {part.name}"
        words = [command] if held.star else [word for word in _at_each(shell.ifs or " ", command) if word]
        if variable.elements or held.values or not variable.bare:
            words[-1] += f"={quote.array_value(shell, variable)}"
        return words
    if held.many:
        shown = [quote.quoted_value(value) for value in held.values]
        if held.star:
            return [f"set -- {value}" if value is shown[0] else value for value in shown]
        return ["set", "--", *shown] if shown else []
    if not held.is_set:
        return [f"declare -{letters} {part.name}"] if letters else []
    assigned = f"{part.name}={quote.quoted_value(held.values[0])}"
    return [f"declare -{letters} {assigned}" if letters else assigned]


def _at_each(separators: str, text: str) -> list[str]:
    return re.split(f"[{re.escape(separators)}]", text)
