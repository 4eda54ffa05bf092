"""Watches every container of a world and tells of each crash point right before it is passed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from simk8s.errors import Place
from simk8s.faults.point import CrashPoint
from simk8s.faults.substep import LASTING, STATEMENT, Substeps
from simk8s.machine import Process
from simk8s.node.container import Container
from simk8s.node.local_pod import LocalPod
from simk8s.node.node import Site

Visit: TypeAlias = Callable[[CrashPoint], None]
"""Called before a crash point is passed: the process may be killed there, and then it is not passed."""

Name: TypeAlias = tuple[str, str, str]
"""Namespace, Pod, container."""


class Tracer:
    """Numbers the commands of all containers that start from now on, and calls its visitors at their crash points.

    It costs time only while somebody visits.
    """

    def __init__(self, site: Site) -> None:
        self.visitors: list[Visit] = []
        self.starts: dict[Name, int] = {}
        """How often each container has been started, over all Pods that have had its name."""
        self.watched: dict[Name, int] = {}
        """The latest start of each container whose commands are numbered."""
        site.container_hooks.append(self._follow)

    def visit(self, visitor: Visit) -> None:
        """Tell `visitor` of the crash points of every container that starts from now on."""
        self.visitors.append(visitor)

    def leave(self, visitor: Visit) -> None:
        self.visitors.remove(visitor)

    def _follow(self, local: LocalPod, container: Container) -> None:
        name = (local.key.namespace, local.key.name, container.name)
        start = self.starts[name] = self.starts.get(name, 0) + 1
        if self.visitors:
            self.watched[name] = start
            _Watch(self, name, start, container)


@dataclass(frozen=True, slots=True)
class _Command:
    """A command that was announced: its numbers (see `CrashPoint`), its text and its place."""

    index: int
    subshell: int
    text: str
    place: Place


class _Watch:
    """One instance of a container being watched."""

    def __init__(self, tracer: Tracer, name: Name, start: int, container: Container) -> None:
        self.tracer = tracer
        self.name = name
        self.start = start
        self.own = f"{container.blueprint.root_name}:"
        self.count = 0
        """How many commands the main shell itself has come to."""
        self.in_subshells: Counter[int] = Counter()
        """By command of the main shell, how many its subshells have come to."""
        self.commands = [_Command(0, 0, "", Place(container.blueprint.reference, 0))]
        """All of them in the order in which they came; a process knows its command by the place in this list."""
        self.substeps: dict[int, Substeps] = {}
        container.machine.before_command = self._before_command
        container.machine.before_step = self._before_step

    def _before_command(self, process: Process, text: str, place: Place) -> None:
        if not process.is_main_shell:
            return
        index = self.commands[process.command_index].index
        if process.pid == 1:
            self.count = index = self.count + 1
        else:  # as bash's DEBUG trap counts: what it counts in a subshell is lost with that
            self.in_subshells[index] += 1
        process.command_index = len(self.commands)
        self.commands.append(_Command(index, self.in_subshells[index], text, place))
        self._tell(process.command_index)

    def _before_step(self, process: Process, verb: str, object: str) -> None:
        if verb not in LASTING and verb != STATEMENT:
            return
        index = process.command_index
        if index < 0 or object.startswith(self.own):
            return  # a probe's or a person's process; the container's own layer is lost with it
        steps = self.substeps.get(index)
        if steps is None:
            steps = self.substeps[index] = Substeps()
        program = process.argv[0].rpartition("/")[2]
        stage = process.stage
        is_first = stage not in steps.stages
        steps.stages.add(stage)
        where = steps.name(program, stage, verb, object)
        if where is not None:
            self._tell(index, where, stage, is_first or not stage)

    def _tell(self, number: int, where: str = "before", stage: str = "", is_first: bool = True) -> None:
        if not self.tracer.visitors:
            return
        here = self.commands[number]
        file, line = here.place.file, here.place.line
        point = CrashPoint(
            *self.name, self.start, here.index, here.text, file, line, where, stage, is_first, here.subshell
        )
        for visitor in list(self.tracer.visitors):
            visitor(point)
