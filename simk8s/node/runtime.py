"""What kubectl reaches through the API server on a node: logs, exec and attach (KCTL-15)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from simk8s.api.errors import ApiError, bad_request
from simk8s.api.objects import Object, dig, uid
from simk8s.api.store import Store
from simk8s.machine import SinkHandle
from simk8s.machine.handle import SourceHandle
from simk8s.node.container import Container, StartError
from simk8s.node.local_pod import LocalPod
from simk8s.node.log import Chunk, LogStream
from simk8s.node.node import Node
from simk8s.sim import Run, Simulation


@dataclass(frozen=True, slots=True)
class Output:
    """What a process in a container printed, and its exit status."""

    stdout: bytes = b""
    stderr: bytes = b""
    status: int = 0


class Runtime:
    """The kubelets of a cluster behind the API server's log, exec and attach. Refusals are ApiErrors."""

    def __init__(self, store: Store, nodes: Iterable[Node]) -> None:
        self.store = store
        self.sim: Simulation = store.sim
        self._nodes = {node.name: node for node in nodes}

    def add(self, node: Node) -> None:
        """One node more."""
        self._nodes[node.name] = node

    def log(self, namespace: str, pod: str, container: str, previous: bool = False) -> LogStream:
        """As `logs`, in lines with their virtual times, and what comes later."""
        instance = self._instance(namespace, pod, container, previous)
        return LogStream(self.sim, instance.log, instance.main.exited if instance.main else None)

    def logs(self, namespace: str, pod: str, container: str, previous: bool = False) -> bytes:
        """What an instance of the container has printed. Raises ApiError BadRequest where there is none."""
        return self._instance(namespace, pod, container, previous).log.content()

    def exec(
        self, namespace: str, pod: str, container: str, argv: list[str], stdin: bytes | None = None, tty: bool = False
    ) -> Run[Output]:
        """Run a command in a container until it ends. Raises ApiError where the container does not run."""
        instance = self._running(namespace, pod, container)
        actor = self.sim.actor("kubectl")
        actor.hear(instance.last_seq)
        place = f"Pod/{namespace}/{pod}/{container}"
        self.sim.record(actor, "exec", place, argv=argv)
        written: tuple[list[bytes], list[bytes]] = ([], [])
        out, err = _sink(written[0]), _sink(written[1])
        env = {**instance.blueprint.environ, "TERM": "xterm"} if tty else None
        source = SourceHandle(stdin) if stdin is not None else None
        try:
            process = instance.run(
                argv, cause=actor, stdin=source, stdout=out, stderr=out.share() if tty else err, env=env
            )
        except StartError as error:
            status = 127 if "no such file" in str(error) or "not found in" in str(error) else 126
            text = f"OCI runtime exec failed: exec failed: unable to start container process: {error}: unknown"
            return Output(b"", f"{text}\n".encode(), status)
        status = yield process.exited
        return Output(b"".join(written[0]), b"".join(written[1]), status)

    def attach(self, namespace: str, pod: str, container: str, stdin: bytes | None = None) -> Run[Output]:
        """Give `stdin` to the container's main process, wait for its end, and return all that it has printed."""
        instance = self._instance(namespace, pod, container, False)
        if stdin is not None and instance.is_running:
            yield from self._feed(instance, stdin)
        if instance.is_running:
            assert instance.main is not None
            yield instance.main.exited
        chunks = instance.log.chunks
        return Output(
            _joined(chunks, "stdout"), _joined(chunks, "stderr"), instance.ended.exit_code if instance.ended else 0
        )

    def _feed(self, instance: Container, stdin: bytes) -> Run[None]:
        actor = self.sim.actor("kubectl")
        self.sim.record(actor, "attach", instance.machine.name, bytes=len(stdin))
        pipe, rest = instance.stdin, stdin
        if pipe is None:
            return
        while rest and instance.is_running:
            if pipe.room <= 0:
                yield pipe.changed()
                continue
            piece, rest = rest[: pipe.room], rest[pipe.room :]
            pipe.put(piece, actor.last)
        if instance.blueprint.stdin_once:
            instance.close_stdin()

    def _running(self, namespace: str, pod: str, container: str) -> Container:
        """A running instance. Raises ApiError."""
        object, local = self._find(namespace, pod)
        self._check_phase(object)
        instance = local.current.get(container) if local else None
        if instance is None or not instance.is_running:
            raise _internal(f'unable to upgrade connection: container not found ("{container}")')
        return instance

    def _check_phase(self, pod: Object) -> None:
        phase = dig(pod, "status", "phase")
        if phase in ("Failed", "Succeeded"):
            message = f"cannot exec into a container in a completed pod; current phase is {phase}"
            raise bad_request(message)

    def _instance(self, namespace: str, pod: str, container: str, previous: bool) -> Container:
        """The instance whose log is asked for. Raises ApiError BadRequest (KCTL-15)."""
        object, local = self._find(namespace, pod)
        present = local.current.get(container) if local else None
        before = local.ended.get(container) if local else None
        if previous:
            if present is not None and present.ended is not None and present.is_noticed and before is None:
                before = present
            if before is None:
                raise bad_request(f'previous terminated container "{container}" in pod "{pod}" not found')
            return before
        if present is None:
            present = before
        if present is None:
            raise bad_request(f'container "{container}" in pod "{pod}" is waiting to start: {_why(object, container)}')
        return present

    def _find(self, namespace: str, pod: str) -> tuple[Object, LocalPod | None]:
        """The Pod and what its node holds of it. Raises ApiError NotFound, or where the node does not answer."""
        object = self.store.get("Pod", pod, namespace)
        node_name = dig(object, "spec", "nodeName")
        if not node_name:
            return object, None
        node = self._nodes.get(node_name)
        if node is None or not node.is_on:
            address = node.address if node else node_name
            raise _internal(
                f'Get "https://{address}:10250/containerLogs/{namespace}/{pod}": dial tcp {address}:10250: '
                "connect: no route to host"
            )
        return object, node.pods.get(uid(object))


def _sink(written: list[bytes]) -> SinkHandle:
    return SinkHandle(lambda _, data: written.append(data))


def _why(pod: Object, container: str) -> str:
    """KCTL-15: why a container has not started yet."""
    for field in ("containerStatuses", "initContainerStatuses"):
        for entry in dig(pod, "status", field, default=[]):
            if entry["name"] == container:
                reason = dig(entry, "state", "waiting", "reason", default="")
                if reason in ("ErrImagePull", "ImagePullBackOff"):
                    return "trying and failing to pull image"
                if reason == "InvalidImageName":
                    return "image name is invalid"
                return reason or "ContainerCreating"
    return "PodInitializing" if dig(pod, "spec", "initContainers") else "ContainerCreating"


def _joined(chunks: Iterable[Chunk], stream: str) -> bytes:
    return b"".join([data for _, its_stream, data in chunks if its_stream == stream])


def _internal(message: str) -> ApiError:
    return ApiError("InternalError", 500, f"Internal error occurred: {message}")
