"""The commands that the shell runs itself, a family to a module."""

from simk8s.shell.builtins import (
    declaring,
    directories,
    directory_stack,
    flow,
    jobs,
    lookup,
    mapping,
    output,
    reading,
    refused,
    settings,
    testing,
    trapping,
)
from simk8s.shell.builtins.registry import BUILTINS, SPECIAL

__all__ = [
    "BUILTINS",
    "SPECIAL",
    "declaring",
    "directories",
    "directory_stack",
    "flow",
    "jobs",
    "lookup",
    "mapping",
    "output",
    "reading",
    "refused",
    "settings",
    "testing",
    "trapping",
]
