"""SQL in the servers of a world: in a container, as `kubectl exec` gives it, and from a client of its own elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from simk8s.api.errors import ApiError
from simk8s.api.objects import Object, dig
from simk8s.cluster.wiring import World
from simk8s.errors import SimError
from simk8s.images import Image
from simk8s.machine import Directory, Machine, SinkHandle
from simk8s.node.container import Container
from simk8s.sim import Actor, Run

ANSWER_SECONDS = 10.0
"""A server that has not answered by then does not."""

_SERVER = "mysqld"
_ADDRESS = "10.244.255.254"  # a client outside of every Pod


@dataclass(frozen=True, slots=True)
class Said:
    """What the client printed: rows by tabs, the first line of its complaints, its exit status (None: no answer)."""

    rows: tuple[tuple[str, ...], ...] = ()
    error: str = ""
    status: int | None = None

    @property
    def ok(self) -> bool:
        return self.status == 0


def server_container(world: World, pod: Object) -> str:
    """The name of the container of a Pod that is a MySQL server; "" where there is none."""
    for spec in dig(pod, "spec", "containers", default=[]):
        try:
            image = world.images.find(spec["image"])
        except SimError:
            continue
        if image is not None and _has_server(image):
            return str(spec["name"])
    return ""


def _has_server(image: Image) -> bool:
    here: object = image.root().root
    for part in ("usr", "sbin", _SERVER):
        if not isinstance(here, Directory) or part not in here.entries:
            return False
        here = here.entries[part]
    return True


def ask(world: World, namespace: str, pod: str, container: str, sql: str) -> Run[Said]:
    """Run statements in the server of a Pod, over its socket, as its root; errors do not stop them."""
    instance = world.container(namespace, pod, container)
    if instance is None or not instance.is_running:
        return Said(error="the container does not run")
    argv = ["mysql", "-uroot", *_password(instance), "-N", "-B", "-f", "-e", sql]
    task = world.sim.task(_exec(world, namespace, pod, container, argv))
    yield world.sim.any_of(task, world.sim.sleep(ANSWER_SECONDS))
    if task.is_alive:
        task.kill()
        return Said(error="no answer")
    return task.value or Said(error="no answer")


def _exec(world: World, namespace: str, pod: str, container: str, argv: list[str]) -> Run[Said]:
    try:
        output = yield from world.runtime.exec(namespace, pod, container, argv)
    except (ApiError, SimError) as error:
        return Said(error=str(error))
    return _said(output.stdout, output.stderr, output.status)


def _said(stdout: bytes, stderr: bytes, status: int) -> Said:
    complaints = [line for line in stderr.decode(errors="replace").splitlines() if "[Warning]" not in line]
    rows = tuple(tuple(line.split("\t")) for line in stdout.decode(errors="replace").splitlines())
    return Said(rows, complaints[0] if complaints else "", status)


def _password(instance: Container) -> list[str]:
    password = instance.blueprint.environ.get("MYSQL_ROOT_PASSWORD", "")
    return [f"-p{password}"] if password else []


class Client:
    """A client that is in no Pod: what it is refused, users from elsewhere are refused."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._machine: Machine | None = None

    def refusal(self, instance: Container, address: str) -> Run[str]:
        """Why the server at an address does not let root in; "" where it does."""
        machine = self._machine or self._made(instance.blueprint.image)
        self._machine = machine
        out: list[bytes] = []
        sink = SinkHandle(lambda _, data: out.append(data))
        asked = "SELECT user FROM mysql.user LIMIT 1"  # an account without any privilege could say SELECT 1
        argv = ["mysql", "-h", address, "-uroot", *_password(instance), "-e", asked]
        process = machine.start(
            argv, env=dict(instance.blueprint.image.env), stdout=sink, stderr=sink.share(), cause=Actor("client")
        )
        yield self.world.sim.any_of(process.exited, self.world.sim.sleep(ANSWER_SECONDS))
        if process.is_alive:
            process.kill(9)
            return "no answer"
        return "" if process.status == 0 else next(_lines(out), f"status {process.status}")

    def _made(self, image: Image) -> Machine:
        interface = self.world.network.attach(_ADDRESS, "client")
        return Machine(self.world.sim, "client", root=image.root().layer("client"), interface=interface)


def _lines(out: list[bytes]) -> Iterator[str]:
    yield from (line for line in b"".join(out).decode(errors="replace").splitlines() if "[Warning]" not in line)
