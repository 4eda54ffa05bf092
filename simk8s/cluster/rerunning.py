"""What people did to a run, done again from its recording: all of it, or up to a record or a moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from simk8s.cluster.manifests import Source
from simk8s.cluster.recording import Recording
from simk8s.errors import SimError
from simk8s.faults import Fault
from simk8s.machine.content import from_json


class Rerunnable(Protocol):
    """What can be done to a cluster again; see `Cluster`."""

    @property
    def now(self) -> float: ...
    @property
    def recording(self) -> Recording: ...
    def apply_sources(self, texts: Sequence[Source]) -> None: ...
    def run(self, until: str | float | None, *, timeout: float | None) -> object: ...
    def kubectl(self, command: Sequence[str], *, stdin: bytes, folder: Path) -> object: ...
    def inject(self, *faults: Fault) -> None: ...
    def reseed(self, seed: int) -> None: ...
    def advance(self, moment: float) -> None: ...
    def step_until(self, last: int) -> None: ...
    def begin_apply(self, texts: Sequence[Source]) -> None: ...
    def begin_kubectl(self, argv: Sequence[str], stdin: bytes, folder: Path) -> None: ...


_INSTANT = ("inject", "reseed")


def rerun(
    cluster: Rerunnable,
    actions: Sequence[Mapping[str, Any]],
    last: int | None = None,
    moment: float = float("inf"),
) -> None:
    """Do the actions again; up to and with record `last`, the action that this falls into is broken off there.

    So is the one that `moment` falls into: time may have passed in it after its last record.
    """
    begins = [action["time"] for action in actions]
    for action, following in zip(actions, [*begins[1:], float("inf")], strict=False):
        if last is not None and action["from"] > last:
            return
        end = action.get("until")
        is_cut = last is not None and (action.get("to", last + 2) > last + 1 or following > moment)
        if end is None and is_cut and action["verb"] not in _INSTANT:
            end = last
        try:
            if end is None:
                _do(cluster, action)
            else:
                _begin(cluster, action, end if last is None else min(end, last))
        except SimError:  # as the first time
            pass


def _do(cluster: Rerunnable, action: Mapping[str, Any]) -> None:
    match action["verb"]:
        case "apply":
            cluster.apply_sources([Source(*source) for source in action["sources"]])
        case "run":
            cluster.run(action["until_what"], timeout=action["timeout"])
        case "kubectl":
            with _folder(action["files"]) as folder:
                cluster.kubectl(action["argv"], stdin=bytes(from_json(action["stdin"])), folder=folder)
        case "inject":
            cluster.inject(Fault.from_plain(action["fault"]))
        case "reseed":
            cluster.reseed(action["seed"])
        case "advance":
            cluster.advance(action["moment"])


def _begin(cluster: Rerunnable, action: Mapping[str, Any], last: int) -> None:
    """As `_do`, but come back right after record `last`. A command that is under way then goes on by itself."""
    known = {key: value for key, value in action.items() if key not in ("verb", "time", "from", "to", "until")}
    with cluster.recording.action(action["verb"], cluster.now, **known, until=last):
        match action["verb"]:
            case "apply":
                cluster.begin_apply([Source(*source) for source in action["sources"]])
            case "kubectl":
                with _folder(action["files"]) as folder:
                    cluster.begin_kubectl(action["argv"], bytes(from_json(action["stdin"])), folder)
                    cluster.step_until(last)
        cluster.step_until(last)


@contextmanager
def _folder(files: Mapping[str, Any]) -> Iterator[Path]:
    """A folder with what the command read the first time."""
    with TemporaryDirectory(prefix="simk8s-") as name:
        for path, data in files.items():
            target = Path(name, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(bytes(from_json(data)))
        yield Path(name)
