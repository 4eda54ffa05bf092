"""What a node holds of one Pod: its network, its volumes, and the latest instances of its containers.

This outlives the kubelet: after its restart the containers go on, and the kubelet finds them here (NODE-10).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain, count

from simk8s.api.objects import Key, Object, dig, key, uid
from simk8s.machine import File, FileSystem, Interface
from simk8s.node.container import Container


@dataclass(frozen=True, slots=True)
class Volume:
    """A volume that is mounted for a Pod. `base` is where in the file system it begins.

    `attached` is its name in the node's `status.volumesInUse`, "" for what needs no attaching.
    """

    name: str
    kind: str
    filesystem: FileSystem
    base: str = ""
    read_only: bool = False
    attached: str = ""


class LocalPod:
    """The runtime's and the disk's side of a Pod. Keyed by UID: a namesake is another Pod."""

    def __init__(self, pod: Object, prefixes: set[str]) -> None:
        self.pod = pod
        """The latest version that a kubelet saw."""
        self.uid = uid(pod)
        self.key: Key = key(pod)
        self._prefixes = prefixes
        self._prefix = ""
        self.interface: Interface | None = None
        """The sandbox's network; None while there is no sandbox."""
        self.on_host_network = bool(dig(pod, "spec", "hostNetwork"))
        self.last_address = ""
        self.had_sandbox = False
        self.hosts = File()
        self.volumes: dict[str, Volume] = {}
        self.are_mounted = False
        self.current: dict[str, Container] = {}
        """The latest instance of each container since the sandbox was made."""
        self.ended: dict[str, Container] = {}
        """The instance before it, whose log is kept (`kubectl logs -p`)."""
        self.starts: dict[str, int] = {}
        self.start_time = ""
        self.seen_at = 0.0
        self.is_admitted = False
        self.on_exit: Callable[[Container], None] = lambda container: None

    @property
    def prefix(self) -> str:
        """What history calls the Pod: its containers are `<prefix>/<container>`.

        A Pod that was deleted by force may still run when its successor starts: then that is called `mysql-2~2`.
        """
        if not self._prefix:
            name, namespace = self.key.name, self.key.namespace
            first = name if namespace in ("", "default") else f"{namespace}/{name}"
            later = (f"{first}~{number}" for number in count(2))
            self._prefix = next(prefix for prefix in chain([first], later) if prefix not in self._prefixes)
            self._prefixes.add(self._prefix)
        return self._prefix

    def forget(self) -> None:
        """Nothing is left of it; others may have its prefix."""
        self._prefixes.discard(self._prefix)

    @property
    def address(self) -> str:
        return self.interface.address if self.interface else ""

    def place(self, container: Container) -> None:
        """A new instance takes the place of the one before."""
        name = container.name
        if name in self.current:
            self.ended[name] = self.current[name]
        self.current[name] = container
        self.starts[name] = container.number + 1

    def exited(self, container: Container) -> None:
        """A main process has ended; the kubelet, if there is one, is told."""
        self.on_exit(container)

    def forget_instances(self) -> None:
        """KUBELET-8: a new sandbox begins without containers; their logs and numbers stay."""
        self.ended |= self.current
        self.current = {}
