"""All parts together, and what a crash would leave of them."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b

from simk8s.api.objects import dig
from simk8s.checker.fingerprint.files import FileDigests
from simk8s.checker.fingerprint.objects import ObjectDigests
from simk8s.checker.fingerprint.program import ProgramDigests
from simk8s.cluster.wiring import World
from simk8s.faults.point import CrashPoint
from simk8s.machine import FileSystem
from simk8s.node.local_pod import LocalPod

_Runs = Callable[[str, str], bool]
"""Whether the programs of that Pod's container are to be looked at."""


class Fingerprints:
    """Takes fingerprints of one world. Looking changes nothing."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._objects = ObjectDigests()
        self._files = FileDigests()
        self._programs_of = ProgramDigests()
        self._claims: dict[str, str] = {}

    def now(self) -> bytes:
        """Of everything there is."""
        return self._of(_all)

    def starting(self, container: str) -> bytes:
        """Of everything, as that container starts."""
        return blake2b(container.encode() + self.now(), digest_size=12).digest()

    def after(self, kill: str, killed: str, at: CrashPoint) -> bytes:
        """Of what is left when that container (`mysql-1/mysql`), Pod or node is killed now, at a point of another one.

        Where that one stands matters where it goes on, as it does for a while in a Pod that is asked to go. It is the
        command that says it: a generator that has its turn does not show which ones it waits in.
        """
        by = f"{at.pod}/{at.container}"
        gone: set[str] = set()
        match kill:
            case "container":
                gone = {killed}
            case "pod":
                pass
            case _:
                gone = {
                    f"{pod.key.name}/{container}"
                    for node in self.world.nodes
                    if node.name == killed
                    for pod in node.pods.values()
                    for container in pod.current
                }
        left = self._of(lambda pod, container: f"{pod}/{container}" not in gone)
        stands = () if by in gone else (by, at.file, at.line, at.command, at.where)
        return _digest([kill, killed, stands, left])

    def at(self, point: CrashPoint) -> bytes:
        """Of everything, as that container comes to a command: the same one, after as many others."""
        by = f"{point.pod}/{point.container}"
        stands = (by, point.start, point.index, point.subshell, point.file, point.line, point.command)
        return _digest([stands, self._of(lambda pod, container: f"{pod}/{container}" != by)])

    def without(self, prefix: str) -> bytes:
        """Of the objects, and of where the programs of all Pods but that one stand."""
        parts: list[object] = [self._objects.of(self.world.store)]
        parts += [self._programs(pod, _all) for pod in self._pods() if pod.prefix != prefix]
        return _digest(parts)

    def stands(self) -> bytes:
        """Of everything but the files."""
        parts: list[object] = [self._objects.of(self.world.store)]
        parts += [node.is_on for node in self.world.nodes]
        parts += [(pod.prefix, pod.interface is not None, self._programs(pod, _all)) for pod in self._pods()]
        return _digest(parts)

    def files(self) -> bytes:
        """Of the files alone."""
        return _digest([*self._disks(), *map(self._volumes, self._pods())])

    def _of(self, runs: _Runs) -> bytes:
        parts: list[object] = [self._objects.of(self.world.store)]
        parts += self._disks()
        parts += [node.is_on for node in self.world.nodes]
        parts += [self._pod(pod, runs) for pod in self._pods()]
        return _digest(parts)

    def _disks(self) -> list[tuple[str, bytes]]:
        return sorted((self._claim(disk), self._files.of(disk.root)) for disk in self.world.site.disks)

    def _claim(self, disk: FileSystem) -> str:
        """What a disk is called in every run: by the claim that it is for."""
        if disk.name not in self._claims:
            volume = self.world.store.find("PersistentVolume", disk.name) or {}
            self._claims[disk.name] = str(dig(volume, "spec", "claimRef", "name", default=disk.name))
        return self._claims[disk.name]

    def _pods(self) -> list[LocalPod]:
        return sorted((pod for node in self.world.nodes for pod in node.pods.values()), key=lambda pod: pod.prefix)

    def _pod(self, pod: LocalPod, runs: _Runs) -> tuple[object, ...]:
        return (pod.prefix, pod.interface is not None, self._volumes(pod), self._programs(pod, runs))

    def _volumes(self, pod: LocalPod) -> tuple[tuple[str, bytes], ...]:
        return tuple(
            (name, self._files.of(volume.filesystem.root))
            for name, volume in sorted(pod.volumes.items())
            if volume.kind == "emptyDir"
        )

    def _programs(self, pod: LocalPod, runs: _Runs) -> tuple[tuple[str, object], ...]:
        name = pod.key.name
        return tuple(
            (
                container,
                self._programs_of.of(instance.machine) if instance.is_running and runs(name, container) else "down",
            )
            for container, instance in sorted(pod.current.items())
        )


def _all(pod: str, container: str) -> bool:
    return True


def _digest(parts: list[object]) -> bytes:
    return blake2b(repr(parts).encode(), digest_size=12).digest()
