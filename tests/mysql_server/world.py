"""Pods without Kubernetes: machines that share an address and a volume, on one network with a name server."""

from __future__ import annotations

from simk8s.images.image import Image
from simk8s.images.mysql57 import MYSQL
from simk8s.images.xtrabackup import XTRABACKUP
from simk8s.machine import Answer, File, FileSystem, Interface, Machine, Network, Process, SinkHandle, SourceHandle
from simk8s.machine.content import Content, dense, joined
from simk8s.sim import Simulation

NAME_SERVER = "10.96.0.10"
DOMAIN = "mysql.default.svc.cluster.local"
SEARCH = "default.svc.cluster.local svc.cluster.local cluster.local"
RESOLVER = f"nameserver {NAME_SERVER}\nsearch {SEARCH}\noptions ndots:5\n"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class World:
    """A network, and Pods by ordinal. `published` are those whose names resolve."""

    def __init__(self, seed: int = 0, *, history: bool = True) -> None:
        self.sim = Simulation(seed=seed, history=history)
        self.network = Network(self.sim)
        self.network.name_servers[NAME_SERVER] = self._answer
        self.pods: dict[int, Pod] = {}
        self.published: set[int] = set()

    def pod(self, ordinal: int) -> Pod:
        """The Pod with this ordinal, made with an empty volume when first asked for."""
        if ordinal not in self.pods:
            self.pods[ordinal] = Pod(self, ordinal)
            self.published.add(ordinal)
        return self.pods[ordinal]

    def _answer(self, name: str, kind: str) -> Answer:
        for ordinal, pod in self.pods.items():
            if ordinal in self.published:
                if kind == "A" and name == f"mysql-{ordinal}.{DOMAIN}":
                    return Answer((pod.interface.address,))
                if kind == "PTR" and name == ".".join(reversed(pod.interface.address.split("."))) + ".in-addr.arpa":
                    return Answer((f"mysql-{ordinal}.{DOMAIN}",))
        return Answer((), exists=False)


class Output:
    """What a process has written."""

    def __init__(self) -> None:
        self.pieces: list[Content] = []

    def handle(self) -> SinkHandle:
        return SinkHandle(self._take)

    def _take(self, process: Process, data: Content) -> None:
        self.pieces.append(data)

    @property
    def data(self) -> Content:
        return joined(self.pieces)

    @property
    def text(self) -> str:
        return dense(self.data).decode()


class Container:
    """A machine of a Pod, with its main process's output."""

    def __init__(self, pod: Pod, image: Image, name: str) -> None:
        self.sim = pod.world.sim
        self.machine = Machine(
            self.sim,
            name,
            root=image.root().copy(name),
            interface=pod.interface,
            hostname=f"mysql-{pod.ordinal}",
        )
        self.env = dict(image.env) | {"PATH": PATH, "MYSQL_ALLOW_EMPTY_PASSWORD": "1"}
        self.machine.mounts.mount("/var/lib/mysql", pod.data, sub_path="mysql")
        self.machine.mounts.mount("/etc/mysql/conf.d", pod.conf)
        self.machine.mounts.resolve("/").mount.filesystem.install({"/etc/resolv.conf": RESOLVER})
        self.output = Output()

    def start(
        self, *argv: str, stdin: bytes = b"", output: Output | None = None, errors: Output | None = None
    ) -> Process:
        out = output or self.output
        return self.machine.start(
            list(argv),
            env=self.env,
            stdin=SourceHandle(stdin),
            stdout=out.handle(),
            stderr=(errors or out).handle(),
        )

    def run(self, *argv: str, stdin: bytes = b"", timeout: float = 600.0) -> tuple[int, str, str]:
        """Run a command to its end: status, standard output, standard error."""
        out, errors = Output(), Output()
        process = self.start(*argv, stdin=stdin, output=out, errors=errors)
        self.sim.run(self.sim.any_of(process.exited, self.sim.sleep(timeout)))
        assert process.status is not None, f"{argv} still runs: {out.text}{errors.text}"
        return process.status, out.text, errors.text

    def bash(self, script: str) -> tuple[int, str, str]:
        return self.run("bash", "-c", script)

    def sql(self, text: str, *options: str) -> str:
        """Statements through the client in this container, which must succeed; tab-separated rows."""
        status, out, errors = self.run("mysql", "-h", "127.0.0.1", "-u", "root", *options, "-e", text)
        assert status == 0, errors
        return out


class Pod:
    """One address, one volume, and the containers on them."""

    def __init__(self, world: World, ordinal: int) -> None:
        self.world = world
        self.ordinal = ordinal
        self.interface: Interface = world.network.attach(f"10.0.0.{10 + ordinal}", f"mysql-{ordinal}")
        self.data = FileSystem(f"data-mysql-{ordinal}")
        self.data.directory("mysql")
        self.conf = FileSystem(f"conf-{ordinal}")
        role = "[mysqld]\nlog-bin\n" if ordinal == 0 else "[mysqld]\nsuper-read-only\n"
        self.conf.install({"/server-id.cnf": f"[mysqld]\nserver-id={100 + ordinal}\n", "/role.cnf": role})
        self.started: list[Container] = []
        self._attempts = 0

    def mysql(self) -> Container:
        """A fresh container of mysql:5.7; nothing runs in it yet."""
        return self._container(MYSQL, "mysql")

    def sidecar(self) -> Container:
        return self._container(XTRABACKUP, "xtrabackup")

    def serve(self, timeout: float = 120.0) -> Container:
        """A container with the entrypoint running, once the server answers."""
        container = self.mysql()
        container.start("docker-entrypoint.sh", "mysqld")
        self.wait_until_ready(container, timeout)
        return container

    def wait_until_ready(self, container: Container, timeout: float = 120.0) -> None:
        deadline = self.world.sim.now + timeout
        while container.run("mysql", "-h", "127.0.0.1", "-e", "SELECT 1")[0] != 0:
            assert self.world.sim.now < deadline, container.output.text
            self.world.sim.run(self.world.sim.now + 1.0)

    def names(self, folder: str = "") -> list[str]:
        """What is in a directory of the volume."""
        directory = self.data.directory(f"mysql/{folder}")
        return sorted(directory.entries)

    def size(self, name: str) -> int:
        inode = self.data.find(f"mysql/{name}")
        return len(inode.content) if isinstance(inode, File) else -1

    def text(self, name: str) -> str:
        inode = self.data.find(f"mysql/{name}")
        assert isinstance(inode, File), f"{name} is not among {self.names()}"
        return dense(inode.content).decode()

    def _container(self, image: Image, name: str) -> Container:
        self._attempts += 1
        self.started.append(Container(self, image, f"mysql-{self.ordinal}/{name}/{self._attempts}"))
        return self.started[-1]
