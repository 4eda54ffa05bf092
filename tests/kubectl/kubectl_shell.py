"""A cluster without a control plane: what is written stays as it was written, so that output can be compared whole."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import simpy

from simk8s.api import admission
from simk8s.api.errors import bad_request
from simk8s.api.objects import Object
from simk8s.api.resources import Registry
from simk8s.api.store import Store
from simk8s.controlplane.priority import fill_in_priority
from simk8s.kubectl import Access, Output, kubectl
from simk8s.sim import Run, Simulation


@dataclass
class Printed:
    """What a command printed, as texts."""

    out: str
    err: str
    status: int


class Written:
    """A log that has ended; every line was written at the beginning."""

    has_ended = True

    def __init__(self, sim: Simulation, text: bytes) -> None:
        self.sim = sim
        self.text = text

    def lines(self) -> list[tuple[float, bytes]]:
        return [(0.0, line) for line in self.text.splitlines(keepends=True)]

    def changed(self) -> simpy.Event:
        return self.sim.event()


class Nodes:
    """Stands for the kubelets: logs that a test puts in, and commands that answer with what they were given."""

    def __init__(self, sim: Simulation) -> None:
        self.sim = sim
        self.texts: dict[tuple[str, str, bool], bytes] = {}
        self.status = 0

    def logs(self, namespace: str, pod: str, container: str, previous: bool) -> bytes:
        try:
            return self.texts[pod, container, previous]
        except KeyError:
            raise bad_request(f'previous terminated container "{container}" in pod "{pod}" not found') from None

    def log(self, namespace: str, pod: str, container: str, previous: bool) -> Written:
        return Written(self.sim, self.logs(namespace, pod, container, previous))

    def exec(
        self, namespace: str, pod: str, container: str, argv: list[str], stdin: bytes | None, tty: bool
    ) -> Run[Output]:
        yield self.sim.sleep(0.1)
        told = f"{namespace}/{pod}/{container}: {' '.join(argv)}\n".encode()
        return Output(told + (stdin or b""), b"oops\n" if self.status else b"", self.status)

    def attach(self, namespace: str, pod: str, container: str, stdin: bytes | None) -> Run[Output]:
        yield self.sim.sleep(0.1)
        return Output(b"attached: " + (stdin or b""), b"", self.status)


class Shell:
    """Runs kubectl commands in a cluster of its own."""

    def __init__(self, folder: Path) -> None:
        self.sim = Simulation(seed=1)
        self.store = Store(self.sim, Registry())
        self.store.admission.append(fill_in_priority)
        admission.install(self.store)
        self.nodes = Nodes(self.sim)
        self.folder = folder
        self.access = Access(self.sim, self.store, self.store.registry, self.nodes, folder=folder)
        self.someone = self.sim.actor("someone")

    def __call__(self, line: str, stdin: str = "") -> Printed:
        """`kubectl LINE`, until it has ended."""
        task = self.sim.task(kubectl(self.access, shlex.split(line), stdin=stdin.encode()))
        result = self.sim.run(task)
        return Printed(result.stdout.decode(), result.stderr.decode(), result.status)

    def file(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(dedent(text))

    def create(self, obj: Object, status: Object | None = None) -> Object:
        """An object as some component would write it, with its status."""
        created = self.store.create(obj, by=self.someone)
        if status is not None:
            created = self.store.update_status({**created, "status": status}, by=self.someone)
        return created

    def later(self, seconds: float) -> None:
        """Let time pass."""
        self.sim.run(self.sim.now + seconds)

    def at(self, seconds: float, act: object) -> None:
        """Call `act` at a moment to come."""

        def wait() -> Run[None]:
            yield self.sim.sleep(seconds)
            act()  # type: ignore[operator]

        self.sim.task(wait())
