"""Prompts, `PS4` and `${x@P}`: backslash escapes, then what expands in double quotes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from simk8s.shell import expansion
from simk8s.shell.syntax.context import DOCUMENT
from simk8s.shell.syntax.grammar import read_nested
from simk8s.shell.syntax.reader import Reader
from simk8s.shell.syntax.word import read_parts
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell


def expand_prompt(shell: Shell, text: str) -> Run[str]:
    """A prompt as it is shown; `$?` is what it was, and nothing in it is traced."""
    text = _decoded(shell, text)
    if not shell.options.get("promptvars") or not {"$", "`", "\\"} & set(text):
        return text
    status, xtrace = shell.status, shell.options.xtrace
    shell.options.xtrace = False
    parts = read_parts(Reader(text, shell.dialect, nested=read_nested), DOCUMENT)
    shown = yield from expansion.expand_quoted(shell, parts)
    shell.options.xtrace = xtrace
    shell.status = status
    return shown


def _decoded(shell: Shell, text: str) -> str:
    r"""`\u`, `\h`, `\w` and their like; other escapes as written."""

    def value(match: re.Match[str]) -> str:
        letter = match.group(1)
        home = shell.get("HOME") or ""
        cwd = shell.process.cwd
        short = "~" + cwd[len(home) :] if home and (cwd == home or cwd.startswith(home + "/")) else cwd
        known = {
            "u": "root" if shell.process.uid == 0 else str(shell.process.uid),
            "h": shell.process.machine.hostname.split(".")[0],
            "H": shell.process.machine.hostname,
            "w": _trimmed(short, shell.get("PROMPT_DIRTRIM") or ""),
            "W": "~" if short == "~" else cwd.rsplit("/", 1)[-1] or "/",
            "s": shell.name.rsplit("/", 1)[-1],
            "$": "#" if shell.process.uid == 0 else "$",
            "n": "\n",
            "\\": "\\\\" if shell.options.get("promptvars") else "\\",
            "v": "5.2",
            "V": "5.2.15",
            "j": str(len(shell.jobs)),
            "[": "",
            "]": "",
            "a": "\a",
            "e": "\x1b",
            "t": shell.process.sim.datetime.strftime("%H:%M:%S"),
            "T": shell.process.sim.datetime.strftime("%I:%M:%S"),
            "@": shell.process.sim.datetime.strftime("%I:%M %p"),
            "A": shell.process.sim.datetime.strftime("%H:%M"),
            "d": shell.process.sim.datetime.strftime("%a %b %d"),
            "l": "tty",
            "r": "\r",
            "!": str(len(shell.history) + 1),
            "#": "1" if shell.interactive else "0",
        }
        if letter.isdigit():
            return chr(int(letter, 8))
        if letter.startswith("D{"):
            return shell.process.sim.datetime.strftime(letter[2:-1] or "%X")
        return known.get(letter, match.group())

    return re.sub(r"\\([0-7]{3}|D\{[^}]*\}|.)", value, text, flags=re.DOTALL)


def _trimmed(path: str, count: str) -> str:
    """The last directories only, as PROMPT_DIRTRIM wants, where that is shorter."""
    kept = int(count) if count.isdecimal() else 0
    start = "~/" if path.startswith("~/") else ""
    names = path.removeprefix(start).split("/")
    shorter = f"{start}.../{'/'.join(names[-kept:])}"
    return shorter if 0 < kept < len(names) and len(shorter) < len(path) else path
