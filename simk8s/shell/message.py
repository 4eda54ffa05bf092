"""The ash family's words for what goes wrong: dash's and busybox's messages in place of bash's."""

from __future__ import annotations

import re

from simk8s.shell.syntax.dialect import Dialect
from simk8s.shell.syntax.reader import ShellSyntaxError

_WORDS: tuple[tuple[re.Pattern[str], str, str], ...] = tuple(
    (re.compile(bash, re.DOTALL), dash, ash)
    for bash, dash, ash in (
        (r"(.*): command not found\Z", r"\1: not found", r"\1: not found"),
        (r"cd: (.*): (No such file or directory|Not a directory)\Z", r"cd: can't cd to \1", r"cd: can't cd to \1: \2"),
        (r"(test|\[): (.*): integer expression expected\Z", r"\1: Illegal number: \2", r"\2: bad number"),
        (
            r"(test|\[): (.*): (unary operator expected|binary operator expected)\Z",
            r"\1: \2: unexpected operator",
            r"\2: unknown operand",
        ),
        (
            r'(.*): division by 0 \(error token is ".*"\)\Z',
            r'arithmetic expression: division by zero: "\1"',
            "divide by zero",
        ),
        (
            r'(.*?): [^:"]*(: [^:"]*)? \(error token is ".*"\)\Z',
            r'arithmetic expression: expecting primary: "\1"',
            "arithmetic syntax error",
        ),
        (r"(.*): readonly variable\Z", r"\1: is read only", r"\1: is read only"),
        (r"(.*): unbound variable\Z", r"\1: parameter not set", r"\1: parameter not set"),
        (r"(.*): parameter null or not set\Z", r"\1: parameter not set or null", r"\1: parameter not set or null"),
        (r".*: bad substitution\Z", "Bad substitution", "bad substitution"),
        (r"printf: (.*): invalid number\Z", r"printf: \1: expected numeric value", r"printf: invalid number '\1'"),
        (
            r"(source|\.): (.*): No such file or directory\Z",
            r"\1: cannot open \2: No such file",
            r"\1: can't open '\2': No such file or directory",
        ),
        (
            r"trap: (.*): invalid signal specification\Z",
            r"trap: \1: bad trap",
            r"trap: \1: invalid signal specification",
        ),
        (r"(.*): cannot overwrite existing file\Z", r"cannot create \1: File exists", r"can't create \1: File exists"),
        (r"\$(\d+): (parameter not set|unbound variable)\Z", r"\1: parameter not set", r"\1: parameter not set"),
        (r"kill: (.*): invalid signal specification\Z", r"kill: Illegal option -\1", r"kill: invalid signal '\1'"),
        (
            r"(exit|return|shift): (.*): numeric argument required\Z",
            r"\1: Illegal number: \2",
            r"\1: Illegal number: \2",
        ),
    )
)


def in_ash_words(dialect: Dialect, message: str) -> str:
    """bash's message as dash or busybox's ash would say it."""
    for bash, dash, ash in _WORDS:
        if bash.match(message):
            return bash.sub(dash if dialect.name == "dash" else ash, message)
    return message


def cannot_open(dialect: Dialect, path: str, text: str, *, writing: bool) -> str:
    """Why a redirection failed."""
    missing = text in ("No such file or directory", "Not a directory")
    if dialect.name == "dash":
        what = ("Directory nonexistent" if writing else "No such file") if missing else text
        return f"cannot {'create' if writing else 'open'} {path}: {what}"
    what = ("nonexistent directory" if writing else "no such file") if missing else text
    return f"can't {'create' if writing else 'open'} {path}: {what}"


def syntax_error(error: ShellSyntaxError, dialect: Dialect) -> str:
    """A syntax error in the words of the ash family."""
    message = error.message
    expected = f' (expecting "{error.expected}")' if error.expected else ""
    if "near unexpected token" in message:
        token = message.split("`", 1)[1][:-1]
        found = "newline" if token == "newline" else f'"{token}"'
    elif "matching `)'" in message:
        found, expected = "end of file", ' (expecting ")")'
    elif "matching" in message:
        return (
            "Syntax error: Unterminated quoted string"
            if dialect.name == "dash"
            else "syntax error: unterminated quoted string"
        )
    else:
        found = "end of file"
    if dialect.name == "dash":
        return f"Syntax error: {found} unexpected{expected}"
    return f"syntax error: unexpected {found}{expected}"
