"""Tests of acceptance cases report which case they try."""

from __future__ import annotations

import gc
import os
import signal
import sys

import pytest
from hypothesis import settings

from tests.conformance import entries

settings.register_profile("nightly", deadline=None)  # `pytest --hypothesis-profile=nightly` plays many more stories

# The tests are many processes: what one of them has compiled, the others need not compile again.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Who is started in the background of a script, or by nohup, has these ignored, and so would the real bash that scripts
# are compared with: it cannot even set traps for them then.
for number, handler in (
    (signal.SIGINT, signal.default_int_handler),
    (signal.SIGQUIT, signal.SIG_DFL),
    (signal.SIGHUP, signal.SIG_DFL),
):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, handler)


def pytest_collection_finish() -> None:
    """What was collected stays to the end: nobody need look through it for garbage again and again."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish() -> None:
    """Nor at the end, where pytest looks five times: execnet interrupts a worker that takes long to end."""
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    known = {entry.id for entry in entries("cases.txt")}
    for item in items:
        for mark in item.iter_markers("case"):
            (id,) = mark.args
            if id not in known:
                raise pytest.UsageError(f"{item.nodeid}: no case {id} in tests/conformance/cases.txt")
            if id not in item.name and f"{id.lower().replace('-', '_')}_" not in item.name:
                raise pytest.UsageError(f"{item.nodeid}: a test of {id} carries the id in its name")
            item.user_properties.append(("case", id))
