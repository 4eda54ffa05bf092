"""A node: a computer with a kubelet, which can lose its power and come back (NODE-10)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from simk8s.api.objects import Object, uid
from simk8s.api.store import Store
from simk8s.errors import SimError
from simk8s.images import Registry
from simk8s.machine import FileSystem, Machine, Network, Process
from simk8s.machine.durability import Stake, stake
from simk8s.node.container import Container
from simk8s.node.disk import Disks
from simk8s.node.image_store import ImageStore, PullTrouble
from simk8s.node.kubelet import Kubelet
from simk8s.node.local_pod import LocalPod
from simk8s.node.pod_worker import PodWorker
from simk8s.node.power import Unsynced, lose_unsynced
from simk8s.node.sandbox import Addresses
from simk8s.node.settings import Settings
from simk8s.sim import Run, Simulation

ContainerHook = Callable[[LocalPod, Container], None]
"""Called with every container instance and its Pod before its first process starts: for faults, and for places."""


@dataclass(frozen=True, slots=True)
class NodeSpec:
    """What a node is. `number` makes its addresses: 192.168.49.(number+1), and 10.244.number.0/24 for its Pods."""

    name: str
    number: int
    cpu: str = "4"
    memory: str = "8Gi"
    pods: int = 110
    ephemeral_storage: str = "100Gi"
    labels: Mapping[str, str] = field(default_factory=dict)
    taints: Sequence[Object] = ()


@dataclass(slots=True)
class Site:
    """What the nodes of one cluster share."""

    store: Store
    network: Network
    registry: Registry
    disks: Disks
    container_hooks: list[ContainerHook] = field(default_factory=list)
    pull_troubles: dict[str, PullTrouble] = field(default_factory=dict)
    """What is wrong with the pulls of images, by full reference: for faults."""
    prefixes: set[str] = field(default_factory=set)
    """The names that history has for the Pods on all nodes."""
    settings: Settings = field(default_factory=Settings)

    @classmethod
    def of(cls, store: Store, network: Network, registry: Registry, settings: Settings | None = None) -> Site:
        """A site with empty disks, which go when their PersistentVolumes do."""
        disks = Disks(store.sim)
        store.sim.task(disks.follow(store))
        return cls(store, network, registry, disks, settings=settings or Settings())


class Node:
    """Images, disks and emptyDirs survive a loss of power; processes, addresses and the kubelet's memory do not."""

    def __init__(self, site: Site, spec: NodeSpec) -> None:
        self.site = site
        self.spec = spec
        self.sim: Simulation = site.store.sim
        self.store = site.store
        self.network = site.network
        self.disks = site.disks
        self.container_hooks = site.container_hooks
        self.name = spec.name
        self.address = f"192.168.49.{spec.number + 1}"
        self.pod_prefix = f"10.244.{spec.number}"
        self.addresses = Addresses(self.pod_prefix)
        self.capacity = {
            "cpu": spec.cpu,
            "memory": spec.memory,
            "ephemeral-storage": spec.ephemeral_storage,
            "pods": str(spec.pods),
        }
        self.allocatable = dict(self.capacity)
        self.labels = {
            "kubernetes.io/arch": "amd64",
            "kubernetes.io/hostname": spec.name,
            "kubernetes.io/os": "linux",
            **spec.labels,
        }
        self.files = FileSystem(f"{spec.name}/host")
        self.images = ImageStore(self.sim, site.registry, spec.name, site.pull_troubles)
        self.pods: dict[str, LocalPod] = {}
        self.boots = 0
        self.is_on = False
        self._actor = self.sim.actor(spec.name)

    def power_on(self, *, cause: int = -1) -> None:
        """Boot: the host's network comes up and a kubelet starts, which finds what the disk has kept."""
        if self.is_on:
            return
        self.is_on = True
        self._actor.hear(cause)
        self.boots += 1
        self.sim.record(self._actor, "node.on", self.name, address=self.address)
        self.interface = self.network.attach(self.address, self.name)
        self._host = Machine(self.sim, self.name, root=self.files, interface=self.interface, hostname=self.name)
        self.client_process: Process = self._host.run_function(_wait_for_ever, ["kubelet"])
        self.kubelet = Kubelet(self)
        self.kubelet.actor.hear(self._actor.last)
        self.kubelet.start()

    def power_off(self, unsynced: Unsynced = "kept", *, cause: int = -1) -> None:
        """Lose power: everything stops at once, and nobody is told (NODE-6). `cause` is the record that led to it.

        `unsynced` says what becomes of what had not been forced to disk.
        """
        if not self.is_on:
            return
        self.is_on = False
        self._actor.hear(cause)
        seq = self.sim.record(self._actor, "node.off", self.name)
        self.network.vanish(self.interface)
        self.kubelet.stop()
        self.images.stop()
        for pod in self.pods.values():
            if pod.interface is not None:
                self.network.vanish(pod.interface)
            for container in pod.current.values():
                container.machine.hear(seq)
                container.lose()
            self._lose_network(pod)
            pod.are_mounted = False
            pod.volumes = {name: volume for name, volume in pod.volumes.items() if not volume.filesystem.in_memory}
        self._host.kill()
        for filesystem in self._disks_in_use():
            lose_unsynced(self.sim, self._actor, filesystem, unsynced)
        self.network.detach(self.interface)

    def stake(self) -> Stake:
        """What a loss of power at this moment would change on its disks."""
        found = Stake()
        for filesystem in self._disks_in_use():
            found |= stake(filesystem.root, self.sim.now)
        return found

    def _disks_in_use(self) -> list[FileSystem]:
        """The host's own and those of the Pods' volumes, each once."""
        used = [volume.filesystem for pod in self.pods.values() for volume in pod.volumes.values()]
        return list(dict.fromkeys([self.files, *(filesystem for filesystem in used if not filesystem.in_memory)]))

    def _lose_network(self, pod: LocalPod) -> None:
        if pod.interface is not None and not pod.on_host_network:
            self.network.detach(pod.interface)
            self.addresses.free(pod.interface.address)
        pod.interface = None

    def restart_kubelet(self) -> None:
        """The kubelet's process dies and is started again; containers do not notice (NODE-10)."""
        self._check_power()
        self.sim.record(self._actor, "kubelet.restart", self.name)
        self.kubelet.stop()
        self.kubelet = Kubelet(self)
        self.kubelet.actor.hear(self._actor.last)
        self.kubelet.start()

    def kill_container(self, namespace: str, pod: str, container: str, reason: str = "", *, cause: int = -1) -> None:
        """SIGKILL for everything in a container, by a fault. `reason` may be OOMKilled. Raises SimError SK320."""
        instance = self._running(namespace, pod, container)
        instance.machine.hear(cause)
        instance.kill(reason)

    def fail_liveness(self, namespace: str, pod: str, container: str, *, cause: int = -1) -> None:
        """What follows a failed liveness probe: the kubelet ends the container. Raises SimError SK320."""
        self._running(namespace, pod, container)
        worker = self._worker(namespace, pod)
        worker.actor.hear(cause)
        worker.condemned[container] = f"Container {container} failed liveness probe, will be restarted"
        worker.poke()

    def hear_of(self, pod: Object, seq: int) -> None:
        """The kubelet learns of a version of a Pod, which the history record `seq` tells, before its watch does."""
        worker = self.kubelet.workers.get(uid(pod)) if self.is_on else None
        if worker is not None:
            worker.update(pod, seq)

    def _running(self, namespace: str, pod: str, container: str) -> Container:
        self._check_power()
        local = self.find_pod(namespace, pod)
        instance = local.current.get(container) if local else None
        if instance is None or not instance.is_running:
            raise SimError(
                "SK320",
                f'there is no running container "{container}" of pod "{namespace}/{pod}" on {self.name}',
                hint="kubectl get pods -o wide shows where a Pod is, kubectl describe pod what runs in it",
            )
        return instance

    def evict(
        self,
        namespace: str,
        pod: str,
        message: str = "The node was low on resource: memory.",
        *,
        cause: int = -1,
    ) -> None:
        """End a Pod as the kubelet does under pressure: it fails with reason Evicted (KUBELET-61). Raises SimError."""
        worker = self._worker(namespace, pod)
        worker.actor.hear(cause)
        worker.evict("Evicted", message)

    def _worker(self, namespace: str, pod: str) -> PodWorker:
        self._check_power()
        local = self.find_pod(namespace, pod)
        worker = self.kubelet.workers.get(local.uid) if local else None
        if worker is None:
            raise SimError(
                "SK320",
                f'there is no pod "{namespace}/{pod}" on {self.name}',
                hint="kubectl get pods -o wide shows where a Pod is",
            )
        return worker

    def find_pod(self, namespace: str, name: str) -> LocalPod | None:
        """What is here of the Pod that has this name; where two had it, of the newer."""
        found = [pod for pod in self.pods.values() if pod.key == (namespace, name)]
        return found[-1] if found else None

    def _check_power(self) -> None:
        if not self.is_on:
            raise SimError("SK321", f"{self.name} has no power", hint="power it on first")


def _wait_for_ever(process: Process) -> Run[int]:
    yield process.machine.never
    return 0
