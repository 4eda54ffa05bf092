"""What no script can make grow without end: the limits, and the errors that tell of them.

Real shells have none of these; there the machine's memory ends first, and everything with it. Who raises one need not
know where in the script it was: the shell's `life` adds the line that it was running.
"""

from __future__ import annotations

from simk8s.errors import SimError

LONGEST_TEXT = 1 << 26
"""The characters of one value, word or output of a command substitution: SK306. Memory limits end it sooner."""

DEEPEST_CALLS = 1_000
"""Functions inside functions: SK303. With FUNCNEST a script may set itself a lower limit, as in bash."""

MOST_WORDS = 1_000_000
"""The words of one command, the elements of one array: SK302."""


def together(texts: list[str]) -> str:
    """Texts as one. Each keeps to the limit, so only many of them can make something that no memory holds."""
    if len(texts) > 4 and sum(map(len, texts)) > LONGEST_TEXT:
        raise too_long("a word")
    return "".join(texts)


def too_long(what: str) -> SimError:
    return SimError(
        "SK306",
        f"{what} is longer than {LONGEST_TEXT >> 20} million characters",
        hint="let large data go through files or pipes, not through variables",
    )


def too_many(what: str) -> SimError:
    return SimError("SK302", f"{what} has more than {MOST_WORDS} words", hint="take them in smaller portions")


def too_deep(what: str) -> SimError:
    return SimError(
        "SK303",
        f"{what} nests too deeply",
        hint="is there a function, a file or an `eval` that never stops running itself?",
    )
