"""Which module holds which programs. A module is imported when one of its programs first runs."""

from __future__ import annotations

from importlib import import_module

from simk8s.machine import PROGRAMS, Main, Process
from simk8s.sim import Run

MODULES: dict[str, str] = {
    "unmodelled": "unmodelled",
}
"""Module below this package -> names of its programs, separated by blanks."""


def names_of_programs() -> list[str]:
    """The names of all programs of this floor that stand for real ones, sorted."""
    return sorted(name for names in MODULES.values() for name in names.split() if name != "unmodelled")


def register() -> None:
    """Put every program into the machine's table, as a promise to import its module."""
    for module, names in MODULES.items():
        for name in names.split():
            PROGRAMS.setdefault(name, _promise(f"{__package__}.{module}", name))


def _promise(module: str, name: str) -> Main:
    def main(process: Process) -> Run[int]:
        import_module(module)
        return PROGRAMS[name](process)

    return main
