"""Prompt escapes, for `${x@P}`: the few that mean something without a person at a terminal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell


def expand_prompt(shell: Shell, text: str) -> str:
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
            "w": short,
            "W": "~" if short == "~" else cwd.rsplit("/", 1)[-1] or "/",
            "s": shell.name.rsplit("/", 1)[-1],
            "$": "#" if shell.process.uid == 0 else "$",
            "n": "\n",
            "\\": "\\",
            "v": "5.2",
            "V": "5.2.15",
            "j": "0",
            "[": "",
            "]": "",
            "a": "\a",
            "e": "\x1b",
            "t": shell.process.sim.datetime.strftime("%H:%M:%S"),
            "d": shell.process.sim.datetime.strftime("%a %b %d"),
        }
        return known.get(letter, match.group())

    return re.sub(r"\\(.)", value, text)
