"""What the first run in a process imports, parses and remembers: a child that is forked later starts with all of it."""

from __future__ import annotations

import simk8s.kubectl.get  # noqa: F401  # what tells of a bad end: no crash-free run comes to one
from simk8s.checker.known import Known
from simk8s.checker.setup import Setup
from simk8s.checker.walk import Walk

_warm_for: list[Setup] = []


def note(setup: Setup) -> None:
    """This process has just been through the crash-free run."""
    _warm_for[:] = [setup]


def up(setup: Setup) -> None:
    """Go through the crash-free run for nothing else, unless this process has."""
    if setup not in _warm_for:
        Walk(setup, Known(), lambda *_: None).run()
        note(setup)
