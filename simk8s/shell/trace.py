"""`set -x`: what is about to run, behind PS4, on standard error."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from simk8s.shell.locale import in_locale
from simk8s.shell.prompt import expand_prompt
from simk8s.shell.quote import traced_word
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell


def show_words(shell: Shell, words: Sequence[str]) -> Run[None]:
    """A simple command, each word quoted where it must be."""
    if shell.dialect.name == "dash":
        return show_line(shell, " ".join(words))
    return show_line(shell, " ".join([traced_word(in_locale(shell, word)) for word in words]))


def show_line(shell: Shell, text: str) -> Run[None]:
    prefix = shell.get("PS4") or ""
    if prefix != "+ ":
        prefix = yield from expand_prompt(shell, prefix)
    if not shell.dialect.almquist:
        prefix = prefix[:1] * shell.trace_depth + prefix  # once more for each level of `$( )` and `eval`
    fd = shell.get("BASH_XTRACEFD") if "BASH_XTRACEFD" in shell.names else None
    yield from shell.write(int(fd) if fd and fd.isdecimal() else 2, f"{prefix}{text}\n")


def show_test(shell: Shell, parts: Sequence[str], inverted: bool) -> Run[None]:
    """One test of `[[ ]]`."""
    return show_line(shell, f"[[ {'! ' if inverted else ''}{' '.join(parts)} ]]")


def test_word(text: str) -> str:
    return text or "''"
