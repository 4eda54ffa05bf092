"""A Pod's sandbox: its network and address, made before any container and anew when lost (KUBELET-8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simk8s.machine import File
from simk8s.node.names import etc_hosts, hostname
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.node.pod_worker import PodWorker

SANDBOX_SECONDS = (0.5, 2.0)  # TIME-32


class Addresses:
    """The addresses of a node's Pods, 10.244.N.2 onwards; one that became free is used again after all the others."""

    def __init__(self, cidr_prefix: str) -> None:
        self._prefix = cidr_prefix
        self._taken: set[int] = set()
        self._last = 1

    def take(self) -> str:
        """The next free address. Raises LookupError when there is none."""
        for step in range(253):
            number = (self._last - 1 + step) % 253 + 2
            if number not in self._taken:
                self._taken.add(number)
                self._last = number
                return f"{self._prefix}.{number}"
        raise LookupError("no IP addresses available in range set")

    def free(self, address: str) -> None:
        self._taken.discard(int(address.rpartition(".")[2]))


def ensure_sandbox(worker: PodWorker) -> Run[None]:
    """Make a sandbox if the Pod has none. After one was lost, no container of the Pod exists any more."""
    local, node = worker.local, worker.node
    while local.interface is None:
        if local.had_sandbox:
            worker.tell("Normal", "SandboxChanged", "Pod sandbox changed, it will be killed and re-created.")
            local.forget_instances()
            worker.record("sandbox.lost", pod=worker.uid)
            worker.waiting.clear()
            worker.condemned.clear()
        yield worker.sim.sleep(worker.sim.uniform(*SANDBOX_SECONDS, f"sandbox/{node.name}"))
        try:
            address = node.address if local.on_host_network else node.addresses.take()
        except LookupError as error:
            worker.tell("Warning", "FailedCreatePodSandBox", f"Failed to create pod sandbox: {error}")
            yield worker.sim.sleep(10.0)
            continue
        if local.on_host_network:
            local.interface = node.interface
        else:
            local.interface = node.network.attach(address, hostname(worker.pod))
        local.last_address = address
        local.had_sandbox = True
        local.hosts = File(etc_hosts(worker.pod, address, node.name).encode())
        worker.record("sandbox.create", pod=worker.uid, address=address, node=node.name)


def release_sandbox(worker: PodWorker) -> None:
    """The Pod's address leads nowhere any more, and may be given to another."""
    local, node = worker.local, worker.node
    if local.interface is None:
        return
    if not local.on_host_network:
        node.network.detach(local.interface)
        node.addresses.free(local.interface.address)
    worker.record("sandbox.remove", pod=worker.uid, address=local.interface.address)
    local.interface = None
