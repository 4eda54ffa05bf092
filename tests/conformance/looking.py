"""One Pod on one node, as a person sees it: what the tests of acceptance cases share."""

from __future__ import annotations

from simk8s.api.columns.pod import summary
from simk8s.api.objects import Object
from simk8s.machine import File
from tests.node.bench import Bench

DATA = {"volumeMounts": [{"name": "data", "mountPath": "/data"}]}
VOLUMES = [{"name": "data", "emptyDir": {}}]


def shown(pod: Object) -> tuple[str, str, int]:
    """READY, STATUS and the number of RESTARTS."""
    said = summary(pod)
    return said.ready_text, said.status, said.restarts


def in_turn(versions: list[Object]) -> list[tuple[str, str, int]]:
    """What a watcher sees one after the other, without repetitions."""
    rows = [shown(version) for version in versions if version["type"] != "DELETED"]
    return [row for row, before in zip(rows, [None, *rows], strict=False) if row != before]


def put(bench: Bench, name: str = "up") -> None:
    """A file in the volume `data` of the Pod."""
    local = bench.node.find_pod("default", "web")
    assert local
    local.volumes["data"].filesystem.root.entries[name] = File()


def take_away(bench: Bench, name: str = "up") -> None:
    local = bench.node.find_pod("default", "web")
    assert local
    local.volumes["data"].filesystem.root.entries.pop(name, None)


def waits(bench: Bench, name: str) -> list[float]:
    """From each end of a container to its next start, without the time that starting takes."""
    return [start - end for start, end in zip(bench.starts(name)[1:], bench.ends(name), strict=False)]


def tens(seconds: list[float]) -> list[int]:
    return [round(wait / 10) * 10 for wait in seconds]


def unhealthy(bench: Bench) -> int:
    return sum(event["count"] for event in bench.store.list("Event") if event["reason"] == "Unhealthy")


SLEEPER: Object = {"name": "main", "image": "busybox:1.36", "command": ["sleep", "1000000"]}
MOUNTS = [{"name": "scratch", "mountPath": "/scratch"}, {"name": "data", "mountPath": "/data"}]
CLAIM = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
SLEEPERS: Object = {
    "apiVersion": "apps/v1",
    "kind": "StatefulSet",
    "metadata": {"name": "web"},
    "spec": {
        "serviceName": "web",
        "selector": {"matchLabels": {"app": "web"}},
        "template": {
            "metadata": {"labels": {"app": "web"}},
            "spec": {
                "containers": [{**SLEEPER, "image": "bash:5.2", "volumeMounts": MOUNTS}],
                "volumes": [{"name": "scratch", "emptyDir": {}}],
                "terminationGracePeriodSeconds": 1,
            },
        },
        "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": CLAIM}],
    },
}
"""A set of one Pod that does nothing, with an emptyDir and a claim."""
