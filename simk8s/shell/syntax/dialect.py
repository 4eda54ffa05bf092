"""Which language a shell speaks: what bash, POSIX sh, busybox ash and dash accept and refuse."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, eq=False)
class Dialect:
    """What the parser recognises. What it does not recognise is ordinary text, as in the shell of that name."""

    name: str
    double_bracket: bool = True
    """`[[ ]]` is a compound command of its own, not just a command's name."""
    arrays: bool = True
    ansi_quotes: bool = True
    """`$'...'`"""
    substring: bool = True
    """`${x:1:2}` and `${x/a/b}`"""
    case_change: bool = True
    """`${x^}`, `${x@Q}`, `${!x}`"""
    ampersand_redirect: bool = True
    """`&>` and `&>>`"""
    here_string: bool = True
    process_substitution: bool = True
    function_keyword: bool = True
    brace_expansion: bool = True
    arithmetic_command: bool = True
    """`(( ))` and `for (( ; ; ))`"""
    select: bool = True
    pipe_both: bool = True
    """`|&`"""
    case_fallthrough: bool = True
    """`;&` and `;;&`"""
    time_keyword: bool = True
    file_substitution: bool = True
    """`$(<file)`"""
    posix: bool = False
    """The special rules of POSIX mode: special built-ins, a fatal error where bash goes on, no tilde in `a=~` words."""
    almquist: bool = False
    """Messages and built-ins are those of the ash family."""


BASH = Dialect("bash")

POSIX = Dialect("sh", posix=True)
"""bash called as `sh`: it still reads all of bash's syntax."""

ASH = Dialect(
    "ash",
    double_bracket=False,
    arrays=False,
    case_change=False,
    process_substitution=False,
    here_string=False,
    brace_expansion=False,
    arithmetic_command=False,
    select=False,
    pipe_both=False,
    case_fallthrough=False,
    file_substitution=False,
    posix=True,
    almquist=True,
)

DASH = Dialect(
    "dash",
    double_bracket=False,
    arrays=False,
    ansi_quotes=False,
    substring=False,
    case_change=False,
    ampersand_redirect=False,
    here_string=False,
    process_substitution=False,
    function_keyword=False,
    brace_expansion=False,
    arithmetic_command=False,
    select=False,
    pipe_both=False,
    case_fallthrough=False,
    time_keyword=False,
    file_substitution=False,
    posix=True,
    almquist=True,
)

DIALECTS = {"bash": BASH, "sh": POSIX, "ash": ASH, "dash": DASH}
