"""`help`: how the shell's own commands are written. Its explanations are not modelled, and it says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simk8s.shell import pattern
from simk8s.shell.builtins.registry import builtin
from simk8s.shell.builtins.usage import USAGE, parse, unmodelled
from simk8s.shell.control import BuiltinError
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell

_LANGUAGE = {
    "%": "job_spec [&]",
    "(( ... ))": "(( expression ))",
    "[[ ... ]]": "[[ expression ]]",
    "case": "case WORD in [PATTERN [| PATTERN]...) COMMANDS ;;]... esac",
    "coproc": "coproc [NAME] command [redirections]",
    "for": "for NAME [in WORDS ... ] ; do COMMANDS; done",
    "for ((": "for (( exp1; exp2; exp3 )); do COMMANDS; done",
    "function": "function name { COMMANDS ; } or name () { COMMANDS ; }",
    "if": "if COMMANDS; then COMMANDS; [ elif COMMANDS; then COMMANDS; ]... [ else COMMANDS; ] fi",
    "select": "select NAME [in WORDS ... ;] do COMMANDS; done",
    "time": "time [-p] pipeline",
    "until": "until COMMANDS; do COMMANDS-2; done",
    "variables": "variables - Names and meanings of some shell variables",
    "while": "while COMMANDS; do COMMANDS-2; done",
    "{ ... }": "{ COMMANDS ; }",
}
"""The topics that are no built-in commands."""

_TOPICS = dict(sorted((USAGE | _LANGUAGE).items()))


@builtin("help")
def show_help(shell: Shell, words: list[str]) -> Run[int]:
    """Print how commands are written: all of `help -s`, the first line of `help TOPIC`."""
    options, patterns = parse(words, "dms")
    letters = {letter for letter, _ in options}
    if not patterns or letters & {"d", "m"}:
        return (yield from unmodelled(shell, "help", "the list of all topics" if not patterns else "-d and -m"))
    lines = []
    if any(sign in patterns[0] for sign in "*?") or ("[" in patterns[0] and "]" in patterns[0]):
        lines = [f"Shell commands matching keyword{'s' * (len(patterns) > 1)} `{', '.join(patterns)}'\n\n"]
    found = [topic for wanted in patterns for topic in _matching(wanted)]
    if not found:
        last = patterns[-1]
        raise BuiltinError(f"no help topics match `{last}'.  Try `help help' or `man -k {last}' or `info {last}'.")
    for topic in found:
        lines.append(f"{topic}: {_TOPICS[topic]}\n")
        if "s" not in letters:
            lines.append("    (what it does is not modelled by simk8s: SK310)\n")
    yield from shell.process.write(1, "".join(lines).encode())
    return 0


def _matching(wanted: str) -> list[str]:
    """The topics of that name or pattern; if there are none, those that begin so."""
    exact = [topic for topic in _TOPICS if topic == wanted or pattern.matches(wanted, topic)]
    return exact or [topic for topic in _TOPICS if topic.startswith(wanted)]
