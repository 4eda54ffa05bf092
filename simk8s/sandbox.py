"""One script in one fresh container, without Kubernetes around it: `simk8s.sh()`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from posixpath import join

from simk8s.errors import Place, SimError
from simk8s.images import Image, default_registry, hint_for
from simk8s.machine import (
    Content,
    Errno,
    File,
    FileSystem,
    Handle,
    Machine,
    Process,
    SinkHandle,
    SourceHandle,
    SyscallError,
)
from simk8s.machine.machine import BeforeStep
from simk8s.machine.signals import SIGINT
from simk8s.sim import Run, Simulation

LIMIT_SECONDS = 86_400.0
"""A script that runs longer than this virtual day is stopped."""

AFTERLIFE_SECONDS = 3_600.0
"""How long processes in the background may go on writing after the script has ended."""

Listener = Callable[[bytes], None]


@dataclass(frozen=True, slots=True)
class Result:
    """What a script came to.

    `files` has the regular files anywhere in the container that the script made or whose content it changed, by their
    absolute path; those that were only moved here count as made. Directories, links and removed files are not in it.
    """

    status: int
    stdout: bytes
    stderr: bytes
    files: Mapping[str, bytes]


def sh(
    script: str,
    *,
    env: Mapping[str, str] | None = None,
    files: Mapping[str, str | bytes] | None = None,
    cwd: str | None = None,
    image: str = "bash",
    stdin: str | bytes = b"",
) -> Result:
    """Run a script under `bash -c` in a fresh container of `image`, in virtual time; nothing of the host is touched.

    `env` is added to the image's environment. `files` are put into the container first, by path (relative ones
    start from `cwd`). `cwd` is made if it is not there; by default it is the image's working directory.
    Raises SimError for what is not supported (SK2xx), for an unknown image (SK602), and for a script that never ends.

    >>> import simk8s
    >>> result = simk8s.sh('read -r name; echo "hello $name" | tee greeting.txt; exit 3', stdin="world\\n", cwd="/data")
    >>> result.stdout, result.status, result.files
    (b'hello world\\n', 3, {'/data/greeting.txt': b'hello world\\n'})
    """
    out: list[bytes] = []
    err: list[bytes] = []
    status, made = run(
        ["bash", "-c", script],
        env=env,
        files=files,
        cwd=cwd,
        image=image,
        stdin=stdin.encode() if isinstance(stdin, str) else stdin,
        stdout=out.append,
        stderr=err.append,
    )
    return Result(status, b"".join(out), b"".join(err), made)


def run(
    argv: list[str],
    *,
    env: Mapping[str, str] | None = None,
    files: Mapping[str, str | bytes] | None = None,
    cwd: str | None = None,
    image: str = "bash",
    stdin: bytes | Callable[[], bytes] | Handle = b"",
    stdout: Listener,
    stderr: Listener,
    interrupted: Callable[[], bool] | None = None,
) -> tuple[int, dict[str, bytes]]:
    """Run any command in a fresh container; output goes to the listeners as it comes. See `sh`.

    `stdin` may be a function, which is called when something is first read, or a handle. `interrupted` is asked again
    and again whether somebody has pressed Ctrl-C: then everything that runs in the container gets SIGINT.
    Returns the status and the files made or changed. 127 and 126 mean, as in a shell, not found and not executable.
    """
    sim = Simulation(history=False)
    found = _image(image)
    root = found.root().copy("box")
    folder = cwd or found.working_dir or "/"
    root.directory(folder)
    root.install({join(folder, path): text for path, text in (files or {}).items()})
    before = {path: file.content for path, file in _files(root)}
    machine = Machine(sim, "box", root=root)
    machine.allocate_pid()  # number 1 is a container's init: the script is to feel signals as on any machine
    if interrupted is not None:
        machine.before_step = _interrupting(interrupted)
    sinks = [SinkHandle(_passing_to(listener)) for listener in (stdout, stderr)]
    try:
        process = machine.start(
            argv,
            env={**found.env, "HOME": "/root", "HOSTNAME": "box", **(env or {})},
            cwd=folder,
            stdin=_standard_input(stdin),
            stdout=sinks[0],
            stderr=sinks[1],
        )
    except SyscallError as error:
        stderr(f"{argv[0]}: {error.text}\n".encode())
        return 127 if error.errno is Errno.ENOENT else 126, {}
    _let_run(sim, process, sinks)
    assert process.status is not None
    return process.status, {
        path: bytes(file.content) for path, file in _files(root) if path not in before or before[path] != file.content
    }


def _standard_input(stdin: bytes | Callable[[], bytes] | Handle) -> Handle:
    if isinstance(stdin, Handle):
        return stdin
    return SourceHandle(stdin) if isinstance(stdin, bytes) else _Deferred(stdin)


def _interrupting(interrupted: Callable[[], bool]) -> BeforeStep:
    def before_step(process: Process, verb: str, object: str) -> None:
        if interrupted():
            for _, other in sorted(process.machine.processes.items()):
                other.kill(SIGINT)

    return before_step


class _Deferred(SourceHandle):
    """Standard input that nobody has asked for yet."""

    def __init__(self, fetch: Callable[[], bytes]) -> None:
        super().__init__()
        self._fetch: Callable[[], bytes] | None = fetch

    def read(self, process: Process, count: int) -> Run[Content]:
        self._fill()
        return (yield from super().read(process, count))

    def read_until(self, process: Process, delimiter: bytes, limit: int) -> Run[bytes]:
        self._fill()
        return (yield from super().read_until(process, delimiter, limit))

    def _fill(self) -> None:
        if self._fetch is not None:
            self.data, self._fetch = self._fetch(), None


def _image(reference: str) -> Image:
    found = default_registry().find(reference)
    if found is None:
        raise SimError("SK602", f"the image {reference!r} is not known", hint=hint_for(reference))
    return found


def _let_run(sim: Simulation, process: Process, sinks: list[SinkHandle]) -> None:
    """Until the process has ended and, as for the reader of a pipe, nobody is left who could write."""
    limit = sim.sleep(LIMIT_SECONDS)
    sim.run(sim.any_of(process.exited, limit))
    if process.status is None:
        raise SimError(
            "SK304",
            f"the script has not ended after {LIMIT_SECONDS:.0f} virtual seconds: it waits for ever, or loops",
            place=Place("script"),
            hint="end it with `exit`, or give what it reads with stdin",
        )
    end = sim.now + AFTERLIFE_SECONDS
    while any(sink.refs > 0 for sink in sinks) and sim.now < end:
        sim.run(min(sim.now + 1.0, end))


def _passing_to(listener: Listener) -> Callable[[Process, bytes], None]:
    return lambda process, data: listener(data)


def _files(root: FileSystem) -> list[tuple[str, File]]:
    return [(path, inode) for path, inode in root.walk() if isinstance(inode, File)]
