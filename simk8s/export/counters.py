"""What can be counted while a history goes by: restarts and readiness of Pods, how far replicas are behind."""

from __future__ import annotations

from collections.abc import Iterator

from simk8s.api.objects import Object, dig, is_true
from simk8s.api.world import World
from simk8s.sim import Record


class Counters:
    """Follows history, and tells every new value."""

    def __init__(self) -> None:
        self._world = World()
        self._told: dict[tuple[str, str], int] = {}
        self._behind: dict[str, tuple[str, int]] = {}

    def follow(self, record: Record) -> Iterator[tuple[str, str, int]]:
        """Pod (`namespace/name`), name of the counter, and value: only where it is another than before."""
        for pod, name, value in self._values(record):
            if self._told.get((pod, name)) != value:
                self._told[pod, name] = value
                yield pod, name, value

    def _values(self, record: Record) -> Iterator[tuple[str, str, int]]:
        if self._world.apply(record):
            if record.object.startswith("Pod/"):
                pod = record.object.removeprefix("Pod/")
                yield from _of_pod(pod, self._world.objects.get(record.object))
        elif record.verb.startswith("mysql."):
            yield from self._replication(record)

    def _replication(self, record: Record) -> Iterator[tuple[str, str, int]]:
        """SIM: the lag counts transactions that a source has committed and a replica has not yet applied."""
        host = record.object
        if record.verb == "mysql.replication":
            source = str(record.detail.get("host", "")).partition(".")[0]
            if source and host not in self._behind:
                self._behind[host] = (source, 0)
        elif record.verb == "mysql.apply" and host in self._behind:
            source, count = self._behind[host]
            self._behind[host] = (source, max(count - 1, 0))
        elif record.verb == "mysql.commit":
            for replica, (source, count) in self._behind.items():
                if source == host:
                    self._behind[replica] = (source, count + 1)
        for replica, (_, count) in self._behind.items():
            yield f"default/{replica}", "replication lag", count


def _of_pod(pod: str, found: Object | None) -> Iterator[tuple[str, str, int]]:
    if found is None:
        yield pod, "ready", 0
        return
    statuses = dig(found, "status", "containerStatuses", default=[])
    yield pod, "ready", int(is_true(found, "Ready"))
    yield pod, "restarts", sum(int(entry.get("restartCount", 0)) for entry in statuses)
