"""Claims that grow: the request, the disk, the file system, the capacity."""

from __future__ import annotations

from simk8s import Cluster
from tests.conformance.test_volumes import bound, claim, phase, pod, refused, said


def sizes(cluster: Cluster) -> tuple[str, str]:
    """Of the volume and of the claim."""
    held = cluster.get("pvc", "data")
    assert held
    return bound(cluster)["spec"]["capacity"]["storage"], held["status"]["capacity"]["storage"]


def test_a_mounted_claim_grows_while_its_pod_runs() -> None:
    """VOL-26: a class that allows it, a driver that can."""
    cluster = Cluster(storage="cloud")
    cluster.apply(claim(size="10Gi"), pod())
    cluster.run("pod/web Ready")
    restarts = cluster.pods()[0].restarts
    assert refused(cluster, "data", "20Gi") == ""
    assert sizes(cluster) == ("10Gi", "10Gi")
    assert cluster.exec("web", "df -h /data | tail -1").stdout.split()[1] == "10G"
    cluster.run(2)
    assert "Resizing" in cluster.kubectl("describe pvc data").stdout
    cluster.run(60)
    assert sizes(cluster) == ("20Gi", "20Gi")
    name = bound(cluster)["metadata"]["name"]
    assert said(cluster, "data")[-4:] == [
        "waiting for an external controller to expand this PVC",
        f"External resizer is resizing volume {name}",
        "Require file system resize of volume on node",
        f'MountVolume.NodeExpandVolume succeeded for volume "{name}" {cluster.pods()[0].node}',
    ]
    assert cluster.pods()[0].restarts == restarts
    assert "20Gi" in cluster.kubectl("get pvc data").stdout
    assert cluster.exec("web", "df -h /data | tail -1").stdout.split()[1] == "20G"


def test_a_claim_that_nobody_mounts_grows_with_the_next_pod() -> None:
    """VOL-26: the file system waits for a node."""
    cluster = Cluster(storage="cloud")
    cluster.apply(claim(size="10Gi"), pod())
    cluster.run("pod/web Ready")
    cluster.kubectl("delete pod web")
    refused(cluster, "data", "20Gi")
    cluster.run(120)
    assert sizes(cluster) == ("20Gi", "10Gi")
    assert "Waiting for user to (re-)start a pod" in cluster.kubectl("describe pvc data").stdout
    cluster.apply(pod())
    cluster.run("pod/web Ready")
    assert sizes(cluster) == ("20Gi", "20Gi")
    assert phase(cluster) == "Bound"
