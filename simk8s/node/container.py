"""One instance of a container: a fresh machine with the image's files, its mounts, its main process and its log.

A restart makes another instance; only volumes and the Pod's network are shared between the two.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

from simk8s.images import Image
from simk8s.images.image import real_path
from simk8s.machine import Directory, Errno, File, FileSystem, Handle, Interface, Machine, Process, SyscallError
from simk8s.machine.filesystem import unseen
from simk8s.machine.mount import MountTable
from simk8s.machine.pipe import Pipe
from simk8s.node.log import Log
from simk8s.node.status import Running, Terminated
from simk8s.sim import Actor, Simulation

_MESSAGE_LIMIT = 4096
_LOG_LINES, _LOG_LIMIT = 80, 2048


class StartError(Exception):
    """The runtime cannot start the container's program; the message is its own."""


@dataclass(frozen=True, slots=True)
class User:
    """Who a container's processes run as."""

    uid: int = 0
    gid: int = 0
    groups: tuple[int, ...] = ()
    home: str = "/"


@dataclass(frozen=True, slots=True)
class MountPoint:
    """A volume, or `sub_path` of it, at `path`."""

    path: str
    filesystem: FileSystem
    sub_path: str = ""
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class Blueprint:
    """Everything that the kubelet tells the runtime about one instance."""

    name: str
    machine_name: str
    pod_uid: str
    number: int
    reference: str
    image: Image
    image_name: str
    image_id: str
    argv: Sequence[str]
    environ: dict[str, str]
    cwd: str
    user: User
    hostname: str
    mounts: Sequence[MountPoint] = ()
    files: dict[str, File] = field(default_factory=dict)
    """What the kubelet itself manages: /etc/hosts, /etc/resolv.conf, /etc/hostname, the termination message."""
    memory_limit: int = 8 << 30
    read_only_root: bool = False
    stdin: bool = False
    stdin_once: bool = False
    tty: bool = False
    message_path: str = "/dev/termination-log"
    message_from_log: bool = False

    @property
    def container_id(self) -> str:
        digest = blake2b(f"{self.pod_uid}/{self.name}/{self.number}".encode(), digest_size=32)
        return f"containerd://{digest.hexdigest()}"

    @property
    def root_name(self) -> str:
        """What history calls the instance's own layer."""
        return f"{self.machine_name}/{self.number}"


