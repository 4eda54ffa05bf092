"""What kubectl needs of the cluster: its objects, and the node's doors to the containers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import simpy

from simk8s.api.resources import Registry
from simk8s.api.source import Sources
from simk8s.api.store import Store
from simk8s.node.runtime import Output
from simk8s.sim import Run, Simulation

__all__ = ["Access", "HostFiles", "LogStream", "Output", "Runtime"]


class LogStream(Protocol):
    """The log of one instance of a container, while it is being written."""

    def lines(self) -> list[tuple[float, bytes]]:
        """All lines up to now with the virtual times of their first bytes."""
        ...

    @property
    def has_ended(self) -> bool:
        """Whether nothing can be written any more."""
        ...

    def changed(self) -> simpy.Event:
        """Happens when something more is written, or with the end."""
        ...


class Runtime(Protocol):
    """The kubelets behind the API server's log, exec and attach subresources. Refusals are ApiErrors.

    kubectl has found the Pod and chosen the container before it asks; the node looks whether that container can answer.
    """

    def logs(self, namespace: str, pod: str, container: str, previous: bool) -> bytes:
        """Standard output and error of the container's present instance (or the one before), as they were printed.

        BadRequest where there is none: `previous terminated container "c" in pod "p" not found` (KCTL-15).
        """
        ...

    def log(self, namespace: str, pod: str, container: str, previous: bool) -> LogStream:
        """As `logs`, line by line with times, and what comes later."""
        ...

    def exec(
        self, namespace: str, pod: str, container: str, argv: list[str], stdin: bytes | None, tty: bool
    ) -> Run[Output]:
        """Run a command in the container until it ends. `stdin` None means that nothing is connected.

        Where the program is not there: the real runtime's text on stderr, and status 126 or 127.
        """
        ...

    def attach(self, namespace: str, pod: str, container: str, stdin: bytes | None) -> Run[Output]:
        """Give `stdin`, then its end, to the container's own process, and wait until that has ended.

        The output is all that this instance has printed since its start, also where it had ended before.
        """
        ...


class HostFiles(Protocol):
    """What `kubectl cp` may read and write outside of the cluster: only what a face or a scenario hands it.

    A file is its content, a folder the files in it by their relative paths, `a/b.txt`.
    """

    def read(self, path: str) -> bytes | Mapping[str, bytes] | None:
        """None where there is no such file or folder."""
        ...

    def write(self, path: str, content: bytes) -> None:
        """Create or replace a file, with the folders above it."""
        ...

    def is_folder(self, path: str) -> bool: ...


@dataclass(slots=True)
class Access:
    """A cluster as kubectl reaches it, and what it may use of the world outside; None: it may not.

    `sources` learns every manifest that is applied, so that scripts can be shown where they were written;
    `folder` is where relative paths of `-f` begin; `host` is for `cp`; `editor` is given the text that `edit` would
    open and returns it as the person has left it; `settled` is a process that ends when the cluster has come to rest:
    `get -w` and its like end there too, since nothing would come afterwards.
    """

    sim: Simulation
    store: Store
    registry: Registry
    runtime: Runtime
    sources: Sources = field(default_factory=Sources)
    folder: Path = field(default_factory=Path)
    host: HostFiles | None = None
    editor: Callable[[str], str] | None = None
    settled: Callable[[], Run[None]] | None = None
