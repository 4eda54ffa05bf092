"""What a person does to a cluster at a moment: a fault, or a kubectl command. It makes a branch of the run."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simk8s.cluster import Cluster, Printed
from simk8s.cluster.recording import rerun, start
from simk8s.errors import SimError
from simk8s.tui.run import Run
from simk8s.world import Chronicle


@dataclass(frozen=True, slots=True)
class Deed:
    """One action on a cluster. `verb` is kill, power_off, power_on or kubectl; `arguments` are those of the Cluster."""

    verb: str
    arguments: Mapping[str, Any]

    def do(self, cluster: Cluster) -> Printed | None:
        """Do it. What kubectl printed is returned. Raises SimError."""
        arguments = dict(self.arguments)
        match self.verb:
            case "kill":
                cluster.kill(arguments["pod"], arguments["container"], namespace=arguments["namespace"])
            case "power_off":
                cluster.power_off(arguments["node"])
            case "power_on":
                cluster.power_on(arguments["node"])
            case "kubectl":
                return cluster.kubectl(arguments["argv"], folder=arguments.get("folder", "."))
        return None

    def __str__(self) -> str:
        match self.verb:
            case "kill":
                return f"kill {self.arguments['pod']}/{self.arguments['container']}"
            case "power_off":
                return f"power off {self.arguments['node']}"
            case "power_on":
                return f"power on {self.arguments['node']}"
        return f"kubectl {shlex.join(self.arguments['argv'])}"


def kill(pod: str, container: str, namespace: str = "default") -> Deed:
    """SIGKILL for the main process of a container."""
    return Deed("kill", {"pod": pod, "container": container, "namespace": namespace})


def power(node: str, *, on: bool) -> Deed:
    """A node loses its power, or boots again."""
    return Deed("power_on" if on else "power_off", {"node": node})


def kubectl(command: str) -> Deed:
    """A kubectl command, without the word kubectl. Raises SimError SK503 where its quotes do not match."""
    try:
        return Deed("kubectl", {"argv": shlex.split(command)})
    except ValueError as error:
        raise SimError("SK503", f"{command!r}: {error}", hint="close the quotes") from error


def twin_at(run: Run, seq: int) -> Cluster:
    """A cluster in which everything up to a record is as it was in a run. Raises SimError SK515 if no one knows how."""
    if not run.inputs:
        raise SimError(
            "SK515",
            "this trace does not say what its run was made of, so nothing can be done in it",
            hint="save one with `simk8s run PATH --trace FILE`",
        )
    cluster = start(run.inputs)
    rerun(cluster, run.inputs["actions"], seq)
    return cluster


def changed_anything(chronicle: Chronicle, since: int) -> bool:
    """Whether kubectl did more than look, after a record."""
    looks = ("kubectl",)
    return any(
        record.actor == "kubectl" and record.verb not in looks for record in chronicle.records[max(since + 1, 0) :]
    )
