"""One crash: at which point of a script, and what is killed there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from simk8s.faults import AtTime, DeletePod, Fault, Kill, PowerOff
from simk8s.faults.act import AnyAct
from simk8s.faults.point import CrashPoint
from simk8s.node.power import Unsynced

KillKind = Literal["container", "pod", "node"]

BOOT_SECONDS = 30.0
"""A lost node is back after so long: before anybody moves its Pods (NODE-4)."""

SERVING = "serving"
"""The `where` of a container that runs and has no more commands to come."""


@dataclass(frozen=True, slots=True)
class Crash:
    """`killed` is `mysql-1/xtrabackup`, `mysql-1` or `node-2`; `position` counts the points of the crash-free run, and
    `seconds` is when that comes to it. `unsynced` is what a node keeps of what was written and not forced to disk: all,
    as when only its programs are killed, or nothing.
    """

    point: CrashPoint
    position: int
    seconds: float
    kill: KillKind
    killed: str
    unsynced: Unsynced = "kept"

    def act(self) -> AnyAct:
        """What strikes."""
        match self.kill:
            case "container":
                pod, _, container = self.killed.partition("/")
                return Kill(pod=pod, container=container, namespace=self.point.namespace)
            case "pod":
                return DeletePod(pod=self.killed, namespace=self.point.namespace)
            case "node":
                return PowerOff(node=self.killed, unsynced=self.unsynced, back_seconds=BOOT_SECONDS)

    def fault(self) -> Fault:
        """The same as a scenario names it."""
        at = AtTime(seconds=self.seconds) if self.point.where == SERVING else self.point.moment
        return Fault(self.act(), at)

    @property
    def kills_itself(self) -> bool:
        """Whether the container that stands at the point is the one that is killed."""
        return self.killed == f"{self.point.pod}/{self.point.container}"


Numbered = tuple[int, Crash]
"""A crash with its number in the survey."""
