"""What the tests of a node work on: a store, one or two nodes, and images of tiny programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from simk8s.api import admission
from simk8s.api.deletion import Deletion
from simk8s.api.objects import Object, condition, dig
from simk8s.api.resources import Registry as Kinds
from simk8s.api.store import Store
from simk8s.images import Image, Registry
from simk8s.images.unix import ROOT
from simk8s.machine import FileSystem, Network, Process, SyscallError, executable, program
from simk8s.machine.signals import SIGTERM
from simk8s.node import Node, NodeSpec, Site
from simk8s.node.runtime import Runtime
from simk8s.sim import Run, Simulation


@program("node-test-sleep")
def sleep(process: Process) -> Run[int]:
    """sleep SECONDS: ends at once with 143 when told to by SIGTERM."""
    process.on_signal(SIGTERM, lambda _: process.terminate(143))
    yield from process.sleep(float(process.argv[1]))
    return 0


@program("node-test-deaf")
def deaf(process: Process) -> Run[int]:
    """deaf: hears SIGTERM and goes on."""
    process.on_signal(SIGTERM, lambda _: None)
    yield from process.sleep(1e6)
    return 0


@program("node-test-exit")
def exit(process: Process) -> Run[int]:
    """exit STATUS [AFTER]: prints a line, then ends."""
    yield from process.print(f"ending with {process.argv[1]}")
    yield from process.sleep(float(process.argv[2]) if len(process.argv) > 2 else 0.001)
    return int(process.argv[1])


@program("node-test-crash-until")
def crash_until(process: Process) -> Run[int]:
    """crash-until PATH SECONDS: fails at once; but where the file is there, only after so many seconds."""
    yield from process.sleep(float(process.argv[2]) if process.exists(process.argv[1]) else 0.001)
    return 1


@program("node-test-polite")
def polite(process: Process) -> Run[int]:
    """polite SECONDS: takes that long to end with 0 after SIGTERM."""
    told = process.sim.event()
    process.on_signal(SIGTERM, lambda _: told.triggered or told.succeed())
    yield told
    yield from process.sleep(float(process.argv[1]))
    return 0


@program("node-test-env")
def env(process: Process) -> Run[int]:
    """env [NAME...]: prints the environment, or these variables."""
    for name in sorted(process.argv[1:] or process.environ):
        yield from process.print(f"{name}={process.environ.get(name, '')}")
    return 0


@program("node-test-cat")
def cat(process: Process) -> Run[int]:
    """cat [FILE...]: prints files, or standard input."""
    if len(process.argv) == 1:
        yield from process.write(1, (yield from process.read_all(0)))
    for path in process.argv[1:]:
        yield from process.write(1, (yield from process.read_file(path)))
    return 0


@program("node-test-write")
def write(process: Process) -> Run[int]:
    """write PATH TEXT: appends a line to a file."""
    try:
        yield from process.write_file(process.argv[1], process.argv[2].encode() + b"\n", append=True)
    except SyscallError as error:
        yield from process.complain(str(error))
        return 1
    return 0


@program("node-test-check")
def check(process: Process) -> Run[int]:
    """check PATH: 0 if the file exists, else a complaint and 1."""
    if process.exists(process.argv[1]):
        return 0
    yield from process.complain(f"{process.argv[1]} is not there")
    return 1


@program("node-test-serve")
def serve(process: Process) -> Run[int]:
    """serve PORT [STATUS]: answers every connection like a web server with that status."""
    status = process.argv[2] if len(process.argv) > 2 else "200"
    listener = yield from process.listen(int(process.argv[1]))
    process.install(listener)
    while True:
        connection = yield from listener.accept(process)
        if (yield from connection.read(process, 65536)):
            yield from connection.write(process, f"HTTP/1.1 {status} X\r\n\r\nhello".encode())
        connection.release()


NAMES = ("sleep", "deaf", "exit", "crash-until", "polite", "env", "cat", "write", "check", "serve")


def _place(root: FileSystem) -> None:
    for name in NAMES:
        root.place(f"/bin/{name}", executable(f"node-test-{name}"))


TINY = Image("tiny", based_on=ROOT, arrange=_place, command=["sleep", "1e9"], users={"app": 1000}, size_bytes=1234)


class Bench:
    """A small cluster without a control plane: Pods are bound by hand."""

    def __init__(self, seed: int = 0, nodes: int = 1, cached: bool = True, **node: Any) -> None:
        self.sim = Simulation(seed=seed)
        self.store = Store(self.sim, Kinds())
        admission.install(self.store)
        self.network = Network(self.sim)
        self.registry = Registry([TINY])
        self.site = Site.of(self.store, self.network, self.registry)
        self.me = self.sim.actor("tester")
        self.nodes = [Node(self.site, NodeSpec(f"node-{n}", n, **node)) for n in range(1, nodes + 1)]
        self.runtime = Runtime(self.store, self.nodes)
        for each in self.nodes:
            if cached:
                each.images.preload("tiny:1")
            each.power_on()
        self.seen: list[Object] = []

    @property
    def node(self) -> Node:
        return self.nodes[0]

    def create(self, kind: str, name: str, **fields: Any) -> Object:
        version = {"StorageClass": "storage.k8s.io/v1"}.get(kind, "v1")
        return self.store.create(
            {"apiVersion": version, "kind": kind, "metadata": {"name": name}, **fields}, by=self.me
        )

    def pod(self, *containers: Object, name: str = "web", node: str = "node-1", **spec: Any) -> Object:
        """Create a Pod that is bound to a node."""
        labels = spec.pop("labels", {})
        annotations = spec.pop("annotations", {})
        body = {"nodeName": node, "containers": list(containers or [container("main")]), **spec}
        metadata = {"name": name, "labels": labels, "annotations": annotations}
        return self.store.create({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": body}, by=self.me)

    def run(self, seconds: float) -> None:
        """Let so many seconds pass."""
        self.sim.run(self.sim.now + seconds)

    def until(self, met: Any, limit: float = 600.0, step: float = 0.05) -> float:
        """Run until something holds; the time that took."""
        begun = self.sim.now
        while not met():
            assert self.sim.now - begun < limit, f"still not after {limit} s"
            self.run(step)
        return self.sim.now - begun

    def get(self, name: str = "web") -> Object:
        return self.store.get("Pod", name)

    def phase(self, name: str = "web") -> str:
        return str(dig(self.get(name), "status", "phase"))

    def status(self, container: str, name: str = "web") -> Object:
        for field in ("containerStatuses", "initContainerStatuses"):
            for entry in dig(self.get(name), "status", field, default=[]):
                if entry["name"] == container:
                    found: Object = entry
                    return found
        return {"state": {"": {}}, "restartCount": 0, "ready": False}

    def state(self, container: str, name: str = "web") -> tuple[str, str]:
        """`("waiting", "CrashLoopBackOff")`, `("running", "")`; `("", "")` while nothing was reported."""
        kind, detail = next(iter(self.status(container, name)["state"].items()))
        return kind, detail.get("reason", "")

    def is_true(self, kind: str, name: str = "web") -> bool:
        return (condition(self.get(name), kind) or {}).get("status") == "True"

    def is_running(self, name: str = "web") -> bool:
        return self.phase(name) == "Running"

    def events(self, *reasons: str) -> list[str]:
        """The messages of Events, oldest first."""
        found = [e for e in self.store.list("Event") if not reasons or e["reason"] in reasons]
        return [e["message"] for e in sorted(found, key=lambda e: (e["firstTimestamp"], e["metadata"]["name"]))]

    def delete(self, name: str = "web", grace: int | None = None) -> None:
        self.store.delete("Pod", name, by=self.me, deletion=Deletion(grace_seconds=grace))

    def exists(self, name: str = "web") -> bool:
        return self.store.find("Pod", name) is not None

    def starts(self, container: str) -> list[float]:
        """When the instances of a container were created."""
        return [r.time for r in self.sim.history if r.verb == "container.create" and r.object.endswith(f"/{container}")]

    def ends(self, container: str) -> list[float]:
        """When the main processes of a container ended."""
        name = f"/{container}[1]"
        return [r.time for r in self.sim.history if r.verb == "process.exit" and r.object.endswith(name)]

    def watch_pod(self, name: str = "web") -> list[Object]:
        """Every version of the Pod from now on, as a list that grows."""
        versions: list[Object] = []

        def loop() -> Run[None]:
            watch = self.store.watch("Pod", who="test", delay_seconds=(0, 0))
            while True:
                event = yield from watch.next()
                if event.object["metadata"]["name"] == name:
                    versions.append({**event.object, "type": event.type})

        self.sim.task(loop())
        return versions


def container(name: str, *command: str, image: str = "tiny:1", **fields: Any) -> Object:
    """A container of a Pod's spec."""
    return {"name": name, "image": image, "command": list(command or ("sleep", "1e9")), **fields}


def probe(*command: str, **fields: Any) -> Object:
    return {"exec": {"command": list(command)}, **fields}


def names(objects: Sequence[Object]) -> list[str]:
    return [entry["name"] for entry in objects]
