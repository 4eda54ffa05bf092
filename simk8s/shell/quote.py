"""Text as the shell writes it so that it can be read back: `%q`, `${x@Q}`, `set -x`, `declare -p`, `trap -p`."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell
    from simk8s.shell.variables import Variable

_SAFE = re.compile(r"[A-Za-z0-9%+./:=@_#~-]+\Z")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\udc80-\udcff]")
_ANSI_NAMES = {
    "\a": "\\a",
    "\b": "\\b",
    "\x1b": "\\E",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
    "\\": "\\\\",
    "'": "\\'",
}


def ansi_quoted(text: str) -> str:
    """`$'...'`"""
    return "$'" + "".join(_ANSI_NAMES.get(c) or _visible(c) for c in text) + "'"


def _visible(character: str) -> str:
    code = ord(character)
    if code < 0x20 or code == 0x7F:
        return f"\\{code:03o}"
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\{code - 0xDC00:03o}"
    return character


def has_control(text: str) -> bool:
    return _CONTROL.search(text) is not None


def single_quoted(text: str) -> str:
    """`'...'`, with `'\\''` for each single quote."""
    return "'" + text.replace("'", "'\\''") + "'"


def quoted_word(text: str) -> str:
    """As `printf %q` writes it: backslashes, or `$'...'` for control characters."""
    if not text:
        return "''"
    if has_control(text):
        return ansi_quoted(text)
    if _SAFE.match(text) and text[0] not in "~#" and "=~" not in text and ":~" not in text:
        return text
    result = []
    for index, character in enumerate(text):
        special = character in _BACKSLASHED or (
            character in "#~" and (index == 0 or (character == "~" and text[index - 1] in ":="))
        )
        result.append("\\" + character if special else character)
    return "".join(result)


_BACKSLASHED = frozenset(" \t\n'\"\\|&;()<>!{}*[]?^$`,")


def quoted_value(text: str) -> str:
    """As `${x@Q}` writes it."""
    return ansi_quoted(text) if has_control(text) else single_quoted(text)


@lru_cache(maxsize=1024)  # scripts say the same again and again
def traced_word(text: str) -> str:
    """As `set -x` shows a word: quoted only where that is needed."""
    if not text:
        return "''"
    if _needs_quotes(text):
        return _contracted(text)
    return ansi_quoted(text) if has_control(text) else text


def _contracted(text: str) -> str:
    """Single quotes; a lone quote is `\\'`, as bash's sh_single_quote writes it."""
    return "\\'" if text == "'" else single_quoted(text)


def _needs_quotes(text: str) -> bool:
    if _PLAIN.match(text):
        return False
    for index, character in enumerate(text):
        if character in _SHELL_META:
            return True
        if character == "#" and index == 0:
            return True
        if character == "~" and (index == 0 or text[index - 1] in ":="):
            return True
    return False


_PLAIN = re.compile(r"[A-Za-z0-9%+,./:=@_-]*\Z")
_SHELL_META = frozenset(" \t\n'\"\\|&;()<>!{}*[]?^$`")


def declared_value(text: str) -> str:
    """As `declare -p` writes a value: in double quotes, or `$'...'`."""
    if has_control(text):
        return ansi_quoted(text)
    return '"' + re.sub(r'([$`"\\])', r"\\\1", text) + '"'


def assigned_value(text: str, *, plain: bool) -> str:
    """As `set` lists a variable's value. `plain`: without `$'...'`, as POSIX wants it."""
    if not text:
        return ""
    if has_control(text) and not plain:
        return ansi_quoted(text)
    return _contracted(text) if _needs_quotes(text) else text


def double_quoted(text: str) -> str:
    return '"' + re.sub(r'([$`"\\])', r"\\\1", text) + '"'


def key(text: str) -> str:
    """A subscript of an associative array as `declare -p` writes it."""
    if has_control(text):
        return ansi_quoted(text)
    if not text or not _PLAIN_KEY.match(text):
        return double_quoted(text)
    return text


_PLAIN_KEY = re.compile(r"[A-Za-z0-9%+,./:=_#-]*\Z")


def array_value(shell: Shell, variable: Variable) -> str:
    """An array as `declare -p` writes it: `([0]="a" [1]="b")`."""
    shown = " ".join(
        f"[{key(str(k)) if variable.associative else k}]={declared_value(value)}"
        for k, value in variable.ordered(shell)
    )
    return f"({shown}{' ' if variable.associative and shown else ''})"
