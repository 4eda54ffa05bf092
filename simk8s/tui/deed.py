"""What a person does to a cluster at a moment: a fault, or a kubectl command. It makes a branch of the run."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from simk8s.api.resources import NoMatch, Registry
from simk8s.cluster import Cluster, Printed
from simk8s.cluster.rerunning import rerun
from simk8s.errors import SimError
from simk8s.faults import Fault
from simk8s.tui.run import Run
from simk8s.world import Chronicle


@dataclass(frozen=True, slots=True)
class Kubectl:
    """A kubectl command, as an argument list without the word kubectl. Relative paths start from `folder`."""

    argv: tuple[str, ...]
    folder: str = "."

    def __str__(self) -> str:
        return f"kubectl {shlex.join(self.argv)}"


Deed = Fault | Kubectl


def do(deed: Deed, cluster: Cluster) -> Printed | None:
    """Do it; what kubectl printed is returned. Raises SimError."""
    if isinstance(deed, Kubectl):
        return cluster.kubectl(deed.argv, folder=deed.folder)
    cluster.inject(deed)
    return None


def typed(command: str) -> Kubectl:
    """What a person typed at the prompt: a command, or only a kind to be listed, as in k9s (`pods`).

    Raises SimError SK503 where its quotes do not match.
    """
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise SimError("SK503", f"{command!r}: {error}", hint="close the quotes") from error
    if words[:1] == ["kubectl"]:
        words = words[1:]
    if words and _is_kind(words[0]):
        words = ["get", *words]
    return Kubectl(tuple(words))


def _is_kind(word: str) -> bool:
    try:
        Registry().typed(word.partition("/")[0])
    except NoMatch:
        return False
    return True


def twin_at(run: Run, seq: int) -> Cluster:
    """A cluster in which everything up to a record is as it was in a run. Raises SimError SK515 if no one knows how."""
    if not run.inputs:
        raise SimError(
            "SK515",
            "this trace does not say what its run was made of, so nothing can be done in it",
            hint="save one with `simk8s run PATH --trace FILE`",
        )
    cluster = Cluster.like(run.inputs)
    rerun(cluster, run.inputs["actions"], seq)
    return cluster


def has_changed_anything(chronicle: Chronicle, since: int) -> bool:
    """Whether kubectl did more than look, after a record."""
    return any(
        record.actor == "kubectl" and record.verb != "kubectl" for record in chronicle.records[max(since + 1, 0) :]
    )
