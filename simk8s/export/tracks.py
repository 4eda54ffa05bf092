"""Which process and thread of a trace stands for whom."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

CONTROL_PLANE = "control plane"


class Tracks:
    """Hands out process and thread numbers, the same ones for the same names."""

    def __init__(self) -> None:
        self._processes: dict[str, int] = {}
        self._threads: dict[tuple[int, str], int] = {}
        self._containers: set[str] = set()
        self._process(CONTROL_PLANE)

    def container(self, actor: str, attempt: int, lane: int) -> tuple[int, int]:
        """The track of an attempt of the container `pod/name`; lanes after the first are for what runs beside it."""
        self._containers.add(actor)
        pod, _, name = actor.rpartition("/")
        thread = f"{name} #{attempt}" + (f" ({lane + 1})" if lane else "")
        return self._thread(self._process(_pod(pod)), thread)

    def pod(self, key: str) -> tuple[int, int]:
        """The track for what is told about a Pod, `namespace/name`."""
        return self._thread(self._process(_pod(key.removeprefix("default/"))), "probes")

    def actor(self, name: str) -> tuple[int, int]:
        """The track of a controller, a kubelet, a person."""
        group, _, node = name.partition("/")
        process = f"node {node}" if group == "kubelet" else CONTROL_PLANE
        return self._thread(self._process(process), name)

    def is_container(self, actor: str) -> bool:
        return actor in self._containers

    def names(self) -> Iterator[dict[str, Any]]:
        """The events that name processes and threads."""
        for name, pid in self._processes.items():
            yield {"ph": "M", "name": "process_name", "pid": pid, "tid": 0, "args": {"name": name}}
            yield {"ph": "M", "name": "process_sort_index", "pid": pid, "tid": 0, "args": {"sort_index": pid}}
        for (pid, name), tid in self._threads.items():
            yield {"ph": "M", "name": "thread_name", "pid": pid, "tid": tid, "args": {"name": name}}

    def _process(self, name: str) -> int:
        return self._processes.setdefault(name, len(self._processes) + 1)

    def _thread(self, pid: int, name: str) -> tuple[int, int]:
        tid = self._threads.setdefault((pid, name), len(self._threads) + 1)
        return pid, tid


def _pod(name: str) -> str:
    return f"pod {name}"
