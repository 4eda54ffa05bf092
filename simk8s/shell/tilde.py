"""What `~` and `~user` stand for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell

_STACKED = re.compile(r"[-+]?\d+\Z")


def home(shell: Shell, user: str) -> str:
    """What `~user` stands for; unchanged where there is no such user."""
    if not user:
        given = shell.get("HOME")
        return given if given is not None else "/root" if shell.process.uid == 0 else "/"
    if user == "+":
        return shell.get("PWD") or shell.process.cwd
    if user == "-":
        return shell.get("OLDPWD") or "~-"
    if _STACKED.match(user):
        stack = [shell.process.cwd, *shell.directories]
        index = len(stack) - 1 - int(user[1:]) if user[0] == "-" else int(user)
        return stack[index] if 0 <= index < len(stack) else f"~{user}"
    for line in shell.process.peek("/etc/passwd").decode("utf-8", "replace").splitlines():
        fields_of_line = line.split(":")
        if len(fields_of_line) > 5 and fields_of_line[0] == user:
            return fields_of_line[5]
    return "/root" if user == "root" else f"~{user}"