class Container:
    """A created instance. `on_exit` is told when the main process has ended."""

    def __init__(
        self, sim: Simulation, blueprint: Blueprint, interface: Interface, on_exit: Callable[[Container], None]
    ) -> None:
        self.sim = sim
        self.blueprint = blueprint
        self.id = blueprint.container_id
        self.log = Log()
        self.main: Process | None = None
        self.stdin: Pipe | None = None
        self.created_at = sim.now
        self.started_at = ""
        self.started_seq = -1  # the history record of the main process's start
        self.ran_at = 0.0
        self.ended: Terminated | None = None
        self.ended_at = 0.0
        self.seen_at = 0.0
        """When the kubelet first sees it in the runtime (TIME-35)."""
        self.is_noticed = False
        """Whether the kubelet knows of the end (TIME-35)."""
        self.was_stopped = False
        """Whether the kubelet ended it, rather than it itself (KUBELET-24)."""
        self.stop_reason = ""
        """The word for an end that the exit code does not tell, such as OOMKilled."""
        self._on_exit = on_exit
        root = blueprint.image.root().layer(blueprint.root_name)
        self.machine = Machine(sim, blueprint.machine_name, root=root, interface=interface, hostname=blueprint.hostname)
        self.machine.memory_limit = blueprint.memory_limit
        self.machine.on_memory_exhausted = lambda: self.kill("OOMKilled")  # the whole group, as with cgroup v2
        for path, file in blueprint.files.items():
            root.place(real_path(root, path), file)
        for point in blueprint.mounts:
            self.machine.mounts.mount(
                real_path(root, point.path),
                point.filesystem,
                sub_path=point.sub_path,
                read_only=point.read_only,
            )
        make_directory(self.machine.mounts, blueprint.cwd)
        if blueprint.read_only_root:
            self.machine.mounts.mount("/", root, read_only=True)

    @property
    def name(self) -> str:
        return self.blueprint.name

    @property
    def number(self) -> int:
        return self.blueprint.number

    @property
    def is_running(self) -> bool:
        """Whether its main process runs, which the kubelet may believe a little longer."""
        return self.main is not None and self.ended is None

    @property
    def seems_to_run(self) -> bool:
        """Whether the kubelet believes that its main process runs."""
        return self.ended is None or not self.is_noticed

    @property
    def seen(self) -> Running | Terminated:
        """The state that the kubelet knows of."""
        return Running(self.started_at) if self.ended is None or not self.is_noticed else self.ended

    @property
    def last_seq(self) -> int:
        """The history record of the main process's latest act."""
        return self.main.actor.last if self.main else -1

    def start(self, cause: Actor) -> None:
        """Start the main process. Raises StartError; the instance has then ended with status 128 (KUBELET-34)."""
        plan = self.blueprint
        stdin: Handle | None = None
        if plan.stdin:
            self.stdin = Pipe(self.sim)
            stdin, writer = self.stdin.ends()
            self._stdin_writer: Handle = writer
        output = self.log.sink("stdout")
        for handle in (stdin, output):
            if handle is not None:
                handle.is_terminal = plan.tty
        try:
            main = self.run(
                list(plan.argv),
                cause=cause,
                stdin=stdin,
                stdout=output,
                stderr=output if plan.tty else self.log.sink("stderr"),
            )
        except StartError as error:
            message = (
                "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create "
                f"failed: unable to start container process: error during container init: {error}: unknown"
            )
            self._end(Terminated(128, "StartError", message, "1970-01-01T00:00:00Z", self.sim.timestamp, self.id))
            self.is_noticed = True
            raise StartError(message) from error
        self.main = main
        self.started_seq = main.actor.last
        self.started_at, self.ran_at = self.sim.timestamp, self.sim.now
        assert main.exited.callbacks is not None
        main.exited.callbacks.append(lambda _: self._exited())

    def run(
        self,
        argv: list[str],
        *,
        cause: Actor,
        stdin: Handle | None = None,
        stdout: Handle | None = None,
        stderr: Handle | None = None,
        env: dict[str, str] | None = None,
    ) -> Process:
        """Start a process in the container: its main one, a probe, a hook, a person's exec. Raises StartError."""
        plan = self.blueprint
        if self.ended is not None:
            raise StartError("container is not running")
        try:
            return self.machine.start(
                argv,
                env=plan.environ if env is None else env,
                cwd=plan.cwd,
                stdin=stdin,
                stdout=stdout,
                stderr=stderr,
                uid=plan.user.uid,
                gid=plan.user.gid,
                groups=plan.user.groups,
                cause=cause,
            )
        except SyscallError as error:
            raise StartError(_exec_failure(argv[0], error)) from error

    def close_stdin(self) -> None:
        """Whoever was attached is gone, and nobody else will be: end of file (`stdinOnce`)."""
        if self.stdin is not None:
            self._stdin_writer.release()
            self.stdin = None

    def signal(self, number: int, by: Actor) -> None:
        """Send a signal to the main process, which thereby hears of what the sender did last."""
        if self.main is not None:
            self.main.actor.hear(by.last)
            self.main.kill(number)

    def kill(self, reason: str = "") -> None:
        """SIGKILL for every process in the container. `reason` names the cause where the exit code does not."""
        if self.is_running:
            self.stop_reason = reason
            self.machine.kill()

    def lose(self) -> None:
        """The node's power is gone: everything stops, and nobody learns how."""
        if self.is_running:
            self._on_exit = lambda _: None
            self._end(Terminated(255, "Unknown", "", self.started_at, self.sim.timestamp, self.id))
            self.is_noticed = True
            self.machine.kill()

    def _exited(self) -> None:
        main = self.main
        assert main is not None
        if self.ended is not None:
            return
        code = main.status or 0
        reason = self.stop_reason or ("Error" if code else "Completed")
        self._end(Terminated(code, reason, self._message(code), self.started_at, self.sim.timestamp, self.id))
        self._on_exit(self)

    def _end(self, how: Terminated) -> None:
        self.ended = how
        self.ended_at = self.sim.now

    def _message(self, code: int) -> str:
        try:
            inode = self.machine.mounts.resolve(self.blueprint.message_path).inode
        except SyscallError:
            inode = None
        text = bytes(inode.content[:_MESSAGE_LIMIT]).decode(errors="replace") if isinstance(inode, File) else ""
        if not text and code and self.blueprint.message_from_log:
            return self.log.tail(_LOG_LINES, _LOG_LIMIT)
        return text


def make_directory(mounts: MountTable, path: str) -> None:
    """The runtime makes a working directory that is not there. Raises SyscallError where a file is in the way."""
    here = ""
    for part in path.split("/"):
        if not part:
            continue
        here += f"/{part}"
        location = mounts.resolve(here)
        if location.inode is None:
            assert location.parent is not None
            unseen(location.parent)
            location.parent.entries[location.name] = Directory()


def _exec_failure(program: str, error: SyscallError) -> str:
    """What runc says about a program that it cannot execute."""
    match error.errno:
        case Errno.ENOENT if "/" not in program:
            return f'exec: "{program}": executable file not found in $PATH'
        case Errno.ENOENT:
            return f'exec: "{program}": stat {program}: no such file or directory'
        case _:
            text = error.text[0].lower() + error.text[1:]
            return f'exec: "{program}": {text}'
