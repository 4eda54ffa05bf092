"""What a PATH on the command line stands for: a saved trace, or something to run first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simk8s.sim import History

_BEGINNING = b'{"format"'
"""How a saved trace begins, as no manifest does."""


def history_of(path: str, seed: int | None, addons: tuple[str, ...] = ()) -> History:
    """The history of a saved trace, or of a scenario or manifests, which are run silently. Raises SimError."""
    from simk8s.scenario import Runner, loading
    from simk8s.sim import History

    if is_trace(path):
        return History.load(Path(path))
    path = loading.find(path)
    bare = Path(path).is_dir() or not loading.is_scenario(path)
    cluster = {"addons": list(addons)} if addons else {}
    runner = Runner(loading.of_manifests([path], cluster=cluster) if bare else loading.load(path), seed=seed)
    for _ in runner.steps():
        pass
    return runner.cluster.history


def is_trace(path: str) -> bool:
    """Whether the file is a saved history. A file that cannot be read is left to whoever opens it next."""
    try:
        with Path(path).open("rb") as file:
            return file.read(len(_BEGINNING)) == _BEGINNING
    except OSError:
        return False
