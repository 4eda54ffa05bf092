"""What kubectl needs of the cluster: its objects, and the node's doors to the containers."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from simk8s.api.resources import Registry
from simk8s.api.source import Sources
from simk8s.api.store import Store
from simk8s.node.runtime import Output
from simk8s.sim import Run, Simulation

__all__ = ["Access", "Output", "Runtime"]


class Runtime(Protocol):
    """The kubelets behind the API server's log, exec and attach subresources. Refusals are ApiErrors.

    kubectl has found the Pod and chosen the container before it asks; the node looks whether that container can answer.
    """

    def logs(self, namespace: str, pod: str, container: str, previous: bool) -> bytes:
        """Standard output and error of the container's present instance (or the one before), as they were printed.

        BadRequest where there is none: `previous terminated container "c" in pod "p" not found` (KCTL-15).
        """
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


@dataclass(slots=True)
class Access:
    """A cluster as kubectl reaches it.

    `sources` learns every manifest that is applied, so that scripts can be shown where they were written;
    `folder` is where relative paths of `-f` begin.
    """

    sim: Simulation
    store: Store
    registry: Registry
    runtime: Runtime
    sources: Sources = field(default_factory=Sources)
    folder: Path = field(default_factory=Path)
