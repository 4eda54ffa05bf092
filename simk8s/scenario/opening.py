"""What a PATH stands for: a saved trace, or something to run first. All faces open it in the same way."""

from __future__ import annotations

from pathlib import Path

from simk8s.scenario import loading
from simk8s.scenario.document import Scenario
from simk8s.scenario.running import Runner
from simk8s.world import Chronicle, open

_BEGINNING = b'{"format"'
"""How a saved trace begins, as no manifest does."""


def history_of(path: str, seed: int | None, addons: tuple[str, ...] = ()) -> Chronicle:
    """The history of a saved trace, or of a scenario or manifests, which are run silently. Raises SimError."""
    if is_trace(path):
        return open(Path(path))
    runner = Runner(scenario_of(path, addons), seed=seed)
    for _ in runner.steps():
        pass
    return runner.cluster.history


def scenario_of(path: str, addons: tuple[str, ...] = ()) -> Scenario:
    """The scenario of a file or of that name, or the one that bare manifests stand for. Raises SimError."""
    path = loading.find(path)
    if Path(path).is_dir() or not loading.is_scenario(path):
        return loading.of_manifests([path], cluster={"addons": list(addons)} if addons else {})
    return loading.load(path)


def is_trace(path: str) -> bool:
    """Whether the file is a saved history. A file that cannot be read is left to whoever opens it next."""
    try:
        with Path(path).open("rb") as file:
            return file.read(len(_BEGINNING)) == _BEGINNING
    except OSError:
        return False
