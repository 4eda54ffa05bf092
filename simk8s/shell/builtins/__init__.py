"""The commands that the shell runs itself, a family to a module."""

from simk8s.shell.builtins import (
    completion,
    declaring,
    directories,
    directory_stack,
    flow,
    history,
    jobs,
    keys,
    limits,
    lookup,
    manual,
    mapping,
    output,
    reading,
    settings,
    testing,
    trapping,
)
from simk8s.shell.builtins.registry import BUILTINS, SPECIAL

__all__ = [
    "BUILTINS",
    "SPECIAL",
    "completion",
    "declaring",
    "directories",
    "directory_stack",
    "flow",
    "history",
    "jobs",
    "keys",
    "limits",
    "lookup",
    "manual",
    "mapping",
    "output",
    "reading",
    "settings",
    "testing",
    "trapping",
]
