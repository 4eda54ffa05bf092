"""The replicated MySQL StatefulSet of the Kubernetes documentation (F-MYSQL), and how tests look at it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from simk8s import Cluster
from simk8s.api.columns.pod import Summary, summary
from simk8s.api.objects import Object
from simk8s.sim import Run

ROOT = Path(__file__).parents[2]
MANIFEST = ROOT / "scenarios" / "tutorial" / "mysql.yaml"


def started(seed: int = 1, policy: str = "", **options: Any) -> Cluster:
    """A cluster to which the set has just been applied, with another podManagementPolicy where one is given."""
    cluster = Cluster(seed=seed, **options)
    text = MANIFEST.read_text()
    if policy:
        text = text.replace("  serviceName: mysql\n", f"  serviceName: mysql\n  podManagementPolicy: {policy}\n")
    cluster.apply(text)
    return cluster


def brought_up(seed: int = 1, **options: Any) -> Cluster:
    """Three replicas, settled, for a test of its own."""
    cluster = started(seed, **options)
    assert cluster.run().reached
    return cluster


@cache
def shared() -> Cluster:
    """Three replicas, settled. Tests that only look share it."""
    return brought_up()


def pod(cluster: Cluster, ordinal: int) -> Object:
    found = cluster.get("pod", f"mysql-{ordinal}")
    assert found is not None, f"there is no mysql-{ordinal}"
    return found


def shown(cluster: Cluster, ordinal: int) -> Summary:
    """What `kubectl get pods` says of it."""
    return summary(pod(cluster, ordinal))


def watched(cluster: Cluster, name: str) -> list[Object]:
    """Every version of a Pod from now on, as a list that grows. Looking changes nothing."""
    versions: list[Object] = []

    def loop() -> Run[None]:
        watch = cluster.world.store.watch("Pod", who="test", delay_seconds=(0.0, 0.0))
        while True:
            event = yield from watch.next()
            if event.object["metadata"]["name"] == name:
                versions.append({**event.object, "type": event.type})

    cluster.sim.task(loop())
    return versions


def sql(cluster: Cluster, ordinal: int, statement: str, host: str = "127.0.0.1") -> str:
    """What one Pod's client prints, or its complaint."""
    said = cluster.exec(f"mysql-{ordinal}", ["mysql", "-h", host, "-N", "-e", statement], container="mysql")
    return (said.stdout + said.stderr).strip()


def replica_status(cluster: Cluster, ordinal: int) -> dict[str, str]:
    """SHOW SLAVE STATUS by field; empty where the server replicates from nobody."""
    text = cluster.exec(f"mysql-{ordinal}", ["mysql", "-e", r"SHOW SLAVE STATUS\G"], container="mysql").stdout
    return {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in text.splitlines()) if key}


def log(cluster: Cluster, ordinal: int, container: str, *, previous: bool = False) -> str:
    more = ["--previous"] if previous else []
    return cluster.kubectl(["logs", f"mysql-{ordinal}", "-c", container, *more]).stdout


def written(cluster: Cluster, verb: str, kind: str) -> list[str]:
    """The names of objects of that kind that were created (or deleted) so far, in order."""
    prefix = f"{kind}/default/"
    return [r.object.removeprefix(prefix) for r in cluster.history if r.verb == verb and r.object.startswith(prefix)]
