"""A crash point: a place in a container's life where a kill can fall and leave something of its own behind."""

from __future__ import annotations

from dataclasses import dataclass

from simk8s.faults.moment import AtCommand


@dataclass(frozen=True, slots=True)
class CrashPoint:
    """Right before a simple command, or before one of the steps by which a command changes files or rows.

    `index` counts the main shell's commands from 1 as bash's DEBUG trap does; 0 is a container whose main process is no
    shell. `subshell` counts from 1 what the subshells of that command run, 0 is the command itself. `command` is the
    text as in BASH_COMMAND, `file` and `line` where a person wrote it. `where` is `before`, or names the sub-step;
    `stage` is what a long-running program says it is doing, `is_first_of_stage` the first step of that.
    """

    namespace: str
    pod: str
    container: str
    start: int
    index: int
    command: str
    file: str
    line: int
    where: str = "before"
    stage: str = ""
    is_first_of_stage: bool = True
    subshell: int = 0

    @property
    def moment(self) -> AtCommand:
        """The same place as a fault names it."""
        return AtCommand(
            pod=self.pod,
            container=self.container,
            index=self.index,
            subshell=self.subshell,
            where=self.where,
            start=self.start,
            namespace=self.namespace,
        )
